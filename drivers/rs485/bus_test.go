package rs485_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/drivers/rs485"
	"sunbeon/drivers/rs485/rs485test"
)

// told is what the hooks said.
type told struct {
	mu     sync.Mutex
	keys   []string
	health []string
}

func (o *told) hooks() rs485.Hooks {
	return rs485.Hooks{
		Key: func(counter int, key string) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.keys = append(o.keys, fmt.Sprint(counter, " ", key))
		},
		Health: func(h rs485.Health) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.health = append(o.health, fmt.Sprint(h.Counter, " ", h.Alive, " ", h.Reason))
		},
	}
}

func (o *told) take() (keys, health []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	keys, health, o.keys, o.health = o.keys, o.health, nil, nil
	return keys, health
}

// run works a line inside a bubble of synctest until the test's function ends.
func run(t *testing.T, cfg rs485.Config, l *rs485test.Line, hooks rs485.Hooks, f func(b *rs485.Bus)) {
	t.Helper()
	cfg.Baud = l.Baud
	cfg.Echo = l.Echo
	b, err := rs485.New(cfg, l.Dial, hooks, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- b.Run(ctx) }()
	defer func() {
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
		l.Unplug()
	}()
	f(b)
}

func fiveKeys() map[int]string {
	return map[int]string{0: "next", 1: "recall", 2: "hold", 3: "no_show", 4: "pause"}
}

func keypadAndSign(address, counter int) rs485.Unit {
	return rs485.Unit{Address: address, Counter: counter, Keys: fiveKeys(), Sign: &rs485.Sign{Register: 7, Digits: 4}}
}

const beat = 2 * time.Millisecond // usual delay of a unit

// The frames are those of the data sheets: DM56A04 shows 120, a Waveshare 8DI
// tells its inputs.
func TestKnownFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &rs485test.Unit{Delay: beat}
		l := rs485test.New(9600, u)
		sent := map[string]bool{}
		var mu sync.Mutex
		l.Heard = func(frame []byte, toUnit bool) {
			mu.Lock()
			defer mu.Unlock()
			sent[fmt.Sprintf("%t % x", toUnit, frame)] = true
		}
		run(t, rs485.Config{Units: []rs485.Unit{keypadAndSign(1, 3)}}, l, rs485.Hooks{}, func(b *rs485.Bus) {
			b.Show(3, "120")
			time.Sleep(time.Second)
		})
		for _, want := range []string{"true 01 06 00 07 00 78 38 29", "false 01 06 00 07 00 78 38 29", "true 01 02 00 00 00 08 79 cc"} {
			if !sent[want] {
				t.Errorf("%s was not heard among %v", want, sent)
			}
		}
		if u.Registers[7] != 120 {
			t.Errorf("the sign shows %d", u.Registers[7])
		}
	})
}

func TestHeldKeyIsOnePress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &rs485test.Unit{Delay: beat}
		l := rs485test.New(9600, u)
		var o told
		run(t, rs485.Config{Units: []rs485.Unit{keypadAndSign(1, 3)}}, l, o.hooks(), func(*rs485.Bus) {
			time.Sleep(time.Second)
			l.Press(u, 0)
			time.Sleep(10 * time.Second)
			l.Release(u, 0)
			time.Sleep(time.Second)
			l.Press(u, 3)
			time.Sleep(time.Second)
		})
		if keys, _ := o.take(); !slices.Equal(keys, []string{"3 next", "3 no_show"}) {
			t.Errorf("%q", keys)
		}
	})
}

func TestTwoKeysAtOnceAreTwo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &rs485test.Unit{Delay: beat}
		l := rs485test.New(9600, u)
		var o told
		run(t, rs485.Config{Units: []rs485.Unit{keypadAndSign(1, 3)}}, l, o.hooks(), func(*rs485.Bus) {
			time.Sleep(time.Second)
			l.Do(func() { u.Inputs = 1<<0 | 1<<4 | 1<<7 }) // 7 has no key
			time.Sleep(time.Second)
		})
		if keys, _ := o.take(); !slices.Equal(keys, []string{"3 next", "3 pause"}) {
			t.Errorf("%q", keys)
		}
	})
}

// A key that is down when its unit comes is no call: nobody saw it go down.
func TestKeyDownWhenTheUnitComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &rs485test.Unit{Delay: beat, Inputs: 1}
		l := rs485test.New(9600, u)
		var o told
		run(t, rs485.Config{Units: []rs485.Unit{keypadAndSign(1, 3)}}, l, o.hooks(), func(*rs485.Bus) {
			time.Sleep(time.Second)
			l.Do(func() { u.Mute = true; u.Inputs = 0 })
			time.Sleep(5 * time.Second)
			l.Do(func() { u.Mute = false; u.Inputs = 1 })
			time.Sleep(20 * time.Second)
			if keys, _ := o.take(); keys != nil {
				t.Errorf("%q", keys)
			}
			l.Release(u, 0)
			time.Sleep(time.Second)
			l.Press(u, 0)
			time.Sleep(time.Second)
		})
		if keys, _ := o.take(); !slices.Equal(keys, []string{"3 next"}) {
			t.Errorf("afterwards: %q", keys)
		}
	})
}

// A short press between two readings is lost on bare contacts and kept by a
// unit that latches.
func TestLatches(t *testing.T) {
	for latch, want := range map[string]int{"": 0, "read": 5, "clear": 5} {
		t.Run("latch "+latch, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				u := &rs485test.Unit{Delay: beat, Latch: latch}
				l := rs485test.New(9600, u)
				var o told
				unit := keypadAndSign(1, 3)
				unit.Latch, unit.Clear = latch, 0x20
				run(t, rs485.Config{Idle: 200 * time.Millisecond, Active: 200 * time.Millisecond, Units: []rs485.Unit{unit}}, l, o.hooks(), func(b *rs485.Bus) {
					time.Sleep(time.Second)
					for range 5 {
						reads := func() (n int) { l.Do(func() { n = u.Reads }); return n }
						for before := reads(); reads() == before; {
							time.Sleep(time.Millisecond)
						}
						time.Sleep(100 * time.Millisecond) // between two readings
						l.Press(u, 1)
						time.Sleep(time.Millisecond)
						l.Release(u, 1)
						time.Sleep(time.Second)
					}
				})
				if keys, _ := o.take(); len(keys) != want {
					t.Errorf("%d of 5: %q", len(keys), keys)
				}
			})
		})
	}
}

func TestSignsAreRewritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &rs485test.Unit{Delay: beat}
		l := rs485test.New(9600, u)
		value := func() (v uint16, n int) { l.Do(func() { v, n = u.Registers[7], u.Writes }); return v, n }
		sign := rs485.Unit{Address: 1, Counter: 3, Sign: &rs485.Sign{Register: 7, Digits: 4}}
		run(t, rs485.Config{Units: []rs485.Unit{sign}}, l, rs485.Hooks{}, func(b *rs485.Bus) {
			b.Show(3, "41")
			b.Show(3, "42")
			time.Sleep(time.Second)
			if v, n := value(); v != 42 || n != 1 {
				t.Errorf("newest wins: %d after %d writes", v, n)
			}
			// Somebody else's hand, or lightning: mended within 30 s.
			l.Do(func() { u.Registers[7] = 9999 })
			time.Sleep(30 * time.Second)
			if v, n := value(); v != 42 || n != 2 {
				t.Errorf("after 30 s: %d, %d writes", v, n)
			}
			// Power off and on: mended as soon as it is found.
			l.Do(func() { u.Mute = true; u.Registers[7] = 0 })
			b.Show(3, "43")
			time.Sleep(20 * time.Second)
			b.Show(3, "44")
			l.Do(func() { u.Mute = false })
			time.Sleep(11 * time.Second)
			if v, _ := value(); v != 44 {
				t.Errorf("after its return: %d", v)
			}
		})
	})
}

// A keypad with a sign gets its number back with the first answer.
func TestSignOfAKeypadThatReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &rs485test.Unit{Delay: beat}
		l := rs485test.New(9600, u)
		var o told
		run(t, rs485.Config{Units: []rs485.Unit{keypadAndSign(1, 3)}}, l, o.hooks(), func(b *rs485.Bus) {
			b.Show(3, "42")
			time.Sleep(time.Second)
			l.Do(func() { u.Mute = true })
			time.Sleep(10 * time.Second)
			l.Do(func() { u.Mute = false; u.Registers[7] = 0 })
			time.Sleep(11 * time.Second)
			l.Do(func() {
				if u.Registers[7] != 42 {
					t.Errorf("shows %d", u.Registers[7])
				}
			})
		})
		_, health := o.take()
		if want := []string{"3 true ", "3 false no answer", "3 true "}; !slices.Equal(health[:3], want) {
			t.Errorf("%q", health)
		}
	})
}

func TestWhatASignShows(t *testing.T) {
	dark := []uint16{' ', ' ', ' ', ' '}
	for _, c := range []struct {
		sign  rs485.Sign
		text  string
		want  []uint16 // registers 0 to 3; nil for register 7
		value uint16
	}{
		{rs485.Sign{Register: 7, Digits: 4}, "9999", nil, 9999},
		{rs485.Sign{Register: 7, Digits: 4}, "0042", nil, 42},
		{rs485.Sign{Register: 7, Digits: 4}, "A12", nil, 12},
		{rs485.Sign{Register: 7, Digits: 4, Dark: 8888}, "", nil, 8888},
		{rs485.Sign{Register: 7, Digits: 4, Dark: 8888}, "12345", nil, 8888},
		{rs485.Sign{Register: 7, Digits: 4, Dark: 8888}, "순번", nil, 8888},
		{rs485.Sign{Register: 7, Digits: 6, Dark: 8888}, "70000", nil, 8888},
		{rs485.Sign{Register: 7, Digits: 4, Letters: true}, "117", nil, 117},
		{rs485.Sign{Register: 7, Digits: 4, Letters: true}, "A12", []uint16{' ', 'A', '1', '2'}, 0},
		{rs485.Sign{Register: 7, Digits: 4, Letters: true}, "012", []uint16{' ', '0', '1', '2'}, 0},
		{rs485.Sign{Register: 7, Digits: 4, Letters: true}, "", dark, 0},
		{rs485.Sign{Register: 7, Digits: 4, Letters: true}, "A1234", dark, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			u := &rs485test.Unit{Delay: beat}
			l := rs485test.New(9600, u)
			run(t, rs485.Config{Units: []rs485.Unit{{Address: 1, Counter: 3, Sign: &c.sign}}}, l, rs485.Hooks{}, func(b *rs485.Bus) {
				b.Show(3, c.text)
				time.Sleep(time.Second)
			})
			got := []uint16{u.Registers[0], u.Registers[1], u.Registers[2], u.Registers[3]}
			if c.want != nil && !slices.Equal(got, c.want) || c.want == nil && u.Registers[7] != c.value {
				t.Errorf("%q on %+v: %d and %c", c.text, c.sign, u.Registers[7], got)
			}
		})
	}
}

// full is a hall: 32 counters, each with keys and a sign in one unit.
func full(baud int) (rs485.Config, *rs485test.Line, []*rs485test.Unit) {
	var cfg rs485.Config
	var units []*rs485test.Unit
	for i := range 32 {
		cfg.Units = append(cfg.Units, keypadAndSign(i+1, i+1))
		units = append(units, &rs485test.Unit{Delay: beat})
	}
	return cfg, rs485test.New(baud, units...), units
}

// A call pre-empts the readings: it is on the sign within one exchange and its own.
func TestSignsGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, l, units := full(9600)
		run(t, cfg, l, rs485.Hooks{}, func(b *rs485.Bus) {
			time.Sleep(10 * time.Second)
			for i, u := range units {
				time.Sleep(100 * time.Millisecond)
				b.Show(i+1, fmt.Sprint(100+i))
				begin := time.Now()
				for shown := false; !shown; {
					time.Sleep(time.Millisecond)
					l.Do(func() { shown = u.Registers[7] == uint16(100+i) })
				}
				// 17 ms for the reading under way, 3.6 ms silence, 8.3 ms the frame.
				if took := time.Since(begin); took > 30*time.Millisecond {
					t.Errorf("counter %d: %v", i+1, took)
				}
			}
		})
	})
}

// What the FIELD says of 32 units: 0.88 s a cycle at 9600, 0.39 s at 38400.
// Counters that work are asked more often.
func TestCycle(t *testing.T) {
	for baud, limit := range map[int]time.Duration{9600: 950 * time.Millisecond, 38400: 400 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			cfg, l, units := full(baud)
			var o told
			run(t, cfg, l, o.hooks(), func(b *rs485.Bus) {
				time.Sleep(30 * time.Second)
				if got := b.Stats().Cycle; got > limit || got == 0 {
					t.Errorf("%d baud: a cycle takes %v", baud, got)
				}
				t.Logf("%d baud: a cycle takes %v", baud, b.Stats().Cycle)
				l.Press(units[4], 0)
				time.Sleep(2 * time.Second)
				var before [32]int
				l.Do(func() {
					for i, u := range units {
						before[i] = u.Reads
					}
				})
				time.Sleep(30 * time.Second)
				l.Do(func() {
					works, rests := units[4].Reads-before[4], units[5].Reads-before[5]
					if works*10 < rests*11 {
						t.Errorf("%d baud: the counter that works was asked %d times, another %d", baud, works, rests)
					}
				})
			})
			if keys, _ := o.take(); !slices.Equal(keys, []string{"5 next"}) {
				t.Errorf("%q", keys)
			}
		})
	}
}

// A unit told to forget keeps the press again while the contact is closed: a key
// that is held is one press there, too, and counts again once it was up.
func TestHeldKeyOfAClearedLatchIsOnePress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &rs485test.Unit{Delay: beat, Latch: "clear"}
		l := rs485test.New(9600, u)
		var o told
		unit := keypadAndSign(1, 3)
		unit.Latch, unit.Clear = "clear", 0x20
		run(t, rs485.Config{Units: []rs485.Unit{unit}}, l, o.hooks(), func(b *rs485.Bus) {
			time.Sleep(time.Second)
			for range 2 {
				l.Press(u, 0)
				time.Sleep(5 * time.Second)
				l.Release(u, 0)
				time.Sleep(time.Second)
			}
		})
		if keys, _ := o.take(); len(keys) != 2 {
			t.Errorf("%d presses, want 2: %q", len(keys), keys)
		}
	})
}

// A press kept by the unit as fast as a finger after its memory was cleared
// counts too.
func TestClearedLatchTakesTheNextPress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &rs485test.Unit{Delay: beat, Latch: "clear"}
		l := rs485test.New(9600, u)
		cleared := make(chan struct{}, 8)
		l.Heard = func(frame []byte, toUnit bool) {
			if !toUnit && frame[1] == 5 {
				cleared <- struct{}{}
			}
		}
		var o told
		unit := keypadAndSign(1, 3)
		unit.Latch, unit.Clear = "clear", 0x20
		run(t, rs485.Config{Units: []rs485.Unit{unit}}, l, o.hooks(), func(b *rs485.Bus) {
			time.Sleep(time.Second)
			for range 3 {
				l.Press(u, 0)
				l.Release(u, 0)
				<-cleared
				time.Sleep(100 * time.Millisecond)
			}
			time.Sleep(time.Second)
		})
		if keys, _ := o.take(); len(keys) != 3 {
			t.Errorf("%q", keys)
		}
	})
}

func TestPortComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &rs485test.Unit{Delay: beat}
		l := rs485test.New(9600, u)
		var o told
		run(t, rs485.Config{Units: []rs485.Unit{keypadAndSign(1, 3)}}, l, o.hooks(), func(b *rs485.Bus) {
			b.Show(3, "7")
			time.Sleep(time.Second)
			l.Do(func() { u.Registers[7] = 0 })
			l.Unplug()
			time.Sleep(3 * time.Second)
			l.Do(func() {
				if u.Registers[7] != 7 {
					t.Errorf("shows %d", u.Registers[7])
				}
			})
		})
		_, health := o.take()
		if len(health) < 3 || health[0] != "3 true " || !strings.HasPrefix(health[1], "3 false the port: ") || health[2] != "3 true " {
			t.Errorf("%q", health)
		}
	})
}

func TestUnitThatRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := rs485test.New(9600, &rs485test.Unit{Delay: beat, Refuse: 2})
		var o told
		run(t, rs485.Config{Units: []rs485.Unit{keypadAndSign(1, 3)}}, l, o.hooks(), func(*rs485.Bus) { time.Sleep(time.Minute) })
		if _, health := o.take(); len(health) < 1 || !strings.Contains(health[0], "illegal data address") {
			t.Errorf("%q", health)
		}
	})
}

// An adapter that hears itself must not pass for a sign that confirms.
func TestEcho(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &rs485test.Unit{Delay: beat}
		l := rs485test.New(9600, u, &rs485test.Unit{Mute: true})
		l.Echo = true
		var o told
		cfg := rs485.Config{Units: []rs485.Unit{keypadAndSign(1, 3), {Address: 2, Counter: 4, Sign: &rs485.Sign{Register: 7, Digits: 4}}}}
		run(t, cfg, l, o.hooks(), func(b *rs485.Bus) {
			b.Show(3, "7")
			b.Show(4, "8")
			time.Sleep(time.Second)
		})
		if _, health := o.take(); u.Registers[7] != 7 || !slices.Equal(health, []string{"3 true ", "4 false no answer"}) {
			t.Errorf("shows %d, %q", u.Registers[7], health)
		}
	})
}

func TestEchoNobodyToldOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := rs485test.New(9600, &rs485test.Unit{Mute: true})
		l.Echo = true
		var o told
		b, err := rs485.New(rs485.Config{Units: []rs485.Unit{keypadAndSign(1, 3)}}, l.Dial, o.hooks(), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if err := b.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		l.Unplug()
		if _, health := o.take(); len(health) == 0 || !strings.Contains(health[0], "set echo = true") {
			t.Errorf("%q", health)
		}
	})
}

// A loop that hangs loses keys, but its signs are written and the line goes on.
func TestHookThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &rs485test.Unit{Delay: beat}
		l := rs485test.New(9600, u)
		free := make(chan struct{})
		hooks := rs485.Hooks{Key: func(int, string) { <-free }, Health: func(rs485.Health) { <-free }}
		run(t, rs485.Config{Units: []rs485.Unit{keypadAndSign(1, 3)}}, l, hooks, func(b *rs485.Bus) {
			for range 100 {
				time.Sleep(time.Second)
				l.Press(u, 0)
				time.Sleep(time.Second)
				l.Release(u, 0)
			}
			b.Show(3, "55")
			time.Sleep(time.Second)
			l.Do(func() {
				if u.Registers[7] != 55 {
					t.Errorf("shows %d", u.Registers[7])
				}
			})
			close(free)
		})
	})
}

func TestConfigIsChecked(t *testing.T) {
	for want, cfg := range map[string]rs485.Config{
		"no units":            {},
		"two units":           {Units: []rs485.Unit{keypadAndSign(1, 1), keypadAndSign(1, 2)}},
		"unit address 0":      {Units: []rs485.Unit{keypadAndSign(0, 1)}},
		"unit address 248":    {Units: []rs485.Unit{keypadAndSign(248, 1)}},
		"counter 0":           {Units: []rs485.Unit{keypadAndSign(1, 0)}},
		"neither keys":        {Units: []rs485.Unit{{Address: 1, Counter: 1}}},
		"at input 64":         {Units: []rs485.Unit{{Address: 1, Counter: 1, Keys: map[int]string{64: "next"}}}},
		`key "Next"`:          {Units: []rs485.Unit{{Address: 1, Counter: 1, Keys: map[int]string{0: "Next"}}}},
		`latch "keep"`:        {Units: []rs485.Unit{{Address: 1, Counter: 1, Keys: fiveKeys(), Latch: "keep"}}},
		"clear_coil 70000":    {Units: []rs485.Unit{{Address: 1, Counter: 1, Keys: fiveKeys(), Clear: 70000}}},
		"7 digits":            {Units: []rs485.Unit{{Address: 1, Counter: 1, Sign: &rs485.Sign{Digits: 7}}}},
		"300 baud":            {Baud: 300, Units: []rs485.Unit{keypadAndSign(1, 1)}},
		"answer of -1s":       {Answer: -time.Second, Units: []rs485.Unit{keypadAndSign(1, 1)}},
		"sign with register ": {Units: []rs485.Unit{{Address: 1, Counter: 1, Sign: &rs485.Sign{Digits: 0}}}},
	} {
		if _, err := rs485.New(cfg, nil, rs485.Hooks{}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestCRCOfTheDouble(t *testing.T) {
	frame, _ := hex.DecodeString("010600070078")
	if crc := rs485test.CRC(frame); !bytes.Equal([]byte{byte(crc), byte(crc >> 8)}, []byte{0x38, 0x29}) {
		t.Errorf("%04x", crc)
	}
}
