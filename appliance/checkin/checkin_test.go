package checkin

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// clock is a monotonic one that a test moves.
type clock struct{ at time.Duration }

func (c *clock) now() time.Duration { return c.at }

func newCode(fixed string) (*Code, *clock) {
	at := &clock{at: time.Hour}
	return New(Options{Fixed: fixed, Now: at.now, Random: rand.NewChaCha8([32]byte{7})}), at
}

func shown(t *testing.T, c *Code) string {
	t.Helper()
	code, left := c.Shown()
	if len(code) != 4 || strings.Trim(code, "0123456789") != "" || left <= 0 || left > time.Minute {
		t.Fatalf("shows %q for %v", code, left)
	}
	return code
}

// other is a code that is not good.
func other(c *Code) string {
	for n := 0; ; n++ {
		if code := fmt.Sprintf("%04d", n); code != c.now && code != c.before {
			return code
		}
	}
}

func TestTheCodeChangesEveryMinute(t *testing.T) {
	c, at := newCode("")
	var codes []string
	for range 6 {
		code := shown(t, c)
		if _, left := c.Shown(); left != time.Minute {
			t.Fatalf("a new code stands for %v", left)
		}
		codes = append(codes, code)
		at.at += time.Minute - time.Millisecond
		if again := shown(t, c); again != code {
			t.Fatalf("%s became %s early", code, again)
		}
		for i, code := range codes { // the present one and the one before
			good, _ := c.Check("a", fmt.Sprint(len(codes)), code)
			if want := i >= len(codes)-2 || code == c.now || code == c.before; good != want {
				t.Errorf("code %d of %d is good: %v", i+1, len(codes), good)
			}
			delete(c.wrong, "a")
		}
		at.at += time.Millisecond
	}
	for i := 1; i < len(codes); i++ {
		if codes[i] == codes[i-1] {
			t.Errorf("the code stayed: %q", codes)
		}
	}
}

// TestNobodyLooked: a code that was shown long ago is not good because nobody
// asked meanwhile, and a clock that went back begins anew.
func TestNobodyLooked(t *testing.T) {
	for _, jump := range []time.Duration{2 * time.Minute, time.Hour, -time.Minute} {
		c, at := newCode("")
		old := shown(t, c)
		at.at += jump
		if good, _ := c.Check("a", "r", old); good {
			t.Errorf("%v later the old code is good", jump)
		}
		if now := shown(t, c); now == old {
			t.Errorf("%v later the code is the same", jump)
		}
	}
	c, at := newCode("")
	old := shown(t, c)
	at.at += 2*time.Minute - time.Millisecond
	if good, _ := c.Check("a", "r", old); !good {
		t.Error("the code before is refused within its minute")
	}
	if _, left := c.Shown(); left != time.Millisecond {
		t.Errorf("the minutes moved: %v left", left)
	}
}

func TestFiveTries(t *testing.T) {
	c, at := newCode("")
	for i := range mostTries {
		request := fmt.Sprint("r", i)
		for range 3 { // the same request again is no new try
			if good, left := c.Check("a", request, other(c)); good || left != mostTries-1-i {
				t.Fatalf("try %d: %v, %d left", i+1, good, left)
			}
		}
		at.at += 10 * time.Second
	}
	if good, left := c.Check("a", "right", shown(t, c)); good || left != 0 {
		t.Errorf("the right code after too many tries: %v, %d", good, left)
	}
	if good, _ := c.Check("b", "r", shown(t, c)); !good {
		t.Error("another ticket is locked too")
	}
	if good, left := c.Check("b", "r1", ""); good || left != mostTries-1 {
		t.Errorf("no code: %v, %d", good, left)
	}
	at.at += 12 * time.Hour
	if good, _ := c.Check("a", "later", shown(t, c)); good {
		t.Error("the ticket may try again on the same day")
	}
}

func TestASticker(t *testing.T) {
	c, at := newCode("gate-7")
	for range 3 {
		if code, left := c.Shown(); code != "gate-7" || left != 0 {
			t.Fatalf("%q %v", code, left)
		}
		if good, _ := c.Check("a", "r", "gate-7"); !good {
			t.Error("the sticker is refused")
		}
		for _, code := range []string{"gate-8", "gate-", "gate-77", "", c.now} {
			if good, _ := c.Check("b", code, code); good {
				t.Errorf("%q is taken for the sticker", code)
			}
		}
		at.at += time.Hour
	}
}

// TestTriesAreBounded: a flood of made-up tickets takes no memory, and the next
// day begins with room.
func TestTriesAreBounded(t *testing.T) {
	c, at := newCode("")
	for i := range mostTickets + 100 {
		_, left := c.Check(fmt.Sprint("t", i), "r", other(c))
		if want := i < mostTickets; (left > 0) != want {
			t.Fatalf("ticket %d has %d tries left", i, left)
		}
	}
	if len(c.wrong) != mostTickets {
		t.Errorf("%d are remembered", len(c.wrong))
	}
	at.at += aDay + time.Second
	if good, _ := c.Check("new", "r", shown(t, c)); !good || len(c.wrong) != 0 {
		t.Errorf("a day later: %v, %d remembered", good, len(c.wrong))
	}
}

// TestDigitsAreEven: every digit comes about as often as every other.
func TestDigitsAreEven(t *testing.T) {
	c, _ := newCode("")
	var count [10]int
	const draws = 20_000
	for range draws {
		for _, d := range c.draw() {
			count[d-'0']++
		}
	}
	for d, n := range count {
		if n < draws*4/10*9/10 || n > draws*4/10*11/10 {
			t.Errorf("%d came %d times of %d", d, n, 4*draws)
		}
	}
}
