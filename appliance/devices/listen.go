package devices

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/config"
	"sunbeon/appliance/queue"
	"sunbeon/drivers/legacy"
)

// listener takes what an office's old machine is heard to do to the loop.
type listener struct {
	log  *slog.Logger
	wake chan struct{}

	mu    sync.Mutex
	heard []queue.Observe // in order
}

// heardMost is how much may wait for a record that takes nothing; beyond it is
// forgotten, and with it who waits.
const heardMost = 1000

func (s *Set) listen(wires []config.Listen, services []queue.Service) error {
	if len(wires) == 0 {
		return nil
	}
	t := &listener{log: s.log, wake: make(chan struct{}, 1)}
	o := legacy.Options{OnEvent: t.event, Log: s.log}
	lines := map[string]*line{}
	for _, w := range wires {
		decoder, err := w.Decoder()
		if err != nil {
			return err
		}
		l := newLine(s.health, "listen:"+w.Name)
		l.plugged(false) // until it is open
		lines[w.Name] = l
		open := s.wire(l.name, w.Port)
		o.Sources = append(o.Sources, legacy.Source{Name: w.Name, Decoder: decoder,
			Open: func(ctx context.Context) (io.ReadCloser, error) {
				r, err := open(ctx)
				l.plugged(err == nil)
				return r, err
			}})
	}
	o.OnLink = func(source string, up bool) {
		lines[source].plugged(up)
		if !up {
			t.put(queue.Observe{What: queue.HeardNothing}) // whatever it does meanwhile
		}
	}
	for _, v := range services {
		o.Office.Services = append(o.Office.Services, legacy.Service{ID: v.ID, Low: v.First, High: v.Last})
	}
	dev, err := legacy.New(o)
	if err != nil {
		return err
	}
	s.listener = t
	s.parts = append(s.parts, part{"listen:" + wires[0].Name, dev.Run})
	return nil
}

// wire is how a wire of the old machine is opened.
func (s *Set) wire(name string, p config.Port) func(context.Context) (io.ReadCloser, error) {
	switch {
	case p.Dial != "":
		return func(ctx context.Context) (io.ReadCloser, error) {
			d := net.Dialer{Timeout: 5 * time.Second, KeepAlive: 15 * time.Second}
			c, err := d.DialContext(ctx, "tcp", p.Dial)
			if err != nil {
				return nil, fmt.Errorf("devices: %s: %w; check that the old machine's program runs and its address", p.Dial, err)
			}
			return c, nil
		}
	case p.Listen != "":
		d := &door{address: p.Listen, news: make(chan net.Conn)}
		s.parts = append(s.parts, part{name, d.run})
		return d.open
	}
	return func(ctx context.Context) (io.ReadCloser, error) { return s.open.Serial(ctx, p.Serial) }
}

// event is legacy.Options.OnEvent: on the listener's goroutine, never blocking.
func (t *listener) event(e legacy.Event) {
	switch e := e.(type) {
	case legacy.Issued:
		t.put(queue.Observe{What: queue.HeardIssued, Service: e.Service, Number: e.Number})
	case legacy.Called:
		t.put(queue.Observe{What: queue.HeardCalled, Service: e.Service, Number: e.Number, Counter: e.Counter})
	case legacy.Waiting:
		t.put(queue.Observe{What: queue.HeardWaiting, Service: e.Service, Count: e.Count})
	case legacy.Restarted:
		t.put(queue.Observe{What: queue.HeardRestarted, Service: e.Service})
	}
}

func (t *listener) put(o queue.Observe) {
	t.mu.Lock()
	if len(t.heard) >= heardMost {
		t.heard = []queue.Observe{{What: queue.HeardNothing}}
	}
	t.heard = append(t.heard, o)
	t.mu.Unlock()
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

func (t *listener) next() (o queue.Observe, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.heard) == 0 {
		return o, false
	}
	o, t.heard = t.heard[0], t.heard[1:]
	return o, true
}

// run tells the loop until ctx ends.
func (t *listener) run(ctx context.Context, loop appliance.Handler) {
	for {
		o, ok := t.next()
		if !ok {
			select {
			case <-t.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		for {
			_, err := loop.Do(ctx, appliance.Command{Command: o, By: "observed"})
			if errors.Is(err, appliance.ErrRecord) && pause(ctx, againMin) {
				continue
			}
			if err != nil && ctx.Err() == nil {
				t.log.Info("what was heard of the old machine is not taken", "heard", o, "why", err)
			}
			break
		}
	}
}

// door lets one program connect, the newest: one that was restarted may have
// left a connection behind that never ends.
type door struct {
	address string
	news    chan net.Conn
}

// open waits for the next program.
func (d *door) open(ctx context.Context) (io.ReadCloser, error) {
	select {
	case c := <-d.news:
		return c, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// run hands on the newest connection and closes the one before it.
func (d *door) run(ctx context.Context) error {
	listen := net.ListenConfig{KeepAlive: 15 * time.Second}
	ln, err := listen.Listen(ctx, "tcp", d.address)
	if err != nil {
		return fmt.Errorf("devices: the old machine cannot connect: %w; choose another port", err)
	}
	shut := context.AfterFunc(ctx, func() { ln.Close() })
	defer func() { shut(); ln.Close() }()
	var last net.Conn
	defer func() {
		if last != nil {
			last.Close()
		}
	}()
	for {
		c, err := ln.Accept()
		if err != nil {
			return fmt.Errorf("devices: %s: %w", d.address, err)
		}
		if last != nil {
			last.Close()
		}
		last = c
		select {
		case d.news <- c:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
