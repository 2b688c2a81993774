package devices

import (
	"context"

	"sunbeon/appliance/config"
	"sunbeon/drivers/serialport"
	"sunbeon/printer"
)

// Printer is how an office's printer is reached; nil when it has none.
func Printer(p *config.Port) func(context.Context) (printer.Transport, error) {
	switch {
	case p == nil:
		return nil
	case p.Dial != "":
		return func(ctx context.Context) (printer.Transport, error) { return printer.DialTCP(ctx, p.Dial) }
	case p.Printer != "":
		return func(context.Context) (printer.Transport, error) { return printer.OpenUSB(p.Printer) }
	case p.LP != "":
		return func(context.Context) (printer.Transport, error) { return printer.OpenLP(p.LP) }
	}
	line := serialport.Dialer{Config: p.Serial}
	return func(ctx context.Context) (printer.Transport, error) { return line.Open(ctx) }
}
