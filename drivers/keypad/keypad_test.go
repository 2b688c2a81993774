package keypad

import (
	"bytes"
	"context"
	"encoding/binary"
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

	"github.com/holoplot/go-evdev"
)

// wire is a keypad of which only the bytes are real: input_event structures, as
// the kernel writes them, read as go-evdev reads them.
type wire struct{ io.ReadCloser }

func (w wire) ReadOne() (*evdev.InputEvent, error) {
	e := &evdev.InputEvent{}
	return e, binary.Read(w, binary.LittleEndian, e)
}

// event is one input_event.
func event(typ evdev.EvType, code evdev.EvCode, value int32) []byte {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.LittleEndian, evdev.InputEvent{Type: typ, Code: code, Value: value})
	return b.Bytes()
}

// press is what a keypad sends when a key goes down.
func pressed(code evdev.EvCode) []byte {
	return append(append(event(evdev.EV_MSC, evdev.MSC_SCAN, 0x70059), event(evdev.EV_KEY, code, 1)...), event(evdev.EV_SYN, evdev.SYN_REPORT, 0)...)
}

func released(code evdev.EvCode) []byte {
	return append(event(evdev.EV_KEY, code, 0), event(evdev.EV_SYN, evdev.SYN_REPORT, 0)...)
}

func repeated(code evdev.EvCode) []byte {
	return append(event(evdev.EV_KEY, code, 2), event(evdev.EV_SYN, evdev.SYN_REPORT, 0)...)
}

// clerk collects commands.
type clerk struct {
	mu    sync.Mutex
	all   []string
	links []bool
	news  chan struct{}
}

func (c *clerk) add(cmd Command) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, said(&cmd))
	if c.news != nil {
		c.news <- struct{}{}
	}
}

func (c *clerk) link(up bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.links = append(c.links, up)
}

func (c *clerk) said() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.all, ", ")
}

// TestPipe reads real structures from a real file: the same path through the
// poller as a device's.
func TestPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := clerk{news: make(chan struct{}, 16)}
	d, err := New(func() (Device, error) { return wire{r}, nil }, NumericKeys(), Options{OnCommand: c.add})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	var b []byte
	for _, code := range []evdev.EvCode{evdev.KEY_KP1, evdev.KEY_KP7, evdev.KEY_KPPLUS, evdev.KEY_NUMLOCK, evdev.KEY_KPENTER} {
		b = append(b, pressed(code)...)
		b = append(b, released(code)...)
	}
	for ; len(b) > 0; b = b[min(7, len(b)):] { // torn anywhere
		if _, err := w.Write(b[:min(7, len(b))]); err != nil {
			t.Fatal(err)
		}
	}
	<-c.news
	<-c.news
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v", err)
	}
	if got, want := c.said(), "pick 17, next"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	_ = w.Close()
}

// socket is where a keypad is plugged in and pulled out.
type socket struct {
	mu    sync.Mutex
	peer  net.Conn
	there bool
	opens int
}

func (s *socket) open() (Device, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opens++
	if !s.there {
		return nil, errors.New("no such device")
	}
	var mine net.Conn
	s.peer, mine = net.Pipe()
	return wire{mine}, nil
}

func (s *socket) plug(in bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.there = in
	if !in && s.peer != nil {
		_ = s.peer.Close()
	}
}

func (s *socket) send(t *testing.T, events ...[]byte) {
	t.Helper()
	s.mu.Lock()
	peer := s.peer
	s.mu.Unlock()
	for _, e := range events {
		if _, err := peer.Write(e); err != nil {
			t.Error(err)
		}
	}
	synctest.Wait()
}

func TestUnplug(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var c clerk
		s := &socket{there: true}
		d, err := New(s.open, NumericKeys(), Options{OnCommand: c.add, OnLink: c.link, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.Run(ctx) }()
		synctest.Wait()
		s.send(t, pressed(evdev.KEY_KPENTER), pressed(evdev.KEY_KP1))
		s.plug(false)
		time.Sleep(time.Second)
		s.plug(true)
		time.Sleep(again + time.Second)
		// The 1 typed before does not count.
		s.send(t, pressed(evdev.KEY_KP7), pressed(evdev.KEY_KPPLUS))
		s.plug(false)
		time.Sleep(time.Hour)
		s.plug(true)
		time.Sleep(again + time.Second)
		s.send(t, pressed(evdev.KEY_KPENTER))
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
		if got, want := c.said(), "next, pick 7, next"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if len(c.links) != 6 || !c.links[0] || c.links[1] {
			t.Errorf("links %v", c.links)
		}
		if s.opens > 1900 {
			t.Errorf("opened %d times in an hour", s.opens)
		}
		if n := strings.Count(log.String(), "gone"); n != 2 {
			t.Errorf("logged %d times, want once a loss:\n%s", n, log.String())
		}
	})
}

// TestRepetition: a key that is held counts once, however long.
func TestRepetition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c clerk
		s := &socket{there: true}
		d, err := New(s.open, NumericKeys(), Options{OnCommand: c.add})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.Run(ctx) }()
		synctest.Wait()
		s.send(t, pressed(evdev.KEY_KPENTER))
		for range 100 {
			time.Sleep(250 * ms)
			s.send(t, repeated(evdev.KEY_KPENTER))
		}
		s.send(t, released(evdev.KEY_KPENTER))
		cancel()
		<-done
		if got := c.said(); got != "next" {
			t.Errorf("%s, want next", got)
		}
	})
}

// TestDropped: after lost events nothing counts until the next report, and the
// digits before are forgotten.
func TestDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c clerk
		s := &socket{there: true}
		d, err := New(s.open, NumericKeys(), Options{OnCommand: c.add})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.Run(ctx) }()
		synctest.Wait()
		s.send(t, pressed(evdev.KEY_KP1),
			event(evdev.EV_SYN, evdev.SYN_DROPPED, 0),
			event(evdev.EV_KEY, evdev.KEY_KPENTER, 1),
			event(evdev.EV_SYN, evdev.SYN_REPORT, 0),
			pressed(evdev.KEY_KP7), pressed(evdev.KEY_KPPLUS))
		cancel()
		<-done
		if got, want := c.said(), "pick 7"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

func TestTables(t *testing.T) {
	k := NumericKeys()
	if err := k.check(); err != nil {
		t.Fatal(err)
	}
	// The codes of the keypad are the kernel's: 71 to 83, Enter 96.
	for code, want := range map[evdev.EvCode]Key{71: "7", 72: "8", 73: "9", 74: NoShow, 75: "4", 76: "5", 77: "6", 78: Pick,
		79: "1", 80: "2", 81: "3", 82: "0", 83: Clear, 96: Next, 55: Recall, 98: Hold, 14: Transfer} {
		if k[code] != want {
			t.Errorf("code %d is %q, want %q", code, k[code], want)
		}
	}
	got, err := ParseTable(map[string]string{"KEY_KPENTER": "next", "KEY_TAB": "pause"})
	if err != nil || got[96] != Next || got[15] != Pause {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []map[string]string{{}, {"KEY_NOBODY": "next"}, {"KEY_TAB": "dance"}} {
		if _, err := ParseTable(bad); err == nil || !strings.HasPrefix(err.Error(), "keypad: ") {
			t.Errorf("%v: error %v", bad, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, part := range map[string]string{
		"ffff:fffe":                       "no ffff:fffe",
		"keypad":                          "vendor:product",
		"/etc/passwd":                     "vendor:product",
		"/dev/input/by-id/no-such-keypad": "there are",
	} {
		if _, err := Open(name, NumericKeys()); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if !same("1A2c:2124", 0x1a2c, 0x2124) || same("1a2c:2124", 0x1a2c, 0x2125) {
		t.Error("models are told apart wrongly")
	}
	if _, err := New(nil, NumericKeys(), Options{}); err == nil {
		t.Error("no error without a device")
	}
	if _, err := New(func() (Device, error) { return nil, nil }, nil, Options{}); err == nil {
		t.Error("no error without keys")
	}
}

// FuzzEvents: any bytes as structures give only commands that keys can give.
func FuzzEvents(f *testing.F) {
	f.Add(append(pressed(evdev.KEY_KP1), pressed(evdev.KEY_KPPLUS)...), uint16(100))
	f.Add(append(event(evdev.EV_SYN, evdev.SYN_DROPPED, 0), pressed(evdev.KEY_KPENTER)...), uint16(10))
	f.Fuzz(func(t *testing.T, b []byte, step uint16) {
		d, err := New(func() (Device, error) { return nil, io.EOF }, NumericKeys(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		w := wire{io.NopCloser(bytes.NewReader(b))}
		presses := 0
		for i := 0; ; i++ {
			e, err := w.ReadOne()
			if err != nil {
				return
			}
			if e.Type == evdev.EV_KEY && e.Value == 1 {
				presses++
			}
			c := d.event(e, time.Duration(i)*time.Duration(step)*ms)
			if c == nil {
				continue
			}
			if presses--; presses < 0 || c.Number < 0 || c.Number > 9999 || c.Key.Check() != nil || c.Rejected && c.Number != 0 {
				t.Fatalf("%+v", c)
			}
		}
	})
}
