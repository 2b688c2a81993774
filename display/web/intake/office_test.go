package intake

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/queue"
)

// office is a real one, as far as its record goes: the city's view of its
// tickets is compared with what it knows itself.
type office struct {
	t       *testing.T
	state   *queue.State
	now     queue.Stamp
	journal string
	hash    [32]byte
	record  []feed.FactMessage
	tokens  []string
	moved   map[string]bool // by token
}

func rules(run int, keep bool, late queue.LatePlace) queue.Rules {
	return queue.Rules{PriorityRun: run, TransferKeepsPlace: keep, LateWithin: 10, LatePlace: late, LateAfter: 2, DelayMost: 4, DayStarts: 240, DayJumpLimit: 14}
}

func config(r queue.Rules) queue.Config {
	return queue.Config{
		Office: queue.Office{ID: "o", Name: "가능동 주민센터"},
		Services: []queue.Service{
			{ID: "civil", Name: "민원", NameEn: "Certificates", First: 1, Last: 9999, Priority: true, Handling: 240},
			{ID: "passport", Name: "여권", Prefix: "P", First: 1, Last: 9999, Online: true, Arrival: true, Priority: true, Handling: 420},
		},
		Counters: []queue.Counter{
			{Number: 1, Services: []string{"civil", "passport"}, Rule: queue.RuleLongest},
			{Number: 2, Services: []string{"passport", "civil"}, Rule: queue.RuleStrict},
			{Number: 3, Services: []string{"passport", "civil"}, Rule: queue.RuleWeighted, Weights: []int{3, 1}},
		},
		Rules: r,
	}
}

func newOffice(t *testing.T, journal string, c queue.Config) *office {
	start := time.Date(2026, 11, 23, 9, 0, 0, 0, queue.KST())
	o := &office{t: t, state: queue.New(), journal: journal, moved: map[string]bool{}, now: queue.Stamp{Wall: start.UnixMilli(), Trusted: true, Mono: 1000, Boot: "a"}}
	o.must(queue.Configure{Config: c})
	o.must(queue.Tick{})
	return o
}

func (o *office) wait(d time.Duration) {
	o.now.Wall += d.Milliseconds()
	o.now.Mono += d.Milliseconds()
}

// do gives a command and records what happened; false if it was refused.
func (o *office) do(c queue.Command) bool {
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
		switch e := f.Event.(type) {
		case queue.Transferred:
			o.moved[o.state.Find(e.Ref).Token] = true
		case queue.Delayed:
			o.moved[o.state.Find(e.Ref).Token] = true
		case queue.Returned:
			o.moved[o.state.Find(e.Ref).Token] = true
		}
		o.hash = chain(o.hash, raw)
		o.record = append(o.record, feed.FactMessage{V: 1, Journal: o.journal, Hash: hex.EncodeToString(o.hash[:]), Fact: raw})
	}
	return true
}

func (o *office) must(c queue.Command) {
	o.t.Helper()
	if !o.do(c) {
		o.t.Fatalf("%T %+v was refused", c, c)
	}
}

// token is the nth of this record: 16 characters of the right alphabet.
func (o *office) token(n int) string {
	letters := []byte("abcdefghijklmnopqrstuvwxyz234567")
	b := []byte(fmt.Sprintf("%-16s", o.journal+"q"))
	for i := range b {
		if b[i] == ' ' {
			b[i] = letters[n%32]
			n /= 32
		}
	}
	return string(b)
}

func (o *office) issue(service string, class queue.Class, origin queue.Origin) string {
	token := o.token(len(o.tokens))
	if !o.do(queue.Issue{Service: service, Class: class, Origin: origin, Token: token,
		Forecast: queue.Forecast{Known: true, Low: 60, Mid: 120, High: 600}}) {
		return ""
	}
	o.tokens = append(o.tokens, token)
	return token
}

// news are the facts since the last call, as the worker hands them on.
func (o *office) news(from int) []feed.FactHead {
	o.t.Helper()
	var out []feed.FactHead
	for _, m := range o.record[from:] {
		b, err := feed.EncodeFact(m.Journal, m.Hash, m.Fact)
		if err != nil {
			o.t.Fatal(err)
		}
		_, h, err := feed.DecodeFact(b)
		if err != nil {
			o.t.Fatal(err)
		}
		out = append(out, h)
	}
	return out
}

// compare fails if the city knows a ticket of today otherwise than the office.
func (o *office) compare(what string, find func(string) (Ticket, bool)) {
	o.t.Helper()
	today := make(map[string]bool)
	waiting := make(map[string]int)
	for i := range o.state.Tickets {
		if t := &o.state.Tickets[i]; t.Status == queue.Waiting {
			waiting[t.Service]++
		}
	}
	for i := range o.state.Tickets {
		w := &o.state.Tickets[i]
		today[w.Token] = true
		got, ok := find(w.Token)
		want := Ticket{Office: "o", Label: o.state.Label(w.Ref), Service: w.Service, Day: o.state.Day.Number,
			Priority: w.Class == queue.Priority, Online: w.Origin == queue.Online, Status: string(w.Status), Counter: w.Counter, Away: w.Away,
			Issued: time.UnixMilli(w.Issued.Wall), Changed: time.UnixMilli(w.Changed.Wall), Journal: o.journal, Seq: o.state.Seq}
		if w.Status == queue.Waiting {
			want.Ahead = o.state.AheadOf(w.Ref)
			want.Last = want.Ahead == waiting[w.Service]-1
			want.DelayLeft = o.mayPass(w)
		}
		if v, ok := o.state.Config.Service(w.Service); ok {
			want.Name, want.NameEn = v.Name, v.NameEn
		}
		r := o.state.Config.Rules
		want.Rules = feed.Rules{PriorityRun: r.PriorityRun, LateWithin: r.LateWithin, LatePlace: string(r.LatePlace), LateAfter: r.LateAfter, DelayMost: r.DelayMost}
		told := got.Told
		got.Told = nil
		want.Moved = o.moved[w.Token]
		if !ok || got != want || told == nil || *told != (feed.Range{Low: 60, Mid: 120, High: 600}) {
			o.t.Fatalf("%s: ticket %s: %+v %v %v, want %+v", what, want.Label, got, told, ok, want)
		}
	}
	for _, token := range o.tokens {
		if _, ok := find(token); ok != today[token] {
			o.t.Fatalf("%s: token %s known: %v, of today: %v", what, token, ok, today[token])
		}
	}
}

// mayPass counts whom the ticket may let pass, by the office's record.
func (o *office) mayPass(t *queue.Ticket) int {
	n, rules := 0, o.state.Config.Rules
	for _, w := range o.state.Tickets {
		if w.Status == queue.Waiting && w.Service == t.Service && t.Place.Before(w.Place) && (w.Class == t.Class || rules.PriorityRun == 0) {
			n++
		}
	}
	return max(0, min(n, rules.DelayMost-t.Passed))
}

// has reports whether the record has a fact of the kind.
func (o *office) has(kind string) bool {
	return slices.ContainsFunc(o.record, func(m feed.FactMessage) bool {
		return strings.Contains(string(m.Fact), fmt.Sprintf("%q:%q", "kind", kind))
	})
}

// TestTheCityKnowsWhatTheOfficeKnows drives an office at random and compares
// every ticket after every command.
func TestTheCityKnowsWhatTheOfficeKnows(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	var arrived, skipped, delayed bool
	for _, late := range []queue.LatePlace{queue.LateFront, queue.LateAfter, queue.LateEnd} {
		for run := range 3 {
			o := newOffice(t, fmt.Sprint("j", string(late[0]), string('a'+rune(run))), config(rules(run, r.IntN(2) == 0, late)))
			s := newDays()
			noted, done := 0, make(map[string]int)
			for step := range 700 {
				c := o.random(r)
				if o.do(c) {
					done[c.Name()]++
				}
				for _, h := range o.news(noted) {
					s.note("o", o.journal, h)
				}
				noted = len(o.record)
				o.compare(fmt.Sprintf("seed %d, step %d, %T", seed, step, c), s.ticket)
			}
			arrived, skipped, delayed = arrived || o.has("arrived"), skipped || o.has("skipped"), delayed || o.has("delayed")
			if len(done) < 14 {
				t.Errorf("only these were done: %v", done)
			}
		}
	}
	if !arrived || !skipped || !delayed {
		t.Errorf("in none of the offices: arrived %v, skipped %v, delayed %v", arrived, skipped, delayed)
	}
}

// random is a command that the office may refuse.
func (o *office) random(r *rand.Rand) queue.Command {
	o.wait(time.Duration(r.IntN(90)) * time.Second)
	counter := 1 + r.IntN(3)
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
	switch r.IntN(40) {
	case 0, 1, 2:
		return queue.MarkNoShow{Counter: counter}
	case 3, 4:
		return queue.Hold{Counter: counter}
	case 5:
		return queue.Pick{Counter: counter, Ref: pick(some)}
	case 6, 7:
		return queue.Return{Ref: pick(queue.Missed)}
	case 8, 9:
		return queue.Transfer{Counter: counter, Service: service, ToCounter: r.IntN(4)}
	case 10:
		return queue.Finish{Counter: counter}
	case 11:
		return queue.Cancel{Ref: pick(some)}
	case 12:
		return queue.Remove{Ref: pick(some)}
	case 13:
		return queue.Recall{Counter: counter}
	case 14:
		c := config(rules(r.IntN(3), r.IntN(2) == 0, queue.LateAfter))
		c.Services[1].Arrival, c.Rules.DelayMost = r.IntN(4) > 0, r.IntN(8)
		return queue.Configure{Config: c}
	case 15:
		if r.IntN(3) == 0 {
			return queue.CloseDay{}
		}
		return queue.CloseIssuing{Service: service}
	case 16:
		return queue.ReopenIssuing{Service: service}
	case 17:
		return queue.OpenDay{}
	case 18:
		if r.IntN(6) == 0 {
			o.wait(24 * time.Hour)
		}
		return queue.Tick{}
	case 19, 20, 21, 22, 23:
		return queue.CallNext{Counter: counter}
	case 24, 25:
		return queue.Arrive{Ref: pick([]queue.Status{queue.Waiting, queue.Missed}[r.IntN(2)])}
	case 26, 27, 28:
		return queue.Delay{Ref: pick(queue.Waiting), Pass: 1 + r.IntN(4)}
	}
	token := o.token(len(o.tokens))
	o.tokens = append(o.tokens, token)
	c := queue.Issue{Service: service, Class: queue.Ordinary, Origin: queue.Button, Token: token, Forecast: queue.Forecast{Known: true, Low: 60, Mid: 120, High: 600}}
	if r.IntN(4) == 0 {
		c.Class = queue.Priority
	}
	if service == "passport" && r.IntN(2) == 0 {
		c.Origin = queue.Online
	}
	return c
}
