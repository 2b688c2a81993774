package queue_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sunbeon/appliance/queue"
)

// oldMachine is an office's own machine: one service, its line, and wires that
// may lose what it says.
type oldMachine struct {
	*desk
	rt     *rapid.T
	last   int // number given last
	size   int
	line   []int // who waits, in order
	served []int
	picks  int // in a row
	deaf   func() bool
}

func newOldMachine(rt *rapid.T, deaf func() bool) *oldMachine {
	d := newDesk(rt)
	c := observed()
	size := sample(rt, "band", 40, 300)
	c.Services[0].Last = size
	d.must("", queue.Configure{Config: c})
	return &oldMachine{desk: d, rt: rt, size: size, deaf: deaf}
}

func (m *oldMachine) says(c queue.Observe) {
	if !m.deaf() {
		m.must("", c)
	}
}

func (m *oldMachine) give() {
	if len(m.line) > m.size/2 {
		return
	}
	m.last = m.last%m.size + 1
	m.line = append(m.line, m.last)
	m.says(queue.Observe{What: queue.HeardIssued, Service: "civil", Number: m.last})
}

// call calls the i-th of the line.
func (m *oldMachine) call(i int) {
	if i >= len(m.line) {
		return
	}
	if m.picks++; i == 0 {
		m.picks = 0
	}
	n := m.line[i]
	m.line = slices.Delete(m.line, i, i+1)
	m.served = append(m.served, n)
	m.says(queue.Observe{What: queue.HeardCalled, Service: "civil", Number: n, Counter: 1 + n%3})
}

// step does one of the things that happen at the machine.
func (m *oldMachine) step() {
	m.wait(time.Duration(rapid.IntRange(1, 90).Draw(m.rt, "seconds")) * time.Second)
	switch sample(m.rt, "step", "give", "give", "give", "call", "call", "call", "call", "pick", "again") {
	case "give":
		m.give()
	case "call":
		m.call(0)
	case "pick": // a third in a row could not be told from calls in order
		if m.picks < 2 && len(m.line) > 1 {
			m.call(rapid.IntRange(1, len(m.line)-1).Draw(m.rt, "pick"))
		}
	case "again": // somebody is sent on to another counter
		if len(m.served) > 0 {
			n := m.served[max(0, len(m.served)-1-rapid.IntRange(0, 2).Draw(m.rt, "again"))]
			m.says(queue.Observe{What: queue.HeardCalled, Service: "civil", Number: n, Counter: 2})
		}
	}
}

func (m *oldMachine) replayed() {
	if again := replay(m.rt, m.facts); !bytes.Equal(again.Encode(), m.state.Encode()) {
		m.rt.Fatalf("replay differs:\n%s\n%s", again.Encode(), m.state.Encode())
	}
}

// Where all is heard, from whatever moment on, a count that is told is right.
func TestCountOfAnObservedLineIsRightOrAbsent(t *testing.T) {
	told := 0
	rapid.Check(t, func(rt *rapid.T) {
		listening := false
		m := newOldMachine(rt, func() bool { return !listening })
		for range sample(rt, "before", 0, 0, 30) { // listening begins with the day or later
			m.step()
		}
		listening = true
		for range 120 {
			m.step()
			if n, known := m.state.HeardWaiting("civil", m.now); known {
				if told++; n != len(m.line) {
					h, _ := m.state.HeardOf("civil")
					rt.Fatalf("%d wait, the machine has %v: %+v", n, m.line, h)
				}
			}
		}
		m.replayed()
	})
	if told == 0 {
		t.Fatal("no count was ever told")
	}
}

// After losses of any kind, the count is right again when tickets and calls are
// heard for a while.
func TestCountOfAnObservedLineRecovers(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		loss := rapid.IntRange(0, 60).Draw(rt, "loss")
		m := newOldMachine(rt, func() bool { return rapid.IntRange(0, 99).Draw(rt, "lost") < loss })
		for range 100 {
			m.step()
			if n, known := m.state.HeardWaiting("civil", m.now); known && (n < 0 || n > m.size) {
				rt.Fatalf("%d wait", n)
			}
			switch rapid.IntRange(0, 60).Draw(rt, "event") {
			case 0:
				m.must("", queue.Observe{What: queue.HeardNothing})
			case 1:
				m.last, m.line, m.served = 0, nil, nil
				m.says(queue.Observe{What: queue.HeardRestarted, Service: "civil"})
			case 2:
				m.says(queue.Observe{What: queue.HeardCalled, Number: m.last%m.size + 1})
			}
		}
		loss = 0
		for len(m.line) > 5 {
			m.call(0)
		}
		for range 6 {
			m.give()
		}
		for len(m.line) > 1 {
			m.call(0)
		}
		m.inLine(1)
		m.replayed()
	})
}
