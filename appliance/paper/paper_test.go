package paper_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/paper"
	"sunbeon/appliance/queue"
	"sunbeon/printer"
)

// session takes jobs until it is full.
type session struct {
	jobs []printer.Job
	full error
}

func (s *session) Submit(j printer.Job) error {
	if s.full == nil {
		s.jobs = append(s.jobs, j)
	}
	return s.full
}

// line is a loop that notes what it is told, once its record takes it.
type line struct {
	mu   sync.Mutex
	told []string
	err  error
	hold chan struct{} // nil, or closed to go on
}

func (l *line) Do(ctx context.Context, c appliance.Command) (appliance.Result, error) {
	if l.hold != nil {
		<-l.hold
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return appliance.Result{}, l.err
	}
	switch c := c.Command.(type) {
	case queue.PaperResult:
		l.told = append(l.told, fmt.Sprintf("%d %s copy=%v %s", c.Ref.Number, c.Paper, c.Copy, c.Reason))
		if c.Day != 1 {
			return appliance.Result{}, &queue.Refusal{Code: queue.UnknownTicket}
		}
	case queue.ReportDevice:
		l.told = append(l.told, c.Device+" "+strings.Join(c.Conditions, ","))
	}
	return appliance.Result{}, nil
}

func sink(with paper.Options) (*paper.Sink, *session) {
	with.Log = slog.New(slog.DiscardHandler)
	s, to := paper.New(with), &session{}
	s.Attach(to)
	return s, to
}

func run(t *testing.T, s *paper.Sink, l *line) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, l) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func job(day int64, n int) appliance.PrintJob {
	return appliance.PrintJob{Day: queue.Day{Number: day}, Service: queue.Service{ID: "civil", Name: "민원"},
		Ticket: queue.Ticket{Ref: queue.Ref{Band: "civil", Number: n}}}
}

func want(t *testing.T, l *line, told ...string) {
	t.Helper()
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Equal(l.told, told) {
		t.Fatalf("got  %q\nwant %q", l.told, told)
	}
}

func TestOutcomesGoBackInOrderOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := sink(paper.Options{})
		l := &line{}
		stop := run(t, s, l)
		defer stop()
		for n := 1; n <= 4; n++ {
			j := job(1, n)
			j.Copy = n == 2
			s.Print(j)
		}
		s.Report(printer.Outcome{ID: to.jobs[1].ID, Result: printer.Confirmed})
		s.Report(printer.Outcome{ID: to.jobs[0].ID, Result: printer.Unconfirmed, Copy: true})
		s.Report(printer.Outcome{ID: to.jobs[0].ID, Result: printer.Confirmed}) // said already
		s.Report(printer.Outcome{ID: "another", Result: printer.Confirmed})
		s.Report(printer.Outcome{ID: to.jobs[2].ID, Result: printer.Abandoned, Fault: printer.PaperEnd})
		s.Report(printer.Outcome{ID: to.jobs[3].ID, Result: printer.Abandoned})
		want(t, l, "2 printed copy=true ", "1 unconfirmed copy=true ", "3 failed copy=false paper-end", "4 failed copy=false abandoned")
	})
}

// A full printer's line is an outcome, too, and Print returns at once.
func TestTicketThatThePrinterDoesNotTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := sink(paper.Options{})
		to.full = printer.ErrFull
		l := &line{}
		defer run(t, s, l)()
		s.Print(job(1, 7))
		want(t, l, "7 failed copy=false abandoned")
	})
}

// What the record does not take is kept, in order; what the line refuses, a
// ticket of yesterday, is not.
func TestBrokenRecordLosesNoOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := sink(paper.Options{})
		l := &line{err: fmt.Errorf("%w: full", appliance.ErrRecord)}
		defer run(t, s, l)()
		s.Print(job(0, 1))
		s.Print(job(1, 2))
		for _, j := range to.jobs {
			s.Report(printer.Outcome{ID: j.ID, Result: printer.Confirmed})
		}
		time.Sleep(time.Minute)
		want(t, l)
		l.mu.Lock()
		l.err = nil
		l.mu.Unlock()
		time.Sleep(2 * time.Second)
		want(t, l, "1 printed copy=false ", "2 printed copy=false ")
	})
}

// While the loop is busy only the newest health waits, behind the outcomes
// before it.
func TestHealthNewestWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := sink(paper.Options{})
		l := &line{hold: make(chan struct{})}
		defer run(t, s, l)()
		s.Print(job(1, 1))
		s.Health(printer.Health{})
		synctest.Wait() // it is on its way
		s.Health(printer.Health{Faults: []printer.Fault{printer.CoverOpen}})
		s.Health(printer.Health{Faults: []printer.Fault{printer.PaperEnd, printer.PaperNearEnd}})
		s.Report(printer.Outcome{ID: to.jobs[0].ID, Result: printer.Confirmed})
		for range 1000 {
			s.Health(printer.Health{Faults: []printer.Fault{printer.CutterJam}})
		}
		s.Health(printer.Health{})
		close(l.hold)
		want(t, l, "printer ", "printer paper-end,paper-near-end", "1 printed copy=false ", "printer ")
	})
}

// A printer that never answers gets tickets all the same; one that stopped
// answering gets none.
func TestSilentPrinterIsNotAStoppedOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := sink(paper.Options{})
		l := &line{}
		defer run(t, s, l)()
		s.Health(printer.Health{State: printer.Stopped, Faults: []printer.Fault{printer.NoAnswer}})
		want(t, l, "printer no-answer")
		s.Health(printer.Health{State: printer.Silent, Faults: []printer.Fault{printer.NoAnswer}})
		want(t, l, "printer no-answer", "printer silent")
	})
	w := paper.Words("silent")
	if w.StaffKo == "" || w.StaffEn == "" || w.PublicKo == "" || w.PublicEn == "" || w.PublicKo == paper.Words("no-answer").PublicKo {
		t.Errorf("got %+v", w)
	}
}

func TestLoopThatHasStoppedEndsTheSink(t *testing.T) {
	s, _ := sink(paper.Options{})
	s.Health(printer.Health{})
	if err := s.Run(t.Context(), &line{err: appliance.ErrStopped}); !errors.Is(err, appliance.ErrStopped) {
		t.Fatalf("got %v", err)
	}
}

func TestWordsOfATicket(t *testing.T) {
	s, to := sink(paper.Options{Message: "안내", Page: "https://min.example.go.kr/t/", Within: time.Minute})
	j := job(3, 12)
	j.Office.Name, j.Service.Prefix, j.Service.NameEn = "가능동 주민센터", "A", "Certificates"
	j.Ticket.Class, j.Ticket.Ahead, j.Ticket.Token = queue.Priority, 4, "abcdefghijklmnop"
	j.Ticket.Forecast = queue.Forecast{Known: true, Low: 119, Mid: 300, High: 601}
	at := time.Date(2026, 11, 23, 9, 5, 0, 0, queue.KST())
	j.Ticket.Issued = queue.Stamp{Wall: at.UnixMilli(), Trusted: true}
	s.Print(j)
	got := to.jobs[0]
	if !got.Ticket.IssuedAt.Equal(at) {
		t.Errorf("issued %v", got.Ticket.IssuedAt)
	}
	got.Ticket.IssuedAt = time.Time{}
	wantTicket := printer.Ticket{Office: "가능동 주민센터", Service: "민원", ServiceEn: "Certificates", Number: "A12", Class: "우선배려",
		Ahead: 4, WaitLow: 1, WaitHigh: 11, URL: "https://min.example.go.kr/t/abcdefghijklmnop", ClockTrusted: true,
		BusinessDay: "업무일 3", Message: "안내"}
	if got.Ticket != wantTicket || got.NotAfter != time.Minute {
		t.Errorf("got  %+v %v\nwant %+v", got.Ticket, got.NotAfter, wantTicket)
	}
	j.Day.Date, j.Ticket.Token = "2026-11-23", ""
	for i, c := range []struct{ waited, left time.Duration }{{20 * time.Second, 40 * time.Second}, {time.Minute, time.Second}, {time.Hour, time.Second}} {
		j.Waited = c.waited
		s.Print(j)
		if got := to.jobs[i+1].NotAfter; got != c.left {
			t.Errorf("after %v it may wait %v more, want %v", c.waited, got, c.left)
		}
	}
	if got := to.jobs[1].Ticket; got.BusinessDay != "2026-11-23" || got.URL != "" {
		t.Errorf("got %+v", got)
	}
}
