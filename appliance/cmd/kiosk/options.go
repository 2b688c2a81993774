package main

import (
	"flag"
	"fmt"
	"io"
	"strings"

	"sunbeon/appliance/sim"
)

// options are the flags of a running kiosk.
type options struct {
	config  string
	data    string
	listen  string
	brokers string
	city    string
	voice   string
	play    string
	sim     bool
	speed   int
	verbose bool
}

func parse(args []string, log io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("kiosk", flag.ContinueOnError)
	f.SetOutput(log)
	f.StringVar(&o.config, "config", "", "the office's file, office.toml; -sim has one of its own")
	f.StringVar(&o.data, "data", "var/kiosk", "folder of the record, unless office.toml names one")
	f.StringVar(&o.listen, "listen", "", "address of the pages, instead of office.toml's")
	f.StringVar(&o.brokers, "broker", "", "brokers, with commas between, instead of office.toml's")
	f.StringVar(&o.city, "city", "", "address of the city's pages, for a link on the bench")
	f.StringVar(&o.voice, "voice", "", "folder of the clip pack, instead of office.toml's")
	f.BoolVar(&o.sim, "sim", false, "simulate everything that has wires")
	f.IntVar(&o.speed, "speed", sim.PrinterSpeed, "with -sim: mm a second of the virtual printer; 0 prints at once")
	f.StringVar(&o.play, "play", "", "with -sim: play this scenario, then end")
	f.BoolVar(&o.verbose, "v", false, "log more")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("kiosk: unknown command %q; the commands are check, journal, forecast, pin and enroll, the flags stand under kiosk -h", f.Arg(0))
	case o.speed < 0:
		return o, fmt.Errorf("kiosk: -speed %d: write millimetres a second, or 0 for at once", o.speed)
	case o.play != "" && !o.sim:
		return o, fmt.Errorf("kiosk: -play needs -sim: a scenario is played on the bench, never on an office")
	case o.config == "" && !o.sim:
		return o, fmt.Errorf("kiosk: no office: give -config office.toml, or -sim for the bench")
	}
	return o, nil
}

func (o options) brokerList() []string {
	if o.brokers == "" {
		return nil
	}
	return strings.Split(o.brokers, ",")
}
