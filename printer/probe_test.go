package printer_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	"sunbeon/printer"
	"sunbeon/printer/virtual"
)

// probed is what Probe finds of a virtual printer; before alters it.
func probed(t *testing.T, cfg virtual.Config, before func(*virtual.Printer, net.Conn)) (f printer.Found) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		host, dev := net.Pipe()
		v := virtual.New(cfg)
		served := make(chan error, 1)
		go func() { served <- v.Serve(t.Context(), dev) }()
		if before != nil {
			before(v, host)
		}
		var err error
		if f, err = printer.Probe(t.Context(), host, load(t, "generic80")); err != nil {
			t.Errorf("%v", err)
		}
		if n := len(v.Pieces()); n > 0 || len(v.Roll().Lines) > 0 {
			t.Errorf("a probe printed something")
		}
		host.Close()
		<-served
	})
	return f
}

func TestProbe(t *testing.T) {
	full := model()
	full.Baud = 19200
	fence, status, deaf := full, full, full
	fence.ProcessID = false
	deaf.Answers = false
	for name, c := range map[string]struct {
		cfg    virtual.Config
		before func(*virtual.Printer, net.Conn)
		proof  printer.Proof
		faults []printer.Fault
		says   string
		named  bool
	}{
		"process id": {full, nil, printer.ProcessIDProof, nil, "인쇄가 끝날 때마다", true},
		"fence":      {fence, nil, printer.FenceProof, nil, "처리했는지", true},
		"near end": {full, func(v *virtual.Printer, _ net.Conn) { v.PaperLow(true) }, printer.ProcessIDProof,
			[]printer.Fault{printer.PaperNearEnd}, "인쇄가 끝날 때마다", true},
		"paper end": {full, func(v *virtual.Printer, _ net.Conn) { v.PaperOut() }, printer.NoProof,
			[]printer.Fault{printer.PaperEnd}, printer.PaperEnd.Korean(), false},
		"status alone": {status, func(v *virtual.Printer, _ net.Conn) { v.Swallow(true) }, printer.NoProof, nil, "상태만", false},
		"silent":       {deaf, nil, printer.NoProof, nil, "응답하지 않습니다", false},
		"in a picture": {full, func(_ *virtual.Printer, host net.Conn) {
			host.Write([]byte{0x1d, 'v', '0', 0, 72, 0, 100, 0, 0, 0, 0})
		}, printer.ProcessIDProof, nil, "인쇄가 끝날 때마다", true},
	} {
		t.Run(name, func(t *testing.T) {
			f := probed(t, c.cfg, c.before)
			if f.Confirms != c.proof || !slices.Equal(f.Faults, c.faults) || !strings.Contains(f.Korean(), c.says) {
				t.Errorf("%+v, %s", f, f.Korean())
			}
			if f.Answers != c.cfg.Answers || f.Status != c.cfg.Answers || f.English() == "" {
				t.Errorf("%+v", f)
			}
			// Three bytes there and one back.
			if want := 4 * 10 * time.Second / 19200; f.Status && f.RoundTrip.Round(time.Microsecond) != want.Round(time.Microsecond) {
				t.Errorf("round trip %v, want %v", f.RoundTrip, want)
			}
			if (f.Maker == "SUNBEON" && f.Model == "VIRTUAL" && f.Firmware == "1.0") != c.named {
				t.Errorf("names of %+v", f)
			}
		})
	}
}

func TestProbeOfGarbage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, dev := net.Pipe()
		var ends sync.WaitGroup
		ends.Go(func() { io.Copy(io.Discard, dev) })
		ends.Go(func() { // a printer at another speed
			for ; ; time.Sleep(100 * time.Millisecond) {
				if _, err := dev.Write([]byte{0xff, 0xfe, 0x91}); err != nil {
					return
				}
			}
		})
		f, err := printer.Probe(t.Context(), host, load(t, "generic80"))
		if err != nil || f.Answers || f.Noise == 0 || !strings.Contains(f.Korean(), "baud") {
			t.Errorf("%+v, %v", f, err)
		}
		dev.Close()
		host.Close()
		ends.Wait()
	})
}

func TestProbeEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, _ := net.Pipe() // nobody reads
		_, err := printer.Probe(t.Context(), host, load(t, "generic80"))
		if err == nil || !strings.Contains(err.Error(), "takes no data") {
			t.Errorf("a printer that takes nothing: %v", err)
		}
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		start := time.Now()
		if _, err = printer.Probe(ctx, host, load(t, "generic80")); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		host.Close()
		if _, err = printer.Probe(t.Context(), host, load(t, "generic80")); err == nil {
			t.Error("probed a closed port")
		}
	})
}

// said is a transport on which everything has been said already.
type said struct {
	net.Conn
	data []byte
}

func (s *said) Read(b []byte) (int, error) {
	if len(s.data) == 0 {
		return 0, os.ErrDeadlineExceeded
	}
	n := copy(b, s.data)
	s.data = s.data[n:]
	return n, nil
}

func (s *said) Write(b []byte) (int, error)      { return len(b), nil }
func (s *said) SetReadDeadline(time.Time) error  { return nil }
func (s *said) SetWriteDeadline(time.Time) error { return nil }

// FuzzProbe: whatever comes back, a probe ends, and what it shows a person is
// text.
func FuzzProbe(f *testing.F) {
	p, err := printer.LoadProfile("generic80")
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("\x12\x12\x12\x12\x37\"PRBE\x00\x00_1.0\x00_SUNBEON\x00_VIRTUAL\x00"))
	f.Add([]byte("\x12\x12\x12\x12\x00_\x1b[2J\xff\x80\n\x00_a\x00_b\x00"))
	f.Add([]byte("\x1a\x32\x12\x7e\x10\x00\x0f\x0f"))
	f.Fuzz(func(t *testing.T, data []byte) {
		found, err := printer.Probe(t.Context(), &said{data: data}, p)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{found.Maker, found.Model, found.Firmware} {
			if !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
				t.Errorf("%q is no name", name)
			}
		}
		if found.Korean() == "" || found.English() == "" {
			t.Errorf("nothing said of %+v", found)
		}
	})
}
