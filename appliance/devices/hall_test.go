package devices_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"
	"periph.io/x/conn/v3/spi"
	"periph.io/x/conn/v3/spi/spitest"

	"sunbeon/appliance"
	"sunbeon/appliance/box"
	"sunbeon/appliance/clock"
	"sunbeon/appliance/config"
	"sunbeon/appliance/devices"
	"sunbeon/appliance/queue"
	"sunbeon/drivers/keypad"
	"sunbeon/drivers/rs485/rs485test"
	"sunbeon/drivers/serialport"
)

const office = `[office]
id = "CS0001"
city = "test"
name = "민원실"
[[services]]
id = "civil"
name = "제증명 발급"
name_en = "Certificates"
numbers = "1-300"
priority = true
handling = "4m"
[[counters]]
number = 1
services = ["civil"]
[[counters]]
number = 2
services = ["civil"]
[[counters]]
number = 3
services = ["civil"]

[[buttons]]
service = "civil"
line = "GPIO17"
lamp = "GPIO27"
[[buttons]]
service = "civil"
class = "priority"
line = "GPIO22"

[[buses]]
port = "/dev/bus"
baud = 38400
[[buses.units]]
address = 1
counter = 1
keys = { 0 = "next", 1 = "recall", 2 = "hold", 3 = "no_show", 4 = "pause" }
sign = { register = 7, digits = 4 }
[[buses.units]]
address = 2
counter = 2
keys = { 0 = "next", 1 = "1", 2 = "2", 3 = "pick", 4 = "transfer" }
sign = { register = 7, digits = 4 }

[[digits]]
counter = 1
spi = "/dev/spidev0.0"

[locate]
line = "GPIO5"
[voice]
pack = "somewhere"
`

// hall is an office whose wires are doubles: everything between them is real.
type hall struct {
	*box.Box
	bus    *rs485test.Line
	units  []*rs485test.Unit
	office string // "": office
	set    *devices.Set

	mu     sync.Mutex
	lines  map[string]*gpiotest.Pin // those that are there
	spi    *spitest.Record          // nil: not there
	slow   chan struct{}            // while open, the record waits
	pulled bool                     // the bus's adapter is not there
}

// enter runs a test in a hall that is open.
func enter(t *testing.T, test func(t *testing.T, h *hall)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := &hall{units: []*rs485test.Unit{unit(), unit()}, lines: map[string]*gpiotest.Pin{}, spi: &spitest.Record{}}
		h.bus = bus(h)
		for _, name := range []string{"GPIO17", "GPIO27", "GPIO22", "GPIO5"} {
			h.lines[name] = &gpiotest.Pin{N: name, EdgesChan: make(chan gpio.Level, 8)}
		}
		end := h.open(t, filepath.Join(t.TempDir(), "journal.db"))
		test(t, h)
		end()
	})
}

func bus(h *hall) *rs485test.Line { return rs485test.New(38400, h.units...) }

func unit() *rs485test.Unit {
	return &rs485test.Unit{Registers: map[uint16]uint16{}, Delay: 2 * time.Millisecond}
}

// open assembles and runs the box.
func (h *hall) open(t *testing.T, record string) (end func()) {
	t.Helper()
	file, err := config.Parse("office.toml", []byte(cmp.Or(h.office, office)))
	if err != nil {
		t.Fatal(err)
	}
	file.Voice.Pack = "" // whoever asks is asked about here, not answered
	log := slog.New(slog.DiscardHandler)
	set, err := devices.New(file, h.hardware(), log)
	if err != nil {
		t.Fatal(err)
	}
	h.set = set
	h.Box, err = box.Open(t.Context(), box.Parts{File: file, Journal: record, Log: log, Devices: set,
		Record: func(r appliance.Record) appliance.Record { return held{r, h} },
		Clock:  clock.NewBench(time.Date(2026, 11, 23, 9, 0, 0, 0, queue.KST()))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- h.Run(ctx) }()
	pass(time.Second)
	return func() {
		cancel()
		if err := <-ran; err != nil {
			t.Error(err)
		}
	}
}

func (h *hall) hardware() devices.Hardware {
	return devices.Hardware{
		Line: func(chip, name string) (gpio.PinIO, error) {
			h.mu.Lock()
			defer h.mu.Unlock()
			if p := h.lines[name]; p != nil {
				return p, nil
			}
			return nil, fmt.Errorf("no line %s", name)
		},
		SPI: func(string) (spi.PortCloser, error) {
			h.mu.Lock()
			defer h.mu.Unlock()
			if h.spi == nil {
				return nil, errors.New("no SPI")
			}
			return h.spi, nil
		},
		Keypad: func(string, keypad.Table) (keypad.Device, error) { return nil, errors.New("no keypad") },
		Serial: func(ctx context.Context, _ serialport.Config) (devices.Port, error) {
			h.mu.Lock()
			defer h.mu.Unlock()
			if h.pulled {
				return nil, serialport.ErrGone
			}
			return h.bus.Dial(ctx)
		},
	}
}

// held is a record that can be made to wait.
type held struct {
	appliance.Record
	h *hall
}

func (r held) Append(facts []queue.Fact) error {
	r.h.mu.Lock()
	slow := r.h.slow
	r.h.mu.Unlock()
	if slow != nil {
		<-slow
	}
	return r.Record.Append(facts)
}

// pass lets time go by.
func pass(d time.Duration) {
	time.Sleep(d) // of the bubble
	synctest.Wait()
}

// press closes a contact for a while.
func (h *hall) press(line string, lean time.Duration) {
	p := h.lines[line]
	p.EdgesChan <- gpio.Low
	pass(lean)
	p.EdgesChan <- gpio.High
	pass(200 * time.Millisecond)
}

// key presses a key of a unit.
func (h *hall) key(unit, input int) {
	h.bus.Press(h.units[unit], input)
	pass(400 * time.Millisecond)
	h.bus.Release(h.units[unit], input)
	pass(400 * time.Millisecond)
}

// sign is the number over a unit's counter.
func (h *hall) sign(unit int) (n uint16) {
	h.bus.Do(func() { n = h.units[unit].Registers[7] })
	return n
}

// issued is how many tickets were given.
func (h *hall) issued() int { return *h.Hub.Newest().Public.Services[0].Issued }

// faults are the devices with something wrong, and what.
func (h *hall) faults() map[string]string {
	out := map[string]string{}
	for _, f := range h.Hub.Newest().Faults {
		out[f.Device] = f.Condition
	}
	return out
}
