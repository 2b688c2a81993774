package rs485

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"
)

// Port is the line's end: a serialport.Port, or a double.
type Port interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// Why an exchange failed although the port works. All else is the port's.
var (
	errSilent  = errors.New("no answer")
	errGarbled = errors.New("garbled answer")
	errEcho    = errors.New("the adapter hears itself; set echo = true")
	errBusy    = errors.New("the line is never silent; look for a unit that talks by itself, for missing bias resistors and for A and B swapped")
)

// unitFault reports whether err is a unit's and the port goes on.
func unitFault(err error) bool {
	return errors.Is(err, errSilent) || errors.Is(err, errGarbled) || errors.Is(err, errEcho) || errors.Is(err, errBusy)
}

// line puts questions on the wire and takes answers off it, one at a time, with
// the silences that RTU asks for:
//
//	silence 3.5 bytes │ question │ up to Answer │ answer │ silence 3.5 bytes
//	                             └── nothing: silence Late, and all that comes is dropped
type line struct {
	port   Port
	cfg    Config
	free   time.Time // when the next question may start
	silent time.Time // until when it was listened to and nobody spoke
	buf    [512]byte
	count  *counts
}

// counts are read by other goroutines.
type counts struct{ asked, silent, garbled, dropped atomic.Uint64 }

// wire is the time of n bytes on the wire.
func (l *line) wire(n int) time.Duration {
	return time.Duration(n) * 10 * time.Second / time.Duration(l.cfg.Baud)
}

// gap is the silence between frames: 3.5 bytes, at least 1.75 ms (Modbus over
// serial line V1.02, 2.5.1.1).
func (l *line) gap() time.Duration {
	return max(l.wire(7)/2, 1750*time.Microsecond)
}

// listen is how long a question listens at least before it is asked: what came
// while nobody read waits in the kernel and is no answer to it.
const listen = time.Millisecond

// settle waits until the line may be used and drops what arrives meanwhile. What
// was found silent just now is not listened to again.
func (l *line) settle() error {
	begin := time.Now()
	if begin.Sub(l.silent) < listen && !begin.Before(l.free) {
		return nil
	}
	limit := begin.Add(l.cfg.Late + time.Second)
	l.free = later(l.free, begin.Add(listen))
	for {
		now := time.Now()
		if !now.Before(l.free) {
			l.silent = now
			return nil
		}
		if now.After(limit) {
			l.free = now
			return errBusy
		}
		if err := l.port.SetReadDeadline(l.free); err != nil {
			return err
		}
		n, err := l.port.Read(l.buf[:])
		if n > 0 {
			l.count.dropped.Add(uint64(n))
			l.free = later(l.free, time.Now().Add(l.gap()))
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			continue
		}
		if err != nil {
			return err
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// ask sends question and reads until find sees the answer, at most size bytes
// long, in what came.
func (l *line) ask(question []byte, size int, find func(got []byte) []byte) ([]byte, error) {
	if err := l.settle(); err != nil {
		return nil, err
	}
	l.count.asked.Add(1)
	begin := time.Now()
	if err := l.port.SetWriteDeadline(begin.Add(l.wire(len(question)) + time.Second)); err != nil {
		return nil, err
	}
	if _, err := l.port.Write(question); err != nil {
		return nil, err
	}
	// Written is not sent: the question's own time belongs to the wait.
	end := begin.Add(l.wire(len(question)) + l.cfg.Answer + l.wire(size) + l.gap())
	if err := l.port.SetReadDeadline(end); err != nil {
		return nil, err
	}
	heard := 0
	for heard < len(l.buf) {
		n, err := l.port.Read(l.buf[heard:])
		heard += n
		got, echoed := l.buf[:heard], true
		if l.cfg.Echo {
			got, echoed = bytes.CutPrefix(got, question)
		}
		if echoed {
			if answer := find(got); answer != nil {
				l.free = time.Now().Add(l.gap())
				return answer, nil
			}
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	l.free = time.Now().Add(l.cfg.Late)
	got := l.buf[:heard]
	switch {
	case heard == 0 || l.cfg.Echo && bytes.Equal(got, question):
		l.count.silent.Add(1)
		return nil, errSilent
	case !l.cfg.Echo && bytes.HasPrefix(got, question):
		return nil, errEcho
	}
	l.count.garbled.Add(1)
	return nil, fmt.Errorf("%w: % x", errGarbled, got[:min(heard, 16)])
}
