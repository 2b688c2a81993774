package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/queue"
)

// Stand is a bench with a kiosk on it that can be switched.
type Stand interface {
	// Bench is what hangs around the kiosk.
	Bench() *Bench
	// Kiosk is the running kiosk; its handler is of the power-on before.
	Kiosk() (appliance.Handler, *appliance.Hub)
	// Cut takes the power of the kiosk and the printer, without a goodbye.
	Cut()
	// On brings both back and returns when the kiosk takes commands.
	On(ctx context.Context) error
}

// Play plays a scenario: one step a line, # begins a comment. Steps that act
// return when the kiosk has answered; expectations wait, up to their patience,
// until they hold.
//
//	press SERVICE [priority]        a ticket button
//	online SERVICE                  an online ticket
//	call N                          the next key of counter N
//	recall|hold|no_show|finish|pause N
//	pick N NUMBER                   call a chosen number at counter N
//	return NUMBER                   a missed citizen is back
//	arrive NUMBER                   who has an online ticket is here
//	delay NUMBER N                  and lets N others go first
//	transfer N SERVICE              the ticket of counter N to a service
//	transfer N counter M            or to a counter
//	cancel NUMBER | void NUMBER | reprint NUMBER
//	counter N open|close
//	serve N SERVICE[,SERVICE]       what counter N serves from now on
//	issuing SERVICE|all close|open
//	day open|close
//	paper out|in|low|enough         the roll
//	cover open|close                the printer's lid
//	cutter jam|clear
//	printer silent|answers
//	disk full|free                  under the record
//	cut power [after N bytes]       of the kiosk and the printer; at the printer's N-th byte from now
//	power on
//	clock 2026-11-23 09:00          set the wall clock
//	clock lost|confirmed            whether it is trusted
//	wait 5m                         time passes at once
//
//	expect ticket NUMBER [copy]     the next piece of paper not yet seen says so
//	expect no ticket                there is no further piece of paper
//	expect no offer                 the hall's board gives no number in place of paper
//	expect offer NUMBER             it gives this one, the newest
//	expect sign N NUMBER|dark
//	expect waiting SERVICE COUNT
//	expect away SERVICE COUNT       who of them has not arrived
//	expect ahead NUMBER COUNT       who waits for the same service before the ticket
//	expect status NUMBER STATUS     waiting called held no_show; ended for all that is over
//	expect paper NUMBER STATUS      none pending printed unconfirmed failed
//	expect lamp SERVICE LAMP        ready paper closed broken
//	expect issuing SERVICE open|closed|early|full
//	expect counter N open|paused|closed
//	expect day N open|closed        the business day
//	expect clock lost|confirmed     what people see of it
//	expect fault DEVICE CONDITION | expect no fault
//	expect called NUMBER at N       the newest call
//	expect refused CODE             the step before was refused so; "record" when it cannot be kept
//
// A refusal that the next line does not expect is an error. Errors name the
// line; every line is read before anything happens.
func Play(ctx context.Context, name string, script io.Reader, on Stand) error {
	todo, err := parse(name, script)
	if err != nil {
		return err
	}
	p := &player{ctx: ctx, stand: on, patience: patience}
	for _, st := range todo {
		if err := p.line(st.words); err != nil {
			return fmt.Errorf("sim: %s:%d: %s: %w", name, st.line, strings.Join(st.words, " "), err)
		}
	}
	if p.refused != nil {
		return fmt.Errorf("sim: %s: the last step was refused: %w", name, p.refused)
	}
	return nil
}

// patience is how long an expectation may take to come true.
const patience = 20 * time.Second

type player struct {
	ctx      context.Context
	stand    Stand
	patience time.Duration
	seen     int          // Seq of the last piece of paper that was expected
	refused  error        // by the line or the record, until a line expects it
	cut      <-chan error // a power cut that waits for its byte
}

func (p *player) line(w []string) error {
	if w[0] == "expect" {
		return p.expect(w[1:])
	}
	if p.refused != nil {
		return fmt.Errorf("the step before was refused: %w", p.refused)
	}
	if act, ok := p.bench(w); ok {
		return act()
	}
	c, err := p.command(w)
	if err != nil {
		return err
	}
	kiosk, _ := p.stand.Kiosk()
	if kiosk == nil {
		return errors.New("the power is off")
	}
	_, err = kiosk.Do(p.ctx, appliance.Command{Command: c, By: "scenario"})
	if code(err) == "" {
		return err
	}
	p.refused = err
	return nil
}

// code is the reason of a refusal, "" if err is none.
func code(err error) string {
	var r *queue.Refusal
	switch {
	case errors.As(err, &r):
		return string(r.Code)
	case errors.Is(err, appliance.ErrRecord):
		return "record"
	}
	return ""
}

// bench steps change what hangs around the kiosk.
func (p *player) bench(w []string) (act func() error, ok bool) {
	b := p.stand.Bench()
	do := func(f func()) (func() error, bool) { return func() error { f(); return nil }, true }
	switch strings.Join(w, " ") {
	case "paper out":
		return do(b.Printer.PaperOut)
	case "paper in":
		return do(b.Printer.LoadPaper)
	case "paper low":
		return do(func() { b.Printer.PaperLow(true) })
	case "paper enough":
		return do(func() { b.Printer.PaperLow(false) })
	case "cover open":
		return do(b.Printer.OpenCover)
	case "cover close":
		return do(b.Printer.CloseCover)
	case "cutter jam":
		return do(b.Printer.JamCutter)
	case "cutter clear":
		return do(b.Printer.ClearCutter)
	case "printer silent":
		return do(func() { b.Printer.Silence(true) })
	case "printer answers":
		return do(func() { b.Printer.Silence(false) })
	case "disk full":
		return do(func() { b.Disk.Fill(true) })
	case "disk free":
		return do(func() { b.Disk.Fill(false) })
	case "cut power":
		return do(p.stand.Cut)
	case "power on":
		return p.powerOn, true
	case "clock lost":
		return do(func() { b.Clock.Trust(false) })
	case "clock confirmed":
		return do(func() { b.Clock.Trust(true) })
	}
	switch {
	case len(w) == 5 && w[0] == "cut" && w[1] == "power" && w[2] == "after" && w[4] == "bytes":
		return func() error { return p.cutAfter(w[3]) }, true
	case len(w) == 3 && w[0] == "clock":
		return func() error {
			t, err := time.ParseInLocation("2006-01-02 15:04", w[1]+" "+w[2], queue.KST())
			if err == nil {
				b.Clock.Set(t)
			}
			return err
		}, true
	case len(w) == 2 && w[0] == "wait":
		return func() error { return p.wait(w[1]) }, true
	}
	return nil, false
}

// wait lets time pass: the schedule acts before the next step.
func (p *player) wait(text string) error {
	d, err := time.ParseDuration(text)
	if err != nil {
		return err
	}
	p.stand.Bench().Clock.Skip(d)
	if kiosk, _ := p.stand.Kiosk(); kiosk != nil {
		_, err = kiosk.Do(p.ctx, appliance.Command{Command: queue.Tick{}, By: "schedule"})
	}
	return err
}

// cutAfter takes the power when the printer has received n more bytes.
func (p *player) cutAfter(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil {
		return err
	}
	pr := p.stand.Bench().Printer
	pr.CutPowerAfter(n)
	gone := func() error {
		if pr.State().Power {
			return errors.New("the printer received fewer bytes")
		}
		return nil
	}
	cut := make(chan error, 1)
	p.cut = cut
	go func() {
		err := p.until(pr.Changed, gone)
		if err == nil {
			p.stand.Cut()
		}
		cut <- err
	}()
	return nil
}

// powerOn waits for a cut that is under way.
func (p *player) powerOn() error {
	if p.cut != nil {
		if err := <-p.cut; err != nil {
			return err
		}
		p.cut = nil
	}
	return p.stand.On(p.ctx)
}

func (p *player) command(w []string) (queue.Command, error) {
	arg := func(i int) string {
		if i < len(w) {
			return w[i]
		}
		return ""
	}
	counter, _ := strconv.Atoi(arg(1))
	switch w[0] {
	case "call", "recall", "hold", "no_show", "finish", "pause":
		return p.desk(w[0], counter)
	case "press", "online":
		c := queue.Issue{Service: arg(1), Class: queue.Ordinary, Origin: queue.Button}
		if w[0] == "online" {
			c.Origin = queue.Online
		}
		if arg(2) == "priority" {
			c.Class = queue.Priority
		}
		return c, nil
	case "pick":
		return queue.Pick{Counter: counter, Ref: p.ref(arg(2))}, nil
	case "return":
		return queue.Return{Ref: p.ref(arg(1))}, nil
	case "arrive":
		return queue.Arrive{Ref: p.ref(arg(1))}, nil
	case "delay":
		pass, err := strconv.Atoi(arg(2))
		return queue.Delay{Ref: p.ref(arg(1)), Pass: pass}, err
	case "cancel":
		return queue.Cancel{Ref: p.ref(arg(1))}, nil
	case "void":
		return queue.Remove{Ref: p.ref(arg(1))}, nil
	case "reprint":
		return queue.Reprint{Ref: p.ref(arg(1))}, nil
	case "transfer":
		if arg(2) == "counter" {
			to, err := strconv.Atoi(arg(3))
			return queue.Transfer{Counter: counter, ToCounter: to}, err
		}
		return queue.Transfer{Counter: counter, Service: arg(2)}, nil
	case "serve":
		return queue.SetServices{Counter: counter, Services: strings.Split(arg(2), ",")}, nil
	}
	return house(arg(0), arg(1), arg(2), counter)
}

// house steps switch the day, issuing and counters.
func house(what, a, b string, counter int) (queue.Command, error) {
	service := a
	if a == "all" {
		service = ""
	}
	switch {
	case what == "counter" && b == "open":
		return queue.OpenCounter{Counter: counter}, nil
	case what == "counter" && b == "close":
		return queue.CloseCounter{Counter: counter}, nil
	case what == "issuing" && b == "open":
		return queue.ReopenIssuing{Service: service}, nil
	case what == "issuing" && b == "close":
		return queue.CloseIssuing{Service: service}, nil
	case what == "day" && a == "open":
		return queue.OpenDay{}, nil
	case what == "day" && a == "close":
		return queue.CloseDay{}, nil
	}
	return nil, errUsage
}

// desk turns the name of a key into its command.
func (p *player) desk(key string, counter int) (queue.Command, error) {
	if key == "call" {
		key = string(appliance.KeyNext)
	}
	_, hub := p.stand.Kiosk()
	if hub == nil || hub.Newest() == nil {
		return nil, errUsage
	}
	return hub.Newest().Press(counter, appliance.Key(key), 0)
}

// ref finds a ticket of today by its number; a zero Ref is refused by the core.
func (p *player) ref(label string) queue.Ref {
	_, hub := p.stand.Kiosk()
	if hub == nil {
		return queue.Ref{}
	}
	if v := hub.Newest(); v != nil {
		for _, t := range v.Tickets {
			if t.Label == label {
				return t.Ref
			}
		}
	}
	return queue.Ref{}
}
