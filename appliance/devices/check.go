package devices

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"sunbeon/appliance/config"
	"sunbeon/display/typeface"
	"sunbeon/drivers/callunit"
	"sunbeon/drivers/rs485"
	"sunbeon/drivers/serialport"
	"sunbeon/drivers/sign"
	"sunbeon/printer"
)

// Check asks every device of an office once, for a technician. The kiosk must
// not run meanwhile: it has the devices.
type Check struct {
	File    *config.File
	Open    Hardware
	Printer func(context.Context) (printer.Transport, error) // nil: none
	Faces   *typeface.Set                                    // of the test ticket
	// Ticket prints a test ticket.
	Ticket bool
	// Press is how long whoever checks presses buttons and keys and looks at lamps
	// and signs; 0 leaves that out.
	Press time.Duration
	// Begin is called when Press begins; it says so.
	Begin func()
	// Tell gets the results, in the order of the file.
	Tell func(Result)

	names map[string]label // of the office's devices, while it runs
}

// Verdict is what a check came to.
type Verdict int

const (
	Good  Verdict = iota // it answers as it should
	Look                 // it cannot answer: somebody must look, or press
	Wrong                // see Err, and what to do
)

// Result is what became of one device.
type Result struct {
	Device  string // as facts name it
	Ko, En  string // what it is
	Verdict Verdict
	Said    string // where it is and what it answered, for the technician
	// What to do, or to look at; empty where all is well.
	DoKo, DoEn string
	Err        error
}

// Run asks all of them. The error is ctx's.
func (c *Check) Run(ctx context.Context) error {
	c.names = labels(c.File)
	c.printer(ctx)
	w := c.File.Wires
	for i, b := range w.Buses {
		c.bus(ctx, fmt.Sprintf("bus:%d", i+1), b)
	}
	for i, u := range w.CallUnits {
		if u.Poll != "" {
			c.polled(ctx, fmt.Sprintf("callunit:%d", i+1), u)
		}
	}
	for i, g := range w.Signs {
		c.signs(ctx, fmt.Sprintf("sign:%d", i+1), g)
	}
	for _, k := range w.Keypads {
		r := c.of(fmt.Sprintf("keypad:%d", k.Counter))
		p, err := c.Open.Identify(k.Device, k.Keys)
		if err != nil {
			c.wrong(r, notFound, err)
			continue
		}
		r.Said = strings.TrimSpace(fmt.Sprintf("%s %04x:%04x %s %s", p.Path, p.Vendor, p.Product, p.Name, p.Phys))
		if len(p.Missing) > 0 {
			r.Said += fmt.Sprintf("; keys it does not have: %v", p.Missing)
		}
		c.Tell(r)
	}
	c.byHand(ctx)
	return ctx.Err()
}

// of is the result of a device before it is known.
func (c *Check) of(device string) Result {
	l := c.names[device]
	return Result{Device: device, Ko: l.ko, En: l.en}
}

// wrong tells a result with the sentence of a condition.
func (c *Check) wrong(r Result, condition string, err error) {
	r.Verdict, r.Err = Wrong, err
	ko, en := remedy(condition)
	if l, ok := c.names[r.Device]; ok {
		r.DoKo, r.DoEn = l.ko+l.is+" "+ko, l.en+" "+en
	}
	c.Tell(r)
}

func (c *Check) printer(ctx context.Context) {
	if c.Printer == nil {
		return
	}
	r := Result{Device: "printer", Ko: "프린터", En: "The printer"}
	said, err := c.paper(ctx, &r)
	if r.Said = said; err != nil {
		r.Verdict, r.Err = Wrong, err
		r.DoKo, r.DoEn = printer.Unplugged.Korean(), printer.Unplugged.English()
	}
	c.Tell(r)
}

// paper asks the printer, and prints the test ticket.
func (c *Check) paper(ctx context.Context, r *Result) (said string, err error) {
	profile := c.File.Printer.Profile
	if c.File.Printer.Port.OnSerial() {
		profile = profile.OverSerial()
	}
	port, err := c.Printer(ctx)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, port.Close()) }()
	found, err := printer.Probe(ctx, port, profile)
	if err == nil && c.Ticket && !stops(found) {
		if err = c.test(port, profile); err == nil {
			found, err = printer.Probe(ctx, port, profile) // answers when it is printed
		}
	}
	var words []string
	for _, s := range []string{found.Maker, found.Model, found.Firmware} {
		if s != "" {
			words = append(words, s)
		}
	}
	words = append(words, "profile "+profile.Name)
	if found.Status {
		words = append(words, fmt.Sprintf("status in %v", found.RoundTrip.Round(time.Millisecond)))
	}
	if found.Confirms != printer.NoProof {
		words = append(words, "confirms by "+string(found.Confirms))
	}
	r.DoKo, r.DoEn = found.Korean(), found.English()
	switch {
	case stops(found), !found.Answers:
		r.Verdict = Wrong
	case c.Ticket:
		r.Verdict = Look
		r.DoKo += " 시험 표에 적힌 대로 profile이 맞는지 확인하십시오."
		r.DoEn += " Look at the test ticket, which says whether the profile is right."
	case found.Confirms == printer.NoProof:
		r.Verdict = Look
	}
	return strings.Join(words, ", "), err
}

func stops(f printer.Found) bool { return len(f.Faults) > 0 && f.Faults[0].Stops() }

func (c *Check) test(port printer.Transport, profile printer.Profile) error {
	b, err := printer.TestTicket(profile, c.Faces)
	if err != nil {
		return err
	}
	if err := port.SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
		return err
	}
	_, err = port.Write(b)
	return err
}

// lineOpen opens a line and asks its units; ask tells each of them. What keeps
// the line from being asked is one result.
func (c *Check) lineOpen(ctx context.Context, device string, at serialport.Config, ask func(Port) error) {
	port, err := c.Open.Serial(ctx, at)
	if err != nil {
		c.wrong(c.of(device), missing(err), err)
		return
	}
	if err := errors.Join(ask(port), port.Close()); err != nil {
		c.wrong(c.of(device), missing(err), err)
	}
}

// missing is the condition of a line whose port has an error.
func missing(err error) string {
	if errors.Is(err, serialport.ErrGone) {
		return unplugged
	}
	return inUse
}

func (c *Check) bus(ctx context.Context, device string, b config.Bus) {
	c.lineOpen(ctx, device, b.Port, func(port Port) error {
		return rs485.Probe(ctx, port, b.Config, func(p rs485.Probed) {
			r := c.of(fmt.Sprintf("%s/%d", device, p.Unit.Address))
			err := errors.Join(p.Keys, p.Sign)
			if p.Keys != nil && p.Sign != nil && p.Keys.Error() == p.Sign.Error() {
				err = p.Keys
			}
			if err != nil {
				c.wrong(r, noAnswer, err)
				return
			}
			r.Said = fmt.Sprintf("%s, %v, inputs closed: %v", place(b.Port), p.Took.Round(time.Millisecond), p.Closed)
			if p.Unit.Sign != nil {
				r.DoKo = fmt.Sprintf("표시기에 %d이(가) 보이는지 확인하십시오.", p.Unit.Counter)
				r.DoEn = fmt.Sprintf("Look whether the sign shows %d.", p.Unit.Counter)
			}
			c.Tell(r)
		})
	})
}

func (c *Check) polled(ctx context.Context, device string, u config.CallUnits) {
	c.lineOpen(ctx, device, u.Port, func(port Port) error {
		return callunit.Probe(ctx, port, u.Config, func(p callunit.Probed) {
			r := c.of(device)
			r.Ko = fmt.Sprintf("%d번 창구 호출기(주소 %d)", p.Unit.Counter, p.Unit.Address)
			r.En = fmt.Sprintf("The call unit of counter %d (address %d)", p.Unit.Counter, p.Unit.Address)
			if p.Err != nil {
				c.wrong(r, noAnswer, p.Err)
				return
			}
			r.Said = fmt.Sprintf("%s, %v", place(u.Port), p.Took.Round(time.Millisecond))
			c.Tell(r)
		})
	})
}

func (c *Check) signs(ctx context.Context, device string, g config.Signs) {
	c.lineOpen(ctx, device, g.Port, func(port Port) error {
		return sign.Probe(ctx, port, g.Config, func(p sign.Probed) {
			r := c.of(fmt.Sprintf("%s/%d", device, p.Unit.Address))
			if p.Err != nil {
				c.wrong(r, noAnswer, p.Err)
				return
			}
			r.Said, r.Verdict = place(g.Port), Look
			if p.Confirmed {
				r.Said += fmt.Sprintf(", %v", p.Took.Round(time.Millisecond))
				r.Verdict = Good
			}
			r.DoKo = fmt.Sprintf("표시기에 %d이(가) 보이는지 확인하십시오.", p.Unit.Counter)
			r.DoEn = fmt.Sprintf("Look whether the sign shows %d.", p.Unit.Counter)
			c.Tell(r)
		})
	})
}

// place is a port as office.toml names it.
func place(p serialport.Config) string {
	if p.USB != "" {
		return "usb:" + p.USB
	}
	return p.Path
}
