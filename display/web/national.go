package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The national format (행정안전부 민원실 이용 현황 실시간 정보): all values are
// strings, item is always an array.
type (
	national struct {
		Header nationalHeader `json:"header"`
		Body   nationalBody   `json:"body"`
	}
	nationalHeader struct {
		Code string `json:"resultCode"`
		Msg  string `json:"resultMsg"`
	}
	nationalBody struct {
		Items struct {
			Item []any `json:"item"`
		} `json:"items"`
		Rows  int `json:"numOfRows"`
		Page  int `json:"pageNo"`
		Total int `json:"totalCount"`
	}
	realtimeRow struct {
		TotDt       string `json:"totDt"` // when the figure is from, yyyyMMddHHmmss
		StdgCd      string `json:"stdgCd"`
		CsoSn       string `json:"csoSn"`
		CsoNm       string `json:"csoNm"`
		TaskNo      string `json:"taskNo"`
		TaskNm      string `json:"taskNm"`
		ClotNo      string `json:"clotNo"` // called number
		ClotCnterNo string `json:"clotCnterNo"`
		WtngCnt     string `json:"wtngCnt"` // blank where an observed office does not know it
	}
	infoRow struct {
		TotCrtrYmd     string `json:"totCrtrYmd"`
		CsoSn          string `json:"csoSn"`
		CsoNm          string `json:"csoNm"`
		StdgCd         string `json:"stdgCd"`
		LotnoAddr      string `json:"lotnoAddr"`
		RoadNmAddr     string `json:"roadNmAddr"`
		Lat            string `json:"lat"`
		Lot            string `json:"lot"`
		WkdyOperBgngTm string `json:"wkdyOperBgngTm"` // HHMMSS
		WkdyOperEndTm  string `json:"wkdyOperEndTm"`
		NghtOperYn     string `json:"nghtOperYn"`
		NghtDowExpln   string `json:"nghtDowExpln"`
		WkndOperYn     string `json:"wkndOperYn"`
		WkndDowExpln   string `json:"wkndDowExpln"`
	}
)

// realtimeRows gives a row for each service of an office. The format cannot say
// that a figure is stale, so an office that is gives none.
func realtimeRows(o Office, now time.Time) []any {
	if o.Snapshot == nil || stale(o, now) {
		return nil
	}
	var rows []any
	for _, v := range o.Snapshot.Services {
		r := realtimeRow{TotDt: seoul(heard(o)).Format("20060102150405"), StdgCd: stdg(o), CsoSn: o.ID, CsoNm: o.Snapshot.Name,
			TaskNo: v.ID, TaskNm: v.Name, ClotNo: v.Called}
		if v.Waiting != nil {
			r.WtngCnt = strconv.Itoa(*v.Waiting)
		}
		if v.CalledAt > 0 {
			r.ClotCnterNo = strconv.Itoa(v.CalledAt)
		}
		rows = append(rows, r)
	}
	return rows
}

// infoRows gives the row of an office that has told its address.
func infoRows(o Office, now time.Time) []any {
	if o.Snapshot == nil || o.Snapshot.Where == nil {
		return nil
	}
	w := o.Snapshot.Where
	r := infoRow{TotCrtrYmd: seoul(now).Format("20060102"), CsoSn: o.ID, CsoNm: o.Snapshot.Name, StdgCd: w.Stdg,
		LotnoAddr: w.Lot, RoadNmAddr: w.Road, NghtOperYn: yes(w.Night), NghtDowExpln: w.Night, WkndOperYn: yes(w.Weekend), WkndDowExpln: w.Weekend}
	if w.Lat != 0 || w.Lon != 0 {
		r.Lat, r.Lot = fmt.Sprintf("%.6f", w.Lat), fmt.Sprintf("%.6f", w.Lon)
	}
	if from, to, ok := strings.Cut(strings.ReplaceAll(w.Weekdays, ":", ""), "-"); ok && len(from) == 4 && len(to) == 4 {
		r.WkdyOperBgngTm, r.WkdyOperEndTm = from+"00", to+"00"
	}
	return []any{r}
}

func stdg(o Office) string {
	if o.Snapshot.Where == nil {
		return ""
	}
	return o.Snapshot.Where.Stdg
}

func yes(explained string) string {
	if explained == "" {
		return "N"
	}
	return "Y"
}

// national answers one operation of the national format.
func (s *Site) national(of func(Office, time.Time) []any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		pageNo, size := positive(q, "pageNo", 1, 1_000_000), positive(q, "numOfRows", 10, 1000)
		now, want := time.Now(), q.Get("stdgCd")
		offices := s.city.Offices()
		slices.SortFunc(offices, func(a, b Office) int { return cmp.Compare(a.ID, b.ID) })
		var rows []any
		for _, o := range offices {
			if o.Snapshot != nil && (want == "" || stdg(o) == want) {
				rows = append(rows, of(o, now)...)
			}
		}
		out := national{Header: nationalHeader{"K0", "NORMAL_SERVICE"}}
		if len(rows) == 0 {
			out.Header = nationalHeader{"K03", "NODATA_ERROR"}
		}
		from := min((pageNo-1)*size, len(rows))
		out.Body.Items.Item = append([]any{}, rows[from:min(from+size, len(rows))]...)
		out.Body.Rows, out.Body.Page, out.Body.Total = size, pageNo, len(rows)
		answer(w, r, out)
	}
}

// positive reads a number of the query; what is not one within 1 to most is def.
func positive(q url.Values, key string, def, most int) int {
	n, err := strconv.Atoi(q.Get(key))
	if err != nil || n < 1 || n > most {
		return def
	}
	return n
}
