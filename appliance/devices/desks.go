package devices

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/queue"
	"sunbeon/drivers/callunit"
	"sunbeon/drivers/keypad"
)

// stale is how old a key may be: a call that comes later surprises the clerk.
const stale = 3 * time.Second

// desks take the keys of all counters.
type desks struct {
	log     *slog.Logger
	waiting chan keystroke
	start   time.Time

	mu    sync.Mutex
	typed map[int]callunit.Digits // by counter, of units that send key by key
}

type keystroke struct {
	counter int
	key     appliance.Key
	number  int
	at      time.Time
}

func newDesks(log *slog.Logger) *desks {
	return &desks{log: log, waiting: make(chan keystroke, 32), start: time.Now(), typed: map[int]callunit.Digits{}}
}

// key takes one key of a unit, digits included.
func (d *desks) key(counter int, key string) {
	d.mu.Lock()
	digits, c, ok := d.typed[counter].Press(key, time.Since(d.start))
	d.typed[counter] = digits
	d.mu.Unlock()
	if !ok {
		return
	}
	number, _ := strconv.Atoi(c.Number) // digits only, or none
	d.put(counter, appliance.Key(c.Key), number)
}

// command takes what a keypad has made of its keys.
func (d *desks) command(counter int, c keypad.Command) {
	if c.Rejected {
		d.log.Info("a key without the number it needs, or with one it does not take", "counter", counter, "key", c.Key)
		return
	}
	d.put(counter, appliance.Key(c.Key), c.Number)
}

func (d *desks) put(counter int, key appliance.Key, number int) {
	select {
	case d.waiting <- keystroke{counter, key, number, time.Now()}:
	default:
		d.log.Warn("too many keys wait; one is dropped", "counter", counter, "key", key)
	}
}

// run carries keys out, one after the other.
func (d *desks) run(ctx context.Context, loop appliance.Handler, views *appliance.Hub) {
	for {
		select {
		case k := <-d.waiting:
			if err := d.carryOut(ctx, k, loop, views.Newest()); err != nil && ctx.Err() == nil {
				d.log.Info("a key came to nothing", "counter", k.counter, "key", k.key, "number", k.number, "why", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

var errStale = errors.New("devices: it was pressed too long ago; press it again")

func (d *desks) carryOut(ctx context.Context, k keystroke, loop appliance.Handler, v *appliance.View) error {
	if v == nil || time.Since(k.at) > stale {
		return errStale
	}
	c, err := v.Press(k.counter, k.key, k.number)
	if err != nil {
		return err
	}
	result, err := loop.Do(ctx, appliance.Command{Command: c, By: fmt.Sprintf("counter:%d", k.counter)})
	if err == nil && result.Notice != nil {
		return (*queue.Refusal)(result.Notice)
	}
	return err
}
