package main

import (
	"bytes"
	"net"
	"sync"
	"time"
)

// wire listens in at the printer's end of the cable.
type wire struct {
	mu    sync.Mutex
	first chan time.Time // not nil: who waits for the first byte of a ticket
	kept  []byte
	keep  bool
}

// arm makes the next first byte of a ticket heard.
func (w *wire) arm() <-chan time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.first = make(chan time.Time, 1)
	return w.first
}

// record begins to keep what goes over the wire; the kept bytes are those so far.
func (w *wire) record(on bool) (kept []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	kept = w.kept
	w.kept, w.keep = nil, on
	return kept
}

// heard takes what has just arrived. A ticket begins with ESC @; a look at the
// printer's status does not hold it.
func (w *wire) heard(b []byte) {
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.keep {
		w.kept = append(w.kept, b...)
	}
	if w.first != nil && bytes.Contains(b, []byte{0x1b, '@'}) {
		w.first <- now
		w.first = nil
	}
}

// tapped is a listener whose connections are listened in to.
type tapped struct {
	net.Listener
	wire *wire
}

func (t tapped) Accept() (net.Conn, error) {
	c, err := t.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return tap{c, t.wire}, nil
}

type tap struct {
	net.Conn
	wire *wire
}

func (t tap) Read(b []byte) (int, error) {
	n, err := t.Conn.Read(b)
	if n > 0 {
		t.wire.heard(b[:n])
	}
	return n, err
}
