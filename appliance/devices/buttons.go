package devices

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"

	"sunbeon/appliance"
	"sunbeon/appliance/config"
	"sunbeon/appliance/queue"
	"sunbeon/drivers/button"
	"sunbeon/drivers/contact"
)

// ticketButton is a button with what it asks for.
type ticketButton struct {
	name    string
	issue   queue.Issue
	pressed chan struct{}
	log     *slog.Logger

	mu      sync.Mutex
	dev     *button.Dev    // nil while it is not there
	busy    bool           // from the press until the loop has answered
	pattern button.Pattern // of the newest view
}

// buttonName is how a button is called in facts.
func buttonName(b config.Button) string {
	if b.Class == queue.Priority {
		return "button:" + b.Service + "/priority"
	}
	return "button:" + b.Service
}

func (s *Set) button(b config.Button) {
	t := &ticketButton{name: buttonName(b), pressed: make(chan struct{}, 1), log: s.log, pattern: button.Closed,
		issue: queue.Issue{Service: b.Service, Class: b.Class, Origin: queue.Button}}
	s.buttons = append(s.buttons, t)
	s.health.Set(t.name)
	s.parts = append(s.parts, part{t.name, func(ctx context.Context) error {
		in, lamp, err := s.buttonLines(b)
		if err != nil {
			return err
		}
		o := buttonOptions(b)
		o.OnPress = func(time.Duration) { t.press() }
		o.OnStuck = func(is bool, _ time.Duration) { s.health.When(t.name, is, stuck) }
		o.Now = func() time.Duration { return time.Since(s.start) }
		o.Log = s.log
		dev, err := button.New(in, lamp, o)
		if err != nil {
			return err
		}
		s.health.Set(t.name)
		t.use(dev)
		defer t.use(nil)
		return dev.Run(ctx)
	}})
}

// buttonOptions are what office.toml says of a button.
func buttonOptions(b config.Button) button.Options {
	o := contactOptions(buttonName(b), b.Contact)
	o.LampLow = b.LampLow
	return o
}

func contactOptions(name string, c config.Contact) button.Options {
	return button.Options{Name: name, ClosedHigh: c.ClosedHigh, Pull: c.Pull,
		Timing: contact.Timing{Bounce: c.Bounce, Stuck: c.Stuck}}
}

// buttonLines finds a button's contact and its lamp, nil for none.
func (s *Set) buttonLines(b config.Button) (in gpio.PinIn, lamp gpio.PinOut, err error) {
	if in, err = s.open.Line(b.Chip, b.Line); err != nil {
		return nil, nil, err
	}
	if b.Lamp != "" {
		if lamp, err = s.open.Line(b.Chip, b.Lamp); err != nil {
			return nil, nil, err
		}
	}
	return in, lamp, nil
}

// press hands a press to the worker, or drops it while one is being carried out.
func (t *ticketButton) press() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.busy {
		t.log.Info("a press while the one before is not done yet gives no second ticket", "button", t.name)
		return
	}
	t.busy = true
	t.shine()
	t.pressed <- struct{}{} // has room: nobody else is busy
}

// work carries out presses, one at a time.
func (t *ticketButton) work(ctx context.Context, loop appliance.Handler, views *appliance.Hub) {
	for {
		select {
		case <-t.pressed:
		case <-ctx.Done():
			return
		}
		_, err := loop.Do(ctx, appliance.Command{Command: t.issue, By: t.name})
		var refusal *queue.Refusal
		switch {
		case errors.As(err, &refusal):
			t.log.Info("a press gives no ticket", "button", t.name, "why", refusal)
		case err != nil && ctx.Err() == nil:
			t.log.Warn("a press gives no ticket", "button", t.name, "err", err)
		}
		t.follow(views.Newest())
		t.mu.Lock()
		t.busy = false
		t.shine()
		t.mu.Unlock()
	}
}

// light lets the lamps follow the views.
func (s *Set) light(ctx context.Context, views *appliance.Hub) {
	newest := views.Watch(ctx)
	for {
		select {
		case v := <-newest:
			for _, t := range s.buttons {
				t.follow(v)
			}
		case <-ctx.Done():
			return
		}
	}
}

func (t *ticketButton) follow(v *appliance.View) {
	if v == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pattern = button.Pattern(v.LampOf(t.issue.Service))
	t.shine()
}

// use is the device while it is open, nil else.
func (t *ticketButton) use(dev *button.Dev) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dev = dev
	t.shine()
}

// shine shows what is to be shown. The lock is held.
func (t *ticketButton) shine() {
	switch {
	case t.dev == nil:
	case t.busy:
		t.dev.Light(button.Busy)
	default:
		t.dev.Light(t.pattern)
	}
}
