package printer

import (
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	// gap parts two answers: the bytes of one come within milliseconds.
	gap = 500 * time.Millisecond
	// inboxLimit bounds what a babbling line can pile up during a write.
	inboxLimit = 1024
)

// inbox is what the reader leaves for Run. It never makes the reader wait: a
// printer that cannot get rid of its status may stop reading.
type inbox struct {
	wake chan struct{} // one token
	done chan struct{} // closed when the reader has ended

	mu   sync.Mutex
	list []answer
	err  error
}

func (in *inbox) read(r io.Reader) {
	defer close(in.done)
	var p parser
	var last time.Time
	buf := make([]byte, 256)
	for {
		n, err := r.Read(buf)
		if now := time.Now(); n > 0 {
			if now.Sub(last) > gap {
				p.reset()
			}
			last = now
		}
		in.mu.Lock()
		p.feed(buf[:n], func(a answer) {
			if len(in.list) < inboxLimit {
				in.list = append(in.list, a)
			}
		})
		if err != nil {
			in.err = fmt.Errorf("printer: read: %w", err)
		}
		in.mu.Unlock()
		select {
		case in.wake <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// take empties the inbox; the error comes after the last answers.
func (in *inbox) take() ([]answer, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	list := in.list
	in.list = nil
	return list, in.err
}
