// Package rs485test simulates an RS-485 line with Modbus keypads and number
// displays: it answers frames, not calls, at the line's true speed.
//
//	rs485.Bus ── net.Pipe ── Line ──┬── Unit 1: inputs, FC02
//	                                ├── Unit 2: registers, FC06 and FC16
//	                                └── ...
//
// Bytes take ten bits each. Two who speak at once are both lost, and counted.
// The CRC is computed here bit by bit, by other code than the bus uses.
package rs485test

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"time"

	"sunbeon/drivers/rs485"
)

// Line is a pair of wires. The functions must be set before Dial.
type Line struct {
	Baud int
	// Damage, if not nil, may change a frame on its way.
	Damage func(frame []byte, toUnit bool) []byte
	// Heard, if not nil, is told every frame as it was sent.
	Heard func(frame []byte, toUnit bool)
	// Echo lets the bus hear itself.
	Echo bool

	mu         sync.Mutex
	units      map[byte]*Unit
	busy       time.Time
	collisions int
	end        net.Conn
	silent     chan struct{} // closed when the goroutines of end are done
}

// Unit is a device on a Line. Change it through the Line's Do.
type Unit struct {
	Inputs    uint64 // contacts closed now
	Latch     string // as rs485.Unit
	Latched   uint64
	Registers map[uint16]uint16
	Mute      bool          // unplugged
	Delay     time.Duration // before the answer; 2 ms is usual
	Refuse    byte          // exception code, 0 for none
	Reads     int           // FC02 answered
	Writes    int           // FC06 and FC16 obeyed
}

// New is a line with units at addresses 1, 2, ... in the order given.
func New(baud int, units ...*Unit) *Line {
	l := &Line{Baud: baud, units: map[byte]*Unit{}}
	for i, u := range units {
		if u.Registers == nil {
			u.Registers = map[uint16]uint16{}
		}
		l.units[byte(i+1)] = u
	}
	return l
}

// Do changes or looks at units.
func (l *Line) Do(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

// Press closes a contact of u.
func (l *Line) Press(u *Unit, input int) {
	l.Do(func() { u.Inputs |= 1 << input; u.Latched |= 1 << input })
}

// Release opens it.
func (l *Line) Release(u *Unit, input int) {
	l.Do(func() { u.Inputs &^= 1 << input })
}

// Collisions is how often two spoke at once.
func (l *Line) Collisions() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.collisions
}

// Dial opens the bus's end; what was open before is unplugged.
func (l *Line) Dial(context.Context) (rs485.Port, error) {
	bus, line := net.Pipe()
	l.Unplug()
	silent := make(chan struct{})
	l.Do(func() { l.end, l.silent, l.busy = line, silent, time.Time{} })
	out := make(chan []byte, 4096) // the kernel's buffer
	go l.listen(line, out)
	go func() {
		defer close(silent)
		for b := range out {
			if _, err := line.Write(b); err != nil {
				continue // drains until listen has closed it
			}
		}
	}()
	return bus, nil
}

// Unplug breaks the bus's end and waits until the line is silent.
func (l *Line) Unplug() {
	l.mu.Lock()
	end, silent := l.end, l.silent
	l.end = nil
	l.mu.Unlock()
	if end != nil {
		end.Close()
		<-silent
	}
}

func (l *Line) wire(n int) time.Duration {
	return time.Duration(n) * 10 * time.Second / time.Duration(l.Baud)
}

// speak takes the wires for n bytes; false if somebody has them.
func (l *Line) speak(n int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	free := !now.Before(l.busy)
	if !free {
		l.collisions++
	}
	if end := now.Add(l.wire(n)); end.After(l.busy) {
		l.busy = end
	}
	return free
}

func (l *Line) listen(line net.Conn, out chan<- []byte) {
	var answers sync.WaitGroup
	defer close(out)
	defer answers.Wait()
	b := make([]byte, 512)
	for {
		n, err := line.Read(b)
		if err != nil {
			if !errors.Is(err, net.ErrClosed) {
				line.Close()
			}
			return
		}
		question := append([]byte(nil), b[:n]...)
		clean := l.speak(n)
		if l.Heard != nil {
			l.Heard(question, true)
		}
		answers.Go(func() { l.carry(question, clean, out) })
	}
}

// carry brings a question to the units and the answer back.
func (l *Line) carry(question []byte, clean bool, out chan<- []byte) {
	time.Sleep(l.wire(len(question)))
	if l.Echo {
		out <- question
	}
	if !clean {
		return
	}
	answer, delay := l.answer(l.damaged(question, true))
	if answer == nil {
		return
	}
	time.Sleep(delay)
	if l.Heard != nil {
		l.Heard(answer, false)
	}
	clean = l.speak(len(answer))
	first := len(answer) / 2
	time.Sleep(l.wire(first))
	if !clean {
		answer[0] ^= 0x55
	}
	answer = l.damaged(answer, false)
	first = min(first, len(answer))
	out <- answer[:first] // torn, as a UART's FIFO does
	time.Sleep(l.wire(len(answer) - first))
	out <- answer[first:]
}

func (l *Line) damaged(frame []byte, toUnit bool) []byte {
	if l.Damage == nil {
		return frame
	}
	return l.Damage(frame, toUnit)
}

// answer is what the unit that is meant says, nil for nothing.
func (l *Line) answer(q []byte) (answer []byte, after time.Duration) {
	if len(q) < 4 || CRC(q[:len(q)-2]) != binary.LittleEndian.Uint16(q[len(q)-2:]) {
		return nil, 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	u := l.units[q[0]]
	if u == nil || u.Mute {
		return nil, 0
	}
	body := u.obey(q[1], q[2:len(q)-2])
	if body == nil {
		return nil, 0
	}
	answer = append([]byte{q[0]}, body...)
	return binary.LittleEndian.AppendUint16(answer, CRC(answer)), u.Delay
}

// obey does what function fc asks and gives the answer without address and CRC.
func (u *Unit) obey(fc byte, data []byte) []byte {
	if u.Refuse != 0 {
		return []byte{fc | 0x80, u.Refuse}
	}
	if len(data) < 4 {
		return nil
	}
	at, n := binary.BigEndian.Uint16(data), binary.BigEndian.Uint16(data[2:])
	switch {
	case fc == 2 && len(data) == 4 && n > 0 && n <= 64:
		bits := u.Inputs
		if u.Latch != "" {
			bits = u.Latched
		}
		if u.Latch == "read" {
			u.Latched = 0
		}
		u.Reads++
		count := int(n+7) / 8
		answer := []byte{fc, byte(count)}
		for i := range count {
			answer = append(answer, byte(bits>>at>>(8*i)))
		}
		return answer
	case fc == 5 && len(data) == 4:
		u.Latched = u.Inputs
		return append([]byte{fc}, data...)
	case fc == 6 && len(data) == 4:
		u.Writes++
		u.Registers[at] = n
		return append([]byte{fc}, data...)
	case fc == 16 && len(data) == 5+2*int(n) && int(data[4]) == 2*int(n):
		u.Writes++
		for i := range n {
			u.Registers[at+i] = binary.BigEndian.Uint16(data[5+2*i:])
		}
		return append([]byte{fc}, data[:4]...)
	}
	return nil
}

// CRC is CRC-16/MODBUS.
func CRC(b []byte) uint16 {
	crc := uint16(0xFFFF)
	for _, v := range b {
		crc ^= uint16(v)
		for range 8 {
			if crc&1 != 0 {
				crc = crc>>1 ^ 0xA001
			} else {
				crc >>= 1
			}
		}
	}
	return crc
}
