package legacy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func office() Config {
	return Config{Services: []Service{{"civil", 1, 200}, {"passport", 501, 800}}}
}

// script is readings in short: "10 i civil 12 c" is a Checked ticket of civil
// with number 12 at 10 s; "c 3 12 s r" a Sure, repeating call of 12 at counter 3;
// "w civil 5". Trust is b, c or s; service - is none.
func script(t testing.TB, text string) []Reading {
	t.Helper()
	var rs []Reading
	for _, s := range strings.Split(strings.TrimSpace(text), "\n") {
		f := strings.Fields(s)
		var r Reading
		var sec, n int
		var kind, who, trust string
		if _, err := fmt.Sscan(strings.Join(f[:5], " "), &sec, &kind, &who, &n, &trust); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		r.At = time.Duration(sec) * time.Second
		r.Trust = map[string]Trust{"b": Bare, "c": Checked, "s": Sure}[trust]
		r.Repeats = len(f) > 5
		switch kind {
		case "i":
			r.Kind, r.Number, r.Service = Issue, n, who
		case "c":
			r.Kind, r.Number = Call, n
			if _, err := fmt.Sscan(who, &r.Counter); err != nil {
				t.Fatal(err)
			}
		case "w":
			r.Kind, r.Count, r.Service = Wait, n, who
		}
		if r.Service == "-" {
			r.Service = ""
		}
		rs = append(rs, r)
	}
	return rs
}

func told(es []Event) string {
	var out []string
	for _, e := range es {
		switch e := e.(type) {
		case Issued:
			out = append(out, fmt.Sprintf("%d issued %s %d", e.At/time.Second, e.Service, e.Number))
		case Called:
			out = append(out, fmt.Sprintf("%d called %s %d at %d", e.At/time.Second, e.Service, e.Number, e.Counter))
		case Waiting:
			out = append(out, fmt.Sprintf("%d waiting %s %d", e.At/time.Second, e.Service, e.Count))
		case Restarted:
			out = append(out, fmt.Sprintf("%d restarted %s", e.At/time.Second, e.Service))
		}
	}
	return strings.Join(out, "; ")
}

func TestTracker(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"tickets in order", "1 i civil 12 c\n2 i civil 13 b\n3 i civil 14 b",
			"1 issued civil 12; 2 issued civil 13; 3 issued civil 14"},
		{"a first bare ticket waits for the second", "1 i civil 12 b\n2 i civil 13 b",
			"1 issued civil 12; 2 issued civil 13"},
		{"a reprint is no second ticket", "1 i civil 12 c\n2 i civil 12 c\n3 i civil 13 c",
			"1 issued civil 12; 3 issued civil 13"},
		{"the band names the service", "1 i - 12 c\n2 i - 501 c", "1 issued civil 12; 2 issued passport 501"},
		{"outside every band", "1 i - 300 s\n2 c 1 300 s\n3 i civil 501 s\n4 i nobody 5 s", ""},
		{"a gap is believed of a checked ticket", "1 i civil 12 c\n2 i civil 15 c", "1 issued civil 12; 2 issued civil 15"},
		{"a gap must be followed when bare", "1 i civil 12 c\n2 i civil 15 b\n3 i civil 16 b",
			"1 issued civil 12; 2 issued civil 15; 3 issued civil 16"},
		{"a bare gap is not believed by itself", "1 i civil 12 c\n2 i civil 19 b\n3 i civil 14 b\n4 i civil 15 b",
			"1 issued civil 12; 3 issued civil 14; 4 issued civil 15"},
		{"a damaged bare ticket is not believed", "1 i civil 122 c\n2 i civil 23 b\n3 i civil 124 b\n4 i civil 125 b",
			"1 issued civil 122; 3 issued civil 124; 4 issued civil 125"},
		{"wrap", "1 i civil 199 c\n2 i civil 200 c\n3 i civil 1 c", "1 issued civil 199; 2 issued civil 200; 3 issued civil 1"},
		{"wrap with a gap", "1 i civil 199 c\n3 i civil 2 c", "1 issued civil 199; 3 issued civil 2"},
		{"restart at noon", "1 i civil 90 c\n2 i civil 1 c\n3 i civil 2 c",
			"1 issued civil 90; 2 restarted civil; 2 issued civil 1; 3 issued civil 2"},
		{"one early number is no restart", "1 i civil 90 c\n2 i civil 9 c\n3 i civil 91 c", "1 issued civil 90; 3 issued civil 91"},
		{"restart with damage in between", "1 i civil 90 c\n2 i civil 1 b\n3 i civil 77 b\n4 i civil 2 b",
			"1 issued civil 90; 2 restarted civil; 2 issued civil 1; 4 issued civil 2"},
		{"restart of a sure machine", "1 i civil 90 s\n2 i civil 1 s", "1 issued civil 90; 2 restarted civil; 2 issued civil 1"},
		{"numbers set by hand", "1 i civil 90 s\n2 i civil 150 s", "1 issued civil 90; 2 issued civil 150"},
		{"next morning", "1 i civil 90 c\n50000 i civil 1 b", "1 issued civil 90; 50000 restarted civil; 50000 issued civil 1"},
		{"next morning, at the same number", "1 i civil 1 c\n50000 i civil 1 c",
			"1 issued civil 1; 50000 restarted civil; 50000 issued civil 1"},
		{"next morning, near the end of the band", "1 i civil 190 c\n50000 i civil 1 c",
			"1 issued civil 190; 50000 restarted civil; 50000 issued civil 1"},
		{"a slow service goes on", "1 i civil 5 c\n50000 i civil 6 c", "1 issued civil 5; 50000 issued civil 6"},

		{"calls", "1 c 3 12 s\n2 c 4 13 s", "1 called civil 12 at 3; 2 called civil 13 at 4"},
		{"a refresh is no call", "1 c 3 12 s\n2 c 3 12 s\n3 c 3 12 s", "1 called civil 12 at 3"},
		{"a blinking display is no call", "1 c 3 12 s\n2 c 3 0 s\n3 c 3 12 s\n4 c 3 0 s\n5 c 3 12 s", "1 called civil 12 at 3"},
		{"the same at another counter is a call", "1 c 3 12 s\n2 c 4 12 s", "1 called civil 12 at 3; 2 called civil 12 at 4"},
		{"a picked earlier number", "1 c 3 112 s\n2 c 3 5 s", "1 called civil 112 at 3; 2 called civil 5 at 3"},
		{"what a display shows at the start is old", "1 c 3 12 s r\n2 c 3 13 s r", "2 called civil 13 at 3"},
		{"a display that was dark at the start", "1 c 3 0 s r\n2 c 3 13 s r", "2 called civil 13 at 3"},
		{"bare calls are seen twice", "1 c 3 12 b\n2 c 3 12 b\n9 c 3 13 b\n12 c 3 73 b\n13 c 3 13 b\n14 c 3 13 b",
			"1 called civil 12 at 3; 13 called civil 13 at 3"},
		{"within half a minute", "1 c 3 12 b\n40 c 3 12 b\n41 c 3 12 b", "40 called civil 12 at 3"},
		{"bare calls on a blinking display", "1 c 3 12 b\n2 c 3 0 b\n3 c 3 12 b", "1 called civil 12 at 3"},
		{"checked calls in line count at once", "1 c 3 12 c\n2 c 3 12 c\n3 c 4 13 c\n4 c 5 16 c",
			"1 called civil 12 at 3; 3 called civil 13 at 4; 4 called civil 16 at 5"},
		{"checked calls elsewhere are seen twice", "1 c 3 112 c\n2 c 3 112 c\n3 c 3 12 c\n4 c 3 113 c\n5 c 3 44 c\n6 c 3 44 c",
			"1 called civil 112 at 3; 4 called civil 113 at 3; 5 called civil 44 at 3"},
		{"after a restart a number is called anew", "1 i civil 90 s\n2 c 3 1 s\n3 i civil 1 s\n4 c 3 1 s",
			"1 issued civil 90; 2 called civil 1 at 3; 3 restarted civil; 3 issued civil 1; 4 called civil 1 at 3"},
		{"a restart heard late does not repeat calls", "1 i civil 90 s\n2 c 3 1 s\n3 i civil 3 s\n4 c 3 1 s",
			"1 issued civil 90; 2 called civil 1 at 3; 3 restarted civil; 3 issued civil 3"},
		{"the next day of a machine that sends a call once", "1 c 3 12 s\n50000 c 3 12 s", "1 called civil 12 at 3; 50000 called civil 12 at 3"},
		{"the next day of a display that repeats", "1 c 3 0 s r\n2 c 3 12 s r\n50000 c 3 12 s r", "2 called civil 12 at 3"},
		{"the next day of a display that was dark", "1 c 3 0 s r\n2 c 3 12 s r\n50000 c 3 0 s r\n50002 c 3 12 s r",
			"2 called civil 12 at 3; 50002 called civil 12 at 3"},
		{"a counter that the wire does not name", "1 c 0 12 s", "1 called civil 12 at 0"},

		{"waiting", "1 w civil 5 s\n2 w civil 5 s\n3 w civil 6 s\n4 w civil 5 s",
			"1 waiting civil 5; 3 waiting civil 6; 4 waiting civil 5"},
		{"bare waiting is seen twice", "1 w civil 5 b\n2 w civil 55 b\n3 w civil 5 b\n4 w civil 5 b", "3 waiting civil 5"},
		{"nobody waits, too", "1 w civil 0 s", "1 waiting civil 0"},
		{"waiting for what is not said", "1 w - 5 s\n2 w nobody 5 s", "1 waiting  5"},
	} {
		tr, err := NewTracker(office())
		if err != nil {
			t.Fatal(err)
		}
		var es []Event
		for _, r := range script(t, tc.in) {
			es = append(es, tr.Apply(r)...)
		}
		if got := told(es); got != tc.want {
			t.Errorf("%s:\n got %s\nwant %s", tc.name, got, tc.want)
		}
	}
}

// TestCounts: what is not told is counted.
func TestCounts(t *testing.T) {
	tr, err := NewTracker(office())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range script(t, `
1 i civil 198 c
2 i civil 198 c
3 i civil 3 c
4 i civil 50 c
5 i civil 4 c
6 i civil 90 s
7 i civil 1 s
8 c 3 1 s r
9 c 3 1 s r
10 c 3 2 s r
11 c 3 300 s r
12 w civil 5 s`) {
		tr.Apply(r)
	}
	want := Judged{Issued: 5, Called: 1, Waiting: 1, Duplicates: 1, Refreshes: 1, Baselines: 1, Missed: 4, Wraps: 1,
		Restarts: 1, Resyncs: 1, Held: 1, Dropped: 1, Strange: 1}
	if got := tr.Judged(); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// TestOverlap: where bands overlap a number alone names no service.
func TestOverlap(t *testing.T) {
	tr, err := NewTracker(Config{Services: []Service{{"a", 1, 200}, {"b", 100, 300}}})
	if err != nil {
		t.Fatal(err)
	}
	var es []Event
	for _, r := range script(t, "1 i - 150 s\n2 c 3 150 s\n3 i b 150 s\n4 i - 250 s\n5 c 3 50 s") {
		es = append(es, tr.Apply(r)...)
	}
	if got, want := told(es), "2 called  150 at 3; 3 issued b 150; 4 issued b 250; 5 called a 50 at 3"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestConfigRefuses(t *testing.T) {
	for _, s := range [][]Service{nil, {{"", 1, 2}}, {{"a", 0, 5}}, {{"a", 5, 5}}, {{"a", 1, 100000}}, {{"a", 1, 9}, {"a", 10, 19}}} {
		if _, err := NewTracker(Config{Services: s}); err == nil || !strings.HasPrefix(err.Error(), "legacy: ") {
			t.Errorf("%v: error %v", s, err)
		}
	}
}

// TestNothingTwice: of any readings, a ticket is told once until its numbers go
// round or begin again, and a call never repeats what its display last said.
func TestNothingTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr, err := NewTracker(office())
		if err != nil {
			t.Fatal(err)
		}
		at := time.Duration(0)
		last := map[string]int{}
		shown := map[int]int{}
		for range rapid.IntRange(0, 120).Draw(t, "readings") {
			at += time.Duration(rapid.IntRange(0, 50).Draw(t, "s")) * time.Second
			r := Reading{
				Kind:    rapid.SampledFrom([]Kind{Issue, Call, Wait}).Draw(t, "kind"),
				Number:  rapid.SampledFrom([]int{0, 1, 2, 3, 12, 13, 14, 199, 200, 501, 502, 900}).Draw(t, "number"),
				Counter: rapid.IntRange(0, 2).Draw(t, "counter"),
				Count:   rapid.IntRange(-1, 3).Draw(t, "count"),
				Trust:   rapid.SampledFrom([]Trust{Bare, Checked, Sure}).Draw(t, "trust"),
				Repeats: rapid.Bool().Draw(t, "repeats"),
				At:      at,
			}
			for _, e := range tr.Apply(r) {
				switch e := e.(type) {
				case Restarted:
					delete(last, e.Service)
					for c, n := range shown {
						if (n <= 200) == (e.Service == "civil") {
							delete(shown, c)
						}
					}
				case Issued:
					if last[e.Service] == e.Number {
						t.Fatalf("%+v told twice", e)
					}
					last[e.Service] = e.Number
				case Called:
					if shown[e.Counter] == e.Number || e.Number == 0 {
						t.Fatalf("%+v is no new call", e)
					}
					shown[e.Counter] = e.Number
				}
			}
		}
	})
}

func TestScriptIsComplete(t *testing.T) {
	got := script(t, "7 c 3 12 b r")
	want := []Reading{{Kind: Call, Number: 12, Counter: 3, Trust: Bare, Repeats: true, At: 7 * time.Second}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}
