package config

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"sunbeon/appliance/queue"
	"sunbeon/drivers/legacy"
	"sunbeon/drivers/serialport/frame"
)

// listen is a wire of the machine that the office keeps, as TOML knows it.
type listen struct {
	port
	Name string `toml:"name"`
	Kind string `toml:"kind"`

	// printer
	Idle  duration `toml:"idle"`
	Rules []struct {
		What     string            `toml:"what"`
		Pattern  string            `toml:"pattern"`
		Services map[string]string `toml:"services"`
		Service  string            `toml:"service"`
	} `toml:"rules"`

	// frames
	Frames []struct {
		Name   string `toml:"name"`
		What   string `toml:"what"`
		Length int    `toml:"length"`
		Fixed  []struct {
			At    int         `toml:"at"`
			Bytes frame.Bytes `toml:"bytes"`
		} `toml:"fixed"`
		Check struct {
			Kind string `toml:"kind"`
			At   int    `toml:"at"`
			From int    `toml:"from"`
			To   int    `toml:"to"`
			Hex  bool   `toml:"hex"`
		} `toml:"check"`
		Number       field          `toml:"number"`
		Counter      field          `toml:"counter"`
		Count        field          `toml:"count"`
		ServiceField field          `toml:"service_field"`
		Services     map[int]string `toml:"services"`
		Service      string         `toml:"service"`
		Repeats      bool           `toml:"repeats"`
		Trust        string         `toml:"trust"`
	} `toml:"frames"`

	// modbus
	Counters  map[int]int `toml:"counters"`
	Registers []struct {
		Address int    `toml:"address"`
		What    string `toml:"what"`
		BCD     bool   `toml:"bcd"`
		Service string `toml:"service"`
		Dark    []int  `toml:"dark"`
	} `toml:"registers"`

	// json
	Trust   string `toml:"trust"`
	Objects []struct {
		When         map[string][]string `toml:"when"`
		What         string              `toml:"what"`
		Number       string              `toml:"number"`
		Counter      string              `toml:"counter"`
		ServiceField string              `toml:"service_field"`
		Count        string              `toml:"count"`
		Services     map[string]string   `toml:"services"`
		Service      string              `toml:"service"`
		Repeats      bool                `toml:"repeats"`
	} `toml:"objects"`
}

type field struct {
	At   int    `toml:"at"`
	Len  int    `toml:"len"`
	Code string `toml:"code"`
	Add  int    `toml:"add"`
}

// listening checks the wires of an old machine. An office that listens gives no
// tickets of its own: its numbers are the other machine's.
func (d *document) listening(w *Wires, f *File, once taken, add report) {
	names := map[string]bool{}
	for i, l := range d.Listen {
		at := fmt.Sprintf("listen[%d]", i)
		v := Listen{Name: l.Name}
		var err error
		v.Port, err = l.read(onSerial | onNet | onListen)
		problem(add, at+".port", err)
		once.claim(at+".port", l.Port, l.Port)
		if l.Name == "" || names[l.Name] {
			add(at+".name", "%q: give each wire a name of its own, e.g. \"printer\"", l.Name)
		}
		names[l.Name] = true
		l.format(&v, at, f, add)
		if v.Text != nil || v.Bus != nil || v.Objects != nil || v.Frames != nil {
			_, err = v.Decoder()
			problem(add, at, err)
		}
		w.Listen = append(w.Listen, v)
	}
	if f.Queue.Observed = len(d.Listen) > 0; !f.Queue.Observed {
		return
	}
	const own = "an office that listens to its old machine ([[listen]]) gives no tickets itself: remove [[listen]], or the buttons and the printer's port"
	if len(d.Buttons) > 0 {
		add("buttons[0]", own)
	}
	if d.Printer.Port != "" {
		add("printer.port", own)
	}
}

// format reads what the wire's kind needs.
func (l *listen) format(v *Listen, at string, f *File, add report) {
	service := func(id string) string {
		if id != "" && !slices.ContainsFunc(f.Queue.Services, func(s queue.Service) bool { return s.ID == id }) {
			add(at, "there is no service %q: give the id of a [[services]]", id)
		}
		return id
	}
	switch l.Kind {
	case "printer":
		v.Text = &legacy.TextFormat{Idle: time.Duration(l.Idle)}
		for _, r := range l.Rules {
			v.Text.Rules = append(v.Text.Rules, legacy.TextRule{Kind: legacy.Kind(r.What), Pattern: r.Pattern,
				Services: all(r.Services, service), ServiceID: service(r.Service)})
		}
	case "frames":
		v.Frames = []legacy.FrameFormat{}
		for _, r := range l.Frames {
			out := legacy.FrameFormat{Name: r.Name, Kind: legacy.Kind(r.What), Length: r.Length, Check: legacy.Check(r.Check),
				Number: legacy.Field(r.Number), Counter: legacy.Field(r.Counter), Count: legacy.Field(r.Count),
				Service: legacy.Field(r.ServiceField), Services: all(r.Services, service), ServiceID: service(r.Service),
				Repeats: r.Repeats, Trust: trust(add, at, r.Trust)}
			for _, x := range r.Fixed {
				out.Fixed = append(out.Fixed, legacy.Fixed{At: x.At, Bytes: x.Bytes})
			}
			v.Frames = append(v.Frames, out)
		}
	case "modbus":
		v.Bus = &legacy.BusFormat{Counters: l.Counters}
		for _, r := range l.Registers {
			v.Bus.Registers = append(v.Bus.Registers, legacy.Register{Address: r.Address, Kind: legacy.Kind(r.What), BCD: r.BCD, Service: service(r.Service), Dark: r.Dark})
		}
	case "json":
		v.Objects = &legacy.ObjectFormat{Trust: trust(add, at, l.Trust)}
		if v.Objects.Trust == 0 && v.Port.Serial.Path+v.Port.Serial.USB != "" {
			v.Objects.Trust = legacy.Bare // a serial line proves nothing, TCP does
		}
		for _, r := range l.Objects {
			v.Objects.Rules = append(v.Objects.Rules, legacy.ObjectRule{When: r.When, Kind: legacy.Kind(r.What), Number: r.Number, Counter: r.Counter,
				Service: r.ServiceField, Count: r.Count, Services: all(r.Services, service), ServiceID: service(r.Service), Repeats: r.Repeats})
		}
	default:
		add(at+".kind", "%q: write \"printer\", \"frames\", \"modbus\" or \"json\"", l.Kind)
	}
}

// all checks every service that a table names.
func all[K string | int](table map[K]string, service func(string) string) map[K]string {
	for _, k := range slices.Sorted(maps.Keys(table)) {
		service(table[k])
	}
	return table
}

func trust(add report, at, s string) legacy.Trust {
	switch choice(add, at+".trust", s, "usual", "bare", "checked", "sure") {
	case "bare":
		return legacy.Bare
	case "checked":
		return legacy.Checked
	case "sure":
		return legacy.Sure
	}
	return 0
}
