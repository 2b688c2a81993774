// Package paper brings the loop's tickets to the printer and the printer's word
// back to the loop.
//
//	loop --Print(job)--> words of a ticket --Submit--> printer.Session --> paper
//	loop <--PaperResult, ReportDevice-- mailbox <--Report, OnHealth-----'
//
// The way back has a goroutine and a mailbox of its own: the session, which owns
// the port, never waits for a disk, and the loop never waits for a port. What
// the record cannot take at the moment is kept and tried again.
package paper

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/queue"
	"sunbeon/printer"
)

// Session is what the printer offers: a *printer.Session.
type Session interface {
	Submit(printer.Job) error
}

// Options of a Sink.
type Options struct {
	Message string        // of the office, under the QR code
	Page    string        // URL of a ticket's page, without its token; "" is no QR code
	Within  time.Duration // how long a ticket may wait for the printer
	Log     *slog.Logger
}

// Sink is an appliance.Paper. Give its Report and Health to the session, then
// Run it.
type Sink struct {
	opt     Options
	session Session
	wake    chan struct{}

	mu   sync.Mutex
	jobs map[string]job
	n    int
	back []queue.Command // to the loop, in order
}

type job struct {
	day  int64
	ref  queue.Ref
	copy bool
}

// New is a sink without a session; Attach gives it one before the loop runs.
func New(opt Options) *Sink {
	return &Sink{opt: opt, wake: make(chan struct{}, 1), jobs: map[string]job{}}
}

// Attach gives the session that prints.
func (s *Sink) Attach(to Session) { s.session = to }

// Print words the ticket and hands it over. It does not block.
func (s *Sink) Print(p appliance.PrintJob) {
	s.mu.Lock()
	s.n++
	id := fmt.Sprint(s.n)
	s.jobs[id] = job{p.Day.Number, p.Ticket.Ref, p.Copy}
	s.mu.Unlock()
	err := s.session.Submit(printer.Job{ID: id, Ticket: s.words(p), NotAfter: s.left(p.Waited)})
	if err != nil {
		s.opt.Log.Warn("a ticket does not go to the printer", "number", p.Service.Label(p.Ticket.Number), "err", err)
		s.Report(printer.Outcome{ID: id, Result: printer.Abandoned})
	}
}

// left is how long a ticket that has waited may still do so. At the limit it is
// tried at once: no time at all would be no limit.
func (s *Sink) left(waited time.Duration) time.Duration {
	if s.opt.Within == 0 {
		return 0
	}
	return max(s.opt.Within-waited, time.Second)
}

func (s *Sink) words(p appliance.PrintJob) printer.Ticket {
	t := printer.Ticket{
		Office: p.Office.Name, Service: p.Service.Name, ServiceEn: p.Service.NameEn,
		Number:   p.Service.Label(p.Ticket.Number),
		Ahead:    p.Ticket.Ahead,
		IssuedAt: p.Ticket.Issued.Time(), ClockTrusted: p.Ticket.Issued.Trusted,
		BusinessDay: p.Day.Date, Message: s.opt.Message, Copy: p.Copy,
	}
	if t.BusinessDay == "" {
		t.BusinessDay = fmt.Sprintf("업무일 %d", p.Day.Number)
	}
	if p.Ticket.Class == queue.Priority {
		t.Class = "우선배려"
	}
	if f := p.Ticket.Forecast; f.High > 0 {
		t.WaitLow, t.WaitHigh = f.Low/60, (f.High+59)/60
	}
	if s.opt.Page != "" && p.Ticket.Token != "" {
		t.URL = s.opt.Page + p.Ticket.Token
	}
	return t
}

// Report is printer.SessionConfig.Report.
func (s *Sink) Report(o printer.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j, ok := s.jobs[o.ID]
	if !ok {
		return
	}
	delete(s.jobs, o.ID)
	c := queue.PaperResult{Day: j.day, Ref: j.ref, Copy: j.copy || o.Copy}
	switch o.Result {
	case printer.Confirmed:
		c.Paper = queue.OnPaper
	case printer.Unconfirmed:
		c.Paper = queue.Unconfirmed
	case printer.Abandoned:
		c.Paper, c.Reason = queue.Failed, "abandoned"
		if o.Fault != "" {
			c.Reason = string(o.Fault)
		}
	}
	s.put(c)
}

// Health is printer.SessionConfig.OnHealth.
func (s *Sink) Health(h printer.Health) {
	c := queue.ReportDevice{Device: "printer", Conditions: []string{}}
	for _, f := range h.Faults {
		c.Conditions = append(c.Conditions, string(f))
	}
	if h.State == printer.Silent { // tickets go to it all the same
		c.Conditions = []string{silent}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.back); n > 1 { // the first may be on its way to the loop
		if _, waits := s.back[n-1].(queue.ReportDevice); waits {
			s.back[n-1] = c // while the record takes nothing, the newest says it all
			return
		}
	}
	s.put(c)
}

func (s *Sink) put(c queue.Command) {
	s.back = append(s.back, c)
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// again is the pause before the record is asked once more.
const again = time.Second

// Run tells the loop until ctx ends. The error is the loop's, which has stopped.
func (s *Sink) Run(ctx context.Context, loop appliance.Handler) error {
	for {
		c, ok := s.next()
		if !ok {
			select {
			case <-s.wake:
			case <-ctx.Done():
				return nil
			}
			continue
		}
		_, err := loop.Do(ctx, appliance.Command{Command: c, By: "printer"})
		var refusal *queue.Refusal
		switch {
		case errors.Is(err, appliance.ErrRecord):
			select {
			case <-time.After(again):
				continue
			case <-ctx.Done():
				return nil
			}
		case ctx.Err() != nil:
			return nil
		case err != nil && !errors.As(err, &refusal):
			return err
		case err != nil:
			s.opt.Log.Warn("the line does not take the printer's word", "err", err)
		}
		s.mu.Lock()
		s.back = s.back[1:]
		s.mu.Unlock()
	}
}

func (s *Sink) next() (queue.Command, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.back) == 0 {
		return nil, false
	}
	return s.back[0], true
}

// silent is the condition of a printer that never answers, which is not one that
// stopped answering: see printer.Silent.
const silent = "silent"

// Words are the sentences for the printer's conditions. Citizens need not know
// of a warning.
func Words(condition string) appliance.Words {
	if condition == silent {
		return appliance.Words{
			StaffKo:  "프린터가 인쇄 여부를 알려 주지 않습니다. 번호표가 나오지 않으면 전원과 케이블을 확인하십시오.",
			StaffEn:  "The printer does not say whether it prints. If no ticket comes out, check its power and cable.",
			PublicKo: "번호표가 나오지 않으면 직원에게 문의해 주십시오.",
			PublicEn: "If no ticket comes out, please ask staff.",
		}
	}
	f := printer.Fault(condition)
	w := appliance.Words{StaffKo: f.Korean(), StaffEn: f.English()}
	if f.Stops() {
		w.PublicKo = "지금은 번호표가 인쇄되지 않습니다. 번호는 드리오니 직원에게 문의해 주십시오."
		w.PublicEn = "Tickets are not being printed. Numbers are still given: please ask staff."
	}
	return w
}
