package printer_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/display/typeface"
	"sunbeon/printer"
	"sunbeon/printer/virtual"
)

// hall is a session and a virtual printer that takes its time (150 mm/s, 19200
// baud), in a bubble of fake time. The printer is known by its paper alone.
type hall struct {
	t *testing.T
	v *virtual.Printer
	s *printer.Session

	mu       sync.Mutex
	plugged  bool
	cutAt    int      // unplug after so many more bytes; 0 is off
	conn     net.Conn // the host's end
	dials    int      // links so far
	outcomes []printer.Outcome
	healths  []printer.Health

	numbers []string
	office  string
	faces   *typeface.Set
	whole   map[string]string // content of a whole piece -> its name
}

// setting is what differs from the hall's usual printer and session.
type setting struct {
	model   func(*virtual.Config)
	session func(*printer.SessionConfig)
	office  string      // "" is one that the ROM can write
	before  func(*hall) // what happens to the printer before the session is there
	kernel  bool        // 4 kB wait between Write and the line, as behind a serial port
}

func inHall(t *testing.T, set setting, body func(*hall)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		cfg := model()
		cfg.Speed, cfg.Baud, cfg.Flow = 150, 19200, virtual.FlowHold
		if set.model != nil {
			set.model(&cfg)
		}
		h := &hall{t: t, v: virtual.New(cfg), plugged: true, whole: map[string]string{content(virtual.Piece{}): "blank"}}
		ctx, end := context.WithCancel(context.Background())
		var links sync.WaitGroup
		sc := printer.SessionConfig{Profile: load(t, "generic80"),
			Dial: func(context.Context) (printer.Transport, error) {
				h.mu.Lock()
				defer h.mu.Unlock()
				if !h.plugged || !h.v.State().Power {
					return nil, errors.New("nothing there")
				}
				host, dev := net.Pipe()
				h.dials++
				h.conn = host
				links.Go(func() { h.v.Serve(ctx, dev) })
				if set.kernel {
					return newPort(host), nil
				}
				return &wire{Conn: host, h: h}, nil
			},
			Report: func(o printer.Outcome) {
				h.mu.Lock()
				defer h.mu.Unlock()
				h.outcomes = append(h.outcomes, o)
			},
			OnHealth: func(x printer.Health) {
				h.mu.Lock()
				defer h.mu.Unlock()
				h.healths = append(h.healths, x)
			}}
		if set.session != nil {
			set.session(&sc)
		}
		h.office, h.faces = set.office, sc.Faces
		if set.before != nil {
			set.before(h)
		}
		h.s = printer.NewSession(sc)
		done := make(chan error, 1)
		go func() { done <- h.s.Run(ctx) }()
		defer func() {
			end()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("Run returned %v", err)
			}
			links.Wait()
		}()
		body(h)
	})
}

// wire is a cable that can be pulled at a byte.
type wire struct {
	net.Conn
	h *hall
}

func (w *wire) Write(b []byte) (int, error) {
	w.h.mu.Lock()
	left := w.h.cutAt
	if left > 0 {
		w.h.cutAt = max(0, left-len(b))
	}
	w.h.mu.Unlock()
	if left == 0 || len(b) < left {
		return w.Conn.Write(b)
	}
	n, _ := w.Conn.Write(b[:left])
	w.h.unplug()
	return n, net.ErrClosed
}

// port is a line behind the buffer of a serial driver. Its writes know no
// deadline: the buffer of a line that moves has room in time.
type port struct {
	net.Conn
	waiting chan byte
	gone    chan struct{}
	closed  sync.Once
}

func newPort(c net.Conn) *port {
	p := &port{Conn: c, waiting: make(chan byte, 4096), gone: make(chan struct{})}
	go func() {
		for {
			select {
			case b := <-p.waiting:
				if _, err := c.Write([]byte{b}); err != nil {
					return
				}
			case <-p.gone:
				return
			}
		}
	}()
	return p
}

func (p *port) SetWriteDeadline(time.Time) error { return nil }

func (p *port) Write(b []byte) (int, error) {
	for i, c := range b {
		select {
		case p.waiting <- c:
		case <-p.gone:
			return i, net.ErrClosed
		}
	}
	return len(b), nil
}

func (p *port) Close() error {
	p.closed.Do(func() { close(p.gone) })
	return p.Conn.Close()
}

func (h *hall) unplug() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.plugged = false
	h.conn.Close()
}

func (h *hall) plug() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.plugged, h.cutAt = true, 0
}

// pass lets fake time go by.
func (h *hall) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (h *hall) ticket(number string) printer.Ticket {
	if h.office != "" {
		t := small(number)
		t.Office = h.office
		return t
	}
	return small(number)
}

func small(number string) printer.Ticket {
	return printer.Ticket{Office: "중구 민원실", Service: "여권 접수", Number: number, Ahead: -1, URL: "https://q.example.kr/" + number}
}

// submit hands tickets over that may wait for limit; 0 is for ever.
func (h *hall) submit(limit time.Duration, numbers ...string) {
	h.t.Helper()
	for _, n := range numbers {
		h.numbers = append(h.numbers, n)
		t := h.ticket(n)
		if err := h.s.Submit(printer.Job{ID: n, Ticket: t, NotAfter: limit}); err != nil {
			h.t.Fatal(err)
		}
		h.whole[h.wholeTicket(t)] = n
		t.Copy = true
		h.whole[h.wholeTicket(t)] = n + " copy"
	}
}

// content is what is on a piece of paper.
func content(pc virtual.Piece) string {
	return fmt.Sprintf("%s|%s|%d", pc.Text(), strings.Join(pc.QRs, ","), pc.Rasters)
}

// wholeTicket is the content of the ticket's paper.
func (h *hall) wholeTicket(t printer.Ticket) string {
	h.t.Helper()
	data, err := printer.Encode(load(h.t, "generic80"), t, h.faces)
	if err != nil {
		h.t.Fatal(err)
	}
	return content(printed(h.t, virtual.Config{Width: 576, NativeQR: true}, data))
}

// paper names the pieces: "117", "117 copy", "blank", "half" for anything else.
func (h *hall) paper() []string {
	var names []string
	for _, pc := range h.v.Pieces() {
		name, ok := h.whole[content(pc)]
		if !ok {
			name = "half"
		}
		names = append(names, name)
	}
	return names
}

func (h *hall) wantPaper(want ...string) {
	h.t.Helper()
	if got := h.paper(); !slices.Equal(got, want) {
		h.t.Errorf("paper %q, want %q", got, want)
	}
}

func (h *hall) wantState(s printer.State, faults ...printer.Fault) {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if x := h.healths[len(h.healths)-1]; x.State != s || !slices.Equal(x.Faults, faults) {
		h.t.Errorf("health %v %v, want %v %v", x.State, x.Faults, s, faults)
	}
}

func (h *hall) wantOutcomes(want ...string) {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	var got []string
	for _, o := range h.outcomes {
		s := o.ID + " " + o.Result.String()
		if o.Copy {
			s += " copy"
		}
		got = append(got, s)
	}
	if !slices.Equal(got, want) {
		h.t.Errorf("outcomes %q, want %q", got, want)
	}
}

// promises are what holds after any fault: every ticket has its one outcome, in
// order; what is confirmed is on paper whole; no number is on two papers, halves
// among them, without the mark; none hangs on another's.
func (h *hall) promises() {
	h.t.Helper()
	h.mu.Lock()
	outcomes := slices.Clone(h.outcomes)
	h.mu.Unlock()
	paper := h.paper()
	fail := func(format string, args ...any) {
		h.t.Helper()
		var all []string
		for _, pc := range h.v.Pieces() {
			all = append(all, pc.Text())
		}
		h.t.Fatalf("%s\npaper %q\noutcomes %+v\n%s", fmt.Sprintf(format, args...), paper, outcomes, strings.Join(all, "\n----\n"))
	}
	if len(outcomes) != len(h.numbers) {
		fail("%d outcomes of %d tickets", len(outcomes), len(h.numbers))
	}
	unmarked := map[string]int{}
	for _, pc := range h.v.Pieces() {
		var on []string
		for _, n := range h.numbers {
			if strings.Contains("\n"+pc.Text()+"\n", "\n"+n+"\n") {
				on = append(on, n)
			}
		}
		if len(on) > 1 {
			fail("%v on one paper", on)
		}
		for _, n := range on {
			if !strings.Contains(pc.Text(), "재발행") {
				unmarked[n]++
			}
			if unmarked[n] > 1 {
				fail("%s twice without the mark", n)
			}
		}
	}
	for i, n := range h.numbers {
		o := outcomes[i]
		if o.ID != n {
			fail("outcomes out of order")
		}
		want := n
		if o.Copy {
			want += " copy"
		}
		if o.Result == printer.Confirmed && !slices.Contains(paper, want) {
			fail("%s is said to be printed", want)
		}
	}
}
