package rs485_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/creack/pty"

	"sunbeon/drivers/rs485"
	"sunbeon/drivers/rs485/rs485test"
	"sunbeon/drivers/serialport"
)

// contract is what a keypad with a sign at address 1 does, real or simulated. It
// waits for events in real time.
func contract(t *testing.T, port serialport.Config) {
	came := make(chan rs485.Health, 16)
	d := serialport.Dialer{Config: port}
	b, err := rs485.New(rs485.Config{Baud: port.Baud, Units: []rs485.Unit{keypadAndSign(1, 1)}},
		func(ctx context.Context) (rs485.Port, error) { return d.Open(ctx) },
		rs485.Hooks{
			Key:    func(_ int, key string) { t.Logf("key %s", key) },
			Health: func(h rs485.Health) { came <- h },
		}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- b.Run(ctx) }()
	defer func() {
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
	}()
	select {
	case h := <-came:
		if !h.Alive {
			t.Fatalf("unit 1: %s", h.Reason)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("unit 1 was not heard of")
	}
	for number := 110; number <= 120; number++ {
		before := b.Stats().Shown
		b.Show(1, fmt.Sprint(number))
		for deadline := time.Now().Add(20 * time.Second); b.Stats().Shown == before; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%d was not confirmed: %+v", number, b.Stats())
			}
		}
	}
}

// TestRealLine runs the contract on the port that SUNBEON_RS485 names, at
// SUNBEON_RS485_BAUD (9600).
func TestRealLine(t *testing.T) {
	path := os.Getenv("SUNBEON_RS485")
	if path == "" {
		t.Skip("SUNBEON_RS485 names no port")
	}
	baud := 9600
	if s := os.Getenv("SUNBEON_RS485_BAUD"); s != "" {
		var err error
		if baud, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	contract(t, serialport.Config{Path: path, Baud: baud, RS485: serialport.RS485{Direction: "auto"}})
}

// TestPseudoTerminal runs it through a real terminal driver.
func TestPseudoTerminal(t *testing.T) {
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	defer slave.Close()
	u := &rs485test.Unit{Delay: beat}
	l := rs485test.New(38400, u)
	end, err := l.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	go copyUntil(end, master)
	go copyUntil(master, end)
	contract(t, serialport.Config{Path: slave.Name(), Baud: 38400})
	end.Close()
	l.Unplug()
	if u.Registers[7] != 120 {
		t.Errorf("the sign shows %d", u.Registers[7])
	}
}

func copyUntil(to interface{ Write([]byte) (int, error) }, from interface{ Read([]byte) (int, error) }) {
	b := make([]byte, 256)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}
