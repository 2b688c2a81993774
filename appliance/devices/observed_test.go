package devices_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/box"
	"sunbeon/appliance/clock"
	"sunbeon/appliance/config"
	"sunbeon/appliance/devices"
	"sunbeon/appliance/feed"
	"sunbeon/appliance/queue"
	"sunbeon/drivers/rs485/rs485test"
	"sunbeon/drivers/serialport"
)

const oldOffice = `[office]
id = "CS0009"
city = "test"
name = "동 주민센터"
[[services]]
id = "civil"
name = "민원"
numbers = "1-300"
handling = "4m"
[[counters]]
number = 1
services = ["civil"]
[[listen]]
name = "printer"
port = "/dev/printer"
kind = "printer"
rules = [{ what = "issued", pattern = '(?m)^번호 (?P<number>\d+)$' }]
[[listen]]
name = "displays"
port = "/dev/displays"
kind = "modbus"
registers = [{ address = 7, what = "called" }]
`

// machine is an old machine, as far as its wires tell.
type machine struct {
	mu    sync.Mutex
	wires map[string]net.Conn // the machine's ends
}

func (m *machine) open(_ context.Context, c serialport.Config) (devices.Port, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ours, theirs := net.Pipe()
	m.wires[c.Path] = theirs
	return ours, nil
}

func (m *machine) say(wire string, b []byte) {
	m.mu.Lock()
	w := m.wires[wire]
	m.mu.Unlock()
	w.Write(b)
	pass(3 * time.Second) // a ticket without a cut ends by silence
}

func (m *machine) ticket(n int) {
	m.say("/dev/printer", fmt.Appendf(nil, "\x1b@\xb9\xf8\xc8\xa3 %d\n\x1dVB\x00", n)) // 번호, in CP949
}

func (m *machine) display(n int) {
	f := []byte{1, 6, 0, 7, byte(n >> 8), byte(n)}
	crc := rs485test.CRC(f)
	m.say("/dev/displays", append(f, byte(crc), byte(crc>>8)))
}

// What an old machine prints and shows is what the city is told: observed, with
// what is not known absent.
func TestOldMachineIsHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file, err := config.Parse("office.toml", []byte(oldOffice))
		if err != nil {
			t.Fatal(err)
		}
		m := &machine{wires: map[string]net.Conn{}}
		log := slog.New(slog.DiscardHandler)
		set, err := devices.New(file, devices.Hardware{Serial: m.open}, log)
		if err != nil {
			t.Fatal(err)
		}
		b, err := box.Open(t.Context(), box.Parts{File: file, Journal: t.TempDir() + "/journal.db", Log: log, Devices: set,
			Clock: clock.NewBench(time.Date(2026, 11, 23, 9, 0, 0, 0, queue.KST()))})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- b.Run(ctx) }()
		pass(time.Second)
		service := func() feed.Service { return b.Hub.Newest().Public.Services[0] }

		m.display(0)
		for n := range 4 {
			m.ticket(n + 1)
		}
		m.display(1)
		v := b.Hub.Newest()
		if s := service(); !v.Public.Observed || s.Called != "1" || s.CalledAt != 1 || s.Waiting == nil || *s.Waiting != 3 {
			t.Fatalf("observed %v, %+v", v.Public.Observed, s)
		}
		if len(v.Public.Calls) != 1 || v.Public.Calls[0].Ticket != "1" {
			t.Errorf("calls %+v", v.Public.Calls)
		}

		m.wires["/dev/printer"].Close()
		pass(time.Second)
		if s := service(); s.Waiting != nil || s.Called != "1" {
			t.Errorf("after the wire was cut: %+v", s)
		}
		pass(time.Minute)
		if f := b.Hub.Newest().Faults; len(f) != 0 {
			t.Errorf("it is heard again: %v", f)
		}
		m.ticket(5)
		m.display(2)
		if s := service(); s.Called != "2" || *s.Issued != 5 {
			t.Errorf("after the wire was back: %+v", s)
		}
		cancel()
		if err := <-ran; err != nil {
			t.Error(err)
		}
	})
}
