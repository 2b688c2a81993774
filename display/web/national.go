package web

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
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
	r.WkdyOperBgngTm, r.WkdyOperEndTm = clockTimes(w.Weekdays)
	return []any{r}
}

// clockTimes gives "0900-1800" or "09:00-18:00" as HHMMSS, and anything else as
// blanks: both or none.
func clockTimes(s string) (from, to string) {
	a, b, _ := strings.Cut(strings.ReplaceAll(s, ":", ""), "-")
	for _, t := range []string{a, b} {
		if _, err := time.Parse("1504", t); err != nil && t != "2400" {
			return "", ""
		}
	}
	return a + "00", b + "00"
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

// nationalRoot is above the operations of the national format.
const nationalRoot = "/B551982/"

// The header's codes. K0 and K03 are seen in the public service's answers; of the
// others, which it does not show in public, the numbers and words are the public
// data portal's common ones (10, 22, 30) with the K that this service puts before
// them. Their HTTP status is ours: 400, 429, 401.
func nationalNormal() nationalHeader { return nationalHeader{"K0", "NORMAL_SERVICE"} }
func nationalNone() nationalHeader   { return nationalHeader{"K03", "NODATA_ERROR"} }
func nationalInvalid() nationalHeader {
	return nationalHeader{"K10", "INVALID_REQUEST_PARAMETER_ERROR"}
}
func nationalTooMany() nationalHeader {
	return nationalHeader{"K22", "LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR"}
}
func nationalNoKey() nationalHeader {
	return nationalHeader{"K30", "SERVICE_KEY_IS_NOT_REGISTERED_ERROR"}
}

// national answers one operation of the national format.
func (s *Site) national(of func(Office, time.Time) []any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q, err := askedNational(r.URL.RawQuery)
		switch {
		case err != nil:
			nationalRefuses(w, http.StatusBadRequest, nationalInvalid())
			return
		case !s.mayAsk(q.key):
			nationalRefuses(w, http.StatusUnauthorized, nationalNoKey())
			return
		}
		now := time.Now()
		offices := s.city.Offices()
		slices.SortFunc(offices, func(a, b Office) int { return cmp.Compare(a.ID, b.ID) })
		var rows []any
		for _, o := range offices {
			if o.Snapshot != nil && (q.stdg == "" || stdg(o) == q.stdg) {
				rows = append(rows, of(o, now)...)
			}
		}
		out := national{Header: nationalNormal()}
		if len(rows) == 0 {
			out.Header = nationalNone()
		}
		from := min((q.page-1)*q.size, len(rows))
		out.Body.Items.Item = append([]any{}, rows[from:min(from+q.size, len(rows))]...)
		out.Body.Rows, out.Body.Page, out.Body.Total = q.size, q.page, len(rows)
		answer(w, r, out)
	}
}

// nationalRefuses answers in the format's own envelope: who asks for it reads
// nothing else.
func nationalRefuses(w http.ResponseWriter, status int, why nationalHeader) {
	out := national{Header: why}
	out.Body.Items.Item = []any{}
	out.Body.Page = 1
	tell(w, status, out)
}

// nationalQuery is what a caller of the national format asks for.
type nationalQuery struct {
	key, stdg  string
	page, size int
}

// askedNational reads the query. Parameters that the format does not have are
// passed over; those of which there are several count once, the first.
func askedNational(raw string) (nationalQuery, error) {
	v, err := url.ParseQuery(raw)
	if err != nil {
		return nationalQuery{}, fmt.Errorf("web: national format: query: %w", err)
	}
	if t := v.Get("type"); t != "" && !strings.EqualFold(t, "json") {
		return nationalQuery{}, fmt.Errorf("web: national format: type %.20q: only json is given", t)
	}
	q := nationalQuery{key: v.Get("serviceKey"), stdg: v.Get("stdgCd")}
	if q.page, err = within(v.Get("pageNo"), 1, 1_000_000); err != nil {
		return nationalQuery{}, fmt.Errorf("web: national format: pageNo: %w", err)
	}
	if q.size, err = within(v.Get("numOfRows"), 10, 1000); err != nil {
		return nationalQuery{}, fmt.Errorf("web: national format: numOfRows: %w", err)
	}
	return q, nil
}

// within reads a number from 1 to most; "" is def.
func within(s string, def, most int) (int, error) {
	if s == "" {
		return def, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > most {
		return 0, fmt.Errorf("%.20q is no number from 1 to %d", s, most)
	}
	return n, nil
}

// mayAsk reports whether a service key is one of ours, in a time that does not
// depend on it.
func (s *Site) mayAsk(key string) bool {
	sum, found := sha256.Sum256([]byte(key)), len(s.keys) == 0
	for _, k := range s.keys {
		found = subtle.ConstantTimeCompare(k[:], sum[:]) == 1 || found
	}
	return found
}
