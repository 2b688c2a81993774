package devices_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"
	"periph.io/x/conn/v3/spi/spitest"

	"sunbeon/appliance/config"
	"sunbeon/appliance/devices"
	"sunbeon/display/typeface"
	"sunbeon/drivers/keypad"
	"sunbeon/printer"
	"sunbeon/printer/virtual"
)

// checked is a check of the hall with a printer and a USB keypad.
func checked(t *testing.T, h *hall, p *virtual.Printer, ticket bool, during func()) map[string]devices.Result {
	t.Helper()
	file, err := config.Parse("office.toml", []byte(office+`
[[keypads]]
counter = 2
device = "1a2c:2124"
[printer]
port = "tcp://printer:9100"
`))
	if err != nil {
		t.Fatal(err)
	}
	open := h.hardware()
	open.Identify = func(string, keypad.Table) (keypad.Probed, error) {
		return keypad.Probed{Path: "/dev/input/event3", Vendor: 0x1a2c, Product: 0x2124, Name: "USB Keypad", Missing: []keypad.Key{"transfer"}}, nil
	}
	faces, err := typeface.Load()
	if err != nil {
		t.Fatal(err)
	}
	results := map[string]devices.Result{}
	c := devices.Check{File: file, Open: open, Faces: faces, Ticket: ticket, Press: 10 * time.Second,
		Printer: func(ctx context.Context) (printer.Transport, error) {
			host, device := net.Pipe()
			go p.Serve(context.WithoutCancel(ctx), device)
			return host, nil
		},
		Begin: func() { go during() },
		Tell: func(r devices.Result) {
			if _, twice := results[r.Device]; twice {
				t.Errorf("%s is told twice", r.Device)
			}
			results[r.Device] = r
		}}
	if err := c.Run(t.Context()); err != nil {
		t.Error(err)
	}
	synctest.Wait()
	return results
}

func newHall() *hall {
	h := &hall{lines: map[string]*gpiotest.Pin{}, spi: &spitest.Record{}}
	h.units = append(h.units, unit(), unit())
	h.bus = bus(h)
	for _, name := range []string{"GPIO17", "GPIO27", "GPIO22"} {
		h.lines[name] = &gpiotest.Pin{N: name, L: gpio.High, EdgesChan: make(chan gpio.Level, 8)}
	}
	return h
}

func virtualPrinter() *virtual.Printer {
	return virtual.New(virtual.Config{Width: 576, ProcessID: true, ASB: true, Answers: true, ROM: virtual.KSX1001, NativeQR: true})
}

func want(t *testing.T, got map[string]devices.Result, device string, v devices.Verdict, said string) {
	t.Helper()
	r, ok := got[device]
	text := strings.Join([]string{r.Ko, r.En, r.Said, r.DoKo, r.DoEn}, "\n")
	if r.Err != nil {
		text += "\n" + r.Err.Error()
	}
	if !ok || r.Verdict != v || !strings.Contains(text, said) || r.Ko == "" || r.En == "" {
		t.Errorf("%s: told %v, verdict %d, want %d and %q:\n%s", device, ok, r.Verdict, v, said, text)
	}
	if v != devices.Good && (r.DoKo == "" || r.DoEn == "") {
		t.Errorf("%s: nobody is told what to do", device)
	}
}

func TestCheckOfAGoodOffice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, p := newHall(), virtualPrinter()
		got := checked(t, h, p, true, func() {
			time.Sleep(time.Second)
			h.lines["GPIO17"].EdgesChan <- gpio.Low
			time.Sleep(100 * time.Millisecond)
			h.lines["GPIO17"].EdgesChan <- gpio.High
			h.lines["GPIO27"].Lock()
			if h.lines["GPIO27"].L != gpio.High {
				t.Error("the lamp is not lit during the check")
			}
			h.lines["GPIO27"].Unlock()
		})
		want(t, got, "printer", devices.Look, "confirms by process-id") // its test ticket is to be looked at
		want(t, got, "bus:1/1", devices.Good, "inputs closed: []")
		want(t, got, "bus:1/2", devices.Good, "2이(가) 보이는지")
		want(t, got, "keypad:2", devices.Good, "1a2c:2124 USB Keypad; keys it does not have: [transfer]")
		want(t, got, "button:civil", devices.Good, "pressed 1 times")
		want(t, got, "button:civil/priority", devices.Look, "눌린 적이 없습니다")
		want(t, got, "digits:1", devices.Look, "shown: [1]")
		want(t, got, "locate", devices.Wrong, "line")
		if len(got) != 8 {
			t.Errorf("%d results", len(got))
		}
		if h.sign(1) != 2 {
			t.Errorf("the sign of counter 2 shows %d", h.sign(1))
		}
		if n := len(p.Pieces()); n != 1 {
			t.Errorf("%d pieces of paper", n)
		}
	})
}

func TestCheckSaysWhatIsWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, p := newHall(), virtualPrinter()
		p.PaperOut()
		h.units[1].Mute = true
		h.lines["GPIO17"] = nil
		h.lines["GPIO22"].L = gpio.Low
		h.spi = nil
		got := checked(t, h, p, true, func() { h.lines["GPIO22"].EdgesChan <- gpio.Low })
		want(t, got, "printer", devices.Wrong, "용지가 없습니다")
		want(t, got, "bus:1/1", devices.Good, "")
		want(t, got, "bus:1/2", devices.Wrong, "2번 창구 호출기·표시기(주소 2)가 응답하지 않습니다.")
		want(t, got, "button:civil", devices.Wrong, "no line GPIO17")
		want(t, got, "digits:1", devices.Wrong, "no SPI")
		h.pulled = true
		want(t, checked(t, h, p, false, func() {}), "bus:1", devices.Wrong, "끊어져 있습니다")
	})
}
