package devices

import (
	"context"
	"fmt"
	"io"
	"time"

	"periph.io/x/conn/v3/driver/driverreg"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/spi"
	"periph.io/x/conn/v3/spi/spireg"

	"sunbeon/drivers/button"
	"sunbeon/drivers/keypad"
	"sunbeon/drivers/serialport"
)

// Port is an open serial line.
type Port interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// Hardware opens what is wired to a machine. Machine is this one.
type Hardware struct {
	// Line finds a GPIO line by its chip's label and its own name; chip "" is the
	// board's own.
	Line   func(chip, name string) (gpio.PinIO, error)
	SPI    func(path string) (spi.PortCloser, error)
	Keypad func(device string, keys keypad.Table) (keypad.Device, error)
	// Identify finds a keypad, asks who it is and lets it go.
	Identify func(device string, keys keypad.Table) (keypad.Probed, error)
	Serial   func(context.Context, serialport.Config) (Port, error)
}

// Machine is the machine that the program runs on.
func Machine() Hardware {
	return Hardware{
		Line:     func(chip, name string) (gpio.PinIO, error) { return button.FindLine(chip, name) },
		SPI:      openSPI,
		Keypad:   keypad.Open,
		Identify: keypad.Probe,
		Serial: func(ctx context.Context, c serialport.Config) (Port, error) {
			return serialport.Dialer{Config: c}.Open(ctx)
		},
	}
}

func openSPI(path string) (spi.PortCloser, error) {
	if _, err := driverreg.Init(); err != nil {
		return nil, fmt.Errorf("devices: periph: %w", err)
	}
	port, err := spireg.Open(path)
	if err != nil {
		return nil, fmt.Errorf("devices: %s: %w; switch SPI on in config.txt (dtparam=spi=on)", path, err)
	}
	return port, nil
}
