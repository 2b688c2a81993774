// Package serialtest is a serial line for tests of devices: a pseudo-terminal for
// the driver, and the far end for a double, at the true speed of the line.
//
//	driver ── /dev/pts/N ── kernel ── Line ── double
//	                                  10 bits a byte, both ways
//
// A pseudo-terminal has no rate of its own: what the driver writes is in the
// kernel at once, and the double gets it byte by byte.
package serialtest

import (
	"fmt"
	"os"
	"time"

	"github.com/creack/pty"
)

// Line is the far end of a line.
type Line struct {
	master, slave *os.File
	byte          time.Duration
}

// Open makes a line; path is what the driver opens.
func Open(baud int) (l *Line, path string, err error) {
	master, slave, err := pty.Open()
	if err != nil {
		return nil, "", fmt.Errorf("serialtest: no pty: %w; is /dev/pts mounted?", err)
	}
	// The slave stays open: without it the master ends whenever the driver lets go.
	return &Line{master, slave, 10 * time.Second / time.Duration(baud)}, slave.Name(), nil
}

// Read gives one byte, as long after it was begun as it takes on the wire.
func (l *Line) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	n, err := l.master.Read(b[:1])
	time.Sleep(time.Duration(n) * l.byte)
	return n, err
}

// Write sends b byte by byte.
func (l *Line) Write(b []byte) (int, error) {
	begin := time.Now()
	for i := range b {
		time.Sleep(time.Until(begin.Add(time.Duration(i+1) * l.byte)))
		if _, err := l.master.Write(b[i : i+1]); err != nil {
			return i, err
		}
	}
	return len(b), nil
}

// Close ends the line: reads of both ends return.
func (l *Line) Close() error {
	err := l.slave.Close()
	if master := l.master.Close(); err == nil {
		err = master
	}
	return err
}
