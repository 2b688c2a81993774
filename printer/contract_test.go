package printer_test

import (
	"context"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sunbeon/display/typeface"
	"sunbeon/drivers/serialport"
	"sunbeon/printer"
	"sunbeon/printer/virtual"
)

// The contract of a session with a printer that is well, for the virtual one on
// every kind of line, and for the one at hand that SUNBEON_PRINTER names. See
// "With a printer at hand" in the package's doc.
const (
	portVariable    = "SUNBEON_PRINTER"         // tcp://host:9100, usblp:04b8:0202, /dev/usb/lp0, /dev/ttyUSB0
	profileVariable = "SUNBEON_PRINTER_PROFILE" // generic80
	baudVariable    = "SUNBEON_PRINTER_BAUD"    // 9600, of a serial line
)

// bring is a printer to test against.
type bring struct {
	profile     printer.Profile
	serial      bool
	interrupted bool
	dial        func(context.Context) (printer.Transport, error)
	v           *virtual.Printer // nil: a real one
}

func TestContractOverTCP(t *testing.T) {
	v := virtual.New(model())
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- v.ListenTCP(ctx, ln) }()
	defer func() { end(); <-done }()
	contract(t, bring{profile: load(t, "generic80"), v: v,
		dial: func(ctx context.Context) (printer.Transport, error) { return printer.DialTCP(ctx, ln.Addr().String()) }})
}

// TestContractOverASerialLine: a paced line whose printer takes nothing while its
// buffer, smaller than a ticket, is full.
func TestContractOverASerialLine(t *testing.T) {
	cfg := model()
	cfg.Buffer, cfg.Flow, cfg.Speed, cfg.Baud = 256, virtual.FlowHold, 800, 1_000_000
	v := virtual.New(cfg)
	ctx, end := context.WithCancel(context.Background())
	path, wait, err := v.ListenPTY(ctx)
	if err != nil {
		end()
		t.Fatal(err)
	}
	defer func() { end(); wait() }()
	line := serialport.Dialer{Config: serialport.Config{Path: path, Baud: 115200, Flow: "xonxoff"}}
	contract(t, bring{profile: load(t, "generic80"), serial: true, v: v,
		dial: func(ctx context.Context) (printer.Transport, error) { return line.Open(ctx) }})
	if n := v.State().Dropped; n > 0 {
		t.Errorf("%d bytes dropped by a printer that holds the line", n)
	}
}

func TestContractOfThePrinterAtHand(t *testing.T) {
	port := os.Getenv(portVariable)
	if port == "" {
		t.Skipf("no printer at hand; set %s to test one, it costs 60 cm of paper", portVariable)
	}
	b := bring{profile: load(t, "generic80")}
	if name := os.Getenv(profileVariable); name != "" {
		b.profile = load(t, name)
	}
	if addr, ok := strings.CutPrefix(port, "tcp://"); ok {
		b.dial = func(ctx context.Context) (printer.Transport, error) { return printer.DialTCP(ctx, addr) }
	} else if id, ok := strings.CutPrefix(port, "usblp:"); ok {
		b.dial = func(context.Context) (printer.Transport, error) { return printer.OpenUSB(id) }
	} else if strings.HasPrefix(port, "/dev/usb/") {
		b.dial = func(context.Context) (printer.Transport, error) { return printer.OpenLP(port) }
	} else {
		line := serialport.Dialer{Config: serialport.Config{Path: port, Flow: "xonxoff", Baud: baud(t)}}
		b.serial = true
		b.dial = func(ctx context.Context) (printer.Transport, error) { return line.Open(ctx) }
	}
	contract(t, b)
}

func baud(t *testing.T) int {
	t.Helper()
	text := os.Getenv(baudVariable)
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", baudVariable, err)
	}
	return n
}

func contract(t *testing.T, b bring) {
	t.Run("probe", func(t *testing.T) { contractProbe(t, b) })
	t.Run("test ticket", func(t *testing.T) { contractTestTicket(t, b) })
	t.Run("tickets in order", func(t *testing.T) { contractTickets(t, b) })
	t.Run("after a crash in a picture", func(t *testing.T) { contractCrash(t, b) })
}

// open gives the port for a conversation without a session.
func (b bring) open(t *testing.T) printer.Transport {
	t.Helper()
	tr, err := b.dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.Close() })
	return tr
}

func contractProbe(t *testing.T, b bring) {
	f, err := printer.Probe(t.Context(), b.open(t), b.profile)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v\n%s", f, f.Korean())
	if !f.Answers || len(f.Faults) > 0 && f.Faults[0].Stops() {
		t.Errorf("the printer is not ready: %s", f.English())
	}
}

// contractTestTicket ends when the printer says that it is printed.
func contractTestTicket(t *testing.T, b bring) {
	faces, err := typeface.Load()
	if err != nil {
		t.Fatal(err)
	}
	p := b.profile
	if b.serial {
		p = p.OverSerial()
	}
	data, err := printer.TestTicket(p, faces)
	if err != nil {
		t.Fatal(err)
	}
	tr := b.open(t)
	for len(data) > 0 {
		if err := tr.SetWriteDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		n, err := tr.Write(data[:min(1024, len(data))])
		if err != nil {
			t.Fatal(err)
		}
		data = data[n:]
	}
	f, err := printer.Probe(t.Context(), tr, b.profile)
	if err != nil || len(f.Faults) > 0 && f.Faults[0].Stops() {
		t.Errorf("after the test ticket: %+v, %v", f, err)
	}
	if b.v != nil && len(b.v.Pieces()) != 1 {
		t.Errorf("%d pieces, want the test ticket", len(b.v.Pieces()))
	}
}

// contractTickets: three tickets, one outcome each, in order; on a link that
// answers each is confirmed.
func contractTickets(t *testing.T, b bring) {
	before := b.pieces()
	got := b.session(t, func(s *printer.Session) {
		for _, n := range []string{"117", "118", "119"} {
			if err := s.Submit(printer.Job{ID: n, Ticket: ticket(n), NotAfter: 2 * time.Minute}); err != nil {
				t.Error(err)
			}
		}
	}, 3)
	for i, n := range []string{"117", "118", "119"} {
		if o := got[i]; o.ID != n || o.Result != printer.Confirmed || o.Copy {
			t.Errorf("outcome %+v, want %s confirmed", o, n)
		}
	}
	if b.v != nil {
		if got := paper(b.v, []string{"117", "118", "119"}); b.pieces() != before+3 || len(got) != 3 || got[0] != "117" || got[2] != "119" {
			t.Errorf("paper %q", got)
		}
	}
}

// contractCrash: the host dies inside a picture; the next one gets out of it,
// cuts the half off and prints.
func contractCrash(t *testing.T, b bring) {
	tr := b.open(t)
	_, err := tr.Write(append([]byte("\x1b@HALF A TICKET\n\x1dv0\x00\x20\x00\x64\x00"), make([]byte, 320)...))
	if err != nil {
		t.Fatal(err)
	}
	tr.Close()
	b.interrupted = true
	got := b.session(t, func(s *printer.Session) {
		if err := s.Submit(printer.Job{ID: "120", Ticket: ticket("120"), NotAfter: 2 * time.Minute}); err != nil {
			t.Error(err)
		}
	}, 1)
	if o := got[0]; o.Result != printer.Confirmed {
		t.Errorf("outcome %+v, want 120 confirmed", o)
	}
	if b.v != nil {
		pieces := b.v.Pieces()
		if last := pieces[len(pieces)-1]; strings.Contains(last.Text(), "HALF") || !strings.Contains(last.Text(), "120") {
			t.Errorf("the last paper says %q", last.Text())
		}
	}
}

func (b bring) pieces() int {
	if b.v == nil {
		return 0
	}
	return len(b.v.Pieces())
}

// session runs one until n outcomes are told.
func (b bring) session(t *testing.T, begin func(*printer.Session), n int) []printer.Outcome {
	t.Helper()
	faces, err := typeface.Load()
	if err != nil {
		t.Fatal(err)
	}
	out := newTold()
	s := printer.NewSession(printer.SessionConfig{Profile: b.profile, Serial: b.serial, Interrupted: b.interrupted,
		Faces: faces, Dial: b.dial, Report: out.report})
	ctx, end := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { s.Run(ctx) })
	defer func() { end(); ended.Wait() }()
	begin(s)
	for range n {
		select {
		case <-out.more:
		case <-time.After(3 * time.Minute):
			t.Fatal("no outcome in three minutes")
		}
	}
	out.mu.Lock()
	defer out.mu.Unlock()
	return slices.Clone(out.list)
}
