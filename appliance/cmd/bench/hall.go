package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"sunbeon/drivers/rs485"
	"sunbeon/drivers/rs485/rs485test"
)

// The largest hall that one line takes: each counter has keys and a sign in one
// unit, which answers after 2 ms.
const (
	hallUnits = 32
	hallBaud  = 38400
	unitDelay = 2 * time.Millisecond
)

// Functions of Modbus as they stand in a frame.
const (
	readsKeys  = 2
	writesSign = 6
)

func hallConfig() rs485.Config {
	cfg := rs485.Config{Baud: hallBaud}
	for i := range hallUnits {
		cfg.Units = append(cfg.Units, rs485.Unit{Address: i + 1, Counter: i + 1,
			Keys: map[int]string{0: "next"}, Sign: &rs485.Sign{Register: 7, Digits: 4}})
	}
	return cfg
}

// hall is a simulated line at its true speed, with somebody who writes down when
// each unit was asked for its keys.
type hall struct {
	line  *rs485test.Line
	units []*rs485test.Unit
	// told, if not nil, gets every frame, without any lock held; set it by tell.
	told func(frame []byte, toUnit bool, at time.Time)

	mu    sync.Mutex
	asked [hallUnits][]time.Time
}

func newHall() *hall {
	h := &hall{}
	for range hallUnits {
		h.units = append(h.units, &rs485test.Unit{Delay: unitDelay})
	}
	h.line = rs485test.New(hallBaud, h.units...)
	h.line.Heard = h.heard
	return h
}

func (h *hall) heard(frame []byte, toUnit bool) {
	now := time.Now()
	h.mu.Lock()
	if i := int(frame[0]) - 1; toUnit && frame[1] == readsKeys && i < hallUnits {
		h.asked[i] = append(h.asked[i], now)
	}
	told := h.told
	h.mu.Unlock()
	if told != nil {
		told(frame, toUnit, now)
	}
}

func (h *hall) tell(f func(frame []byte, toUnit bool, at time.Time)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.told = f
}

// work runs a bus on the hall's line and returns when every unit has answered.
func (h *hall) work(ctx context.Context, key func(counter int, key string)) (b *rs485.Bus, end func() error, err error) {
	alive := make(chan int, hallUnits)
	b, err = rs485.New(hallConfig(), h.line.Dial, rs485.Hooks{Key: key, Health: func(g rs485.Health) {
		if g.Alive {
			select {
			case alive <- g.Address:
			default:
			}
		}
	}}, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ran := make(chan error, 1)
	go func() { ran <- b.Run(ctx) }()
	end = func() error {
		cancel()
		<-ran // its error is the context's
		h.line.Unplug()
		return nil
	}
	seen := map[int]bool{}
	limit := time.After(20 * time.Second)
	for len(seen) < hallUnits {
		select {
		case address := <-alive:
			seen[address] = true
		case <-limit:
			return nil, nil, errors.Join(fmt.Errorf("bench: %d of %d units answer", len(seen), hallUnits), end())
		case <-ctx.Done():
			return nil, nil, errors.Join(ctx.Err(), end())
		}
	}
	return b, end, nil
}

// cycles are the times between two readings of the same unit, of those for which
// of is true, that begin at or after from and end at or before to.
func (h *hall) cycles(of func(unit int) bool, from, to time.Time) samples {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out samples
	for i, asked := range h.asked {
		if of(i) {
			out = append(out, cyclesOf(asked, from, to)...)
		}
	}
	return out
}

func cyclesOf(asked []time.Time, from, to time.Time) samples {
	var out samples
	for i := 1; i < len(asked); i++ {
		if !asked[i-1].Before(from) && !asked[i].After(to) {
			out = append(out, asked[i].Sub(asked[i-1]))
		}
	}
	return out
}

// across is the longest time between two readings of one unit, of those for which
// of is true, that has at in it.
func (h *hall) across(of func(unit int) bool, at time.Time) (longest time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, asked := range h.asked {
		for j := 1; j < len(asked) && of(i); j++ {
			if !asked[j-1].After(at) && asked[j].After(at) {
				longest = max(longest, asked[j].Sub(asked[j-1]))
			}
		}
	}
	return longest
}
