package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/board"
	stream "sunbeon/display/hall"
	"sunbeon/display/screen/xvfb"
	"sunbeon/display/typeface"
)

// glassSize is the screen of all measurements.
var glassSize = image.Pt(1920, 1080)

// wall is the signboard, the real program, on an X server without glass, told by
// the stream that a kiosk has.
type wall struct {
	x       *xvfb.Server
	server  *stream.Server
	program *exec.Cmd
	pure    *board.Board // draws the same
	ends    []func() error

	mu     sync.Mutex
	said   bytes.Buffer
	paints samples // of the program so far
}

// wall starts the signboard at a hall, and returns when it shows it; nil is a
// kiosk that has said nothing yet, and is not waited for.
func (p *place) wall(ctx context.Context, h *feed.Hall, more ...string) (w *wall, err error) {
	dir, remove, err := p.folder("wall")
	if err != nil {
		return nil, err
	}
	w = &wall{ends: []func() error{func() error { remove(); return nil }}}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.pure, err = pureBoard(); err != nil {
		return w, err
	}
	if w.x, err = xvfb.Start(glassSize); err != nil {
		return w, err
	}
	w.ends = append(w.ends, w.x.Close)
	program, err := build(ctx, dir, "display/cmd/signboard", "CGO_ENABLED=1")
	if err != nil {
		return w, fmt.Errorf("%w; `make board` installs what it is built from", err)
	}
	w.server = stream.NewServer(stream.ServerOptions{Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if h != nil {
		w.server.Publish(h)
	}
	socket, err := filepath.Abs(filepath.Join(dir, "hall.sock"))
	if err != nil {
		return w, fmt.Errorf("bench: %w", err)
	}
	ln, err := stream.Listen(socket)
	if err != nil {
		return w, err
	}
	web := &http.Server{Handler: w.server.Local()}
	served := make(chan struct{})
	go func() { _ = web.Serve(ln); close(served) }()
	w.ends = append(w.ends, func() error { err := web.Close(); <-served; return err })

	w.program = exec.Command(program, append([]string{"-kiosk", "unix:" + socket, "-v"}, more...)...)
	w.program.Env = append(os.Environ(), "DISPLAY="+w.x.Display)
	w.program.Stderr = w
	if err := w.program.Start(); err != nil {
		return w, fmt.Errorf("bench: %w", err)
	}
	w.ends = append(w.ends, func() error {
		err := w.program.Process.Signal(syscall.SIGTERM)
		if ended := w.program.Wait(); ended != nil {
			err = fmt.Errorf("bench: signboard: %w: %s", ended, w.said.String())
		}
		return err
	})
	if h == nil {
		return w, nil
	}
	return w, w.shows(ctx, h)
}

func (w *wall) close() error {
	var errs []error
	for i := range w.ends {
		errs = append(errs, w.ends[len(w.ends)-1-i]())
	}
	return errors.Join(errs...)
}

// Write takes what the program logs, and the times of its paintings out of it.
func (w *wall) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for line := range strings.Lines(string(b)) {
		if _, took, ok := strings.Cut(line, `msg="screen: painted" took=`); ok {
			if d, err := time.ParseDuration(strings.TrimSpace(took)); err == nil {
				w.paints = append(w.paints, d)
				continue
			}
		}
		w.said.WriteString(line)
	}
	return len(b), nil
}

// painted is how long each painting took, from the first call of GL to the end of
// the swap.
func (w *wall) painted() samples {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append(samples(nil), w.paints...)
}

// shows waits until the glass has the hall as it is drawn.
func (w *wall) shows(ctx context.Context, h *feed.Hall) error {
	for end := time.Now().Add(time.Minute); ; {
		got, err := w.x.Grab(image.Rectangle{Max: glassSize})
		if err != nil {
			return err
		}
		if bytes.Equal(got.Pix, w.pure.Draw(board.Show{Hall: h}, time.Now().In(feed.KST())).Pix) {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("bench: the signboard does not show what is drawn; it says %s", w.said.String())
		}
		if err := wait(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

func pureBoard() (*board.Board, error) {
	faces, err := typeface.Load()
	if err != nil {
		return nil, err
	}
	return board.New(faces, board.Options{Width: glassSize.X, Height: glassSize.Y})
}

// wallOffice has five counters, three services and a notice; n calls have been
// made, the last one at the given time.
func wallOffice(n int, at time.Time) *feed.Hall {
	number := func(i int) *int { return &i }
	s := feed.Snapshot{V: 1, City: "uijeongbu", Office: "CS0001", Name: "수정동 주민센터", NameEn: "Sujeong Community Center",
		Day: 1, DayOpen: true, Clock: true, AsOf: at.UnixMilli(), CallSeq: uint64(n), Notices: []string{"오늘은 오후 8시까지 연장 근무합니다."},
		Held: []string{"1003"}, Missed: []string{}}
	for i, service := range []feed.Service{
		{ID: "civil", Name: "민원서류 발급", NameEn: "Certificates"},
		{ID: "register", Name: "출생·혼인/이혼·사망 신고", NameEn: "Family registration"},
		{ID: "passport", Name: "여권 접수 및 교부", NameEn: "Passports"},
	} {
		service.Waiting, service.Issuing, service.Counters, service.Issued = number(7-i), feed.IssuingOpen, number(2), number(20)
		service.Wait = &feed.Range{Low: 240, Mid: 420, High: 720}
		s.Services = append(s.Services, service)
	}
	for c := range 5 {
		s.Counters = append(s.Counters, feed.Counter{Number: c + 1, State: feed.CounterOpen, Ticket: fmt.Sprint(1001 + (n+c)%900), Services: []string{s.Services[c%3].ID}})
	}
	for i := range 4 {
		s.Calls = append(s.Calls, feed.Call{Seq: uint64(n - i), Ticket: fmt.Sprint(1001 + (n-i+900)%900), Service: "civil", Counter: (n+i)%5 + 1,
			At: at.Add(-time.Duration(i) * time.Minute).UnixMilli()})
	}
	return &feed.Hall{Snapshot: s}
}
