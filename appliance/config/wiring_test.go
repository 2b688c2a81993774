package config

import (
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"

	"sunbeon/appliance/queue"
	"sunbeon/drivers/callunit"
	"sunbeon/drivers/keypad"
	"sunbeon/drivers/legacy"
	"sunbeon/drivers/rs485"
	"sunbeon/drivers/serialport"
)

const wired = good + `
[printer]
port = "usb:0403:6001:A50285BI"
parity = "even"
charset = "cp949"
native_qr = false
hangul_size = 4

[[buttons]]
service = "civil"
line = "GPIO17"
lamp = "GPIO27"
lit = "low"
pull = "none"
bounce = "80ms"

[[buses]]
port = "/dev/serial/by-id/usb-bus"
baud = 38400
direction = "auto"
echo = true
answer = "30ms"

[[buses.units]]
address = 5
counter = 1
keys = { 0 = "next", 1 = "recall" }
sign = { register = 7, digits = 4 }

[[buses.units]]
address = 6
counter = 1
keys = { 2 = "pause" }

[[callunits]]
port = "/dev/ttyAMA2"
shape = "edwards"
keys = { "344231" = "next" }
units = [{ address = 3, counter = 1 }]
repeat = "400ms"

[[signs]]
port = "/dev/ttyAMA3"
command = "57"
form = "text"
width = 4
units = [{ address = 3, counter = 1 }]

[signs.frame]
start = "02"
address = "hex2"
command = 1
data = -1
end = "03"
check = "sum"
check_last = true
check_text = true

[[keypads]]
counter = 1
device = "1a2c:2124"

[[keys]]
counter = 1
lines = { next = "GPIO5", recall = "GPIO6" }

[[digits]]
counters = [1]
spi = "/dev/spidev0.0"
`

func parsed(t *testing.T, text string) *File {
	t.Helper()
	f, err := Parse("office.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWires(t *testing.T) {
	f := parsed(t, wired)
	w := f.Wires
	if want := (Port{Serial: serialport.Config{USB: "0403:6001:A50285BI", Baud: 115200, Parity: "even", Flow: "xonxoff"}}); !reflect.DeepEqual(*f.Printer.Port, want) {
		t.Errorf("printer at %+v", *f.Printer.Port)
	}
	if p := f.Printer.Profile; p.Name != "generic80" || p.Charset != "cp949" || p.NativeQR || p.HangulSize != 4 || p.DigitSize != 8 {
		t.Errorf("profile %+v", p)
	}
	if want := (Button{Service: "civil", Class: queue.Ordinary, Lamp: "GPIO27", LampLow: true,
		Contact: Contact{Line: "GPIO17", Pull: gpio.Float, Bounce: 80 * time.Millisecond}}); !reflect.DeepEqual(w.Buttons, []Button{want}) {
		t.Errorf("buttons %+v", w.Buttons)
	}
	bus := Bus{serialport.Config{Path: "/dev/serial/by-id/usb-bus", Baud: 38400, RS485: serialport.RS485{Direction: "auto"}},
		rs485.Config{Baud: 38400, Echo: true, Answer: 30 * time.Millisecond, Units: []rs485.Unit{
			{Address: 5, Counter: 1, Keys: map[int]string{0: "next", 1: "recall"}, Sign: &rs485.Sign{Register: 7, Digits: 4}},
			{Address: 6, Counter: 1, Keys: map[int]string{2: "pause"}}}}}
	if !reflect.DeepEqual(w.Buses, []Bus{bus}) {
		t.Errorf("buses %+v", w.Buses)
	}
	if u := w.CallUnits[0]; u.Port.Path != "/dev/ttyAMA2" || u.Frame.Check != "sum" || u.Repeat != 400*time.Millisecond ||
		!reflect.DeepEqual(u.Units, []callunit.Unit{{Address: 3, Counter: 1}}) || u.Keys["344231"] != "next" {
		t.Errorf("call units %+v", u)
	}
	if s := w.Signs[0]; s.Frame.Address != "hex2" || string(s.Command) != "W" || s.Width != 4 || s.Units[0].Address != 3 {
		t.Errorf("signs %+v", s)
	}
	if k := w.Keypads[0]; k.Device != "1a2c:2124" || !reflect.DeepEqual(k.Keys, keypad.NumericKeys()) {
		t.Errorf("keypads %+v", k)
	}
	if k := w.Keys[0]; !reflect.DeepEqual(k.Lines, map[keypad.Key]string{keypad.Next: "GPIO5", keypad.Recall: "GPIO6"}) {
		t.Errorf("keys %+v", k)
	}
	if g := w.Digits[0]; g.SPI != "/dev/spidev0.0" || g.Cells != 4 {
		t.Errorf("digits %+v", g)
	}
}

const listening = good + `
[[listen]]
name = "printer"
port = "/dev/ttyUSB0"
kind = "printer"
idle = "3s"

[[listen.rules]]
what = "issued"
pattern = '(?m)^(?P<service>\S+)\s+(?P<number>\d+)$'
services = { "민원발급" = "civil" }

[[listen]]
name = "displays"
port = "/dev/ttyUSB1"
kind = "frames"

[[listen.frames]]
name = "call"
what = "called"
length = 9
fixed = [{ at = 0, bytes = "02" }, { at = 2, bytes = "43" }, { at = -2, bytes = "03" }]
check = { kind = "xor", at = -1, from = 1, to = -1 }
number = { at = 3, len = 4, code = "ascii" }
counter = { at = 1, len = 1, code = "be", add = -48 }
repeats = true

[[listen]]
name = "bus"
port = "usb:0403:6001"
kind = "modbus"
counters = { 1 = 1 }
registers = [{ address = 7, what = "called" }]

[[listen]]
name = "vendor"
port = "listen://0.0.0.0:5000"
kind = "json"

[[listen.objects]]
when = { CMD = ["CALL", "CALL2"] }
what = "called"
number = "CALL_NO"
counter = "DESK"
service_field = "MENU"
services = { "1" = "civil" }
`

func TestListening(t *testing.T) {
	w := parsed(t, listening).Wires.Listen
	if len(w) != 4 {
		t.Fatalf("%d wires", len(w))
	}
	if r := w[0].Text; r == nil || r.Idle != 3*time.Second || r.Rules[0].Kind != legacy.Issue || r.Rules[0].Services["민원발급"] != "civil" {
		t.Errorf("printer %+v", r)
	}
	if x := w[1].Frames[0]; x.Check != (legacy.Check{Kind: "xor", At: -1, From: 1, To: -1}) || x.Counter.Add != -48 || !x.Repeats || len(x.Fixed) != 3 {
		t.Errorf("frames %+v", x)
	}
	if b := w[2].Bus; b.Counters[1] != 1 || b.Registers[0].Kind != legacy.Call {
		t.Errorf("bus %+v", b)
	}
	if o := w[3].Objects; w[3].Port.Listen != "0.0.0.0:5000" || o.Rules[0].Service != "MENU" || o.Rules[0].Services["1"] != "civil" {
		t.Errorf("objects %+v", o)
	}
	for _, l := range w {
		if _, err := l.Decoder(); err != nil {
			t.Error(err)
		}
	}
}

// Each mistake in the wires names file, line and remedy, in tables of tables too.
func TestWiringMistakesNameTheLine(t *testing.T) {
	line := func(text, of string) string {
		before, _, ok := strings.Cut(text, of)
		if !ok {
			t.Fatalf("%q is not in the text", of)
		}
		return "office.toml:" + strconv.Itoa(1+strings.Count(before, "\n")) + ": "
	}
	for _, c := range []struct{ name, base, from, to, at, want string }{
		{"no such service", wired, `service = "civil"`, `service = "civl"`, `service = "civl"`, `buttons[0].service: there is no service "civl"`},
		{"no priority", wired, `lit = "low"`, `class = "priority"`, `class = "priority"`, `buttons[0].class: service "civil" has no priority tickets`},
		{"no class", wired, `lit = "low"`, `class = "vip"`, `class = "vip"`, `buttons[0].class: "vip": write "ordinary" or "priority"`},
		{"no line", wired, `line = "GPIO17"`, ``, `[[buttons]]`, `buttons[0]: no line: write e.g.`},
		{"line twice", wired, `line = "GPIO17"`, `line = "GPIO27"`, `lamp = "GPIO27"`, `GPIO27 is used by buttons[0].line already`},
		{"choice", wired, `lit = "low"`, `lit = "dim"`, `lit = "dim"`, `buttons[0].lit: "dim": write one of ["high" "low"]`},
		{"no counter", wired, "address = 6\ncounter = 1", "address = 6\ncounter = 9", "[[buses.units]]\naddress = 6", `buses[0].units[1]: there is no counter 9`},
		{"same address", wired, `address = 6`, `address = 5`, `[[buses]]`, `buses[0]: rs485: two units at address 5`},
		{"no such key", wired, `1 = "recall"`, `1 = "redial"`, "[[buses.units]]\naddress = 5", `key "redial": write next, recall`},
		{"baud", wired, `baud = 38400`, `baud = 100`, `port = "/dev/serial/by-id/usb-bus"`, `buses[0].port: serialport: 100 baud is out of range`},
		{"port twice", wired, `"/dev/ttyAMA3"`, `"/dev/ttyAMA2"`, "port = \"/dev/ttyAMA2\"\ncommand", `/dev/ttyAMA2 is used by callunits[0].port already`},
		{"tcp bus", wired, `"/dev/serial/by-id/usb-bus"`, `"tcp://a:1"`, `port = "tcp://a:1"`, `buses[0].port: "tcp://a:1": write the path of a device`},
		{"shape", wired, `"edwards"`, `"edward"`, `[[callunits]]`, `callunits[0]: no shape "edward": docs/office.toml.md lists them`},
		{"hexadecimal", wired, `"344231"`, `"34423"`, `[[callunits]]`, `callunits[0]: callunit: key "34423": not hexadecimal`},
		{"duration", wired, `repeat = "400ms"`, `repeat = "soon"`, `repeat = "soon"`, `"soon" is no length of time`},
		{"frame", wired, `address = "hex2"`, `address = "hex3"`, `[[signs]]`, `signs[0]: frame: address "hex3"`},
		{"no device", wired, `device = "1a2c:2124"`, ``, `[[keypads]]`, `keypads[0]: no device: write its path`},
		{"no lines", wired, `lines = { next = "GPIO5", recall = "GPIO6" }`, ``, `[[keys]]`, `keys[0]: no keys: write`},
		{"unknown in a unit", wired, `address = 6`, `adress = 6`, `adress = 6`, `unknown key "buses.units.adress"`},
		{"chain", wired, `spi = "/dev/spidev0.0"`, `spi = "/dev/spidev0.0"` + "\nclk = \"GPIO3\"", `[[digits]]`, `digits[0]: write clk and dio of a TM1637, or spi`},
		{"usb printer", wired, `"usb:0403:6001:A50285BI"`, `"usblp:bixolon"`, `port = "usblp:bixolon"`, `printer.port: "usblp:bixolon": write usblp:vendor:product`},
		{"charset", wired, `"cp949"`, `"euckr"`, `[printer]`, `printer.profile: printer: profile "generic80": charset is euckr; want ascii, ksx1001 or cp949`},
		{"kind", listening, `kind = "printer"`, `kind = "paper"`, `kind = "paper"`, `listen[0].kind: "paper": write "printer", "frames"`},
		{"pattern", listening, `(?P<number>\d+)`, `(\d+)`, `[[listen]]`, `has no group (?P<number>...)`},
		{"service of a wire", listening, `"1" = "civil"`, `"1" = "cvil"`, "[[listen]]\nname = \"vendor\"", `listen[3]: there is no service "cvil"`},
		{"name twice", listening, `name = "displays"`, `name = "printer"`, "name = \"printer\"\nport = \"/dev/ttyUSB1\"", `listen[1].name: "printer": give each wire a name of its own`},
		{"listens and prints", listening, "[[listen]]\nname = \"printer\"", "[printer]\nport = \"tcp://a:1\"\n[[listen]]\nname = \"printer\"", `port = "tcp://a:1"`, `printer.port: an office that listens to its old machine`},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(c.base, c.from, c.to, 1)
			if text == c.base {
				t.Fatal("the mistake is not in the text")
			}
			_, err := Parse("office.toml", []byte(text))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), line(text, c.at)) {
				t.Fatalf("got  %v\nwant %s%s", err, line(text, c.at), c.want)
			}
		})
	}
}

// The offices that technicians copy are right, and each has what it is named for.
func TestSampleOffices(t *testing.T) {
	paths, err := filepath.Glob("../../docs/offices/*.toml")
	if err != nil || len(paths) != 4 {
		t.Fatalf("%d samples: %v", len(paths), err)
	}
	for _, path := range paths {
		if _, err := Load(path); err != nil {
			t.Error(err)
		}
	}
	load := func(name string) *File {
		f, err := Load("../../docs/offices/" + name + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	if f := load("dong"); len(f.Queue.Counters) != 4 || len(f.Wires.Buses) != 1 || !f.Printer.Port.OnSerial() {
		t.Error("dong: not one bus, four counters and a printer on RS-232")
	}
	if f := load("cityhall"); len(f.Queue.Services) != 6 || len(f.Queue.Counters) != 15 || len(f.Wires.Buses[0].Units)+len(f.Wires.Buses[1].Units) != 15 {
		t.Error("cityhall: not six services and fifteen counters with units")
	}
	if f := load("passport"); !f.Queue.Services[0].Online || len(f.Wires.Keypads) != len(f.Queue.Counters) || len(f.Wires.Signs[0].Units) != len(f.Queue.Counters) {
		t.Error("passport: not online, with a keypad and a sign a counter")
	}
	if f := load("passport"); f.Board.Show.Layout != "passport" || f.Board.CheckIn == "" || len(f.Board.Screens) != 1 || f.Voice.Pack == "" {
		t.Error("passport: no screen of two services with the code to check in, or no voice")
	}
	if f := load("listening"); !f.Queue.Observed || f.Printer.Port != nil {
		t.Error("listening: gives tickets of its own")
	}
}
