// Command kiosk is the appliance: it runs the line of one office.
//
//	kiosk -config office.toml          on the machine in the dispenser
//	kiosk -sim                         the bench: everything with wires is simulated
//	kiosk -sim -play day.txt           play a scenario and end
//	kiosk check -config office.toml    ask every device, while the kiosk is stopped
//	kiosk journal verify|show|backup   look at the record, also while kiosk runs
//	kiosk forecast score               how good the waiting times were
//	kiosk pin                          make the hash of a PIN for office.toml
//	kiosk enroll -city URL -code ...   get the office's certificate from the city
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"sunbeon/appliance/box"
)

// version is set by the linker.
var version = "development"

func main() {
	debug.SetGCPercent(box.GCPercent)
	debug.SetMemoryLimit(box.MemoryLimit)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := command(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// command runs what the arguments ask for.
func command(ctx context.Context, args []string, in io.Reader, out, log io.Writer) error {
	if len(args) > 0 {
		switch args[0] {
		case "journal":
			return journalCommand(ctx, args[1:], out)
		case "forecast":
			return forecastCommand(ctx, args[1:], out)
		case "check":
			return checkCommand(ctx, args[1:], out)
		case "pin":
			return pinCommand(args[1:], in, out)
		case "enroll":
			return enrollCommand(ctx, args[1:], in, out)
		}
	}
	opt, err := parse(args, log)
	if err != nil {
		return err
	}
	if opt.sim {
		return simulate(ctx, opt, out, log)
	}
	return operate(ctx, opt, out, log)
}
