package callunit_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/drivers/callunit"
	"sunbeon/drivers/serialport/frame"
)

// asked is a line of units that speak when asked.
func asked(t *testing.T) callunit.Config {
	c := config(t, "callunit21")
	c.Poll = hex.EncodeToString(append(command(c.Frame), "??"...))
	c.None = hex.EncodeToString(append(command(c.Frame), "00"...))
	return c
}

func TestProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := asked(t)
		// Unit 5 has key 2 down, 6 none; 7 is off, 8 says what nobody knows, 9 is
		// set to 10 by mistake, 11 damages its answers.
		c.Units = []callunit.Unit{{Address: 5, Counter: 1}, {Address: 6, Counter: 2}, {Address: 7, Counter: 3}, {Address: 8, Counter: 4}, {Address: 9, Counter: 5}, {Address: 11, Counter: 6}}
		says := map[int]frame.Frame{
			5: {Address: 5, Data: []byte("21")}, 6: {Address: 6, Data: []byte("00")},
			8: {Address: 8, Data: []byte("zz")}, 9: {Address: 10, Data: []byte("00")}, 11: {Address: 11, Data: []byte("00")},
		}
		ours, theirs := net.Pipe()
		questions := map[int]int{}
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
					questions[f.Address]++
					answer, ok := says[f.Address]
					if !ok {
						continue
					}
					answer.Command = command(c.Frame)
					b, err := c.Frame.Encode(answer)
					if err != nil {
						t.Error(err)
					}
					if f.Address == 11 {
						b[len(b)-2] ^= 1
					}
					time.Sleep(7 * time.Millisecond)
					theirs.Write(b)
				}
			}
		})
		var found []string
		if err := callunit.Probe(t.Context(), ours, c, func(p callunit.Probed) {
			found = append(found, fmt.Sprint(p.Unit.Address, " ", p.Key, " ", p.Took, " ", p.Err))
		}); err != nil {
			t.Error(err)
		}
		ours.Close()
		all.Wait()
		for i, want := range []string{"5 hold 7ms <nil>", "6  7ms <nil>", "7  0s callunit: address 7: no answer; look at its power",
			`8  7ms callunit: address 8: it says "4b7a7a", which the table does not have`, "9  7ms callunit: address 9: address 10 answered", "11  0s callunit: address 11: a damaged answer"} {
			if i >= len(found) || !strings.HasPrefix(found[i], want) {
				t.Errorf("found %q, want %q", found, want)
			}
		}
		if questions[5] != 1 || questions[7] != 2 {
			t.Errorf("asked %v", questions)
		}
	})
}

func TestProbeEnds(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	none := func(p callunit.Probed) { t.Errorf("told %+v", p) }
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := callunit.Probe(ctx, ours, asked(t), none); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := callunit.Probe(t.Context(), ours, config(t, "edwards"), none); err == nil || !strings.Contains(err.Error(), "press a key") {
		t.Error(err)
	}
	ours.Close()
	if err := callunit.Probe(t.Context(), ours, asked(t), none); err == nil {
		t.Error("a closed port was probed")
	}
}

// A technician sees every frame, also those that no table has yet.
func TestListen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := config(t, "edwards")
		ours, theirs := net.Pipe()
		ctx, stop := context.WithCancel(t.Context())
		var all sync.WaitGroup
		var heard []string
		var stats callunit.Stats
		all.Go(func() {
			var err error
			stats, err = callunit.Listen(ctx, ours, c, func(h callunit.Heard) {
				heard = append(heard, fmt.Sprint(h.Address, " ", h.Code, " ", h.Counter, " ", h.Key))
			})
			if err != nil {
				t.Error(err)
			}
		})
		acks := 0
		all.Go(func() {
			buf := make([]byte, 16)
			for {
				n, err := theirs.Read(buf)
				if err != nil {
					return
				}
				acks += n
			}
		})
		say := func(b []byte) { theirs.Write(b); time.Sleep(100 * time.Millisecond) }
		say(wire(t, c, 5, 0))
		say(wire(t, c, 5, 0)) // held
		say(wire(t, c, 9, 0)) // no such unit
		unknown, err := c.Frame.Encode(frame.Frame{Address: 6, Command: []byte("KK"), Data: []byte("?")})
		if err != nil {
			t.Fatal(err)
		}
		say(unknown)
		hurt := wire(t, c, 6, 0)
		hurt[3] ^= 4
		say(hurt)
		stop()
		theirs.Close()
		all.Wait()
		if want := []string{"5 4b4b3031 3 next", "5 4b4b3031 3 next", "9 4b4b3031 0 next", "6 4b4b3f 4 "}; !slices.Equal(heard, want) {
			t.Errorf("%q, want %q", heard, want)
		}
		if stats.Keys != 1 || stats.Unknown != 2 || stats.Garbled == 0 || stats.Dropped != uint64(len(hurt)) || acks != 3 {
			t.Errorf("%+v, %d bytes said", stats, acks)
		}
	})
}
