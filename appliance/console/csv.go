package console

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"sunbeon/appliance/journal"
	"sunbeon/appliance/queue"
)

func (c *Console) figuresCSV(w http.ResponseWriter, r *http.Request) {
	fig, config, p := c.figuresOf(r)
	if p != nil {
		c.figuresRefused(w, r, p)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	// The dates are checked: they need no quoting.
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="sunbeon-%s-%s.csv"`, fig.From, fig.To))
	_, _ = w.Write(csvOf(fig, config)) // a reader that has gone
}

// csvOf writes the figures as a Korean spreadsheet opens them rightly: UTF-8
// with a byte order mark, lines that end with CRLF, times in minutes, and one
// table whose first line names the columns.
func csvOf(f journal.Figures, c *queue.Config) []byte {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	out := csv.NewWriter(&b)
	out.UseCRLF = true
	write := func(cells ...string) {
		for i, cell := range cells {
			cells[i] = inert(cell)
		}
		_ = out.Write(cells) // into memory
	}
	write("민원실", "시작일", "종료일", "구분", "항목", "발급 합계", "버튼 발급", "온라인 발급", "직원 발급",
		"완료", "부재", "취소·무효", "마감 시 대기",
		"대기 n", "대기 중앙값(분)", "대기 P90(분)", "대기 시간 모름", "처리 n", "처리 중앙값(분)", "처리 P90(분)", "처리 시간 모름")
	n := strconv.Itoa
	for _, t := range tables(f, c) {
		for _, l := range t.Rows {
			write(c.Office.Name, f.From, f.To, l.Part, l.Name, n(l.Issued), n(l.Button), n(l.Online), n(l.Clerk),
				n(l.Served), n(l.NoShows), n(l.Ended), n(l.Left),
				n(l.Waiting.N), l.WaitMedian(), l.WaitP90(), n(l.WaitingUnknown),
				n(l.Handling.N), l.HandleMedian(), l.HandleP90(), n(l.HandlingUnknown))
		}
	}
	out.Flush()
	return b.Bytes()
}

// inert keeps a spreadsheet from taking text for a formula: such a cell begins
// with an apostrophe, which the spreadsheet shows. Spreadsheets also drop
// spaces before a formula and know the wide forms of its signs.
func inert(cell string) string {
	start := strings.TrimLeft(cell, " \u3000\u00a0")
	if start != "" && strings.ContainsRune("=+-@\t\r\n|＝＋－＠", []rune(start)[0]) {
		return "'" + cell
	}
	return cell
}
