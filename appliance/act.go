package appliance

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"sunbeon/appliance/queue"
)

// record puts the events on disk, applies them and acts on them. A broken
// record is tried first with facts that say since when it was broken.
func (l *Loop) record(in queue.Input, events []queue.Event) error {
	if l.broken != "" && l.state.Day.Number > 0 {
		note := queue.Input{At: in.At, By: "schedule", Command: queue.Tick{}}
		if err := l.append(note, []queue.Event{
			queue.DeviceChanged{Device: "journal", Conditions: []string{l.broken}},
			queue.DeviceChanged{Device: "journal"},
		}); err != nil {
			return err
		}
	}
	if len(events) == 0 {
		return nil
	}
	return l.append(in, events)
}

func (l *Loop) append(in queue.Input, events []queue.Event) error {
	facts := l.state.Facts(in, events)
	if err := l.opt.Record.Append(facts); err != nil {
		return l.failed(err)
	}
	if l.broken != "" {
		l.opt.Log.Info("the record takes facts again", "condition", l.broken)
		l.broken = ""
	}
	return l.act(facts)
}

// failed notes why the record took nothing, and lets everybody see it.
func (l *Loop) failed(err error) error {
	if errors.Is(err, ErrState) {
		return err
	}
	if why := cmp.Or(l.opt.Why(err), "failed"); why != l.broken {
		l.broken = why
		l.opt.Log.Error("the record takes no facts", "condition", why, "err", err)
		l.show()
	}
	return fmt.Errorf("%w: %w", ErrRecord, err)
}

// act applies recorded facts and tells the sinks, paper first.
func (l *Loop) act(facts []queue.Fact) error {
	for _, f := range facts {
		if o, ok := f.Event.(queue.DayOpened); ok {
			l.newDay(o)
		}
		if err := l.state.Apply(f); err != nil {
			return fmt.Errorf("%w: %w", ErrState, err)
		}
		switch e := f.Event.(type) {
		case queue.Issued:
			if e.Paper {
				l.print(*l.state.Find(e.Ref), false, 0)
			}
		case queue.ReprintAsked:
			l.print(*l.state.Find(e.Ref), true, 0)
		}
		l.viewer.forecasts.observe(l.state, f)
	}
	for _, n := range touched(l.state, facts) {
		l.sign(n)
	}
	if l.opt.Recorded != nil {
		l.opt.Recorded(facts[len(facts)-1].Seq)
	}
	l.show()
	return nil
}

// newDay keeps what the forecast learned up to the day before, takes the
// configuration that waited for the day, and what was said of devices before
// there was a day to note it in.
func (l *Loop) newDay(o queue.DayOpened) {
	if l.opt.KeepModel != nil {
		if err := l.opt.KeepModel(o.Number-1, l.viewer.forecasts.model.Snapshot()); err != nil {
			l.opt.Log.Warn("what the forecast learned is not kept", "err", err)
		}
	}
	l.pending = ""
	for _, d := range l.early {
		l.owe(d)
	}
	l.early = nil
}

// owe notes a command that the loop itself has to carry out.
func (l *Loop) owe(c queue.Command) { l.owed = append(l.owed, c) }

// settle carries out what is owed, as far as the record takes it.
func (l *Loop) settle() error {
	for len(l.owed) > 0 {
		_, err := l.step(l.opt.Clock.Now(), Command{Command: l.owed[0], By: "kiosk"})
		if errors.Is(err, ErrRecord) {
			return nil // again with the schedule
		}
		if errors.Is(err, ErrState) {
			return err
		}
		l.owed = l.owed[1:] // a refusal: the day it belonged to is over
	}
	return nil
}

// touched lists the counters whose sign may have changed.
func touched(s *queue.State, facts []queue.Fact) []int {
	var out []int
	add := func(n int) {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	for _, f := range facts {
		switch e := f.Event.(type) {
		case queue.Called:
			add(e.Counter)
		case queue.Held:
			add(e.Counter)
		case queue.NoShow:
			add(e.Counter)
		case queue.Finished:
			add(e.Counter)
		case queue.Transferred:
			add(e.From)
		case queue.CounterOpened:
			add(e.Counter)
		case queue.CounterClosed:
			add(e.Counter)
		case queue.Observed:
			if e.Counter > 0 {
				add(e.Counter)
			}
		case queue.DayOpened, queue.DayClosed, queue.DayReopened, queue.ConfigChanged:
			for _, k := range s.Counters {
				add(k.Number)
			}
		}
	}
	return out
}

func (l *Loop) sign(counter int) {
	if l.opt.Signs == nil {
		return
	}
	text := ""
	if k := l.state.Counter(counter); k != nil && !k.Current.IsZero() {
		text = l.state.Label(k.Current)
	}
	l.opt.Signs.Show(counter, text)
}

func (l *Loop) print(t queue.Ticket, reprint bool, waited time.Duration) {
	if l.opt.Paper == nil {
		return
	}
	service, _ := l.state.Config.Service(t.Band)
	l.opt.Paper.Print(PrintJob{Ticket: t, Office: l.state.Config.Office, Service: service, Day: l.state.Day, Copy: reprint, Waited: waited})
}

func (l *Loop) show() {
	v := l.viewer.view(l.state, l.opt.Clock.Now(), l.pending, l.broken)
	l.last.Store(v)
	if l.opt.Viewer != nil {
		l.opt.Viewer(v)
	}
}
