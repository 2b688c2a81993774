package figures

import (
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/queue"
	"sunbeon/display/web/intake"
	"sunbeon/display/web/sqldb"
)

// tuesday is 2026-11-24, and at a time of it.
func tuesday(hour, minute int) time.Time {
	return time.Date(2026, 11, 24, hour, minute, 0, 0, feed.KST())
}

// site is a real office as far as its record goes.
type site struct {
	t       testing.TB
	id      string
	journal string
	state   *queue.State
	now     queue.Stamp
	record  []json.RawMessage
	stored  int
}

func config() queue.Config {
	return queue.Config{
		Office: queue.Office{ID: "o", Name: "가능동 주민센터"},
		Services: []queue.Service{
			{ID: "civil", Name: "민원", First: 1, Last: 9999, Priority: true, Handling: 240},
			{ID: "passport", Name: "여권", Prefix: "P", First: 1, Last: 9999, Online: true, Priority: true, Handling: 420},
		},
		Counters: []queue.Counter{
			{Number: 1, Services: []string{"civil", "passport"}, Rule: queue.RuleLongest},
			{Number: 2, Services: []string{"passport", "civil"}, Rule: queue.RuleStrict},
		},
		Rules: queue.Rules{PriorityRun: 1, LateWithin: 10, LatePlace: queue.LateAfter, LateAfter: 2, DayStarts: 240, DayJumpLimit: 14},
	}
}

// newSite is an office whose first day begins at a moment.
func newSite(t testing.TB, id, journal string, at time.Time) *site {
	o := &site{t: t, id: id, journal: journal, state: queue.New(), now: queue.Stamp{Wall: at.UnixMilli(), Trusted: true, Mono: 1000, Boot: "a"}}
	o.must(queue.Configure{Config: config()})
	o.must(queue.Tick{})
	return o
}

func (o *site) wait(d time.Duration) {
	o.now.Wall += d.Milliseconds()
	o.now.Mono += d.Milliseconds()
}

// until waits for a moment.
func (o *site) until(at time.Time) { o.wait(at.Sub(time.UnixMilli(o.now.Wall))) }

// do gives a command and records what happened; false if it was refused.
func (o *site) do(c queue.Command) bool {
	o.t.Helper()
	in := queue.Input{At: o.now, By: "test", Command: c}
	d, err := o.state.Decide(in)
	if err != nil {
		return false
	}
	for _, f := range o.state.Facts(in, d.Events) {
		raw, err := json.Marshal(f)
		if err != nil {
			o.t.Fatal(err)
		}
		if err := o.state.Apply(f); err != nil {
			o.t.Fatal(err)
		}
		o.record = append(o.record, raw)
	}
	return true
}

func (o *site) must(c queue.Command) {
	o.t.Helper()
	if !o.do(c) {
		o.t.Fatalf("%T %+v was refused", c, c)
	}
}

func (o *site) issue(service string) {
	o.t.Helper()
	o.must(queue.Issue{Service: service, Class: queue.Ordinary, Origin: queue.Button})
}

func (o *site) call() { o.t.Helper(); o.must(queue.CallNext{Counter: 1}) }

// heads are the facts as a city reads them.
func (o *site) heads() []feed.FactHead {
	out := make([]feed.FactHead, len(o.record))
	for i, raw := range o.record {
		if err := json.Unmarshal(raw, &out[i]); err != nil {
			o.t.Fatal(err)
		}
	}
	return out
}

// tally is the present day, counted.
func (o *site) tally() *tally {
	t := newTally(o.journal, o.state.Day.Number)
	for _, h := range o.heads() {
		if h.Day == t.number {
			t.take(h)
		}
	}
	return t
}

// store puts what is new into the city's store.
func (o *site) store(db *sqldb.DB) {
	o.t.Helper()
	tx, err := db.Begin(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	defer tx.Rollback()
	for _, h := range o.heads()[o.stored:] {
		if _, err := tx.Exec(o.t.Context(), `INSERT INTO fact (office, journal, seq, day, kind, at, raw, hash) VALUES (?,?,?,?,?,?,?,?)`,
			o.id, o.journal, int64(h.Seq), h.Day, h.Kind, h.At.Wall, []byte(o.record[o.stored]), []byte("hash")); err != nil {
			o.t.Fatal(err)
		}
		o.stored++
	}
	if err := tx.Commit(); err != nil {
		o.t.Fatal(err)
	}
}

func (o *site) point() Point {
	return Point{Journal: o.journal, Seq: o.state.Seq, Heard: time.UnixMilli(o.now.Wall)}
}

// day lets an office have a day of so many tickets an hour from 9 to 18, each
// called after some minutes, and closes it.
func (o *site) day(date time.Time, perHour int, waits time.Duration) {
	o.t.Helper()
	o.until(date.Add(8*time.Hour + 30*time.Minute))
	o.do(queue.Tick{})
	for h := 9; h < 18; h++ {
		for n := range perHour {
			o.until(date.Add(time.Duration(h)*time.Hour + time.Duration(n)*time.Hour/time.Duration(perHour)))
			o.issue("civil")
			o.wait(waits)
			o.call()
		}
	}
	o.until(date.Add(18*time.Hour + 30*time.Minute))
	o.must(queue.CloseDay{})
}

// city is a store with the tables of package intake.
func city(t testing.TB) *sqldb.DB {
	t.Helper()
	return cityAt(t, filepath.Join(t.TempDir(), "city.db"))
}

func cityAt(t testing.TB, dsn string) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if _, err := intake.OpenStore(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	return db
}

func open(t testing.TB, db *sqldb.DB, now *time.Time) *Figures {
	t.Helper()
	f, err := Open(t.Context(), Config{DB: db, Now: func() time.Time { return *now }, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// random is a command that the office may refuse.
func (o *site) random(r *rand.Rand) queue.Command {
	o.wait(time.Duration(r.IntN(120)) * time.Second)
	counter := 1 + r.IntN(2)
	pick := func(of queue.Status) queue.Ref {
		var all []queue.Ref
		for i := range o.state.Tickets {
			if t := &o.state.Tickets[i]; t.Status == of {
				all = append(all, t.Ref)
			}
		}
		if len(all) == 0 {
			return queue.Ref{}
		}
		return all[r.IntN(len(all))]
	}
	some := []queue.Status{queue.Waiting, queue.OnHold, queue.Missed}[r.IntN(3)]
	service := []string{"civil", "passport"}[r.IntN(2)]
	switch r.IntN(30) {
	case 0, 1:
		return queue.MarkNoShow{Counter: counter}
	case 2, 3:
		return queue.Hold{Counter: counter}
	case 4:
		return queue.Pick{Counter: counter, Ref: pick(some)}
	case 5, 6:
		return queue.Return{Ref: pick(queue.Missed)}
	case 7, 8, 9:
		return queue.Transfer{Counter: counter, Service: service}
	case 10:
		return queue.Finish{Counter: counter}
	case 11:
		return queue.Cancel{Ref: pick(some)}
	case 12:
		return queue.Remove{Ref: pick(some)}
	case 13:
		if r.IntN(8) == 0 {
			return queue.CloseDay{}
		}
		return queue.OpenDay{}
	case 14, 15, 16, 17, 18, 19, 20:
		return queue.CallNext{Counter: counter}
	}
	return queue.Issue{Service: service, Class: queue.Ordinary, Origin: queue.Button}
}
