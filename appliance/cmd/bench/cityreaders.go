package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// Orders to a process that is many readers, the first of which is readersPlan,
// and its answers. A reader is a socket: the process has one goroutine and one
// buffer for all.
type (
	readersPlan struct {
		Site string `json:"site"` // host:port
	}
	readersOrder struct {
		Open []audience       `json:"open,omitempty"` // and answer when each has had its greeting
		Last map[string]int64 `json:"last,omitempty"` // answer when the readers of these offices have had a change as new, Unix µs
		From int64            `json:"from,omitempty"` // forget the times so far, and count changes from here on, Unix µs
	}
	audience struct {
		Path   string `json:"path"`
		Office string `json:"office"`
		N      int    `json:"n"`
		Front  bool   `json:"front"`
	}
	readersAnswer struct {
		Open   int    `json:"open"`
		Ended  int    `json:"ended"`  // connections that the city has closed
		Behind int    `json:"behind"` // readers that have not had the last change
		Office served `json:"office"`
		Front  served `json:"front"`
	}
	// served is what the readers of one kind of page were given.
	served struct {
		Events  int           `json:"events"` // changes received, one for each reader
		Bytes   int64         `json:"bytes"`  // received
		Middle  time.Duration `json:"middle"` // from the change to the reader
		Slow    time.Duration `json:"slow"`   // the 99th percentile
		Slowest time.Duration `json:"slowest"`
	}
)

// readersPatience is how long an order may take.
const readersPatience = 30 * time.Second

type socket struct {
	office  string
	greeted bool
	last    int64
	rest    []byte // the end of what was read, in which a stamp may begin
}

type readers struct {
	to      unix.SockaddrInet4
	host    string
	poll    int
	sockets map[int32]*socket
	fronts  []*front
	greeted int
	ended   int
	from    int64
	times   []int32 // µs
	bytes   int64
	buffer  []byte
}

func serveReaders(ctx context.Context, orders <-chan []byte, answers *json.Encoder) error {
	var plan readersPlan
	if err := json.Unmarshal(<-orders, &plan); err != nil {
		return fmt.Errorf("bench: readers: %w", err)
	}
	at, err := net.ResolveTCPAddr("tcp4", plan.Site)
	if err != nil {
		return fmt.Errorf("bench: readers: %w", err)
	}
	r := &readers{host: plan.Site, sockets: map[int32]*socket{}, buffer: make([]byte, 1<<20)}
	r.to.Port = at.Port
	copy(r.to.Addr[:], at.IP.To4())
	if r.poll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return fmt.Errorf("bench: readers: epoll: %w", err)
	}
	defer func() {
		for fd := range r.sockets {
			_ = unix.Close(int(fd))
		}
		_ = unix.Close(r.poll)
		for _, f := range r.fronts {
			_ = f.conn.Close()
		}
	}()
	if err := answers.Encode(readersAnswer{}); err != nil {
		return fmt.Errorf("bench: readers: %w", err)
	}
	for {
		select {
		case b, ok := <-orders:
			if !ok {
				return nil
			}
			var o readersOrder
			if err := json.Unmarshal(b, &o); err != nil {
				return fmt.Errorf("bench: readers: %w", err)
			}
			a, err := r.serve(ctx, o)
			if err != nil {
				return err
			}
			if err := answers.Encode(a); err != nil {
				return fmt.Errorf("bench: readers: %w", err)
			}
		case <-ctx.Done():
			return nil
		default:
			if err := r.look(); err != nil {
				return err
			}
		}
	}
}

func (r *readers) serve(ctx context.Context, o readersOrder) (a readersAnswer, err error) {
	for _, c := range o.Open {
		for range c.N {
			if c.Front {
				f, err := openFront(r.host, c.Path)
				if err != nil {
					return a, err
				}
				r.fronts = append(r.fronts, f)
				continue
			}
			if err := r.open(c); err != nil {
				return a, err
			}
			for len(r.sockets)-r.greeted > 64 { // as many as a listener's backlog takes with ease
				if err := r.look(); err != nil {
					return a, err
				}
			}
		}
	}
	for limit := time.Now().Add(readersPatience); ; {
		if err := r.look(); err != nil {
			return a, err
		}
		a.Behind = 0
		var newest int64
		for _, at := range o.Last {
			newest = max(newest, at)
		}
		for _, f := range r.fronts {
			has, err := f.has(newest)
			if err != nil {
				return a, fmt.Errorf("bench: readers: %w", err)
			}
			if !has {
				a.Behind++
			}
		}
		for _, s := range r.sockets {
			if !s.greeted || s.last < o.Last[s.office] {
				a.Behind++
			}
		}
		if a.Behind == 0 || time.Now().After(limit) || ctx.Err() != nil {
			break
		}
	}
	a.Open, a.Ended = len(r.sockets)+len(r.fronts), r.ended
	a.Office = serving(r.times, r.bytes)
	var times []int32
	var bytes int64
	for _, f := range r.fronts {
		t, n := f.take(o.From)
		times, bytes = append(times, t...), bytes+n
	}
	a.Front = serving(times, bytes)
	if o.From != 0 {
		r.from, r.times, r.bytes = o.From, r.times[:0], 0
	}
	return a, nil
}

// homeOf is the address of a reader. The city counts requests by address, and
// readers have many.
func homeOf(i int) [4]byte { return [4]byte{127, 1, byte(i / 50 >> 8), byte(i / 50)} }

func serving(times []int32, bytes int64) served {
	slices.Sort(times)
	us := func(q float64) time.Duration { return time.Duration(quantile(times, q)) * time.Microsecond }
	return served{len(times), bytes, us(0.5), us(0.99), us(1)}
}

func (r *readers) open(c audience) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("bench: readers: reader %d: %w; raise the limit of files (ulimit -n)", len(r.sockets), err)
	}
	err = unix.Bind(fd, &unix.SockaddrInet4{Addr: homeOf(len(r.sockets))})
	if err == nil {
		err = unix.Connect(fd, &r.to)
	}
	if err == nil {
		_, err = unix.Write(fd, fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\n\r\n", c.Path, r.host))
	}
	if err == nil {
		err = unix.SetNonblock(fd, true)
	}
	if err == nil {
		err = unix.EpollCtl(r.poll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)})
	}
	if err != nil {
		return fmt.Errorf("bench: readers: %w", err)
	}
	r.sockets[int32(fd)] = &socket{office: c.Office}
	return nil
}

// look reads what has come, and waits a moment for it.
func (r *readers) look() error {
	var events [256]unix.EpollEvent
	n, err := unix.EpollWait(r.poll, events[:], 20)
	if err != nil && err != unix.EINTR {
		return fmt.Errorf("bench: readers: epoll: %w", err)
	}
	for _, e := range events[:max(n, 0)] {
		s := r.sockets[e.Fd]
		kept := copy(r.buffer, s.rest)
		n, err := unix.Read(int(e.Fd), r.buffer[kept:])
		switch {
		case err == unix.EAGAIN, err == unix.EINTR:
		case n <= 0:
			if s.greeted {
				r.greeted--
			}
			r.ended++
			delete(r.sockets, e.Fd)
			_ = unix.Close(int(e.Fd))
		default:
			r.bytes += int64(n)
			if err := r.read(s, r.buffer[:kept+n]); err != nil {
				return err
			}
		}
	}
	return nil
}

// read finds the stamps. What may be the beginning of one is kept for the next
// time.
func (r *readers) read(s *socket, b []byte) error {
	now := time.Now().UnixMicro()
	if !s.greeted {
		if !bytes.HasPrefix(b, []byte("HTTP/1.1 200 ")) {
			return fmt.Errorf("bench: readers: the city answers %.200q", b)
		}
		if !bytes.Contains(b, []byte("event: city")) {
			s.rest = bytes.Clone(b)
			return nil
		}
		s.greeted = true
		r.greeted++
	}
	for {
		i := bytes.Index(b, []byte(stampBefore))
		if i < 0 {
			break
		}
		digits, _, whole := bytes.Cut(b[i+len(stampBefore):], []byte(`"`))
		if !whole {
			s.rest = append(s.rest[:0], b[i:]...)
			return nil
		}
		at, err := strconv.ParseInt(string(digits), 36, 64)
		if err != nil {
			return fmt.Errorf("bench: readers: %q is no time", digits)
		}
		s.last = max(s.last, at)
		if at >= r.from && r.from > 0 {
			r.times = append(r.times, int32(min(now-at, 1<<31-1)))
		}
		b = b[i+len(stampBefore)+len(digits):]
	}
	s.rest = append(s.rest[:0], b[max(0, len(b)-len(stampBefore)+1):]...)
	return nil
}
