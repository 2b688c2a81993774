// Package contacttest has GPIO lines for tests: they behave as periph's do,
// traps included.
//
//	test ── Set, Lose, Lie ──> Pin ── Read, WaitForEdge ──> contact.Line
package contacttest

import (
	"errors"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

// named is what the doubles have in common.
type named struct{ name string }

func (n named) String() string                        { return n.name }
func (n named) Name() string                          { return n.name }
func (n named) Number() int                           { return 0 }
func (n named) Function() string                      { return "" }
func (n named) DefaultPull() gpio.Pull                { return gpio.PullNoChange }
func (n named) PWM(gpio.Duty, physic.Frequency) error { return errors.New("no PWM") }

// Pin behaves like gpioioctl.GPIOLine: a wait of 0 lasts for ever, one of -1 is
// over at once, a Halt before a wait is lost, 16 edges are kept and the oldest
// falls out, and an edge says nothing about its direction.
type Pin struct {
	named
	mu      sync.Mutex
	level   gpio.Level
	lies    int
	pull    gpio.Pull
	edge    gpio.Edge
	kept    int
	waiting chan struct{} // closed by Halt
	edges   chan struct{} // rung by Set
	deaf    bool
	busy    bool
	waits   int
	worst   time.Duration
}

// NewPin is a line that nobody has taken yet.
func NewPin(name string) *Pin {
	return &Pin{named: named{name}, edges: make(chan struct{}, 1)}
}

// Deafen lets every wait fail at once, as on a line without edges.
func (p *Pin) Deafen() { p.do(func() { p.deaf = true }) }

// Occupy lets In fail: another program has the line.
func (p *Pin) Occupy() { p.do(func() { p.busy = true }) }

// Lie makes the next n readings wrong.
func (p *Pin) Lie(n int) { p.do(func() { p.lies = n }) }

// Waits is how often the line was waited for, worst the shortest wait that
// nothing would end: 0 or less.
func (p *Pin) Waits() (n int, worst time.Duration) {
	p.do(func() { n, worst = p.waits, p.worst })
	return n, worst
}

func (p *Pin) do(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

// In is gpio.PinIn.
func (p *Pin) In(pull gpio.Pull, edge gpio.Edge) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy {
		return errors.New("device or resource busy")
	}
	p.pull, p.edge = pull, edge
	p.level = pull == gpio.PullUp
	return nil
}

// Read is gpio.PinIn.
func (p *Pin) Read() gpio.Level {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lies > 0 {
		p.lies--
		return !p.level
	}
	return p.level
}

// Pull is the resistor that In was given.
func (p *Pin) Pull() (pull gpio.Pull) {
	p.do(func() { pull = p.pull })
	return pull
}

// Halt ends a wait that goes on.
func (p *Pin) Halt() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting != nil {
		close(p.waiting)
		p.waiting = nil
	}
	return nil
}

// Set moves the contact, with an edge where the level changes.
func (p *Pin) Set(l gpio.Level) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l == p.level {
		return
	}
	p.level = l
	p.ring()
}

// Spike moves the contact there and back before anybody can read it.
func (p *Pin) Spike() {
	p.do(func() {
		p.ring()
		p.ring()
	})
}

// ring keeps an edge. It is under the lock.
func (p *Pin) ring() {
	if p.edge == gpio.NoEdge {
		return
	}
	p.kept = min(p.kept+1, 16)
	select {
	case p.edges <- struct{}{}:
	default:
	}
}

// Lose moves the contact without an edge, as after more than the kernel keeps.
func (p *Pin) Lose(l gpio.Level) { p.do(func() { p.level = l }) }

// WaitForEdge is gpio.PinIn.
func (p *Pin) WaitForEdge(timeout time.Duration) bool {
	p.mu.Lock()
	p.waits++
	p.worst = min(p.worst, timeout)
	if p.edge == gpio.NoEdge || p.deaf || timeout < 0 {
		p.mu.Unlock()
		return false
	}
	halted := make(chan struct{})
	p.waiting = halted
	p.mu.Unlock()
	var due <-chan time.Time
	if timeout > 0 {
		t := time.NewTimer(timeout)
		defer t.Stop()
		due = t.C
	}
	for {
		p.mu.Lock()
		if p.kept > 0 {
			p.kept--
			p.waiting = nil
			p.mu.Unlock()
			return true
		}
		p.mu.Unlock()
		select {
		case <-p.edges:
		case <-halted:
			return false
		case <-due:
			p.do(func() { p.waiting = nil })
			return false
		}
	}
}

// Queue behaves like gpiotest.Pin: a wait of -1 lasts for ever, one of 0 is over
// at once, Halt does nothing, and the level changes when a wait takes the edge,
// not before. (gpiotest itself needs a module that is not in go.sum.)
type Queue struct {
	named
	mu    sync.Mutex
	level gpio.Level
	edges chan gpio.Level
}

// NewQueue is a line that nobody has taken yet.
func NewQueue(name string) *Queue {
	return &Queue{named: named{name}, edges: make(chan gpio.Level, 64)}
}

// In is gpio.PinIn.
func (q *Queue) In(pull gpio.Pull, _ gpio.Edge) error {
	q.put(pull == gpio.PullUp)
	return nil
}

func (q *Queue) put(l gpio.Level) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.level = l
}

// Read is gpio.PinIn.
func (q *Queue) Read() gpio.Level {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.level
}

// Pull is gpio.PinIn.
func (q *Queue) Pull() gpio.Pull { return gpio.PullNoChange }

// Halt does nothing.
func (q *Queue) Halt() error { return nil }

// Set moves the contact.
func (q *Queue) Set(l gpio.Level) { q.edges <- l }

// WaitForEdge is gpio.PinIn.
func (q *Queue) WaitForEdge(timeout time.Duration) bool {
	if timeout == -1 {
		q.put(<-q.edges)
		return true
	}
	t := time.NewTimer(timeout)
	defer t.Stop()
	select {
	case <-t.C:
		return false
	case l := <-q.edges:
		q.put(l)
		return true
	}
}
