package serialport_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/creack/pty"

	"sunbeon/drivers/serialport"
)

// An adapter is pulled out and comes back under another name: reading goes on.
func TestKeepFollowsTheAdapter(t *testing.T) {
	b := newBench(t)
	first, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	b.plug("ttyUSB0", "1-1", "0403", "6001", "A1", "00", slave.Name())
	ctx, stop := context.WithCancel(t.Context())
	lines := make(chan string)
	done := make(chan error)
	go func() {
		done <- b.dialer("0403:6001:A1").Keep(ctx, slog.New(slog.DiscardHandler), func(ctx context.Context, p *serialport.Port) error {
			in := bufio.NewScanner(p)
			for in.Scan() {
				lines <- in.Text()
			}
			return in.Err()
		})
	}()
	say := func(master *os.File, text string) {
		t.Helper()
		// Opening empties the buffers, so what was said too early is lost: say it
		// until it is heard.
		for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
			if _, err := master.WriteString(text + "\n"); err != nil {
				t.Fatal(err)
			}
			select {
			case got := <-lines:
				if got == text {
					return
				}
			case <-time.After(50 * time.Millisecond):
			}
		}
		t.Fatalf("%s was not heard", text)
	}
	say(first, "before")
	b.unplug("ttyUSB0")
	slave.Close()
	first.Close()
	second, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	defer slave.Close()
	b.plug("ttyUSB7", "1-3", "0403", "6001", "A1", "00", slave.Name())
	say(second, "after")
	stop()
	for {
		select {
		case <-lines: // repetitions
			continue
		case err := <-done:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%v", err)
			}
			return
		}
	}
}

// end is one end of a pipe with the closing told.
type end struct{ closed chan struct{} }

func (e end) Close() error { close(e.closed); return nil }

func TestRedialBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var at []time.Duration
		ctx, stop := context.WithTimeout(t.Context(), 7*time.Second)
		defer stop()
		var said strings.Builder
		err := serialport.Redial(ctx, slog.New(slog.NewTextHandler(&said, nil)),
			func(context.Context) (end, error) {
				at = append(at, time.Since(begin))
				return end{}, errors.New("nothing there")
			},
			func(context.Context, end) error { return errors.New("unreachable") })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		want := []time.Duration{0, 250 * time.Millisecond, 750 * time.Millisecond, 1750 * time.Millisecond, 3750 * time.Millisecond, 5750 * time.Millisecond}
		if !slices.Equal(at, want) {
			t.Errorf("tried at %v, want %v", at, want)
		}
		if n := strings.Count(said.String(), "nothing there"); n != 1 {
			t.Errorf("said %d times:\n%s", n, said.String())
		}
	})
}

func TestRedialClosesWhatItOpened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		var ends []end
		err := serialport.Redial(ctx, slog.New(slog.DiscardHandler),
			func(context.Context) (end, error) {
				ends = append(ends, end{make(chan struct{})})
				return ends[len(ends)-1], nil
			},
			func(ctx context.Context, e end) error {
				switch len(ends) {
				case 1:
					return io.ErrUnexpectedEOF
				case 2:
					time.Sleep(5 * time.Second) // held long: the back-off starts over
					return io.ErrUnexpectedEOF
				}
				stop()
				<-e.closed // like a read that only the closing ends
				return os.ErrClosed
			})
		if !errors.Is(err, context.Canceled) || len(ends) != 3 {
			t.Errorf("%d ends, %v", len(ends), err)
		}
		for i, e := range ends {
			select {
			case <-e.closed:
			default:
				t.Errorf("end %d is open", i)
			}
		}
	})
}

func TestRedialEndsWhenDone(t *testing.T) {
	e := end{make(chan struct{})}
	err := serialport.Redial(t.Context(), slog.New(slog.DiscardHandler),
		func(context.Context) (end, error) { return e, nil },
		func(context.Context, end) error { return nil })
	if err != nil {
		t.Error(err)
	}
	<-e.closed
}

func TestKeepRefusesAWrongConfig(t *testing.T) {
	err := serialport.Dialer{}.Keep(t.Context(), slog.New(slog.DiscardHandler), nil)
	if err == nil || !strings.Contains(err.Error(), "no port named") {
		t.Errorf("%v", err)
	}
}
