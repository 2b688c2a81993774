package button

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

// wire is what a bench can do to a line: a finger, a jumper, a gpio-sim pull.
type wire interface {
	set(gpio.Level)
}

// pin is what the doubles have in common.
type pin struct{ name string }

func (p *pin) String() string                        { return p.name }
func (p *pin) Name() string                          { return p.name }
func (p *pin) Number() int                           { return 0 }
func (p *pin) Function() string                      { return "" }
func (p *pin) DefaultPull() gpio.Pull                { return gpio.PullNoChange }
func (p *pin) PWM(gpio.Duty, physic.Frequency) error { return errors.New("no PWM") }

// ioctlPin behaves like gpioioctl.GPIOLine: a wait of 0 lasts for ever, one of
// -1 is over at once, a Halt before a wait is lost, 16 edges are kept and the
// oldest falls out, and an edge says nothing about its direction.
type ioctlPin struct {
	pin
	mu      sync.Mutex
	level   gpio.Level
	pull    gpio.Pull
	edge    gpio.Edge
	kept    int
	waiting chan struct{} // closed by Halt
	edges   chan struct{} // rung by set
	broken  bool          // waits fail at once
	waits   int
	worst   time.Duration // a wait that nothing would end: <= 0
}

func newIoctlPin(name string) *ioctlPin {
	return &ioctlPin{pin: pin{name}, edges: make(chan struct{}, 1)}
}

func (p *ioctlPin) In(pull gpio.Pull, edge gpio.Edge) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pull, p.edge = pull, edge
	p.level = pull == gpio.PullUp
	return nil
}

func (p *ioctlPin) Read() gpio.Level {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.level
}

func (p *ioctlPin) Pull() gpio.Pull { return p.pull }

func (p *ioctlPin) Halt() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting != nil {
		close(p.waiting)
		p.waiting = nil
	}
	return nil
}

func (p *ioctlPin) set(l gpio.Level) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l == p.level {
		return
	}
	p.level = l
	if p.edge == gpio.NoEdge {
		return
	}
	p.kept = min(p.kept+1, 16)
	select {
	case p.edges <- struct{}{}:
	default:
	}
}

// lose makes the line forget its edges, as after more than it keeps.
func (p *ioctlPin) lose(l gpio.Level) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.level = l
}

func (p *ioctlPin) WaitForEdge(timeout time.Duration) bool {
	p.mu.Lock()
	if p.edge == gpio.NoEdge || p.broken || timeout < 0 {
		p.waits++
		p.worst = min(p.worst, timeout)
		p.mu.Unlock()
		return false
	}
	p.waits++
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
			p.mu.Lock()
			p.waiting = nil
			p.mu.Unlock()
			return false
		}
	}
}

// testPin behaves like gpiotest.Pin: a wait of -1 lasts for ever, one of 0 is
// over at once, Halt does nothing, and the level changes when a wait takes the
// edge, not before. (gpiotest itself needs a module that is not in go.sum.)
type testPin struct {
	pin
	mu    sync.Mutex
	level gpio.Level
	edges chan gpio.Level
}

func newTestPin(name string) *testPin {
	return &testPin{pin: pin{name}, edges: make(chan gpio.Level, 64)}
}

func (p *testPin) In(pull gpio.Pull, _ gpio.Edge) error {
	p.put(pull == gpio.PullUp)
	return nil
}

func (p *testPin) put(l gpio.Level) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.level = l
}

func (p *testPin) Read() gpio.Level {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.level
}

func (p *testPin) Pull() gpio.Pull  { return gpio.PullNoChange }
func (p *testPin) Halt() error      { return nil }
func (p *testPin) set(l gpio.Level) { p.edges <- l }

func (p *testPin) WaitForEdge(timeout time.Duration) bool {
	if timeout == -1 {
		p.put(<-p.edges)
		return true
	}
	t := time.NewTimer(timeout)
	defer t.Stop()
	select {
	case <-t.C:
		return false
	case l := <-p.edges:
		p.put(l)
		return true
	}
}

// outPin records when a lamp's line changed.
type outPin struct {
	pin
	mu     sync.Mutex
	start  time.Time
	refuse error
	slow   time.Duration
	writes int
	level  gpio.Level
	log    []string
}

func (p *outPin) Halt() error { return nil }

func (p *outPin) Out(l gpio.Level) error {
	time.Sleep(p.slow)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writes++
	if p.refuse != nil {
		return p.refuse
	}
	if l != p.level {
		p.level = l
		p.log = append(p.log, fmt.Sprintf("%v %s", time.Since(p.start), l))
	}
	return nil
}

func (p *outPin) refusing(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = err
}

func (p *outPin) changes() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.log...)
}
