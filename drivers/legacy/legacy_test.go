package legacy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// events collects what a listener tells.
type events struct {
	mu    sync.Mutex
	all   []Event
	links []string
}

func (e *events) add(ev Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, ev)
}

func (e *events) link(name string, up bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if up {
		name += " up"
	} else {
		name += " down"
	}
	e.links = append(e.links, name)
}

func (e *events) told() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return told(e.all)
}

// machine is the old machine's end of a wire; each Open gives a new pipe.
type machine struct {
	mu    sync.Mutex
	opens int
	down  bool
	peer  net.Conn
}

func (m *machine) open(context.Context) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.opens++
	if m.down {
		return nil, errors.New("no such device")
	}
	var mine net.Conn
	m.peer, mine = net.Pipe()
	return mine, nil
}

func (m *machine) tried() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.opens
}

func (m *machine) send(t *testing.T, b []byte) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.peer.Write(b); err != nil {
		t.Error(err)
	}
}

func (m *machine) unplug(down bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down = down
	if down {
		_ = m.peer.Close()
	}
}

func TestListen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got events
		var log bytes.Buffer
		printer, tcp := &machine{}, &machine{}
		d, err := New(Options{
			Sources: []Source{
				{"printer", printer.open, wires(t)["text"]},
				{"tcp", tcp.open, wires(t)["objects"]},
			},
			Office: office(), OnEvent: got.add, OnLink: got.link,
			Log: slog.New(slog.NewTextHandler(&log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.Run(ctx) }()
		time.Sleep(time.Second)
		printer.send(t, ticket(t, "민원발급", 12, 3))
		time.Sleep(time.Second)
		tcp.send(t, []byte(`{"CMD":"CALL","CALL_NO":12,"DESK":3}{"CMD":"CA`))
		tcp.unplug(true) // tears an object
		time.Sleep(10 * time.Minute)
		if n := tcp.tried(); n > 30 {
			t.Errorf("%d attempts in 10 minutes", n)
		}
		tcp.unplug(false)
		printer.send(t, cp949(t, "민원발급\n13번\n#13\n")) // without a cut
		time.Sleep(time.Minute)
		tcp.send(t, []byte(`LL","CALL_NO":99}{"CMD":"CALL","CALL_NO":13,"DESK":3}`))
		synctest.Wait()
		want := "1 issued civil 12; 2 called civil 12 at 3; 602 issued civil 13; 662 called civil 13 at 3"
		if s := got.told(); s != want {
			t.Errorf("got  %s\nwant %s", s, want)
		}
		time.Sleep(time.Second)
		s := d.Stats()
		if s.Judged.Issued != 2 || s.Judged.Called != 2 || s.Heard["tcp"].Damaged != 1 || s.Heard["printer"].Messages != 2 {
			t.Errorf("stats %+v", s)
		}
		if n := strings.Count(log.String(), "is lost"); n != 1 {
			t.Errorf("the loss is logged %d times", n)
		}
		if l := strings.Join(got.links, ", "); l != "printer up, tcp up, tcp down, tcp up" && l != "tcp up, printer up, tcp down, tcp up" {
			t.Errorf("links %s", l)
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
	})
}

// TestIdlePort: a port whose reads time out without an error is not spun upon.
func TestIdlePort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &idle{}
		d, err := New(Options{
			Sources: []Source{{"port", func(context.Context) (io.ReadCloser, error) { return p, nil }, wires(t)["bus"]}},
			Office:  office(),
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := d.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Run: %v", err)
		}
		if p.reads > 1001 || !p.closed {
			t.Errorf("%d reads in 10 s, closed %v", p.reads, p.closed)
		}
	})
}

type idle struct {
	reads  int
	closed bool
}

func (p *idle) Read([]byte) (int, error) { p.reads++; return 0, nil }
func (p *idle) Close() error             { p.closed = true; return nil }

func TestNewRefuses(t *testing.T) {
	open := (&machine{}).open
	good := Source{"a", open, wires(t)["bus"]}
	for name, o := range map[string]Options{
		"no source":  {Office: office()},
		"no name":    {Sources: []Source{{"", open, good.Decoder}}, Office: office()},
		"twice":      {Sources: []Source{good, good}, Office: office()},
		"no wire":    {Sources: []Source{{"a", nil, good.Decoder}}, Office: office()},
		"no decoder": {Sources: []Source{{"a", open, nil}}, Office: office()},
		"no office":  {Sources: []Source{good}},
	} {
		if _, err := New(o); err == nil || !strings.HasPrefix(err.Error(), "legacy: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestCapture prints what the decoders of these tests make of a recorded day.
func TestCapture(t *testing.T) {
	path := os.Getenv("SUNBEON_LEGACY_CAPTURE")
	if path == "" {
		t.Skip("no recording: set SUNBEON_LEGACY_CAPTURE to a file with the bytes of a tap")
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range wires(t) {
		rs := d.Decode(b, 0)
		rs = append(rs, d.Decode(nil, time.Hour)...)
		t.Logf("%s: %+v", name, d.Heard())
		for _, r := range rs {
			t.Logf("%s: %+v", name, r)
		}
	}
}
