package forecast

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestSameEverywhere pins a history and what it forecasts to numbers written
// here: every machine must find exactly these.
func TestSameEverywhere(t *testing.T) {
	m := New(map[string]time.Duration{"a": 5 * minute, "b": 9 * minute})
	x := uint32(1)
	draw := func(n int) time.Duration { // the same on every machine, unlike math.Exp
		x = x*1664525 + 1013904223
		return time.Duration(x>>8) % time.Duration(n) * time.Second
	}
	var got strings.Builder
	for day := range 6 {
		m.StartDay(int64(day))
		for i := range 120 {
			service, n := "a", int(draw(23)/time.Second)
			if i%3 == 0 {
				service = "b"
			}
			c := busyDesks(3, "a", "b")
			c[0].BusyFor, c[1].BusyFor, c[2].Services = draw(300), draw(600), []string{"b"}
			plan := []Change{{In: draw(3600), Counter: 2}, {In: 3600*time.Second + draw(60), Counter: 2, Open: true}}
			f := m.Predict(Line{Service: service, Ahead: ahead(n, service)}, c, plan)
			m.Waited(service, n, f, f.Base/2+draw(900))
			m.Handled(service, 30*time.Second+draw(700))
			if i%17 == 0 {
				m.NoShow(service)
				m.Break(draw(1200))
			}
			if i == 119 {
				fmt.Fprintln(&got, day, n, f.Base.Milliseconds(), f.Low.Milliseconds(), f.Mid.Milliseconds(), f.High.Milliseconds())
			}
		}
	}
	const want = `
0 9 2565304 1346460 1732386 3400509
1 4 1664535 932023 1781539 2932280
2 20 4731753 2473988 2913520 3504226
3 6 1587579 884582 1254441 1705836
4 7 1919704 1088634 1504213 2048601
5 11 4007890 2116927 2609842 3336185
`
	if got := "\n" + got.String(); got != want {
		t.Errorf("got:%s\nwant:%s", got, want)
	}
}

// TestRestart: a model restored from its snapshot goes on as if it had never
// stopped, whenever that is, and says the same bytes.
func TestRestart(t *testing.T) {
	for _, o := range kinds()[2:4] {
		a := o.model()
		o.run(a, 3, 6)
		data := a.Snapshot()
		if !bytes.Equal(data, a.Snapshot()) {
			t.Fatal("two snapshots of one model differ")
		}
		b := o.model()
		o.run(b, 99, 2) // another past, to be forgotten
		if err := b.Restore(data); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Snapshot(), data) {
			t.Fatal("a restored model has another snapshot")
		}
		for day := range int64(320) { // long enough for outcomes to be forgotten
			a.StartDay(100 + day)
			b.StartDay(100 + day)
			if day == 300 {
				if err := b.Restore(a.Snapshot()); err != nil {
					t.Fatal(err)
				}
			}
			if day > 2 && day < 318 {
				continue
			}
			x, y := o.day(a, seeded(uint64(day)), day), o.day(b, seeded(uint64(day)), day)
			for i := range x {
				if x[i] != y[i] {
					t.Fatalf("%s: day %d, ticket %d: %+v, restored %+v", o.name, day, i, x[i], y[i])
				}
			}
		}
		if !bytes.Equal(a.Snapshot(), b.Snapshot()) {
			t.Errorf("%s: the models have drifted apart", o.name)
		}
		t.Logf("%s: snapshot of %d bytes", o.name, len(data))
		if len(data) > 64<<10 {
			t.Errorf("%s: snapshot of %d bytes", o.name, len(data))
		}
	}
}

// TestNewFigure: the configured figures are not in the snapshot.
func TestNewFigure(t *testing.T) {
	a := New(map[string]time.Duration{"a": 5 * minute})
	b := New(map[string]time.Duration{"a": 20 * minute})
	if err := b.Restore(a.Snapshot()); err != nil {
		t.Fatal(err)
	}
	l, c := Line{Service: "a", Ahead: ahead(4, "a")}, busyDesks(1, "a")
	if x, y := a.Predict(l, c, nil).Base, b.Predict(l, c, nil).Base; y < 3*x {
		t.Errorf("configured 5 min: %v, then 20 min: %v", x, y)
	}
}

func TestRestoreRefuses(t *testing.T) {
	m := New(map[string]time.Duration{"a": 5 * minute})
	m.Handled("a", 5*minute)
	m.Handled("b", 5*minute)
	m.Waited("a", 3, Range{Known: true, Base: 10 * minute}, 9*minute)
	good := string(m.Snapshot())
	change := func(from, to string) string {
		if !strings.Contains(good, from) {
			t.Fatalf("no %s in %s", from, good)
		}
		return strings.Replace(good, from, to, 1)
	}
	for name, bad := range map[string]string{
		"nothing":            "",
		"cut":                good[:len(good)/2],
		"more":               good + "{}",
		"not JSON":           "순번",
		"another version":    change(`"version":1`, `"version":2`),
		"an unknown key":     change(`"version":1`, `"version":1,"x":1`),
		"a huge number":      change(`"day":0`, `"day":99999999999999999999`),
		"a fraction":         change(`"day":0`, `"day":0.5`),
		"negative weight":    change(`,65536]`, `,-65536]`),
		"empty bin":          change(`,65536]`, `,0]`),
		"weight beyond all":  change(`,65536]`, `,999999999999999]`),
		"no such bin":        change(`[[43,65536]]`, `[[84,65536]]`),
		"bins out of order":  change(`[[43,65536]]`, `[[43,65536],[42,65536]]`),
		"sum without bins":   change(`[[43,65536]]`, `[]`),
		"sum beyond all":     change(`"sum":19660800000`, `"sum":9223372036854775807`),
		"no such bucket":     change(`"bucket":3`, `"bucket":11`),
		"negative bucket":    change(`"bucket":3`, `"bucket":-1`),
		"empty cell":         change(`[[66,65536]]`, `[]`),
		"negative zero":      change(`"zero":0`, `"zero":-1`),
		"pace of nothing":    change(`"pace":65`, `"pace":-65`),
		"level out of range": change(`"level":[[65`, `"level":[[-65`),
		"a level missing":    change(`"level":[[`, `"level":[[6553,58983],[`),
		"services unordered": change(`"name":"b"`, `"name":"Z"`),
		"service twice":      change(`"name":"b"`, `"name":"a"`),
	} {
		err := m.Restore([]byte(bad))
		if err == nil {
			t.Errorf("%s: taken", name)
			continue
		}
		if !strings.HasPrefix(err.Error(), "forecast: snapshot ") || !strings.Contains(err.Error(), "start without it") {
			t.Errorf("%s: %v", name, err)
		}
		if string(m.Snapshot()) != good {
			t.Fatalf("%s: refused, and yet the model has changed", name)
		}
	}
	if err := m.Restore([]byte(good)); err != nil {
		t.Error(err)
	}
}

// FuzzRestore: whatever is taken works and comes out again as it was.
func FuzzRestore(f *testing.F) {
	m := New(map[string]time.Duration{"a": 5 * minute})
	f.Add(m.Snapshot())
	m.Handled("a", 5*minute)
	m.Break(minute)
	m.Waited("a", 3, Range{Known: true, Base: 10 * minute}, 9*minute)
	m.Waited("a", 0, Range{Known: true}, 0)
	f.Add(m.Snapshot())
	f.Fuzz(func(t *testing.T, data []byte) {
		m := New(map[string]time.Duration{"a": 5 * minute})
		if m.Restore(data) != nil {
			return
		}
		once := m.Snapshot()
		n := New(map[string]time.Duration{"a": 5 * minute})
		if err := n.Restore(once); err != nil {
			t.Fatalf("own snapshot refused: %v", err)
		}
		if !bytes.Equal(n.Snapshot(), once) {
			t.Fatal("snapshots differ")
		}
		for i := range 12 {
			r := m.Predict(Line{Service: "a", Ahead: ahead(i*i, "a")}, busyDesks(2, "a"), nil)
			known(t, r)
			m.Waited("a", i*i, r, time.Duration(i)*minute)
			m.Handled("a", time.Duration(i)*minute)
			m.StartDay(int64(i))
		}
	})
}
