package queue_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
	"time"

	"sunbeon/appliance/queue"
)

// goldenDay is a day in which every kind of fact happens.
func goldenDay(t *testing.T) *desk {
	d := &desk{t: t, state: queue.New(), now: queue.Stamp{Wall: 5000, Mono: 5000, Boot: "a"}}
	c := lunch()
	c.Services[0].Issuing = queue.Hours{Days: []int{1, 2, 3, 4, 5}, Spans: []queue.Span{{From: 540, To: 1080}}, Off: []string{"2026-12-25"}}
	d.must("", queue.Configure{Config: c})
	d.must("open", queue.OpenDay{})
	d.must("", queue.ReportDevice{Device: "printer", Conditions: []string{"paper_low", "cover_open"}})
	first := d.issue("civil", queue.Ordinary)
	d.must("", queue.PaperResult{Day: 1, Ref: first, Paper: queue.Failed, Reason: "덮개 열림"})
	d.must("", queue.ReportDevice{Device: "printer"})
	d.must("", queue.Reprint{Ref: first})
	d.must("", queue.PaperResult{Day: 1, Ref: first, Paper: queue.OnPaper, Copy: true})
	d.confirm("2026-11-23 09:10")
	d.must("", queue.Tick{})

	for i := range 6 {
		d.wait(time.Minute)
		r := d.issue("civil", []queue.Class{queue.Ordinary, queue.Priority}[i%2])
		d.must("", queue.PaperResult{Day: 1, Ref: r, Paper: queue.Unconfirmed})
	}
	online := queue.Issue{Service: "passport", Class: queue.Ordinary, Origin: queue.Online, Token: "kq3v7", Forecast: queue.Forecast{Low: 60, Mid: 300, High: 900, Base: 290000}}
	d.must("web-1", online)
	d.must("web-2", online)
	d.must("web-3", queue.Cancel{Token: "kq3v7"})
	for n := range 3 {
		d.wait(time.Minute)
		d.must("", queue.CallNext{Counter: n + 1})
	}
	d.must("", queue.Recall{Counter: 1})
	d.must("", queue.MarkNoShow{Counter: 1})
	missed := d.state.Calls[len(d.state.Calls)-1].Ref
	d.wait(5 * time.Minute)
	d.must("", queue.Return{Ref: missed})
	d.must("", queue.Transfer{Counter: 3, Service: "civil", ToCounter: 2})
	held := d.state.Counter(2).Current
	d.must("", queue.Hold{Counter: 2})
	d.must("", queue.CallNext{Counter: 2})
	d.must("", queue.Pause{Counter: 2})
	d.must("", queue.Pick{Counter: 3, Ref: held})
	d.must("", queue.Remove{Ref: d.issue("civil", queue.Ordinary), Reason: "시험 발권"})
	d.must("", queue.SetServices{Counter: 3, Services: []string{"civil"}})
	d.must("", queue.CallNext{Counter: 3})
	d.must("", queue.CloseIssuing{Service: "passport"})
	d.must("", queue.ReopenIssuing{Service: "passport"})
	d.at("2026-11-23 12:00")
	d.must("", queue.Tick{})
	d.at("2026-11-23 13:00")
	d.must("", queue.Tick{})
	c.Rules.LatePlace, c.Rules.LateAfter = queue.LateAfter, 2
	d.must("", queue.Configure{Config: c})
	d.must("", queue.CloseCounter{Counter: 3})
	d.must("", queue.CloseDay{})
	d.must("again", queue.OpenDay{})
	d.must("", queue.OpenCounter{Counter: 1})
	d.must("key-1", queue.CallNext{Counter: 1})
	d.at("2026-11-23 18:00")
	d.must("", queue.Tick{})
	return d
}

// onlineDay is a day of those who take their tickets at home.
func onlineDay(t *testing.T) *desk {
	d := newDesk(t)
	c := office()
	c.Services[1].Arrival, c.Services[1].OnlineQuota, c.Rules.DelayMost = true, 9, 5
	c.Rules.LatePlace, c.Rules.LateAfter = queue.LateAfter, 1
	d.must("", queue.Configure{Config: c})
	online := func(token string) queue.Ref {
		d.wait(time.Minute)
		return d.must("web-"+token, queue.Issue{Service: "passport", Class: queue.Ordinary, Origin: queue.Online, Token: token}).Answer.Ref
	}
	online("on-the-way")
	online("late")
	picked := online("picked")
	for range 4 {
		d.issue("passport", queue.Ordinary)
	}
	d.must("web-here", queue.Arrive{Token: "on-the-way"})
	d.must("web-pass", queue.Delay{Token: "on-the-way", Pass: 4})
	d.must("web-more", queue.Delay{Token: "on-the-way", Pass: 4})
	d.must("key-1", queue.CallNext{Counter: 3}) // two are skipped
	d.wait(time.Minute)
	d.must("web-back", queue.Arrive{Token: "late"})
	d.must("", queue.Pick{Counter: 2, Ref: picked})
	online("never")
	d.must("", queue.CloseDay{})
	d.must("", queue.OpenDay{})
	c.Services[1].Arrival = false
	d.must("", queue.Configure{Config: c})
	d.must("", queue.CallNext{Counter: 3})
	return d
}

// TestGoldenDay notices every change of what old facts mean: the facts of a day
// are read from testdata/day.jsonl and must lead to testdata/day.state.json, and
// those of an observed office and of one with online tickets likewise.
// SUNBEON_WRITE_GOLDEN=1 writes them anew; that is right only for facts that no
// office has on its card.
func TestGoldenDay(t *testing.T) {
	left := map[string]bool{}
	for _, e := range everyEvent() {
		left[e.Kind()] = true
	}
	checkGolden(t, "day", goldenDay(t), left)
	checkGolden(t, "observed", observedDay(t), left)
	checkGolden(t, "online", onlineDay(t), left)
	for kind := range left {
		t.Errorf("no %s in the days", kind)
	}
}

// checkGolden holds the day against its goldens and strikes the kinds it meets.
func checkGolden(t *testing.T, name string, d *desk, left map[string]bool) {
	t.Helper()
	jsonl, state := "testdata/"+name+".jsonl", "testdata/"+name+".state.json"
	var facts bytes.Buffer
	for _, f := range d.facts {
		raw, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		facts.Write(append(raw, '\n'))
	}
	if os.Getenv("SUNBEON_WRITE_GOLDEN") != "" {
		for name, b := range map[string][]byte{jsonl: facts.Bytes(), state: append(d.state.Encode(), '\n')} {
			if err := os.WriteFile(name, b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	golden, err := os.ReadFile(jsonl)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(state)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(facts.Bytes(), golden) {
		t.Errorf("the same commands lead to other facts than %s:\n%s", jsonl, facts.Bytes())
	}
	s := queue.New()
	for i, line := range bytes.Split(bytes.TrimSpace(golden), []byte("\n")) {
		var f queue.Fact
		if err := json.Unmarshal(line, &f); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		delete(left, f.Event.Kind())
		if again, err := json.Marshal(f); err != nil || !bytes.Equal(again, line) {
			t.Errorf("line %d encodes to\n%s, %v; it was\n%s", i+1, again, err, line)
		}
		if err := s.Apply(f); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
	}
	if got := append(s.Encode(), '\n'); !bytes.Equal(got, want) {
		t.Errorf("the facts lead to\n%s\nwant\n%s", got, want)
	}
}
