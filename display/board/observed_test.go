package board

import (
	"slices"
	"strings"
	"testing"
)

// A call of which the wire of an old machine does not say where leads to no
// counter, and least of all to counter 0.
func TestCallToNobodyKnowsWhere(t *testing.T) {
	for _, layout := range layouts {
		s := office(3, 4)
		s.Observed = true
		for i := range s.Calls {
			s.Calls[i].Counter = 0
		}
		for i := range s.Services {
			s.Services[i].CalledAt, s.Services[i].Called = 0, s.Calls[i].Ticket
		}
		words := strings.Split(shown(board(t, Options{Width: 1920, Height: 1080, Layout: layout}), s, noon, Live()), "\n")
		if slices.Contains(words, "0") || !slices.Contains(words, s.Calls[0].Ticket) {
			t.Errorf("%v: %q", layout, words)
		}
	}
}
