package rs485

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Readings of input 0, 10 ms apart, and what becomes of them: '.' nothing, 'P'
// a press; '!' follows where the next reading is wanted before all others, '+'
// where it is wanted soon. "s" in the readings lets a second pass.
func TestKeypad(t *testing.T) {
	for _, c := range []struct{ name, latch, readings, want string }{
		{"press", "", "0 1 1 1 0 0 0 0 0 0 0", ". .! P . .+ .+ .+ .+ . . ."},
		{"a glitch of one reading", "", "0 1 0 0 1 0 0", ". .! . . .! . ."},
		{"bounce at both ends", "", "0 1 0 1 1 0 1 1 0 0 1 0 0 0 0 0 0 0", ". .! . .! P .+ . . .+ .+ . .+ .+ .+ .+ . . ."},
		{"one false reading while held", "", "0 1 1 s 0 1 1 1", ". .! P .+ . . ."},
		{"pressed twice", "", "0 1 1 0 0 0 0 0 0 1 1", ". .! P .+ .+ .+ .+ . . .! P"},
		{"twice too fast to be a finger", "", "0 1 1 0 0 1 1", ". .! P .+ .+ . ."},
		{"down when it comes", "", "1 1 1", ". . ."},
		{"down when it comes back", "", "0 0 s s s s 1 1", ". . . ."},
		{"down soon after the last reading", "", "0 s s 1 1", ". .! P"},
		{"kept until read", "read", "0 1 0 0 s 1 0", ". P .+ .+ P .+"},
		{"kept before it came", "read", "1 0 0 0 0 0 1", ". .+ .+ .+ .+ . P"},
	} {
		k := newKeypad(Unit{Keys: map[int]string{0: "next"}, Latch: c.latch}, 45*time.Millisecond)
		at := time.Now()
		var got []string
		for _, r := range strings.Fields(c.readings) {
			if r == "s" {
				at = at.Add(time.Second)
				continue
			}
			at = at.Add(10 * time.Millisecond)
			pressed, first, again := k.read(uint64(r[0]-'0')|1<<9, at) // 9 has no key
			sign := "."
			if pressed != 0 {
				sign = "P"
			}
			if pressed > 1 {
				sign = fmt.Sprintf("%x", pressed)
			}
			if first {
				sign += "!"
			}
			if again {
				sign += "+"
			}
			got = append(got, sign)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s:\n%s\n%s, want\n%s", c.name, c.readings, strings.Join(got, " "), c.want)
		}
	}
}
