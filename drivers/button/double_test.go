package button

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

const ms = time.Millisecond

// wire is what a bench can do to a line: a finger, a jumper, a gpio-sim pull.
type wire interface {
	Set(gpio.Level)
}

// pin is a line's name.
type pin struct{ name string }

func (p *pin) String() string                        { return p.name }
func (p *pin) Name() string                          { return p.name }
func (p *pin) Number() int                           { return 0 }
func (p *pin) Function() string                      { return "" }
func (p *pin) PWM(gpio.Duty, physic.Frequency) error { return errors.New("no PWM") }

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
