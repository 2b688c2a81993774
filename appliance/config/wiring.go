package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"periph.io/x/conn/v3/gpio"

	"sunbeon/appliance/queue"
	"sunbeon/drivers/callunit"
	"sunbeon/drivers/digits"
	"sunbeon/drivers/keypad"
	"sunbeon/drivers/rs485"
	"sunbeon/drivers/serialport"
	"sunbeon/drivers/serialport/frame"
	"sunbeon/drivers/sign"
)

// wiring is the devices as TOML knows them.
type wiring struct {
	Buttons []struct {
		contact
		Service string `toml:"service"`
		Class   string `toml:"class"`
		Lamp    string `toml:"lamp"`
		Lit     string `toml:"lit"`
	} `toml:"buttons"`
	Buses []struct {
		port
		Echo   bool         `toml:"echo"`
		Answer duration     `toml:"answer"`
		Late   duration     `toml:"late"`
		Units  []rs485.Unit `toml:"units"`
	} `toml:"buses"`
	CallUnits []struct {
		port
		shape
		Keys      map[string]string `toml:"keys"`
		Units     []callunit.Unit   `toml:"units"`
		Sightings int               `toml:"sightings"`
		Repeat    duration          `toml:"repeat"`
		Pause     duration          `toml:"pause"`
		Poll      string            `toml:"poll"`
		None      string            `toml:"none"`
		Answer    duration          `toml:"answer"`
	} `toml:"callunits"`
	Signs []struct {
		port
		shape
		Command frame.Bytes `toml:"command"`
		Form    string      `toml:"form"`
		Width   int         `toml:"width"`
		Dark    int         `toml:"dark"`
		Units   []sign.Unit `toml:"units"`
		Answer  duration    `toml:"answer"`
	} `toml:"signs"`
	Keypads []struct {
		Counter int               `toml:"counter"`
		Device  string            `toml:"device"`
		Keys    map[string]string `toml:"keys"`
	} `toml:"keypads"`
	Keys []struct {
		Counter int               `toml:"counter"`
		Chip    string            `toml:"chip"`
		Lines   map[string]string `toml:"lines"`
	} `toml:"keys"`
	Digits []struct {
		Counter  int    `toml:"counter"`
		Counters []int  `toml:"counters"`
		Chip     string `toml:"chip"`
		CLK      string `toml:"clk"`
		DIO      string `toml:"dio"`
		Order    []int  `toml:"order"`
		SPI      string `toml:"spi"`
		Cells    int    `toml:"digits"`
		Level    int    `toml:"level"`
	} `toml:"digits"`
	Listen []listen `toml:"listen"`
	Locate *contact `toml:"locate"`
}

// contact is a contact on a line.
type contact struct {
	Chip   string   `toml:"chip"`
	Line   string   `toml:"line"`
	Closed string   `toml:"closed"`
	Pull   string   `toml:"pull"`
	Bounce duration `toml:"bounce"`
	Stuck  duration `toml:"stuck"`
}

func (c contact) read(at string, once taken) Contact {
	v := Contact{Chip: c.Chip, Line: c.Line, Bounce: time.Duration(c.Bounce), Stuck: time.Duration(c.Stuck)}
	if c.Line == "" {
		once.add(at, "no line: write e.g. line = \"GPIO17\"")
	}
	v.ClosedHigh = choice(once.add, at+".closed", c.Closed, "low", "high") == "high"
	switch choice(once.add, at+".pull", c.Pull, "auto", "up", "down", "none") {
	case "up":
		v.Pull = gpio.PullUp
	case "down":
		v.Pull = gpio.PullDown
	case "none":
		v.Pull = gpio.Float
	default:
		v.Pull = gpio.PullNoChange
	}
	once.line(at+".line", c.Chip, c.Line)
	return v
}

// shape is how the frames of a line are built: one that is known by name, or a
// table.
type shape struct {
	Shape string       `toml:"shape"`
	Frame *frame.Table `toml:"frame"`
}

func (s shape) table() (frame.Table, error) {
	switch {
	case s.Shape != "" && s.Frame != nil:
		return frame.Table{}, errors.New("both shape and frame: keep one")
	case s.Frame != nil:
		return *s.Frame, nil
	case s.Shape == "":
		return frame.Table{}, errors.New("no shape: write shape = \"edwards\" or another that docs/office.toml.md lists, or a table frame of your own")
	}
	t, ok := frame.Shape(s.Shape)
	if !ok {
		return t, fmt.Errorf("no shape %q: docs/office.toml.md lists them; or describe a frame of your own", s.Shape)
	}
	return t, nil
}

// wires checks the devices against the office and each other.
func (d *document) wires(f *File, add report) {
	w := &f.Wires
	once := taken{add: add, by: map[string]string{}}
	counter := func(path string, n int) {
		if !slices.ContainsFunc(f.Queue.Counters, func(k queue.Counter) bool { return k.Number == n }) {
			add(path, "there is no counter %d: give the number of a [[counters]]", n)
		}
	}
	d.buttons(w, f, once, add)
	if d.Locate != nil {
		w.Locate = new(d.Locate.read("locate", once))
	}
	for i, b := range d.Buses {
		at := fmt.Sprintf("buses[%d]", i)
		serial := once.serial(at, b.port)
		c := rs485.Config{Units: b.Units, Baud: serial.Baud, Echo: b.Echo, Answer: time.Duration(b.Answer), Late: time.Duration(b.Late)}
		problem(add, at, c.Check())
		for j, u := range b.Units {
			unit := fmt.Sprintf("%s.units[%d]", at, j)
			counter(unit, u.Counter)
			for _, key := range u.Keys {
				if !callunit.Known(key) {
					add(unit, "key %q: write next, recall, hold, no_show, pause, finish, pick, transfer or a digit", key)
				}
			}
		}
		w.Buses = append(w.Buses, Bus{serial, c})
	}
	for i, u := range d.CallUnits {
		at := fmt.Sprintf("callunits[%d]", i)
		table, err := u.table()
		problem(add, at, err)
		c := callunit.Config{Frame: table, Keys: u.Keys, Units: u.Units, Sightings: u.Sightings, Repeat: time.Duration(u.Repeat), Pause: time.Duration(u.Pause),
			Poll: u.Poll, None: u.None, Answer: time.Duration(u.Answer)}
		if err == nil {
			problem(add, at, c.Check())
		}
		for j, unit := range u.Units {
			counter(fmt.Sprintf("%s.units[%d]", at, j), unit.Counter)
		}
		w.CallUnits = append(w.CallUnits, CallUnits{once.serial(at, u.port), c})
	}
	for i, s := range d.Signs {
		at := fmt.Sprintf("signs[%d]", i)
		table, err := s.table()
		problem(add, at, err)
		c := sign.Config{Frame: table, Command: s.Command, Form: s.Form, Width: s.Width, Dark: s.Dark, Units: s.Units, Answer: time.Duration(s.Answer)}
		if err == nil {
			problem(add, at, c.Check())
		}
		for j, unit := range s.Units {
			counter(fmt.Sprintf("%s.units[%d]", at, j), unit.Counter)
		}
		w.Signs = append(w.Signs, Signs{once.serial(at, s.port), c})
	}
	d.desks(w, once, counter, add)
	d.listening(w, f, once, add)
}

func (d *document) buttons(w *Wires, f *File, once taken, add report) {
	for i, b := range d.Buttons {
		at := fmt.Sprintf("buttons[%d]", i)
		v := Button{Contact: b.contact.read(at, once), Service: b.Service, Class: queue.Class(b.Class), Lamp: b.Lamp}
		if b.Class == "" {
			v.Class = queue.Ordinary
		}
		if j := slices.IndexFunc(f.Queue.Services, func(s queue.Service) bool { return s.ID == b.Service }); j < 0 {
			add(at+".service", "there is no service %q: give the id of a [[services]]", b.Service)
		} else if v.Class == queue.Priority && !f.Queue.Services[j].Priority {
			add(at+".class", "service %q has no priority tickets: set its priority = true", b.Service)
		}
		if v.Class != queue.Ordinary && v.Class != queue.Priority {
			add(at+".class", "%q: write \"ordinary\" or \"priority\"", b.Class)
		}
		v.LampLow = choice(add, at+".lit", b.Lit, "high", "low") == "low"
		once.line(at+".lamp", b.Chip, b.Lamp)
		w.Buttons = append(w.Buttons, v)
	}
}

// desks are what is wired to the Pi itself at the counters.
func (d *document) desks(w *Wires, once taken, counter func(string, int), add report) {
	for i, k := range d.Keypads {
		at := fmt.Sprintf("keypads[%d]", i)
		counter(at, k.Counter)
		v := Keypad{Counter: k.Counter, Device: k.Device, Keys: keypad.NumericKeys()}
		if len(k.Keys) > 0 {
			var err error
			v.Keys, err = keypad.ParseTable(k.Keys)
			problem(add, at+".keys", err)
		}
		if k.Device == "" {
			add(at, "no device: write its path, e.g. device = \"/dev/input/by-path/...-event-kbd\", or vendor:product")
		}
		once.claim(at+".device", k.Device, k.Device)
		w.Keypads = append(w.Keypads, v)
	}
	for i, k := range d.Keys {
		at := fmt.Sprintf("keys[%d]", i)
		counter(at, k.Counter)
		v := Keys{Counter: k.Counter, Chip: k.Chip, Lines: map[keypad.Key]string{}}
		if len(k.Lines) == 0 {
			add(at, "no keys: write e.g. lines = { next = \"GPIO5\", recall = \"GPIO6\" }")
		}
		for _, key := range slices.Sorted(maps.Keys(k.Lines)) {
			problem(add, at+".lines", keypad.Key(key).Check())
			once.line(at+".lines", k.Chip, k.Lines[key])
			v.Lines[keypad.Key(key)] = k.Lines[key]
		}
		w.Keys = append(w.Keys, v)
	}
	for i, g := range d.Digits {
		at := fmt.Sprintf("digits[%d]", i)
		v := Digits{Counters: g.Counters, Chip: g.Chip, CLK: g.CLK, DIO: g.DIO, Order: g.Order, SPI: g.SPI, Cells: g.Cells, Level: g.Level}
		if g.Counter != 0 {
			v.Counters = append([]int{g.Counter}, v.Counters...)
		}
		for _, n := range v.Counters {
			counter(at, n)
		}
		if v.Level < 0 || v.Level > digits.Brightest {
			add(at+".level", "%d: write 1 to %d", v.Level, digits.Brightest)
		}
		switch {
		case len(v.Counters) == 0:
			add(at, "no counter: write counter = 1, or counters = [1, 2] for a chain")
		case (v.SPI == "") == (v.CLK == "") || (v.CLK == "") != (v.DIO == ""):
			add(at, "write clk and dio of a TM1637, or spi = \"/dev/spidev0.0\" of a MAX7219")
		case v.CLK != "" && len(v.Counters) > 1:
			add(at+".counters", "a TM1637 shows one number: give each counter a [[digits]] of its own")
		case v.SPI != "" && (v.Cells < 0 || v.Cells > 8):
			add(at+".digits", "%d: a MAX7219 has 1 to 8", v.Cells)
		}
		if v.CLK != "" && len(v.Order) == 0 {
			v.Order = []int{0, 1, 2, 3}
		}
		if v.Cells == 0 {
			v.Cells = 4
		}
		once.line(at+".clk", g.Chip, g.CLK)
		once.line(at+".dio", g.Chip, g.DIO)
		once.claim(at+".spi", g.SPI, g.SPI)
		w.Digits = append(w.Digits, v)
	}
}

// choice is a word of a few; "" is the first.
func choice(add report, path, is string, of ...string) string {
	if is == "" {
		return of[0]
	}
	if !slices.Contains(of, is) {
		add(path, "%q: write one of %q", is, of)
	}
	return is
}

// problem reports every line of an error.
func problem(add report, path string, err error) {
	if err == nil {
		return
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			problem(add, path, e)
		}
		return
	}
	add(path, "%v", err)
}

// taken finds what two devices would both use.
type taken struct {
	add report
	by  map[string]string
}

func (t taken) claim(path, what, said string) {
	if what == "" {
		return
	}
	if other, ok := t.by[what]; ok {
		t.add(path, "%s is used by %s already: give each its own", said, other)
		return
	}
	t.by[what] = path
}

func (t taken) line(path, chip, line string) {
	if line != "" {
		t.claim(path, "line "+chip+"/"+line, line)
	}
}

// serial reads the port of a line and claims it.
func (t taken) serial(at string, p port) serialport.Config {
	v, err := p.read(onSerial)
	problem(t.add, at+".port", err)
	t.claim(at+".port", p.Port, p.Port)
	return v.Serial
}
