package appliance

import "sunbeon/appliance/queue"

// Key is a key of a call unit.
type Key string

const (
	KeyNext   Key = "next"
	KeyRecall Key = "recall"
	KeyHold   Key = "hold"
	KeyNoShow Key = "no_show"
	KeyPause  Key = "pause" // and back
	KeyFinish Key = "finish"
)

// Press is the command of a counter's key; ok is false for an unknown key. The
// pause key turns into Resume where the view says that the counter is paused.
func (v *View) Press(counter int, k Key) (c queue.Command, ok bool) {
	switch k {
	case KeyNext:
		return queue.CallNext{Counter: counter}, true
	case KeyRecall:
		return queue.Recall{Counter: counter}, true
	case KeyHold:
		return queue.Hold{Counter: counter}, true
	case KeyNoShow:
		return queue.MarkNoShow{Counter: counter}, true
	case KeyFinish:
		return queue.Finish{Counter: counter}, true
	case KeyPause:
		for _, d := range v.Counters {
			if d.Number == counter && d.Paused {
				return queue.Resume{Counter: counter}, true
			}
		}
		return queue.Pause{Counter: counter}, true
	}
	return nil, false
}
