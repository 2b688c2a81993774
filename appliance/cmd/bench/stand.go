package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/box"
	"sunbeon/appliance/clock"
	"sunbeon/appliance/config"
	"sunbeon/appliance/queue"
	"sunbeon/appliance/sim"
	"sunbeon/display/typeface"
	"sunbeon/printer"
	"sunbeon/printer/virtual"
)

// nine is when the measured day begins: a Monday, before any shift.
func nine() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, queue.KST()) }

// office is that of the bench, with numbers for a long run.
func office() (*config.File, error) {
	file, err := config.Parse("the bench's office.toml", sim.Office())
	if err != nil {
		return nil, err
	}
	for i := range file.Queue.Services {
		s := &file.Queue.Services[i]
		s.First, s.Last, s.OnlineQuota, s.Online, s.Arrival = 3000*i+1, 3000*i+2999, 0, true, false
	}
	return file, nil
}

// model is the printer of every measurement: it prints at once, so that no
// paper's motion is in any figure.
func model() virtual.Config {
	return virtual.Config{Width: 576, ProcessID: true, ASB: true, Answers: true, ROM: virtual.KSX1001, NativeQR: true, Keep: 16}
}

// stand is a whole kiosk in this process: the box as it runs on the Pi, its
// record on the measured disk, its printer at the end of a cable.
type stand struct {
	*box.Box
	printer *virtual.Printer
	wire    *wire
	record  *noted
	views   <-chan *appliance.View
	calls   int
	close   func() error
}

// cable puts a printer at the end of a cable and listens in to it. Ended has the
// error of the printer's end after ctx.
type cable func(ctx context.Context, printer *virtual.Printer, w *wire) (dial dialer, ended <-chan error, err error)

type dialer = func(context.Context) (printer.Transport, error)

// open starts a stand with a printer on TCP.
func (p *place) open(ctx context.Context, name string) (*stand, error) {
	return p.openWith(ctx, name, model(), overTCP)
}

// openWith starts a stand and returns when its printer has printed a first ticket.
func (p *place) openWith(ctx context.Context, name string, model virtual.Config, plug cable) (*stand, error) {
	dir, remove, err := p.folder(name)
	if err != nil {
		return nil, err
	}
	s := &stand{printer: virtual.New(model), wire: &wire{}, record: &noted{}}
	ctx, cancel := context.WithCancel(ctx)
	dial, printed, err := plug(ctx, s.printer, s.wire)
	if err != nil {
		cancel()
		remove()
		return nil, err
	}
	ran := make(chan error, 1)
	s.close = func() error {
		cancel()
		<-printed
		err := <-ran
		remove()
		return err
	}
	if err := s.assemble(ctx, filepath.Join(dir, "journal.db"), dial); err != nil {
		ran <- nil
		return nil, errors.Join(err, s.close())
	}
	s.views = s.Hub.Watch(ctx)
	go func() { ran <- s.Run(ctx) }()
	if err := s.press(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// overTCP is a network printer's cable, listened in to at the printer's end.
func overTCP(ctx context.Context, p *virtual.Printer, w *wire) (dial dialer, ended <-chan error, err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, fmt.Errorf("bench: %w", err)
	}
	done := make(chan error, 1)
	go func() { done <- p.ListenTCP(ctx, tapped{ln, w}) }()
	dial = func(ctx context.Context) (printer.Transport, error) { return printer.DialTCP(ctx, ln.Addr().String()) }
	return dial, done, nil
}

func (s *stand) assemble(ctx context.Context, record string, dial dialer) error {
	file, err := office()
	if err != nil {
		return err
	}
	faces, err := typeface.Load()
	if err != nil {
		return err
	}
	s.Box, err = box.Open(ctx, box.Parts{
		File: file, Journal: record, Clock: clock.NewBench(nine()), Faces: faces, Software: "bench",
		Dial: dial, Log: slog.New(slog.DiscardHandler),
		Record: func(r appliance.Record) appliance.Record { s.record.Record = r; return s.record },
	})
	return err
}

// issue takes a ticket: on paper at the button, without any online.
func issue(ctx context.Context, loop *appliance.Loop, origin queue.Origin) error {
	_, err := loop.Do(ctx, appliance.Command{By: "bench",
		Command: queue.Issue{Service: "civil", Class: queue.Ordinary, Origin: origin}})
	return err
}

func (s *stand) issue(ctx context.Context, origin queue.Origin) error {
	return issue(ctx, s.Loop, origin)
}

// press takes a ticket and waits until the record says that it is printed.
func (s *stand) press(ctx context.Context) error {
	if err := s.issue(ctx, queue.Button); err != nil {
		return err
	}
	return s.printed(ctx)
}

// printed waits until no paper is out.
func (s *stand) printed(ctx context.Context) error {
	limit := time.NewTimer(30 * time.Second)
	defer limit.Stop()
	v := s.Loop.View()
	for v == nil || len(v.Unpaper) > 0 {
		select {
		case v = <-s.views:
		case <-limit.C:
			return fmt.Errorf("bench: %d tickets are not printed after 30 s: %v", len(v.Unpaper), v.Faults)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// call calls the next one, to the counters of the service in turn.
func (s *stand) call(ctx context.Context) error {
	s.calls++
	return call(ctx, s.Loop, []int{1, 2, 3, 5}[s.calls%4])
}

func call(ctx context.Context, loop *appliance.Loop, counter int) error {
	res, err := loop.Do(ctx, appliance.Command{Command: queue.CallNext{Counter: counter}, By: "bench"})
	if err == nil && res.Notice != nil {
		err = errors.New("bench: nobody to call: " + res.Notice.Korean())
	}
	return err
}
