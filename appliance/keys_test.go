package appliance_test

import (
	"errors"
	"testing"

	"sunbeon/appliance"
	"sunbeon/appliance/queue"
)

// view is two services with prefixes and the same numbers, and a third.
func pressed() *appliance.View {
	ticket := func(band string, n int) appliance.Ticket {
		return appliance.Ticket{Ticket: queue.Ticket{Ref: queue.Ref{Band: band, Number: n}, Service: band}}
	}
	desk := func(n int, paused bool, services ...string) appliance.Counter {
		return appliance.Counter{CounterState: queue.CounterState{Number: n, Open: true, Paused: paused, Services: services}}
	}
	return &appliance.View{
		Config: &queue.Config{Services: []queue.Service{
			{ID: "a", Prefix: "A", First: 1, Last: 99}, {ID: "b", Prefix: "B", First: 1, Last: 99}, {ID: "c", First: 101, Last: 199}}},
		Tickets:  []appliance.Ticket{ticket("a", 7), ticket("b", 7), ticket("b", 8)},
		Counters: []appliance.Counter{desk(1, false, "a"), desk(2, true, "a", "b")},
	}
}

func TestKeysAreCommands(t *testing.T) {
	for _, c := range []struct {
		counter int
		key     appliance.Key
		number  int
		want    queue.Command
		refused queue.Code
	}{
		{counter: 1, key: "next", want: queue.CallNext{Counter: 1}},
		{counter: 1, key: "recall", want: queue.Recall{Counter: 1}},
		{counter: 1, key: "hold", want: queue.Hold{Counter: 1}},
		{counter: 1, key: "no_show", want: queue.MarkNoShow{Counter: 1}},
		{counter: 1, key: "finish", want: queue.Finish{Counter: 1}},
		{counter: 1, key: "pause", want: queue.Pause{Counter: 1}},
		{counter: 2, key: "pause", want: queue.Resume{Counter: 2}},
		{counter: 1, key: "pick", number: 7, want: queue.Pick{Counter: 1, Ref: queue.Ref{Band: "a", Number: 7}}}, // its own
		{counter: 1, key: "pick", number: 8, want: queue.Pick{Counter: 1, Ref: queue.Ref{Band: "b", Number: 8}}}, // the only one
		{counter: 1, key: "pick", number: 150, want: queue.Pick{Counter: 1, Ref: queue.Ref{Band: "c", Number: 150}}},
		{counter: 2, key: "pick", number: 7, refused: queue.UnknownTicket}, // A7 or B7?
		{counter: 1, key: "pick", number: 9, refused: queue.UnknownTicket},
		{counter: 1, key: "pick", refused: queue.UnknownTicket},
		{counter: 1, key: "transfer", number: 2, want: queue.Transfer{Counter: 1, ToCounter: 2}},
		{counter: 1, key: "transfer", refused: queue.NowhereToGo},
		{counter: 1, key: "5", refused: queue.BadInput},
	} {
		got, err := pressed().Press(c.counter, c.key, c.number)
		var r *queue.Refusal
		if c.refused != "" {
			if !errors.As(err, &r) || r.Code != c.refused {
				t.Errorf("counter %d, %s %d: got %+v, %v", c.counter, c.key, c.number, got, err)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("counter %d, %s %d: got %+v, %v", c.counter, c.key, c.number, got, err)
		}
	}
}
