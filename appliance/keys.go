package appliance

import (
	"slices"
	"strconv"

	"sunbeon/appliance/queue"
)

// Key is a key of a call unit.
type Key string

const (
	KeyNext     Key = "next"
	KeyRecall   Key = "recall"
	KeyHold     Key = "hold"
	KeyNoShow   Key = "no_show"
	KeyPause    Key = "pause" // and back
	KeyFinish   Key = "finish"
	KeyPick     Key = "pick"     // with the number of a ticket
	KeyTransfer Key = "transfer" // with the number of a counter
)

// Press is the command of a counter's key; number is what was typed before it,
// 0 for nothing. The pause key turns into Resume where the view says that the
// counter is paused. The error is a *queue.Refusal.
func (v *View) Press(counter int, k Key, number int) (queue.Command, error) {
	switch k {
	case KeyNext:
		return queue.CallNext{Counter: counter}, nil
	case KeyRecall:
		return queue.Recall{Counter: counter}, nil
	case KeyHold:
		return queue.Hold{Counter: counter}, nil
	case KeyNoShow:
		return queue.MarkNoShow{Counter: counter}, nil
	case KeyFinish:
		return queue.Finish{Counter: counter}, nil
	case KeyPause:
		if c := v.counter(counter); c != nil && c.Paused {
			return queue.Resume{Counter: counter}, nil
		}
		return queue.Pause{Counter: counter}, nil
	case KeyPick:
		ref, err := v.typed(counter, number)
		return queue.Pick{Counter: counter, Ref: ref}, err
	case KeyTransfer:
		if number == 0 {
			return nil, &queue.Refusal{Code: queue.NowhereToGo}
		}
		return queue.Transfer{Counter: counter, ToCounter: number}, nil
	}
	return nil, &queue.Refusal{Code: queue.BadInput, Detail: string(k)}
}

func (v *View) counter(number int) *Counter {
	i := slices.IndexFunc(v.Counters, func(c Counter) bool { return c.Number == number })
	if i < 0 {
		return nil
	}
	return &v.Counters[i]
}

// typed is the ticket that a clerk means by a number without its prefix: of what
// the counter serves if that can be, and never one of two.
func (v *View) typed(counter, number int) (queue.Ref, error) {
	var all, own []queue.Ref
	for _, t := range v.Tickets {
		if t.Number != number {
			continue
		}
		all = append(all, t.Ref)
		if c := v.counter(counter); c != nil && slices.Contains(c.Services, t.Service) {
			own = append(own, t.Ref)
		}
	}
	switch {
	case len(own) == 1:
		return own[0], nil
	case len(all) == 1:
		return all[0], nil
	}
	var bands []queue.Ref // of today, or of tickets that are done: the core says which
	for _, s := range v.Config.Services {
		if s.First <= number && number <= s.Last {
			bands = append(bands, queue.Ref{Band: s.ID, Number: number})
		}
	}
	if len(all) == 0 && len(bands) == 1 {
		return bands[0], nil
	}
	return queue.Ref{}, &queue.Refusal{Code: queue.UnknownTicket, Detail: strconv.Itoa(number)}
}
