package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"sunbeon/appliance/config"
	"sunbeon/appliance/devices"
	"sunbeon/display/typeface"
	"sunbeon/display/voice"
)

// checkCommand asks every device of an office and says what answers, what does
// not, and what to do. Its error is that something is wrong.
func checkCommand(ctx context.Context, args []string, out io.Writer) error {
	f := flag.NewFlagSet("kiosk check", flag.ContinueOnError)
	f.SetOutput(out)
	path := f.String("config", "", "the office's file, office.toml")
	ticket := f.Bool("print", false, "print a test ticket, which shows which Hangul the printer has")
	press := f.Duration("for", 15*time.Second, "how long you press buttons and keys and look at lamps and signs; 0 leaves that out")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("kiosk check: %q is too much; the flags stand under kiosk check -h", f.Args())
	}
	if *path == "" {
		return errors.New("kiosk check: no office: give -config office.toml")
	}
	file, err := config.Load(*path)
	if err != nil {
		return err
	}
	return check(ctx, file, devices.Machine(), &voice.Process{Command: voice.Aplay(file.Voice.Device)}, *ticket, *press, out)
}

func check(ctx context.Context, file *config.File, open devices.Hardware, player voice.Player, ticket bool, press time.Duration, out io.Writer) error {
	faces, err := typeface.Load()
	if err != nil {
		return err
	}
	report := &checkReport{out: out}
	c := devices.Check{File: file, Open: open, Printer: devices.Printer(file.Printer.Port), Faces: faces, Ticket: ticket, Press: press,
		Begin: func() {
			fmt.Fprintf(out, "\n%v 동안 단추와 키를 하나씩 모두 누르고, 램프와 숫자 표시기를 보십시오.\nFor %v press every button and key, one by one, and look at lamps and digits.\n\n", press, press)
		},
		Tell: report.tell}
	if err := c.Run(ctx); err != nil {
		return err
	}
	if file.Voice.Pack != "" {
		report.tell(checkVoice(ctx, file, player))
	}
	return report.end()
}

// checkReport prints results and counts them.
type checkReport struct {
	out               io.Writer
	good, look, wrong int
}

func (p *checkReport) tell(r devices.Result) {
	mark := "[정상 good ]"
	switch r.Verdict {
	case devices.Look:
		mark = "[확인 look ]"
		p.look++
	case devices.Wrong:
		mark = "[이상 wrong]"
		p.wrong++
	default:
		p.good++
	}
	fmt.Fprintf(p.out, "%s %s / %s\n", mark, r.Ko, r.En)
	for _, line := range []string{r.Said, r.DoKo, r.DoEn} {
		if line != "" {
			fmt.Fprintf(p.out, "             %s\n", line)
		}
	}
	if r.Err != nil {
		fmt.Fprintf(p.out, "             %v\n", r.Err)
	}
}

// end prints the sum.
func (p *checkReport) end() error {
	if p.good+p.look+p.wrong == 0 {
		return errors.New("kiosk check: office.toml names no device; docs/office.toml.md says how to name them")
	}
	fmt.Fprintf(p.out, "\n정상 %d, 확인 %d, 이상 %d / %d good, %d to look at, %d wrong\n", p.good, p.look, p.wrong, p.good, p.look, p.wrong)
	if p.wrong > 0 {
		return errors.New("kiosk check: something is wrong; while a kiosk runs its devices are in use, so stop it first")
	}
	return nil
}
