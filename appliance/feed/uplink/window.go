package uplink

import "time"

const (
	windowSize  = 64
	resendFirst = 2 * time.Second
	resendMost  = 60 * time.Second
	settle      = time.Second // between a movement and going back for a repeated cursor
)

// window is the go-back-N sender's state: plain arithmetic on what it is told.
// Facts are numbered from 1 without holes.
//
//	1 ... acked | acked+1 ... sent | sent+1 ...
//	  stored    |   on their way   |  at most limit after acked
//
// Going back sends one fact, and more only as the city stores them: on a slow line
// all the others may be on their way still, and a whole window of repetitions would
// be followed by the next.
type window struct {
	acked, sent uint64
	limit       uint64        // how many may be on their way at present
	wait        time.Duration // until the next resend without progress
	least       time.Duration // of wait, after progress
	moved       time.Time     // the last progress or going back
	due         time.Time     // of going back; zero while nothing is on its way
}

func newWindow(acked uint64) *window {
	return &window{acked: acked, sent: acked, limit: windowSize, wait: resendFirst, least: resendFirst}
}

// room is how many facts may be sent now.
func (w *window) room() int { return int(w.limit) - int(w.sent-w.acked) }

// sending notes that fact seq goes out.
func (w *window) sending(seq uint64, now time.Time) {
	w.sent = seq
	if w.due.IsZero() {
		w.due = now.Add(w.wait)
	}
}

// stored takes in that the city has stored up to seq. old is a cursor that the
// broker kept and not news.
func (w *window) stored(seq uint64, old bool, now time.Time) {
	switch {
	case seq > w.acked: // progress
		if seq > w.sent {
			// It was going back too early: what was sent before had not been lost.
			w.least = min(max(w.least, w.wait), resendMost/2)
		}
		w.limit = min(w.limit+seq-w.acked, windowSize)
		w.acked, w.sent = seq, max(w.sent, seq)
		w.wait = w.least
	case seq < w.acked: // it lost what it had
		w.acked, w.sent = seq, seq
		w.wait = w.least
	case old || w.sent == w.acked:
		return
	default: // it misses acked+1
		if back := w.moved.Add(settle); back.Before(w.due) {
			w.due = back
		}
		return
	}
	w.moved = now
	w.due = time.Time{}
	if w.sent > w.acked {
		w.due = now.Add(w.wait)
	}
}

// tick goes back to the cursor if that is due.
func (w *window) tick(now time.Time) (back bool) {
	if w.due.IsZero() || now.Before(w.due) {
		return false
	}
	if w.sent > w.acked { // else the journal alone was waited for
		w.sent, w.limit = w.acked, 1
	}
	w.moved = now
	w.due = time.Time{}
	w.wait = min(2*w.wait, resendMost)
	return true
}
