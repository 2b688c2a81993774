package rs485_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/drivers/rs485"
	"sunbeon/drivers/rs485/rs485test"
)

// probe asks every unit on l and gives what was found, a line each.
func probe(t *testing.T, l *rs485test.Line, cfg rs485.Config) (found []rs485.Probed, err error) {
	t.Helper()
	port, err := l.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Unplug()
	cfg.Baud, cfg.Echo = l.Baud, l.Echo
	err = rs485.Probe(t.Context(), port, cfg, func(p rs485.Probed) { found = append(found, p) })
	return found, err
}

func TestProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good := &rs485test.Unit{Delay: beat, Inputs: 1<<2 | 1<<7}
		mute := &rs485test.Unit{Mute: true}
		refuses := &rs485test.Unit{Delay: beat, Refuse: 2}
		last := &rs485test.Unit{Delay: beat}
		l := rs485test.New(9600, good, mute, refuses, last)
		begin := time.Now()
		var took time.Duration
		cfg := rs485.Config{Units: []rs485.Unit{keypadAndSign(1, 3), keypadAndSign(2, 4), keypadAndSign(3, 5),
			{Address: 4, Counter: 12, Sign: &rs485.Sign{Register: 7, Digits: 1}}}}
		found, err := probe(t, l, cfg)
		took = time.Since(begin)
		if err != nil || len(found) != 4 {
			t.Fatalf("%d units, %v", len(found), err)
		}
		if p := found[0]; p.Keys != nil || p.Sign != nil || fmt.Sprint(p.Closed) != "[2 7]" || p.Took < 10*time.Millisecond || p.Took > 60*time.Millisecond {
			t.Errorf("unit 1: %+v", p)
		}
		if good.Registers[7] != 3 {
			t.Errorf("the sign of counter 3 shows %d", good.Registers[7])
		}
		for i, want := range map[int]string{1: "unit 2: no answer; look at its power", 2: "unit 3: modbus: exception '2'"} {
			for _, err := range []error{found[i].Keys, found[i].Sign} {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("unit %d: %v, want %q", i+1, err, want)
				}
			}
		}
		if p := found[3]; p.Sign == nil || !strings.Contains(p.Sign.Error(), "counter 12 does not fit") || last.Writes != 0 {
			t.Errorf("unit 4: %+v, %d writes", p, last.Writes)
		}
		// A dead unit costs four questions and their silences, no more.
		if took > 3*time.Second {
			t.Errorf("four units took %v", took)
		}
	})
}

// One damaged answer is asked for again; a line on which all are damaged says so.
func TestProbeAsksOnceMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &rs485test.Unit{Delay: beat}
		l := rs485test.New(9600, u)
		n := 0
		l.Damage = func(frame []byte, toUnit bool) []byte {
			if !toUnit {
				if n++; n == 1 || n > 3 {
					frame[len(frame)-1] ^= 1
				}
			}
			return frame
		}
		cfg := rs485.Config{Units: []rs485.Unit{keypadAndSign(1, 3)}}
		if found, err := probe(t, l, cfg); err != nil || found[0].Keys != nil || found[0].Sign != nil {
			t.Errorf("%+v, %v", found, err)
		}
		found, err := probe(t, l, cfg)
		if err != nil || found[0].Keys == nil || !strings.Contains(found[0].Keys.Error(), "second unit with this address") {
			t.Errorf("%+v, %v", found, err)
		}
	})
}

func TestProbeEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := rs485test.New(9600, &rs485test.Unit{})
		cfg := rs485.Config{Units: []rs485.Unit{keypadAndSign(1, 3)}}
		none := func(p rs485.Probed) { t.Errorf("told %+v", p) }
		port, err := l.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		stop()
		if err := rs485.Probe(ctx, port, cfg, none); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		l.Unplug()
		if err := rs485.Probe(t.Context(), port, cfg, none); err == nil {
			t.Error("an unplugged port was probed")
		}
		if err := rs485.Probe(t.Context(), port, rs485.Config{}, none); err == nil || !strings.Contains(err.Error(), "no units") {
			t.Errorf("%v", err)
		}
	})
}
