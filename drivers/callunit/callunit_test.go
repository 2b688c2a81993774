package callunit_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
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

// keyCodes are keys by the text of their data.
func keyCodes(table frame.Table) map[string]string {
	keys := map[string]string{}
	for i, key := range []string{"next", "recall", "hold", "no_show", "pause", "pick"} {
		keys[hex.EncodeToString(append(command(table), byte('0'+i), '1'))] = key
	}
	return keys
}

func command(table frame.Table) []byte { return []byte(strings.Repeat("K", table.Command)) }

func config(t testing.TB, shape string) callunit.Config {
	t.Helper()
	table, ok := frame.Shape(shape)
	if !ok {
		t.Fatalf("no shape %s", shape)
	}
	return callunit.Config{Frame: table, Sightings: 1, Keys: keyCodes(table), Units: []callunit.Unit{{Address: 5, Counter: 3}, {Address: 6, Counter: 4}}}
}

func wire(t testing.TB, c callunit.Config, address, key int) []byte {
	t.Helper()
	b, err := c.Frame.Encode(frame.Frame{Address: address, Command: command(c.Frame), Data: []byte{byte('0' + key), '1'}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// bench is a line with the unit's end in the test's hand.
type bench struct {
	unit net.Conn
	mu   sync.Mutex
	keys []string
	said []byte // by us, to the unit
}

func (b *bench) take() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	keys := b.keys
	b.keys = nil
	return keys
}

func (b *bench) heard() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	said := b.said
	b.said = nil
	return hex.EncodeToString(said)
}

// run works a line inside a bubble while f plays the units. answer, if not nil,
// is what the units say to what we said.
func run(t *testing.T, c callunit.Config, answer func(said []byte) []byte, f func(b *bench, d *callunit.Dev)) {
	t.Helper()
	b := &bench{}
	var ours net.Conn
	ours, b.unit = net.Pipe()
	d, err := callunit.New(c, func(counter int, key string) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.keys = append(b.keys, fmt.Sprint(counter, " ", key))
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	all.Go(func() {
		if err := d.Run(ctx, func(context.Context) (callunit.Port, error) { return ours, nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
	})
	all.Go(func() {
		buf := make([]byte, 64)
		for {
			n, err := b.unit.Read(buf)
			if err != nil {
				return
			}
			b.mu.Lock()
			b.said = append(b.said, buf[:n]...)
			b.mu.Unlock()
			if answer != nil {
				b.unit.Write(answer(buf[:n]))
			}
		}
	})
	f(b, d)
	stop()
	b.unit.Close()
	all.Wait()
}

func TestKeysOfEveryShape(t *testing.T) {
	for _, shape := range []string{"compoway", "edwards", "callunit21", "board4", "length-crc"} {
		synctest.Test(t, func(t *testing.T) {
			c := config(t, shape)
			run(t, c, nil, func(b *bench, d *callunit.Dev) {
				for _, press := range [][2]int{{5, 0}, {6, 1}, {5, 3}} {
					for _, v := range wire(t, c, press[0], press[1]) { // torn, at 9600 baud
						b.unit.Write([]byte{v})
						time.Sleep(time.Millisecond)
					}
					time.Sleep(time.Second)
				}
				if keys := b.take(); !slices.Equal(keys, []string{"3 next", "4 recall", "3 no_show"}) {
					t.Errorf("%s: %q", shape, keys)
				}
				b.unit.Write(slices.Concat(wire(t, c, 5, 0), wire(t, c, 6, 2))) // merged
				time.Sleep(time.Second)
				if keys := b.take(); !slices.Equal(keys, []string{"3 next", "4 hold"}) {
					t.Errorf("%s, merged: %q", shape, keys)
				}
				if said, want := b.heard(), strings.Repeat(hex.EncodeToString(c.Frame.Ack), 5); said != want {
					t.Errorf("%s: acknowledged with %q, want %q", shape, said, want)
				}
			})
		})
	}
}

// A unit that missed our acknowledgement, or whose key is held, repeats: one press.
func TestRepetitionIsOnePress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := config(t, "edwards")
		run(t, c, nil, func(b *bench, d *callunit.Dev) {
			for range 20 {
				b.unit.Write(wire(t, c, 5, 0))
				time.Sleep(250 * time.Millisecond)
			}
			b.unit.Write(wire(t, c, 6, 0)) // another's is its own
			time.Sleep(time.Second)
			b.unit.Write(wire(t, c, 5, 0))
			time.Sleep(time.Second)
			if keys := b.take(); !slices.Equal(keys, []string{"3 next", "4 next", "3 next"}) {
				t.Errorf("%q", keys)
			}
			if said := b.heard(); said != strings.Repeat("06", 22) {
				t.Errorf("acknowledged with %q", said)
			}
			if s := d.Stats(); s.Keys != 3 || s.Repeated != 19 {
				t.Errorf("%+v", s)
			}
		})
	})
}

func TestDamagedAndForeign(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := config(t, "edwards")
		run(t, c, nil, func(b *bench, d *callunit.Dev) {
			damaged := wire(t, c, 5, 0)
			damaged[4] ^= 1
			b.unit.Write(damaged)
			time.Sleep(time.Second)
			if said := b.heard(); said != "15" {
				t.Errorf("to a damaged frame we said %q", said)
			}
			b.unit.Write(wire(t, c, 9, 0)) // no such unit
			b.unit.Write(wire(t, c, 5, 9)) // no such key
			time.Sleep(time.Second)
			if keys, said := b.take(), b.heard(); keys != nil || said != "" {
				t.Errorf("%q, %q", keys, said)
			}
			if s := d.Stats(); s.Garbled == 0 || s.Unknown != 2 {
				t.Errorf("%+v", s)
			}
		})
	})
}

// Units that are asked: a held key is one press however slow the round, and the
// question heard again is no answer.
func TestPolled(t *testing.T) {
	for _, none := range []string{"", "4e4e4e4e"} {
		synctest.Test(t, func(t *testing.T) {
			c := config(t, "edwards")
			c.Poll, c.None, c.Repeat = "50503f", none, time.Millisecond // shorter than a round
			ask := func(address int) []byte {
				b, _ := c.Frame.Encode(frame.Frame{Address: address, Command: []byte("PP"), Data: []byte("?")})
				return b
			}
			var mu sync.Mutex
			down := map[int]int{}
			set := func(address, key int) {
				mu.Lock()
				defer mu.Unlock()
				down[address] = key
			}
			answer := func(said []byte) []byte {
				mu.Lock()
				defer mu.Unlock()
				for _, address := range []int{5, 6} {
					if string(said) != string(ask(address)) {
						continue
					}
					if key := down[address]; key != 0 {
						return slices.Concat(said, wire(t, c, address, key)) // with an echo
					}
					if none != "" {
						b, _ := c.Frame.Encode(frame.Frame{Address: address, Command: []byte("NN"), Data: []byte("NN")})
						return b
					}
				}
				return nil
			}
			run(t, c, answer, func(b *bench, d *callunit.Dev) {
				time.Sleep(time.Second)
				set(5, 1)
				time.Sleep(5 * time.Second)
				set(5, 0)
				time.Sleep(time.Second)
				set(5, 1)
				set(6, 2)
				time.Sleep(time.Second)
				if keys := b.take(); !slices.Equal(keys[:1], []string{"3 recall"}) || len(keys) != 3 {
					t.Errorf("none %q: %q", none, keys)
				}
			})
		})
	}
}

// A long time of noise: damaged frames of every kind between good ones. No key
// is told that was not pressed. Two damages in one frame can pass a sum of one
// byte, so each frame has one.
func TestNoise(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for _, shape := range []string{"edwards", "callunit21", "length-crc", "compoway"} {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 0))
			c := config(t, shape)
			run(t, c, nil, func(b *bench, d *callunit.Dev) {
				damaged := 0
				for i := range 3000 {
					press := wire(t, c, 5+i%2, i%6)
					pressed := []string{fmt.Sprint(3+i%2, " ", c.Keys[hex.EncodeToString(append(command(c.Frame), byte('0'+i%6), '1'))])}
					want, edge := pressed, false
					switch at := r.IntN(len(press)); r.IntN(4) {
					case 0:
						press[at] ^= 1 << r.IntN(8)
						want = nil
					case 1:
						press = slices.Delete(press, at, at+1)
						want = nil
					case 2:
						press = slices.Insert(press, at, press[at])
						want, edge = nil, true
					}
					b.unit.Write(press)
					time.Sleep(time.Second)
					got := b.take()
					if edge && got != nil { // doubled at its edge the frame is whole
						want = pressed
					}
					if want == nil {
						damaged++
					}
					if !slices.Equal(got, want) {
						t.Fatalf("%s, frame %d, % x: %q, want %q", shape, i, press, got, want)
					}
				}
				t.Logf("%s: %d of 3000 refused, %+v", shape, damaged, d.Stats())
			})
		})
	}
}

func TestConfigIsChecked(t *testing.T) {
	for want, change := range map[string]func(*callunit.Config){
		"not hexadecimal":   func(c *callunit.Config) { c.Keys["next"] = "next" },
		"the command alone": func(c *callunit.Config) { c.Keys["4b"] = "next" },
		`= "nxet"`:          func(c *callunit.Config) { c.Keys["4b4b3131"] = "nxet" },
		"two units":         func(c *callunit.Config) { c.Units[1].Address = 5 },
		"at counter 0":      func(c *callunit.Config) { c.Units[1].Counter = 0 },
		"0 keys":            func(c *callunit.Config) { c.Keys = nil },
		`poll "5"`:          func(c *callunit.Config) { c.Poll = "5" },
		"frame: check":      func(c *callunit.Config) { c.Frame.Check = "" },
		"sightings of 3":    func(c *callunit.Config) { c.Sightings = 3 },
		"negative time":     func(c *callunit.Config) { c.Repeat = -1 },
	} {
		c := config(t, "edwards")
		change(&c)
		if _, err := callunit.New(c, nil, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
