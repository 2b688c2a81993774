package keypad

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const ms = time.Millisecond

// keyed is a key at a time in milliseconds.
type keyed struct {
	k  Key
	at int
}

func said(c *Command) string {
	s := string(c.Key)
	if c.Key == Pick || c.Key == Transfer {
		s += fmt.Sprint(" ", c.Number)
	}
	if c.Rejected {
		s = string(c.Key) + " rejected"
	}
	return s
}

func enter(ks []keyed) string {
	var e Entry
	var c *Command
	var out []string
	for _, k := range ks {
		if e, c = e.Step(Rules{}, k.k, time.Duration(k.at)*ms); c != nil {
			out = append(out, said(c))
		}
	}
	return strings.Join(out, ", ")
}

// spell presses keys half a second apart.
func spell(keys string) (ks []keyed) {
	for i, k := range strings.Fields(keys) {
		ks = append(ks, keyed{Key(k), 1000 + 500*i})
	}
	return ks
}

func TestEntry(t *testing.T) {
	for _, tc := range []struct {
		name string
		ks   []keyed
		want string
	}{
		{"next", spell("next next"), "next, next"},
		{"all plain keys", spell("recall hold no_show pause finish"), "recall, hold, no_show, pause, finish"},
		{"pick", spell("1 1 7 pick"), "pick 117"},
		{"pick, then next", spell("1 1 7 pick next"), "pick 117, next"},
		{"leading zeros", spell("0 0 7 pick"), "pick 7"},
		{"transfer", spell("2 transfer"), "transfer 2"},
		{"pick without digits", spell("pick next"), "pick rejected, next"},
		{"transfer without digits", spell("transfer"), "transfer rejected"},
		{"digits before next", spell("1 1 7 next next"), "next rejected, next"},
		{"cleared digits", spell("1 1 7 clear next"), "next"},
		{"cleared and typed anew", spell("1 clear 1 7 pick"), "pick 17"},
		{"four digits", spell("1 2 3 4 pick"), "pick 1234"},
		{"five digits", spell("1 2 3 4 5 pick"), "5 rejected, pick rejected"},
		{"digits in time", []keyed{{"1", 0}, {"7", 4999}, {Pick, 9998}}, "pick 17"},
		{"forgotten digits", []keyed{{"1", 0}, {"7", 5000}, {Pick, 6000}}, "pick 7"},
		{"all digits forgotten", []keyed{{"1", 0}, {Next, 5000}}, "next"},
		{"chatter", []keyed{{Next, 1000}, {Next, 1039}, {Next, 1070}, {Next, 1110}}, "next, next"},
		{"chatter of a digit", []keyed{{"1", 1000}, {"1", 1010}, {"1", 1100}, {Pick, 1200}}, "pick 11"},
		{"another key is no chatter", []keyed{{Next, 1000}, {Recall, 1001}, {Next, 1002}}, "next, recall, next"},
		{"time does not go back", []keyed{{"1", 9000}, {"2", 1000}, {Pick, 2000}}, "pick 12"},
	} {
		if got := enter(tc.ks); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, k := range []Key{"0", "9", Next, Pick, Clear} {
		if err := k.Check(); err != nil {
			t.Error(err)
		}
	}
	for _, k := range []Key{"", "10", "A", "Next", "/"} {
		if k.Check() == nil {
			t.Errorf("%q is no key", string(k))
		}
	}
}

// TestNumbersAreWhatWasTyped: whatever is pressed, a picked number is made of
// the digits since the last key that was none, and of no others.
func TestNumbersAreWhatWasTyped(t *testing.T) {
	all := []Key{"0", "1", "5", "9", Next, Recall, Pick, Transfer, Clear}
	rapid.Check(t, func(t *rapid.T) {
		var e Entry
		typed := ""
		at, typedAt := time.Duration(0), time.Duration(0)
		for range rapid.IntRange(0, 60).Draw(t, "keys") {
			k := rapid.SampledFrom(all).Draw(t, "key")
			at += time.Duration(rapid.IntRange(50, 6000).Draw(t, "ms")) * ms
			if at-typedAt >= 5*time.Second {
				typed = ""
			}
			next, c := e.Step(Rules{}, k, at)
			if same, again := e.Step(Rules{}, k, at); same != next || (again == nil) != (c == nil) {
				t.Fatal("the same key at the same time gave something else")
			}
			e = next
			want := ""
			switch {
			case k.digit() >= 0 && len(typed) == 4:
				want, typed = string(k)+" rejected", ""
			case k.digit() >= 0:
				typed, typedAt = typed+string(k), at
			case k == Clear:
				typed = ""
			case (k == Pick || k == Transfer) == (typed == ""):
				want, typed = string(k)+" rejected", ""
			case typed != "":
				n := 0
				fmt.Sscan(strings.TrimLeft(typed[:len(typed)-1], "0")+typed[len(typed)-1:], &n)
				want, typed = fmt.Sprintf("%s %d", k, n), ""
			default:
				want = string(k)
			}
			got := ""
			if c != nil {
				got = said(c)
			}
			if got != want {
				t.Fatalf("%s after %q: %q, want %q", k, typed, got, want)
			}
		}
	})
}
