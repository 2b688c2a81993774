package web

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"
)

func TestAPITagsItsAnswers(t *testing.T) {
	c := newTown(hall("CS0001", time.Now()))
	s := newSite(t, c)
	for _, path := range []string{"/api/v1/offices", "/api/v1/offices/CS0001"} {
		r := get(t, s, path)
		tag := r.Header.Get("ETag")
		if r.StatusCode != http.StatusOK || tag == "" || r.Header.Get("Cache-Control") != "public, max-age=5" || !json.Valid([]byte(text(t, r))) {
			t.Fatalf("%s: %s %v", path, r.Status, r.Header)
		}
		if r := get(t, s, path, "If-None-Match", tag); r.StatusCode != http.StatusNotModified || text(t, r) != "" {
			t.Errorf("%s, the same again: %s", path, r.Status)
		}
		o := hall("CS0001", time.Now())
		*o.Snapshot.Services[0].Waiting += 5
		c.set(o)
		if r := get(t, s, path, "If-None-Match", tag); r.StatusCode != http.StatusOK || r.Header.Get("ETag") == tag {
			t.Errorf("%s, changed: %s", path, r.Status)
		}
		c.set(hall("CS0001", time.Now()))
	}
}

func TestAPIRefusesInJSON(t *testing.T) {
	s := newSite(t, newTown())
	for path, want := range map[string]code{"/api/v1/offices/CS9": unknownOffice, "/api/v1/tickets/abcdefghijklmnop": unknownTicket, "/api/v2": notFound} {
		r := get(t, s, path)
		var why struct {
			Code   code
			Ko, En string
		}
		if err := json.Unmarshal([]byte(text(t, r)), &why); err != nil || r.StatusCode != http.StatusNotFound || why.Code != want || why.Ko == "" || why.En == "" {
			t.Errorf("%s: %s %+v %v", path, r.Status, why, err)
		}
	}
	if r := post(t, s, "/api/v1/offices", nil); r.StatusCode != http.StatusMethodNotAllowed || !contains(text(t, r), `"code":"method_not_allowed"`) {
		t.Errorf("POST: %s", r.Status)
	}
}

func TestHealthSaysWhatItReaches(t *testing.T) {
	c := newTown(hall("CS0001", time.Now()), hall("CS0002", time.Now().Add(-time.Hour)))
	c.down = true
	r := get(t, newSite(t, c), "/healthz")
	if body := text(t, r); r.StatusCode != http.StatusOK || !contains(body, `"ok":true`, `"connected":false`, `"offices":2`, `"fresh":1`) {
		t.Errorf("%s %s", r.Status, body)
	}
}

func TestNationalFormat(t *testing.T) {
	received := time.Now()
	s := newSite(t, newTown(hall("CS0001", received), hall("CS0002", received.Add(-time.Hour)), Office{ID: "CS0003"}))
	fetch := func(path string) (out struct {
		Header struct{ ResultCode, ResultMsg string }
		Body   struct {
			Items                         struct{ Item []map[string]string } // all values are strings
			NumOfRows, PageNo, TotalCount int
		}
	}) {
		t.Helper()
		if err := json.Unmarshal([]byte(text(t, get(t, s, "/B551982/cso_v2/"+path))), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	real := fetch("cso_realtime_v2?serviceKey=k&type=json")
	if real.Header.ResultCode != "K0" || real.Body.TotalCount != 2 { // the stale office's figures are not passed on as new
		t.Fatalf("%+v", real)
	}
	want := map[string]string{"totDt": seoul(received).Format("20060102150405"), "stdgCd": "4115000000", "csoSn": "CS0001", "csoNm": "수정동 주민센터",
		"taskNo": "civil", "taskNm": "민원", "clotNo": "118", "clotCnterNo": "2", "wtngCnt": "7"}
	for k, v := range want {
		if got := real.Body.Items.Item[0][k]; got != v {
			t.Errorf("%s: %q, not %q", k, got, v)
		}
	}
	if len(real.Body.Items.Item[0]) != len(want) {
		t.Errorf("%+v", real.Body.Items.Item[0])
	}
	info := fetch("cso_info_v2?numOfRows=1&pageNo=2")
	if info.Body.TotalCount != 2 || info.Body.PageNo != 2 || len(info.Body.Items.Item) != 1 {
		t.Fatalf("%+v", info)
	}
	row := info.Body.Items.Item[0]
	for k, v := range map[string]string{"csoSn": "CS0002", "lat": "37.500000", "lot": "127.250000", "wkdyOperBgngTm": "090000", "wkdyOperEndTm": "180000",
		"nghtOperYn": "Y", "nghtDowExpln": "화요일 20시까지", "wkndOperYn": "N", "roadNmAddr": "수정로 1", "lotnoAddr": "수정동 1"} {
		if row[k] != v {
			t.Errorf("%s: %q, not %q", k, row[k], v)
		}
	}
	for _, path := range []string{"cso_realtime_v2?stdgCd=1", "cso_realtime_v2?pageNo=99"} {
		if none := fetch(path); none.Body.Items.Item == nil || len(none.Body.Items.Item) != 0 {
			t.Errorf("%s: %+v", path, none)
		}
	}
	if none := fetch("cso_info_v2?stdgCd=1"); none.Header.ResultCode != "K03" {
		t.Errorf("%+v", none)
	}
}
