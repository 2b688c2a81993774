package devices

import (
	"context"
	"time"

	"sunbeon/appliance/config"
	"sunbeon/drivers/button"
)

// locate is the contact of somebody who asks where the machine is, as facts name
// it.
const locate = "locate"

// Located is told when somebody asks where the machine is; who is not ready for
// one question gets the next. It is nil in an office without the contact.
func (s *Set) Located() <-chan struct{} { return s.located }

func (s *Set) locator(c config.Contact) {
	s.located = make(chan struct{}, 1)
	s.health.Set(locate)
	s.parts = append(s.parts, part{locate, func(ctx context.Context) error {
		in, err := s.open.Line(c.Chip, c.Line)
		if err != nil {
			return err
		}
		o := contactOptions(locate, c)
		o.OnPress = func(time.Duration) {
			select {
			case s.located <- struct{}{}:
			default:
			}
		}
		o.OnStuck = func(is bool, _ time.Duration) { s.health.When(locate, is, stuck) }
		o.Log = s.log
		dev, err := button.New(in, nil, o)
		if err != nil {
			return err
		}
		s.health.Set(locate)
		return dev.Run(ctx)
	}})
}
