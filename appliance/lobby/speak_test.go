package lobby

import (
	"fmt"
	"slices"
	"testing"

	"sunbeon/appliance"
	"sunbeon/appliance/queue"
	"sunbeon/display/voice"
)

func TestNumbersAreSaidOnce(t *testing.T) {
	var said []string
	run := func(every bool) *speaker {
		said = nil
		return &speaker{every: every, say: func(t voice.Ticket) {
			said = append(said, fmt.Sprintf("%s ahead %d paper %t", t.Label, t.Ahead, t.Paper))
		}}
	}
	view := func(day int64, unprinted []string, tickets ...appliance.Ticket) *appliance.View {
		v := &appliance.View{Tickets: tickets}
		v.Public.Day, v.Public.Unprinted = day, unprinted
		return v
	}
	ticket := func(n int, origin queue.Origin, status queue.Status) appliance.Ticket {
		return appliance.Ticket{Ticket: queue.Ticket{Ref: queue.Ref{Number: n}, Origin: origin, Status: status, Ahead: n - 1}, Label: fmt.Sprint(n)}
	}
	one, two := ticket(1, queue.Button, queue.Waiting), ticket(2, queue.Button, queue.Waiting)
	online, called := ticket(3, queue.Online, queue.Waiting), ticket(4, queue.Button, queue.AtCounter)
	play := func(s *speaker) {
		s.follow(view(1, nil, one)) // of before the start
		s.follow(view(1, nil, one, two, online, called))
		s.follow(view(1, nil, one, two, online, called))
		s.follow(view(1, []string{"2", "1"}, one, two))
		s.follow(view(1, []string{"2", "1"}, one, two))
		s.follow(view(1, nil, one, two))
		s.follow(view(1, []string{"2"}, one, two)) // it has failed again: its holder knows
		s.follow(view(2, nil, one))                // the next day's 1
	}
	play(run(true))
	if want := []string{"2 ahead 1 paper true", "1 ahead 0 paper false", "2 ahead 1 paper false", "1 ahead 0 paper true"}; !slices.Equal(said, want) {
		t.Errorf("said %q, want %q", said, want)
	}
	play(run(false))
	if want := []string{"1 ahead 0 paper false", "2 ahead 1 paper false"}; !slices.Equal(said, want) {
		t.Errorf("without paper only: said %q, want %q", said, want)
	}
	run(true).follow(view(1, []string{"1"}, one))
	if len(said) > 0 {
		t.Errorf("a kiosk that starts says %q", said)
	}
}
