package rs485_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/drivers/rs485"
	"sunbeon/drivers/rs485/rs485test"
)

// TestHours works a line on which every tenth frame is damaged: bits flipped,
// bytes dropped and doubled, in both directions. No key is told that was not
// pressed, none twice, and no sign shows another number than its own.
//
// SUNBEON_HOURS sets the simulated hours (2) and SUNBEON_SEED the seed. A
// thousand hours take some ten minutes.
func TestHours(t *testing.T) {
	hours, seed := 2, rand.Uint64()
	for name, to := range map[string]func(string) error{
		"SUNBEON_HOURS": func(s string) (err error) { hours, err = strconv.Atoi(s); return err },
		"SUNBEON_SEED":  func(s string) (err error) { seed, err = strconv.ParseUint(s, 10, 64); return err },
	} {
		if s := os.Getenv(name); s != "" {
			if err := to(s); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	t.Logf("seed %d, %d hours", seed, hours)
	synctest.Test(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(seed, 1))
		var cfg rs485.Config
		var units []*rs485test.Unit
		for i := range 4 {
			cfg.Units = append(cfg.Units, keypadAndSign(i+1, i+1))
			units = append(units, &rs485test.Unit{Delay: beat})
		}
		cfg.Idle, cfg.Active = 500*time.Millisecond, 300*time.Millisecond
		l := rs485test.New(38400, units...)
		hurt := &damage{r: rand.New(rand.NewPCG(seed, 2))}
		l.Damage = hurt.frame
		var mu sync.Mutex
		var keys []string
		hooks := rs485.Hooks{Key: func(counter int, key string) {
			mu.Lock()
			defer mu.Unlock()
			keys = append(keys, fmt.Sprint(counter, " ", key))
		}}
		names := fiveKeys()
		pressed, missed := 0, 0
		run(t, cfg, l, hooks, func(b *rs485.Bus) {
			given := make([]uint16, len(units))
			for end := time.Now().Add(time.Duration(hours) * time.Hour); time.Now().Before(end); {
				i := r.IntN(len(units))
				number := uint16(r.IntN(9999))
				given[i] = number
				b.Show(i+1, fmt.Sprint(number))
				time.Sleep(time.Duration(r.IntN(20_000)) * time.Millisecond)
				key := r.IntN(5)
				l.Press(units[i], key)
				pressed++
				time.Sleep(time.Duration(1500+r.IntN(3000)) * time.Millisecond)
				l.Release(units[i], key)
				time.Sleep(2 * time.Second)
				want := fmt.Sprint(i+1, " ", names[key])
				mu.Lock()
				switch {
				case len(keys) == 0:
					missed++
				case len(keys) > 1 || keys[0] != want:
					t.Errorf("pressed %s, told %q", want, keys)
				}
				keys = keys[:0]
				mu.Unlock()
				shows := func() (v uint16) { l.Do(func() { v = units[i].Registers[7] }); return v }
				// A unit that noise made dead is asked again within 8 s.
				for begin := time.Now(); shows() != number; time.Sleep(time.Second) {
					if time.Since(begin) > 30*time.Second {
						t.Errorf("sign %d shows %d half a minute after %d", i+1, shows(), number)
						break
					}
				}
				l.Do(func() {
					for i, u := range units {
						if v := u.Registers[7]; v != given[i] {
							t.Errorf("sign %d shows %d, and was given %d", i+1, v, given[i])
						}
					}
				})
			}
			s := b.Stats()
			t.Logf("%d frames damaged; %d questions, %d without answer, %d answers refused; %d presses, %d not seen",
				hurt.count(), s.Asked, s.Silent, s.Garbled, pressed, missed)
			// One question in five fails and keys are down for three seconds: a press
			// is lost where its unit counts as dead.
			if s.Garbled == 0 || missed*50 > pressed {
				t.Errorf("%d refused, %d of %d presses not seen", s.Garbled, missed, pressed)
			}
		})
	})
}

// damage hurts every tenth frame.
type damage struct {
	mu sync.Mutex
	r  *rand.Rand
	n  int
}

func (d *damage) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.n
}

func (d *damage) frame(b []byte, _ bool) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.r.IntN(10) > 0 {
		return b
	}
	d.n++
	var out []byte
	how := d.r.IntN(3)
	at := d.r.IntN(len(b))
	for i, v := range b {
		switch {
		case how == 0 && (i == at || d.r.IntN(16) == 0):
			v ^= 1 << d.r.IntN(8)
		case how == 1 && i == at:
			continue
		case how == 2 && i == at:
			out = append(out, v)
		}
		out = append(out, v)
	}
	return out
}
