package rs485_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/drivers/rs485"
)

// The second reading that makes a press goes before all that wait, and the call
// that comes of it is on the wire after the next silence.
func TestKeyToSign(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, l, units := full(38400)
		var b *rs485.Bus
		var asked []string
		l.Heard = func(frame []byte, toUnit bool) {
			l.Do(func() {
				if toUnit && units[4].Inputs != 0 {
					asked = append(asked, fmt.Sprintf("%d %d", frame[0], frame[1]))
				}
			})
		}
		hooks := rs485.Hooks{Key: func(counter int, _ string) { b.Show(counter, "77") }}
		run(t, cfg, l, hooks, func(bus *rs485.Bus) {
			b = bus
			time.Sleep(10 * time.Second)
			l.Press(units[4], 0)
			time.Sleep(time.Second)
		})
		i := slices.Index(asked, "5 2")
		if i < 0 || len(asked) < i+3 || !slices.Equal(asked[i:i+3], []string{"5 2", "5 2", "5 6"}) {
			t.Errorf("asked %q", asked)
		}
	})
}
