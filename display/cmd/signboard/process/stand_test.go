package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/board"
	"sunbeon/display/hall"
	"sunbeon/display/screen/xvfb"
	"sunbeon/display/typeface"
)

// programs are built once for all tests.
var programs = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "sunbeon-signboard")
	if err != nil {
		return "", err
	}
	if out, err := exec.Command("go", "build", "-o", dir, "sunbeon/display/cmd/signboard", "sunbeon/appliance/cmd/kiosk").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return dir, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := programs(); err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// patience is how long a real process may take for anything: a machine under
// load is slow, never wrong.
const patience = 60 * time.Second

// program is one that runs.
type program struct {
	t    *testing.T
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended

	mu    sync.Mutex
	said  bytes.Buffer
	grown chan struct{} // closed with the next output
}

func (p *program) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.grown)
	p.grown = make(chan struct{})
	return p.said.Write(b)
}

// start runs a program of ours until the test ends, with more in its environment.
// A name without a value is taken out of it.
func start(t *testing.T, environment []string, name string, args ...string) *program {
	t.Helper()
	dir, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{t: t, cmd: exec.Command(filepath.Join(dir, name), args...), done: make(chan struct{}), grown: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = p, p
	p.cmd.Env = os.Environ()
	for _, e := range environment {
		if strings.Contains(e, "=") {
			p.cmd.Env = append(p.cmd.Env, e)
			continue
		}
		var kept []string
		for _, old := range p.cmd.Env {
			if !strings.HasPrefix(old, e+"=") {
				kept = append(kept, old)
			}
		}
		p.cmd.Env = kept
	}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // its state says how it ended
		close(p.done)
	}()
	t.Cleanup(func() {
		p.signal(syscall.SIGKILL)
		<-p.done
		if t.Failed() {
			t.Logf("%s said:\n%s", name, p.output())
		}
	})
	return p
}

func (p *program) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) } // it may have ended

func (p *program) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// ends waits for the end and returns the exit status, -1 if it was killed.
func (p *program) ends() int {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		p.t.Fatalf("%s does not end", p.cmd.Path)
	}
	return p.cmd.ProcessState.ExitCode()
}

// says waits for a line that begins so and returns the rest of it.
func (p *program) says(begin string) string {
	p.t.Helper()
	limit := time.After(patience)
	for {
		p.mu.Lock()
		text, grown := p.said.String(), p.grown
		p.mu.Unlock()
		for line := range strings.Lines(text) {
			if rest, ok := strings.CutPrefix(line, begin); ok && strings.HasSuffix(line, "\n") {
				return strings.TrimSpace(rest)
			}
		}
		select {
		case <-grown:
		case <-limit:
			p.t.Fatalf("%s never said %q", p.cmd.Path, begin)
		}
	}
}

// eventually polls until the check holds.
func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%s: %v", what, err)
		}
	}
}

// glass starts an X server of a size.
func glass(t *testing.T, size image.Point) *xvfb.Server {
	t.Helper()
	x, err := xvfb.Start(size)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	return x
}

// noon is the time of the kiosks here. It stands: each beat of the stream tells
// it anew. The picture says the same for the twenty seconds around it.
var noon = time.Date(2026, 11, 25, 12, 0, 20, 0, time.Local)

// kiosk is the office's end of the stream, without an office.
type kiosk struct {
	t      *testing.T
	server *hall.Server
	socket string
	web    *http.Server

	mu    sync.Mutex
	wrong string // conditions that the screen has reported last
}

func newKiosk(t *testing.T) *kiosk {
	t.Helper()
	k := &kiosk{t: t, socket: filepath.Join(t.TempDir(), "hall.sock")}
	k.server = hall.NewServer(hall.ServerOptions{Now: func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler),
		Screen: func(_ string, listens bool, conditions []string) {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.wrong = fmt.Sprint(listens, conditions)
		}})
	k.open()
	t.Cleanup(k.shut)
	return k
}

func (k *kiosk) open() {
	k.t.Helper()
	ln, err := hall.Listen(k.socket)
	if err != nil {
		k.t.Fatal(err)
	}
	k.serve(ln, k.server.Local())
}

func (k *kiosk) serve(ln net.Listener, h http.Handler) {
	k.web = &http.Server{Handler: h}
	web := k.web
	go func() { _ = web.Serve(ln) }() // until it is shut
}

// shut cuts every link, as the end of the process does.
func (k *kiosk) shut() { _ = k.web.Close() }

func (k *kiosk) reported() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.wrong
}

// signboard starts the real one at this kiosk.
func (k *kiosk) signboard(x *xvfb.Server, args ...string) *program {
	k.t.Helper()
	return start(k.t, []string{"DISPLAY=" + x.Display}, "signboard", append([]string{"-kiosk", "unix:" + k.socket}, args...)...)
}

// office has two counters; called is the number at the second.
func office(called string) *feed.Hall {
	n := func(i int) *int { return &i }
	at := noon.Add(-5 * time.Minute).UnixMilli()
	return &feed.Hall{Snapshot: feed.Snapshot{V: 1, City: "uijeongbu", Office: "CS0001", Name: "수정동 주민센터", NameEn: "Sujeong Community Center",
		Day: 1, Date: "2026-11-25", DayOpen: true, Clock: true, AsOf: at,
		Services: []feed.Service{
			{ID: "civil", Name: "민원서류 발급", NameEn: "Certificates", Waiting: n(7), Wait: &feed.Range{Low: 240, Mid: 420, High: 720}, Issuing: feed.IssuingOpen, Counters: n(2), Called: called, CalledAt: 2, Issued: n(18)},
			{ID: "passport", Name: "여권 접수 및 교부", NameEn: "Passports", Waiting: n(2), Issuing: feed.IssuingOpen, Counters: n(1), Issued: n(3)},
		},
		Counters: []feed.Counter{
			{Number: 1, State: feed.CounterOpen, Ticket: "3001", Services: []string{"passport"}},
			{Number: 2, State: feed.CounterOpen, Ticket: called, Services: []string{"civil"}},
		},
		CallSeq: 2, Calls: []feed.Call{{Seq: 2, Ticket: called, Service: "civil", Counter: 2, At: at}, {Seq: 1, Ticket: "3001", Service: "passport", Counter: 1, At: at - 60_000}},
		Held: []string{}, Missed: []string{},
	}}
}

// drawn is the pure picture.
func drawn(t *testing.T, opt board.Options, v board.Show) *image.RGBA {
	t.Helper()
	faces, err := typeface.Load()
	if err != nil {
		t.Fatal(err)
	}
	b, err := board.New(faces, opt)
	if err != nil {
		t.Fatal(err)
	}
	return b.Draw(v, noon)
}

// tolerance is by how much a colour's part may differ: rounding alone.
const tolerance = 2

// compare fails when two pictures differ by more than rounding.
func compare(got, want *image.RGBA) error {
	if got.Rect != want.Rect {
		return fmt.Errorf("%v, want %v", got.Rect, want.Rect)
	}
	bad, first := 0, -1
	for i := range want.Pix {
		if d := int(got.Pix[i]) - int(want.Pix[i]); d < -tolerance || d > tolerance {
			if bad++; first < 0 {
				first = i / 4
			}
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d parts of colours differ, first at %d,%d", bad, len(want.Pix), first%want.Rect.Dx(), first/want.Rect.Dx())
	}
	return nil
}

// shows waits until the glass has the picture.
func shows(t *testing.T, x *xvfb.Server, want *image.RGBA, what string) {
	t.Helper()
	var last *image.RGBA
	defer func() {
		if t.Failed() && last != nil {
			save(t, "got", last)
			save(t, "want", want)
		}
	}()
	eventually(t, what, func() error {
		got, err := x.Grab(want.Rect)
		if err != nil {
			return err
		}
		last = got
		return compare(got, want)
	})
}

// save keeps a picture of a failure to look at, where SUNBEON_PICTURES says.
func save(t *testing.T, name string, m image.Image) {
	dir := os.Getenv("SUNBEON_PICTURES")
	if dir == "" {
		return
	}
	path := filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "-")+"-"+name+".png")
	f, err := os.Create(path)
	if err == nil {
		err = errors.Join(png.Encode(f, m), f.Close())
	}
	t.Logf("%s: %v", path, err)
}
