package printer

import (
	"strconv"
	"strings"
	"time"
)

// fit says how large a paragraph may become.
type fit byte

const (
	plain  fit = iota // as the printer writes
	tall              // twice as high if that takes one line
	large             // twice the size if that takes two lines at most
	number            // as large as one line allows
)

// numberSize is the largest magnification of the number: 144 dots, 18 mm, to
// be read from a chair without making the paper long.
const numberSize = 6

// paragraph is a text of the ticket and how it wants to look. Fixed texts
// return on the next ticket and are worth keeping encoded.
type paragraph struct {
	text  string
	fit   fit
	bold  bool
	fixed bool
}

// size is a magnification, across and down.
type size struct{ w, h int }

// sizes lists what a paragraph may be printed in, largest first, and how many
// lines it may take at each but the last.
func (f fit) sizes(limit int, drawn bool) (sizes []size, lines int) {
	switch f {
	case number:
		for k := min(numberSize, limit); k > 1; k-- {
			sizes = append(sizes, size{k, k})
		}
		lines = 1
	case large:
		if limit > 1 {
			sizes = append(sizes, size{2, 2})
		}
		lines = 2
	case tall:
		lines = 1
	}
	if (f == large || f == tall) && limit > 1 && !drawn { // a drawn line has one em only
		sizes = append(sizes, size{1, 2})
	}
	return append(sizes, size{1, 1}), lines
}

// paragraphs words a ticket down to the QR; the office's message follows it.
//
//	          재발행 Reissued            only on a copy
//	            중구 민원실              office
//	          여권 접수 및               service, twice the size where
//	              교부                   its words fit
//	 Passport application and pick-up
//	            우선배려                 class
//	             117                     six times the size where it fits
//	  대기인수 12명 / 12 ahead           people ahead
//	 예상 대기 10~15분 / 10-15 min       expected wait
//	업무일 2026-11-23 발권 14:05         (시계 미확인) if so
//	            [QR]
//	       message of the office
func paragraphs(t Ticket) []paragraph {
	list := make([]paragraph, 0, 12)
	add := func(text string, f fit, bold, fixed bool) {
		if text = strings.TrimSpace(text); text != "" {
			list = append(list, paragraph{text, f, bold, fixed})
		}
	}
	if t.Copy {
		add("재발행 Reissued", large, true, true)
	}
	add(t.Office, tall, true, true)
	add(t.Service, large, true, true)
	add(t.ServiceEn, plain, false, true)
	add(t.Class, large, true, true)
	add(t.Number, number, true, false)
	if t.Ahead >= 0 {
		n := strconv.Itoa(t.Ahead)
		add("대기인수\u00a0"+n+"명 / "+n+"\u00a0ahead", plain, true, false)
	}
	add(waitText(t.WaitLow, t.WaitHigh), plain, false, false)
	add(issuedText(t), plain, false, false)
	return list
}

func waitText(low, high int) string {
	low, high = max(0, min(low, high)), max(low, high)
	l, h := strconv.Itoa(low), strconv.Itoa(high)
	switch {
	case high <= 0:
		return ""
	case low == 0:
		return "예상\u00a0대기\u00a0" + h + "분\u00a0이내 / within\u00a0" + h + "\u00a0min"
	case low == high:
		return "예상\u00a0대기\u00a0약\u00a0" + h + "분 / about\u00a0" + h + "\u00a0min"
	}
	return "예상\u00a0대기\u00a0" + l + "~" + h + "분 / " + l + "-" + h + "\u00a0min"
}

// issuedText leaves the date out where the business day gives it, and where
// the clock is not trusted: a wrong date misleads more than none.
func issuedText(t Ticket) string {
	var parts []string
	day := strings.TrimSpace(t.BusinessDay)
	switch {
	case strings.HasPrefix(day, "업무일"):
		parts = append(parts, day)
	case day != "":
		parts = append(parts, "업무일\u00a0"+day)
	}
	switch {
	case t.IssuedAt.IsZero():
	case !t.ClockTrusted:
		parts = append(parts, "발권\u00a0"+t.IssuedAt.Format("15:04"))
	case t.IssuedAt.Format(time.DateOnly) == day:
		parts = append(parts, "발권\u00a0"+t.IssuedAt.Format("15:04"))
	default:
		parts = append(parts, "발권\u00a0"+t.IssuedAt.Format("2006-01-02 15:04"))
	}
	if !t.IssuedAt.IsZero() && !t.ClockTrusted {
		parts = append(parts, "(시계\u00a0미확인)")
	}
	return strings.Join(parts, " ")
}
