package web

import (
	"errors"
	"io"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Limits of one reader.
const (
	writeWithin = 10 * time.Second
	writeBuffer = 16 << 10         // kernel memory a stalled reader may hold
	vanished    = 60 * time.Second // without a word from a peer that was sent something
	lookTurns   = 5                // looks until each reader has been looked at
)

// reader is one open stream of events, and the hub's own once it has joined. It
// has no goroutine and no buffer: what it lacks is known by a number, its
// connection is written to by the hub as far as the kernel takes the bytes, and
// only while it does not a goroutine waits for it.
//
//	            the kernel took all
//	         +-----------------------+
//	         v                       |
//	idle ---- something is due ---> write -- it took a part --> busy (a goroutine)
//	  ^                              |                            |  |
//	  |                           failed                   written  failed, or 10 s
//	  +------------------------------|----------------------------+  |
//	                                 v                               v
//	                               dropped: the connection is closed, its place is free
//
// A busy reader is given nothing; when it is idle again it is given the newest of
// each office that it has missed, however much that was.
type reader struct {
	crowd   *crowd
	conn    stream
	raw     syscall.RawConn // of conn; nil where it has none
	head    []byte          // of the answer, before the first event
	seen    uint64          // number of the last event it has, 0 is none
	link    uint32          // which of the links it was told
	at      int32           // its place in the crowd
	turn    uint8           // of its look
	busy    bool            // a goroutine writes to it
	pressed bool            // it takes gzip
	gone    bool            // dropped
	wrote   int64           // Unix seconds
}

// stream is where a reader's events go. Close ends a Write under way.
type stream interface {
	io.WriteCloser
	SetWriteDeadline(time.Time) error
}

// delivery is what one reader is to be given.
type delivery struct {
	to    *reader
	bytes []byte
}

// written is what came of a write that had to wait.
type written struct {
	to  *reader
	err error
}

// place takes a place for a reader; false means that there is none.
func (h *hub) place() bool {
	if h.places.Add(1) > h.most {
		h.places.Add(-1)
		return false
	}
	return true
}

// free gives a place back.
func (h *hub) free() { h.places.Add(-1) }

// enter gives a new reader the greeting and all it has missed. Its crowd is only
// a name yet.
func (h *hub) enter(r *reader) {
	c := h.crowds[r.crowd.room]
	if c == nil {
		c = r.crowd
		h.crowds[c.room] = c
	}
	r.crowd, r.at = c, int32(len(c.readers))
	c.readers = append(c.readers, r)
	r.link = h.links - 1 // whatever it has heard, the time it has not
	h.turn++
	r.turn = h.turn % lookTurns
	if d, ok := h.due(r); ok {
		h.deliver([]delivery{d})
	}
}

// Who ended a stream.
const (
	byReader = "reader"
	byUs     = "us"
)

// drop ends a reader; once more is harmless.
func (h *hub) drop(r *reader, by string) {
	if r.gone {
		return
	}
	r.gone = true
	c := r.crowd
	last := len(c.readers) - 1
	c.readers[r.at] = c.readers[last]
	c.readers[r.at].at = r.at
	c.readers[last] = nil
	if c.readers = c.readers[:last]; last == 0 && c != h.front {
		delete(h.crowds, c.room)
	}
	_ = r.conn.Close() // nobody is left to tell
	h.free()
	h.meters.ended.WithLabelValues(by).Inc()
}

// end drops everybody and waits for the writers.
func (h *hub) end() {
	close(h.over)
	for _, c := range h.crowds {
		for len(c.readers) > 0 {
			h.drop(c.readers[0], byUs)
		}
	}
	h.writers.Wait()
}

// together is how many deliveries are worth another processor.
const together = 256

// deliver writes to readers, to many of them on all processors. It returns when
// the kernel has what it takes.
func (h *hub) deliver(due []delivery) {
	h.meters.frames.Add(float64(len(due)))
	failed := make([]bool, len(due))
	part := max(together, (len(due)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for from := 0; from < len(due); from += part {
		to := min(from+part, len(due))
		if to == len(due) {
			h.writeAll(due[from:to], failed[from:to])
			break
		}
		wg.Go(func() { h.writeAll(due[from:to], failed[from:to]) })
	}
	wg.Wait()
	for i, f := range failed {
		if f {
			h.drop(due[i].to, byReader)
		}
	}
}

func (h *hub) writeAll(due []delivery, failed []bool) {
	now := time.Now().Unix()
	var p push
	f := p.write // one for all of them
	for i, d := range due {
		d.to.wrote = now
		rest := d.bytes
		if d.to.raw != nil {
			p.bytes, p.err = rest, nil
			if err := d.to.raw.Write(f); err != nil || p.err != nil {
				failed[i] = true
				continue
			}
			rest = p.bytes
		}
		if len(rest) > 0 {
			h.await(d.to, rest)
		}
	}
}

// push writes as much as the kernel takes at once.
type push struct {
	bytes []byte
	err   error
}

func (p *push) write(fd uintptr) bool {
	for len(p.bytes) > 0 {
		n, err := unix.Write(int(fd), p.bytes)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EAGAIN):
			return true
		case err != nil:
			p.err = err
			return true
		}
		p.bytes = p.bytes[n:]
	}
	return true
}

// await writes what the kernel did not take, as the reader reads.
func (h *hub) await(r *reader, b []byte) {
	r.busy = true
	h.writers.Go(func() {
		_ = r.conn.SetWriteDeadline(time.Now().Add(writeWithin)) // unsupported in a recorder only
		_, err := r.conn.Write(b)
		_ = r.conn.SetWriteDeadline(time.Time{})
		select {
		case h.written <- written{r, err}:
		case <-h.over:
		}
	})
}

// wrote goes on with a reader that was busy.
func (h *hub) wrote(w written) {
	r := w.to
	if r.gone {
		return
	}
	if w.err != nil {
		by := byReader
		if errors.Is(w.err, os.ErrDeadlineExceeded) {
			by = byUs // it was too slow
		}
		h.drop(r, by) // it will come back and ask from where it was
		return
	}
	r.busy, r.wrote = false, time.Now().Unix()
	if r.crowd == h.front && h.waiting {
		return // it is told with the others
	}
	if d, ok := h.due(r); ok {
		h.deliver([]delivery{d})
	}
}

// tend keeps the connections of those who hear nothing, and finds those who have
// left. Its work is spread over the seconds.
func (h *hub) tend() {
	h.ticks = (h.ticks + 1) % lookTurns
	now := time.Now().Unix()
	beat := &said{plain: []byte(": .\n\n")}
	var beats []delivery
	var left []*reader
	var p peek
	f := p.read
	for _, c := range h.crowds {
		for _, r := range c.readers {
			if r.busy {
				continue
			}
			if r.turn == h.ticks && r.raw != nil {
				if p.left = false; r.raw.Read(f) != nil || p.left {
					left = append(left, r)
					continue
				}
			}
			if now-r.wrote >= int64((heartbeat-lookAgain)/time.Second)-int64(r.turn) {
				beats = append(beats, delivery{r, h.form(r, beat)})
			}
		}
	}
	for _, r := range left {
		h.drop(r, byReader)
	}
	h.deliver(beats)
}

// peek finds out whether a peer has closed its connection. A stream's reader has
// nothing to say; what it says all the same stays unread.
type peek struct {
	one  [1]byte
	left bool
}

func (p *peek) read(fd uintptr) bool {
	n, _, err := unix.Recvfrom(int(fd), p.one[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
	p.left = n == 0 && err == nil || err != nil && !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR)
	return true
}
