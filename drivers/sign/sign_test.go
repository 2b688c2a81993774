package sign_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/drivers/serialport/frame"
	"sunbeon/drivers/sign"
)

func config(t *testing.T, shape string) sign.Config {
	t.Helper()
	table, ok := frame.Shape(shape)
	if !ok {
		t.Fatalf("no shape %s", shape)
	}
	c := sign.Config{Frame: table, Command: make(frame.Bytes, table.Command), Form: "text", Width: 4, Units: []sign.Unit{{Address: 5, Counter: 3}, {Address: 6, Counter: 4}}}
	for i := range c.Command {
		c.Command[i] = 'W'
	}
	if table.Data == 2 {
		c.Form = "binary"
	}
	return c
}

// hall is the signs: what each shows and how often it was written.
type hall struct {
	mu     sync.Mutex
	shows  map[int]string
	writes map[int]int
	mute   map[int]bool
	delay  time.Duration // of an acknowledgement
	told   []string
}

func (h *hall) do(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
}

func run(t *testing.T, c sign.Config, f func(h *hall, d *sign.Dev)) {
	t.Helper()
	h := &hall{shows: map[int]string{}, writes: map[int]int{}, mute: map[int]bool{}}
	ours, theirs := net.Pipe()
	d, err := sign.New(c, func(s sign.Health) {
		h.do(func() { h.told = append(h.told, fmt.Sprint(s.Counter, " ", s.Alive)) })
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	all.Go(func() {
		if err := d.Run(ctx, func(context.Context) (sign.Port, error) { return ours, nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
	})
	// One writer: a second on a pipe waits for a mutex, which stops the bubble.
	acks := make(chan []byte, 1024)
	all.Go(func() {
		for b := range acks {
			theirs.Write(b)
		}
	})
	all.Go(func() {
		var late sync.WaitGroup
		defer close(acks)
		defer late.Wait()
		s := frame.Scanner{Table: c.Frame}
		buf := make([]byte, 64)
		for {
			n, err := theirs.Read(buf)
			if err != nil {
				return
			}
			for _, f := range s.Feed(buf[:n]) {
				var silent bool
				var delay time.Duration
				h.do(func() {
					if silent = h.mute[f.Address]; !silent {
						h.shows[f.Address] = string(f.Data)
						h.writes[f.Address]++
					}
					delay = h.delay
				})
				if !silent && len(c.Frame.Ack) > 0 {
					late.Go(func() { time.Sleep(delay); acks <- c.Frame.Ack })
				}
			}
		}
	})
	f(h, d)
	stop()
	theirs.Close()
	all.Wait()
}

func TestShowsOnEveryShape(t *testing.T) {
	for shape, want := range map[string]string{"compoway": " 117", "edwards": " 117", "callunit21": " 117", "length-crc": " 117", "board4": "\x00\x75"} {
		synctest.Test(t, func(t *testing.T) {
			run(t, config(t, shape), func(h *hall, d *sign.Dev) {
				d.Show(3, "116")
				d.Show(3, "117")
				time.Sleep(5 * time.Second)
				h.do(func() {
					if h.shows[5] != want || h.writes[5] > 2 { // dark at the start, perhaps
						t.Errorf("%s: %q after %d writes", shape, h.shows[5], h.writes[5])
					}
				})
				d.Show(3, "12345") // does not fit
				time.Sleep(time.Second)
				h.do(func() {
					if dark := strings.Trim(h.shows[5], " \x00"); dark != "" {
						t.Errorf("%s: %q", shape, h.shows[5])
					}
				})
			})
		})
	}
}

func TestRewritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run(t, config(t, "edwards"), func(h *hall, d *sign.Dev) {
			d.Show(3, "42")
			time.Sleep(5 * time.Second)
			h.do(func() { h.shows[5], h.writes[5] = "junk", 0 })
			time.Sleep(30 * time.Second)
			h.do(func() {
				if h.shows[5] != "  42" || h.writes[5] != 1 {
					t.Errorf("%q after %d", h.shows[5], h.writes[5])
				}
				h.mute[5] = true
			})
			d.Show(3, "43")
			time.Sleep(time.Minute)
			d.Show(4, "7") // is not kept waiting long by the one that is off
			time.Sleep(2 * time.Second)
			h.do(func() {
				if h.shows[6] != "   7" {
					t.Errorf("the other shows %q", h.shows[6])
				}
				h.mute[5] = false
			})
			time.Sleep(11 * time.Second)
			h.do(func() {
				if h.shows[5] != "  43" {
					t.Errorf("on its return: %q", h.shows[5])
				}
				if !slices.Equal(h.told[2:], []string{"3 false", "3 true"}) {
					t.Errorf("%q", h.told)
				}
			})
		})
	})
}

// Acknowledgements that come too late count for nobody.
func TestLateAcknowledgement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run(t, config(t, "edwards"), func(h *hall, d *sign.Dev) {
			h.do(func() { h.delay = 250 * time.Millisecond; h.mute[6] = true })
			d.Show(3, "1")
			d.Show(4, "2")
			time.Sleep(time.Minute)
			h.do(func() {
				if slices.Contains(h.told, "4 true") || slices.Contains(h.told, "3 true") {
					t.Errorf("%q", h.told)
				}
			})
		})
	})
}

// An acknowledgement that waits in the buffer since a rest is nobody's either.
func TestStaleAcknowledgement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := config(t, "edwards")
		c.Units = c.Units[:1]
		run(t, c, func(h *hall, d *sign.Dev) {
			h.do(func() { h.delay = 1300 * time.Millisecond })
			d.Show(3, "1")
			time.Sleep(time.Minute)
			h.do(func() {
				if slices.Contains(h.told, "3 true") {
					t.Errorf("%q", h.told)
				}
			})
		})
	})
}

func TestConfigIsChecked(t *testing.T) {
	for want, change := range map[string]func(*sign.Config){
		`form ""`:        func(c *sign.Config) { c.Form = "" },
		"width 0":        func(c *sign.Config) { c.Width = 0 },
		"no signs":       func(c *sign.Config) { c.Units = nil },
		"addresses":      func(c *sign.Config) { c.Units[1].Address = 5 },
		"address 300":    func(c *sign.Config) { c.Units[1].Address = 300 },
		"command of 0":   func(c *sign.Config) { c.Command = nil },
		"frame: address": func(c *sign.Config) { c.Frame.Address = "" },
		"negative time":  func(c *sign.Config) { c.Rewrite = -1 },
	} {
		c := config(t, "edwards")
		change(&c)
		if _, err := sign.New(c, nil, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
