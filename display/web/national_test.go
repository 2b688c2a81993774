package web

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// shape gives every place of a JSON text and how its value is written, in the
// order of the text; rows of a list count once.
func shape(t *testing.T, b []byte) []string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	var out []string
	add := func(s string) {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	var value func(path string)
	token := func() json.Token {
		t.Helper()
		x, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	value = func(path string) {
		switch x := token().(type) {
		case json.Delim:
			add(fmt.Sprint(path, " ", x))
			for d.More() {
				if x == '[' {
					value(path + "[]")
				} else {
					value(path + "." + token().(string))
				}
			}
			token()
		default:
			add(fmt.Sprintf("%s %T", path, x))
		}
	}
	value("")
	return out
}

// TestNationalFormatHasThePublicShape: the same places in the same order, the
// same kinds of values, and values written in the same way.
func TestNationalFormatHasThePublicShape(t *testing.T) {
	o := hall("CS0001", time.Now())
	o.Snapshot.Services[1].Called, o.Snapshot.Services[1].CalledAt, o.Snapshot.Services[1].Waiting = "", 0, new(0)
	s := newSite(t, newTown(o, Office{ID: "CS0002"}))
	written := map[string]string{"totDt": `\d{14}`, "totCrtrYmd": `\d{8}`, "stdgCd": `\d{10}`, "csoSn": `CS\d{4}`, "clotNo": `\d*`, "clotCnterNo": `\d*`, "wtngCnt": `\d+`, "lat": `\d+\.\d+`, "lot": `\d+\.\d+`,
		"wkdyOperBgngTm": `\d{6}`, "wkdyOperEndTm": `\d{6}`, "nghtOperYn": `[YN]`, "wkndOperYn": `[YN]`}
	for name, path := range map[string]string{"realtime": "cso_realtime_v2?type=json", "info": "cso_info_v2?serviceKey=any&pageNo=1&type=JSON", "none": "cso_realtime_v2?stdgCd=9999999999"} {
		theirs, err := os.ReadFile("testdata/national/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		ours := []byte(text(t, get(t, s, "/B551982/cso_v2/"+path)))
		if a, b := shape(t, theirs), shape(t, ours); !reflect.DeepEqual(a, b) {
			t.Errorf("%s: theirs %q\nours %q", name, a, b)
		}
		for _, of := range [][]byte{theirs, ours} {
			var v struct {
				Header map[string]string
				Body   struct {
					Items struct{ Item []map[string]string }
				}
			}
			if err := json.Unmarshal(of, &v); err != nil {
				t.Fatal(err)
			}
			if name == "none" && !reflect.DeepEqual(v.Header, map[string]string{"resultCode": "K03", "resultMsg": "NODATA_ERROR"}) {
				t.Error(v.Header)
			}
			for _, row := range v.Body.Items.Item {
				for key, value := range row {
					if w := written[key]; w != "" && !regexp.MustCompile(`^(?:`+w+`)$`).MatchString(value) {
						t.Errorf("%s: %s is %q", name, key, value)
					}
				}
			}
		}
	}
}

type nationalPage struct {
	Header struct{ ResultCode, ResultMsg string }
	Body   struct {
		Items                         struct{ Item []map[string]string }
		NumOfRows, PageNo, TotalCount int
	}
}

func nationalAsk(t *testing.T, s *Site, path string) (int, nationalPage) {
	t.Helper()
	r := get(t, s, "/B551982/cso_v2/"+path)
	var p nationalPage
	if err := json.Unmarshal([]byte(text(t, r)), &p); err != nil {
		t.Fatal(err)
	}
	if p.Body.Items.Item == nil {
		t.Errorf("%s: item is no array", path)
	}
	return r.StatusCode, p
}

// TestNationalPages: all pages together are all rows, once, in one order, however
// many a page has.
func TestNationalPages(t *testing.T) {
	now := time.Now()
	c := newTown()
	for _, i := range rand.Perm(57) {
		o := hall(fmt.Sprintf("CS%04d", i+1), now)
		o.Snapshot.Where.Stdg = []string{"4115000000", "4113500000"}[i%2]
		c.set(o)
	}
	c.set(heardHall("CS0058", now))
	s := newSite(t, c)
	for _, operation := range []struct {
		path, row string
		total     int
	}{{"cso_realtime_v2", "taskNo", 116}, {"cso_info_v2", "csoNm", 58}} {
		var whole []string
		for _, size := range []int{1000, 1, 7, 58, 116} {
			var rows []string
			for page := 1; ; page++ {
				_, p := nationalAsk(t, s, fmt.Sprintf("%s?numOfRows=%d&pageNo=%d", operation.path, size, page))
				if p.Header.ResultCode != "K0" || p.Body.TotalCount != operation.total || p.Body.PageNo != page || p.Body.NumOfRows != size || len(p.Body.Items.Item) > size {
					t.Fatalf("%s, page %d of %d: %+v", operation.path, page, size, p)
				}
				for _, row := range p.Body.Items.Item {
					rows = append(rows, row["csoSn"]+row[operation.row])
				}
				if page*size >= operation.total {
					break
				}
				if len(p.Body.Items.Item) != size {
					t.Fatalf("%s, page %d of %d has %d rows", operation.path, page, size, len(p.Body.Items.Item))
				}
			}
			if whole == nil {
				whole = rows
			}
			if len(rows) != operation.total || !slices.Equal(rows, whole) || !slices.IsSortedFunc(rows, func(a, b string) int { return strings.Compare(a[:6], b[:6]) }) {
				t.Errorf("%s by %d: %q", operation.path, size, rows)
			}
		}
		if _, p := nationalAsk(t, s, operation.path+"?stdgCd=4113500000&numOfRows=1000"); p.Body.TotalCount != 28*operation.total/58 {
			t.Errorf("%s of one area: %d", operation.path, p.Body.TotalCount)
		}
		if _, p := nationalAsk(t, s, operation.path+"?pageNo=99"); p.Header.ResultCode != "K0" || p.Body.TotalCount != operation.total || len(p.Body.Items.Item) != 0 {
			t.Errorf("%s beyond the end: %+v", operation.path, p)
		}
	}
}

func TestNationalErrors(t *testing.T) {
	s, _ := guarded(t, newTown(hall("CS0001", time.Now())), func(o *Options) { o.NationalKeys = []string{"k%2B/=", "second"} })
	for query, want := range map[string]string{
		"serviceKey=second":                                  "200 K0 NORMAL_SERVICE",
		"serviceKey=" + url.QueryEscape("k%2B/="):            "200 K0 NORMAL_SERVICE",
		"serviceKey=second&pageNo=&numOfRows=&type=&stdgCd=": "200 K0 NORMAL_SERVICE",
		"serviceKey=second&resultType=xml&other=1":           "200 K0 NORMAL_SERVICE",
		"serviceKey=second&stdgCd=0000000000":                "200 K03 NODATA_ERROR",
		"serviceKey=second&stdgCd=nowhere":                   "200 K03 NODATA_ERROR",
		"":                                                   "401 K30 SERVICE_KEY_IS_NOT_REGISTERED_ERROR",
		"serviceKey=":                                        "401 K30 SERVICE_KEY_IS_NOT_REGISTERED_ERROR",
		"serviceKey=Second":                                  "401 K30 SERVICE_KEY_IS_NOT_REGISTERED_ERROR",
		"serviceKey=second&type=xml":                         "400 K10 INVALID_REQUEST_PARAMETER_ERROR",
		"serviceKey=second&pageNo=0":                         "400 K10 INVALID_REQUEST_PARAMETER_ERROR",
		"serviceKey=second&pageNo=-1":                        "400 K10 INVALID_REQUEST_PARAMETER_ERROR",
		"serviceKey=second&pageNo=one":                       "400 K10 INVALID_REQUEST_PARAMETER_ERROR",
		"serviceKey=second&pageNo=1000001":                   "400 K10 INVALID_REQUEST_PARAMETER_ERROR",
		"serviceKey=second&numOfRows=1001":                   "400 K10 INVALID_REQUEST_PARAMETER_ERROR",
		"serviceKey=second&numOfRows=99999999999999999999":   "400 K10 INVALID_REQUEST_PARAMETER_ERROR",
		"serviceKey=second&numOfRows=1.5":                    "400 K10 INVALID_REQUEST_PARAMETER_ERROR",
		"serviceKey=second;pageNo=1":                         "400 K10 INVALID_REQUEST_PARAMETER_ERROR",
		"serviceKey=second&stdgCd=%zz":                       "400 K10 INVALID_REQUEST_PARAMETER_ERROR",
	} {
		for _, operation := range []string{"cso_realtime_v2", "cso_info_v2"} {
			status, p := nationalAsk(t, s, operation+"?"+query)
			if got := strings.Join([]string{strconv.Itoa(status), p.Header.ResultCode, p.Header.ResultMsg}, " "); got != want {
				t.Errorf("%s?%s: %s, not %s", operation, query, got, want)
			}
		}
	}
	if r := get(t, s, "/B551982/cso_v2/cso_info_v2?type=xml"); r.Header.Get("Cache-Control") != "no-store" || r.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("an error: %v", r.Header)
	}
	if r := post(t, s, "/B551982/cso_v2/cso_info_v2", nil); r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %s", r.Status)
	}
}

// What an office has not told is blank; hours are both there or neither.
func TestNationalBlanks(t *testing.T) {
	o := hall("CS0001", time.Now())
	w := o.Snapshot.Where
	w.Stdg, w.Road, w.Lat, w.Lon, w.Night, w.Weekdays = "", "", 0, 0, "", "0900-"
	s := newSite(t, newTown(o))
	_, p := nationalAsk(t, s, "cso_info_v2")
	want := map[string]string{"csoSn": "CS0001", "csoNm": "수정동 주민센터", "stdgCd": "", "lotnoAddr": "수정동 1", "roadNmAddr": "", "lat": "", "lot": "",
		"wkdyOperBgngTm": "", "wkdyOperEndTm": "", "nghtOperYn": "N", "nghtDowExpln": "", "wkndOperYn": "N", "wkndDowExpln": "", "totCrtrYmd": seoul(time.Now()).Format("20060102")}
	if got := p.Body.Items.Item[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
	o.Snapshot.Where = nil
	if _, p := nationalAsk(t, s, "cso_info_v2"); p.Header.ResultCode != "K03" {
		t.Errorf("an office without an address: %+v", p)
	}
	if _, p := nationalAsk(t, s, "cso_realtime_v2"); p.Body.TotalCount != 2 || p.Body.Items.Item[0]["stdgCd"] != "" {
		t.Errorf("its line: %+v", p)
	}
}

func FuzzNationalQuery(f *testing.F) {
	f.Add("serviceKey=k&pageNo=2&numOfRows=100&type=json&stdgCd=4115000000")
	f.Add("pageNo=-1")
	f.Add("type=xml&pageNo=00&numOfRows=+1")
	f.Add("a;b&%zz=1")
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := askedNational(raw)
		if err != nil {
			if q != (nationalQuery{}) {
				t.Fatal(q, err)
			}
			return
		}
		if q.page < 1 || q.page > 1_000_000 || q.size < 1 || q.size > 1000 || (q.page-1)*q.size < 0 {
			t.Fatal(q)
		}
	})
}

func FuzzClockTimes(f *testing.F) {
	for _, s := range []string{"0900-1800", "09:00-18:00", "0900-2400", "0900-", "9:00-18:00", "2500-1800", "0900-1800-1900", "-", ""} {
		f.Add(s)
	}
	right := regexp.MustCompile(`^(?:(?:[01]\d|2[0-3])[0-5]\d|2400)00$`)
	f.Fuzz(func(t *testing.T, s string) {
		from, to := clockTimes(s)
		if from == "" && to == "" {
			return
		}
		if !right.MatchString(from) || !right.MatchString(to) {
			t.Fatalf("%q became %q and %q", s, from, to)
		}
	})
}
