package sign_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/drivers/serialport/frame"
	"sunbeon/drivers/sign"
)

// probe writes to signs that show what they are told, and gives what was found
// and what they show. missed is how many frames each address misses first.
func probe(t *testing.T, c sign.Config, missed map[int]int) (found []sign.Probed, shows map[int]string) {
	t.Helper()
	ours, theirs := net.Pipe()
	shows = map[int]string{}
	var all sync.WaitGroup
	all.Go(func() {
		s := frame.Scanner{Table: c.Frame}
		buf := make([]byte, 64)
		for {
			n, err := theirs.Read(buf)
			if err != nil {
				return
			}
			for _, f := range s.Feed(buf[:n]) {
				if missed[f.Address] > 0 {
					missed[f.Address]--
					continue
				}
				shows[f.Address] = string(f.Data)
				time.Sleep(5 * time.Millisecond)
				theirs.Write(c.Frame.Ack)
			}
		}
	})
	if err := sign.Probe(t.Context(), ours, c, func(p sign.Probed) { found = append(found, p) }); err != nil {
		t.Error(err)
	}
	ours.Close()
	all.Wait()
	return found, shows
}

func TestProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := config(t, "edwards")
		c.Units = append(c.Units, sign.Unit{Address: 7, Counter: 12345})
		found, shows := probe(t, c, map[int]int{5: 1, 6: 2})
		if len(found) != 3 || shows[5] != "   3" || shows[7] != "" {
			t.Fatalf("%+v, %v", found, shows)
		}
		if p := found[0]; !p.Confirmed || p.Err != nil || p.Took < 5*time.Millisecond || p.Took > 50*time.Millisecond {
			t.Errorf("%+v", p)
		}
		for i, want := range map[int]string{1: "address 6: no acknowledgement; look at its power", 2: "does not fit"} {
			if p := found[i]; p.Confirmed || p.Err == nil || !strings.Contains(p.Err.Error(), want) {
				t.Errorf("%+v, want %q", p, want)
			}
		}
	})
}

// Without an acknowledgement in the table nothing is wrong and nothing is known.
func TestProbeBlind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		found, shows := probe(t, config(t, "board4"), nil)
		if len(found) != 2 || found[0].Confirmed || found[0].Took != 0 || found[0].Err != nil || shows[5] != "\x00\x03" || shows[6] != "\x00\x04" {
			t.Errorf("%+v, %v", found, shows)
		}
	})
}

func TestProbeEnds(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	none := func(p sign.Probed) { t.Errorf("told %+v", p) }
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := sign.Probe(ctx, ours, config(t, "edwards"), none); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	ours.Close()
	if err := sign.Probe(t.Context(), ours, config(t, "edwards"), none); err == nil {
		t.Error("a closed port was probed")
	}
}
