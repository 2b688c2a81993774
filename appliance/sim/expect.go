package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/feed"
	"sunbeon/appliance/queue"
	"sunbeon/printer/virtual"
)

func (p *player) expect(w []string) error {
	arg := func(i int) string {
		if i < len(w) {
			return w[i]
		}
		return ""
	}
	n, _ := strconv.Atoi(arg(1))
	switch {
	case arg(0) == "refused":
		r := p.refused
		p.refused = nil
		if code(r) != arg(1) {
			return fmt.Errorf("got %v", r)
		}
		return nil
	case p.refused != nil:
		return fmt.Errorf("the step before was refused: %w", p.refused)
	case arg(0) == "ticket":
		return p.ticket(arg(1), arg(2) == "copy")
	case slices.Equal(w, []string{"no", "ticket"}):
		if piece, ok := p.paper(); ok {
			return fmt.Errorf("there is one:\n%s", piece.Text())
		}
		return nil
	case arg(0) == "sign":
		return p.sign(n, strings.ReplaceAll(arg(2), "dark", ""))
	case slices.Equal(w, []string{"no", "fault"}):
		return p.view(func(v *appliance.View) error {
			if len(v.Faults) > 0 {
				return fmt.Errorf("there is %+v", v.Faults)
			}
			return nil
		})
	case slices.Equal(w, []string{"no", "offer"}):
		return p.view(func(v *appliance.View) error {
			if len(v.Offers) > 0 {
				return fmt.Errorf("there is %+v", v.Offers)
			}
			return nil
		})
	}
	return p.view(expectation(w))
}

// expectation is a check of what people see.
func expectation(w []string) func(*appliance.View) error {
	switch w[0] {
	case "waiting", "away", "issuing":
		return func(v *appliance.View) error {
			i := slices.IndexFunc(v.Public.Services, func(s feed.Service) bool { return s.ID == w[1] })
			switch {
			case i < 0:
				return errors.New("no such service")
			case w[0] == "issuing":
				return same(string(v.Public.Services[i].Issuing), w[2])
			case w[0] == "away":
				return same(strconv.Itoa(v.Public.Services[i].Away), w[2])
			}
			n := v.Public.Services[i].Waiting
			if n == nil {
				return same("unknown", w[2])
			}
			return same(strconv.Itoa(*n), w[2])
		}
	case "counter":
		return func(v *appliance.View) error {
			for _, k := range v.Public.Counters {
				if strconv.Itoa(k.Number) == w[1] {
					return same(string(k.State), w[2])
				}
			}
			return errors.New("no such counter")
		}
	case "day":
		return func(v *appliance.View) error {
			state := "closed"
			if v.Public.DayOpen {
				state = "open"
			}
			return same(fmt.Sprintf("day %d %s", v.Public.Day, state), strings.Join(w, " "))
		}
	case "clock":
		return func(v *appliance.View) error {
			if v.Public.Clock {
				return same("confirmed", w[1])
			}
			return same("lost", w[1])
		}
	case "ahead": // View.Tickets stand in the order of their places
		return func(v *appliance.View) error {
			t, ok := find(v.Tickets, w[1])
			if !ok || t.Status != queue.Waiting {
				return errors.New("it is not waiting")
			}
			n := 0
			for _, o := range v.Tickets {
				if o.Label == w[1] {
					break
				}
				if o.Service == t.Service {
					n++
				}
			}
			return same(strconv.Itoa(n), w[2])
		}
	case "status":
		return func(v *appliance.View) error {
			if t, ok := find(v.Tickets, w[1]); ok {
				return same(string(t.Status), w[2])
			}
			return same("ended", w[2])
		}
	case "paper":
		return func(v *appliance.View) error {
			if t, ok := find(append(v.Tickets, v.Unpaper...), w[1]); ok {
				return same(string(t.Paper), w[2])
			}
			return errors.New("no such ticket")
		}
	case "offer":
		return func(v *appliance.View) error {
			if len(v.Offers) == 0 {
				return errors.New("there is none")
			}
			return same(v.Offers[0].Ticket, w[1])
		}
	case "lamp":
		return func(v *appliance.View) error { return same(string(v.LampOf(w[1])), w[2]) }
	case "fault":
		return func(v *appliance.View) error {
			for _, f := range v.Faults {
				if f.Device == w[1] && f.Condition == w[2] {
					return nil
				}
			}
			return fmt.Errorf("the faults are %+v", v.Faults)
		}
	case "called":
		return func(v *appliance.View) error {
			if len(v.Public.Calls) == 0 {
				return errors.New("nobody was called")
			}
			c := v.Public.Calls[0]
			return same(fmt.Sprintf("called %s at %d", c.Ticket, c.Counter), strings.Join(w, " "))
		}
	}
	return func(*appliance.View) error { return errUsage }
}

func find(in []appliance.Ticket, label string) (appliance.Ticket, bool) {
	i := slices.IndexFunc(in, func(t appliance.Ticket) bool { return t.Label == label })
	if i < 0 {
		return appliance.Ticket{}, false
	}
	return in[i], true
}

func same(got, want string) error {
	if got != want {
		return fmt.Errorf("got %q", got)
	}
	return nil
}

// paper is the next piece not yet seen, if it has come out. Blank scraps, which
// are cut off before a copy, do not count.
func (p *player) paper() (virtual.Piece, bool) {
	for _, piece := range p.stand.Bench().Printer.Pieces() {
		if piece.Seq > p.seen && strings.TrimSpace(piece.Text()) != "" {
			return piece, true
		}
	}
	return virtual.Piece{}, false
}

// ticket waits for the next piece of paper and reads it.
func (p *player) ticket(label string, isCopy bool) error {
	pr := p.stand.Bench().Printer
	var piece virtual.Piece
	err := p.until(pr.Changed, func() error {
		var ok bool
		if piece, ok = p.paper(); !ok {
			return fmt.Errorf("no paper came out; the printer: %+v", pr.State())
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.seen = piece.Seq
	number := slices.ContainsFunc(strings.Fields(piece.Text()), func(w string) bool { return w == label })
	if marked := strings.Contains(piece.Text(), "재발행"); !number || marked != isCopy {
		return fmt.Errorf("the paper says:\n%s", piece.Text())
	}
	return nil
}

func (p *player) sign(counter int, want string) error {
	b := p.stand.Bench()
	changed := func() <-chan struct{} { _, c := b.Sign(counter); return c }
	return p.until(changed, func() error {
		got, _ := b.Sign(counter)
		return same(got, want)
	})
}

// view waits until the check holds for what people see.
func (p *player) view(check func(*appliance.View) error) error {
	_, hub := p.stand.Kiosk()
	if hub == nil {
		return errors.New("the power is off")
	}
	deadline := time.NewTimer(p.patience)
	defer deadline.Stop()
	ctx, cancel := context.WithCancel(p.ctx)
	defer cancel()
	views := hub.Watch(ctx)
	err := errors.New("the kiosk shows nothing")
	for {
		select {
		case v := <-views:
			if err = check(v); err == nil {
				return nil
			}
		case <-deadline.C:
			return fmt.Errorf("not within %s: %w", p.patience, err)
		case <-p.ctx.Done():
			return p.ctx.Err()
		}
	}
}

// until waits for the check to hold, looking again at every change.
func (p *player) until(changed func() <-chan struct{}, check func() error) error {
	deadline := time.NewTimer(p.patience)
	defer deadline.Stop()
	for {
		c := changed()
		err := check()
		if err == nil {
			return nil
		}
		select {
		case <-c:
		case <-deadline.C:
			return fmt.Errorf("not within %s: %w", p.patience, err)
		case <-p.ctx.Done():
			return p.ctx.Err()
		}
	}
}
