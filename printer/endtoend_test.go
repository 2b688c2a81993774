package printer_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/display/typeface"
	"sunbeon/drivers/serialport"
	"sunbeon/printer"
	"sunbeon/printer/virtual"
)

// The tests here know the printer only by its bytes: encoder and session of
// this package against the interpreter of package virtual.

func load(t *testing.T, name string) printer.Profile {
	t.Helper()
	p, err := printer.LoadProfile(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func ticket(number string) printer.Ticket {
	return printer.Ticket{Office: "뙇동 행정복지센터", Service: "출생·혼인/이혼·사망 신고", ServiceEn: "Birth, marriage/divorce, death registration",
		Number: number, Class: "우선배려", Ahead: 7, WaitLow: 10, WaitHigh: 15, BusinessDay: "2026-11-23",
		IssuedAt: time.Date(2026, 11, 23, 14, 5, 0, 0, time.UTC), URL: "https://jumin.example.go.kr/q/" + number}
}

// paper names the cut pieces by number, "copy" where they say so. A piece
// without its office's QR or number is a half or a blank one and left out.
func paper(v *virtual.Printer, numbers []string) []string {
	var list []string
	for _, pc := range v.Pieces() {
		for _, n := range numbers {
			if strings.Contains("\n"+pc.Text()+"\n", "\n"+n+"\n") {
				if strings.Contains(pc.Text(), "재발행") {
					n += " copy"
				}
				list = append(list, n)
			}
		}
	}
	return list
}

type told struct {
	mu   sync.Mutex
	list []printer.Outcome
	more chan struct{}
}

func newTold() *told { return &told{more: make(chan struct{}, 100)} }

func (o *told) report(out printer.Outcome) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.list = append(o.list, out)
	o.more <- struct{}{}
}

// TestWholeTickets: every model's ticket is laid out as meant, with nothing
// that the printer does not know or had to wrap by itself.
func TestWholeTickets(t *testing.T) {
	faces, err := typeface.Load()
	if err != nil {
		t.Fatal(err)
	}
	services := []string{"출생·혼인/이혼·사망 신고", "여권 접수 및 교부", "민원", "가족관계등록부·주민등록 등·초본 및 인감증명서 발급",
		"통합민원창구에서처리하는긴이름의업무인데띄어쓰기가없음", "뙇똠 업무와 ROM 업무"}
	for _, name := range printer.ProfileNames() {
		p := load(t, name)
		for _, number := range []string{"1", "117", "A1117", "가-1117", "PASSPORT-0117"} {
			for _, service := range services {
				tk := ticket("117")
				tk.Number, tk.Service = number, service
				data, err := printer.Encode(p, tk, faces)
				if err != nil {
					t.Fatal(err)
				}
				host, dev := net.Pipe()
				v := virtual.New(virtual.Config{Width: p.Dots, NativeQR: p.NativeQR})
				served := make(chan error, 1)
				go func() { served <- v.Serve(t.Context(), dev) }()
				if _, err := host.Write(data); err != nil {
					t.Fatal(err)
				}
				host.Close()
				if err := <-served; err != nil {
					t.Fatal(err)
				}
				pieces := v.Pieces()
				if len(pieces) != 1 || len(pieces[0].Unknown) > 0 || v.State().MidJob {
					t.Fatalf("%s, %s, %s: %d pieces, unknown %q", name, number, service, len(pieces), v.State().Unknown)
				}
				pc := pieces[0]
				if len(pc.QRs) != 1 || pc.QRs[0] != tk.URL {
					t.Errorf("%s, %s: QR %q", name, number, pc.QRs)
				}
				bare := strings.NewReplacer(" ", "", "\n", "")
				if text := bare.Replace(pc.Text()); !strings.Contains(text, number) ||
					!strings.ContainsRune(service, '뙇') && !strings.Contains(text, bare.Replace(service)) {
					t.Errorf("%s, %s, %s: paper says %s", name, number, service, pc.Text())
				}
				for _, l := range pc.Lines {
					if l.Wrapped {
						t.Errorf("%s, %s: the printer had to wrap %q", name, service, l.Text)
					}
					if l.Text == number && l.Width < 4 && len(number) < 7 && number[0] < 0x80 {
						t.Errorf("%s: number %s only %d times as large", name, number, l.Width)
					}
				}
			}
		}
	}
}

// TestPrinterInTheHall plays a day of accidents on a printer that takes its
// time (150 mm/s, 19200 baud), at moments drawn from a seed.
func TestPrinterInTheHall(t *testing.T) {
	days := uint64(40)
	if testing.Short() {
		days = 5
	}
	for seed := range days {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { playDay(t, seed) })
		})
	}
}

func playDay(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 11))
	cfg := virtual.Config{Width: 576, NativeQR: true, Answers: true, ASB: r.IntN(3) > 0, ProcessID: r.IntN(3) > 0,
		Speed: 150, Baud: 19200, Flow: virtual.FlowHold}
	v := virtual.New(cfg)
	ctx, end := context.WithCancel(context.Background())
	var links sync.WaitGroup
	out := newTold()
	p := load(t, "generic80")
	p.ClearBuffer = r.IntN(2) > 0
	s := printer.NewSession(printer.SessionConfig{Profile: p, Report: out.report,
		Dial: func(context.Context) (printer.Transport, error) {
			if !v.State().Power {
				return nil, errors.New("no power")
			}
			host, dev := net.Pipe()
			links.Go(func() { v.Serve(ctx, dev) })
			return host, nil
		}})
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	defer func() {
		end()
		<-done
		links.Wait()
	}()
	time.Sleep(5 * time.Second)

	accidents := []struct{ happen, mend func() }{
		{v.PaperOut, v.LoadPaper},
		{func() { v.PaperOutAfter(float64(r.IntN(100))) }, v.LoadPaper},
		{v.OpenCover, v.CloseCover},
		{v.JamCutter, v.ClearCutter},
		{func() { v.Overheat(true) }, func() { v.Overheat(false) }},
		{func() { v.Silence(true) }, func() { v.Silence(false) }},
		{func() { v.Swallow(true) }, func() { v.Swallow(false) }},
		{func() { v.CutPowerAfter(r.IntN(600)) }, v.PowerOn},
		{func() { v.PaperLow(true) }, func() { v.PaperLow(false) }},
	}
	var numbers []string
	for i := range 6 {
		n := fmt.Sprint(101 + i)
		numbers = append(numbers, n)
		if err := s.Submit(printer.Job{ID: n, Ticket: ticket(n)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(r.Int64N(int64(1500 * time.Millisecond))))
		a := accidents[r.IntN(len(accidents))]
		a.happen()
		time.Sleep(time.Duration(r.Int64N(int64(40 * time.Second))))
		a.mend()
		time.Sleep(time.Duration(r.Int64N(int64(5 * time.Second))))
	}
	for _, a := range accidents {
		a.mend()
	}
	time.Sleep(10 * time.Minute)

	got := paper(v, numbers)
	out.mu.Lock()
	defer out.mu.Unlock()
	if len(out.list) != len(numbers) {
		t.Errorf("%d outcomes of %d: %+v", len(out.list), len(numbers), out.list)
	}
	for i, n := range numbers {
		plain, copies := 0, 0
		for _, p := range got {
			switch p {
			case n:
				plain++
			case n + " copy":
				copies++
			}
		}
		if plain > 1 {
			t.Errorf("%s is on %d papers without the mark: %q", n, plain, got)
		}
		if i < len(out.list) {
			if o := out.list[i]; o.ID != n || o.Result != printer.Confirmed || plain+copies == 0 || o.Copy && copies == 0 {
				t.Errorf("outcome %+v, paper %q", o, got)
			}
		}
	}
}

// serve runs a session on a real transport until its two tickets are confirmed.
func serve(t *testing.T, v *virtual.Printer, dial func(context.Context) (printer.Transport, error)) {
	t.Helper()
	out := newTold()
	s := printer.NewSession(printer.SessionConfig{Profile: load(t, "generic80"), Report: out.report, Dial: dial})
	ctx, end := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	defer func() {
		end()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
	}()
	for _, n := range []string{"117", "118"} {
		if err := s.Submit(printer.Job{ID: n, Ticket: ticket(n)}); err != nil {
			t.Fatal(err)
		}
		select {
		case <-out.more:
		case <-time.After(30 * time.Second):
			t.Fatal("no outcome in 30 s")
		}
		if o := out.list[len(out.list)-1]; o.ID != n || o.Result != printer.Confirmed {
			t.Fatalf("outcome %+v", o)
		}
	}
	if got := paper(v, []string{"117", "118"}); len(got) != 2 || got[0] != "117" || got[1] != "118" {
		t.Errorf("paper %q", got)
	}
}

func model() virtual.Config {
	return virtual.Config{Width: 576, NativeQR: true, Answers: true, ASB: true, ProcessID: true}
}

func TestOverTCP(t *testing.T) {
	v := virtual.New(model())
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- v.ListenTCP(ctx, ln) }()
	defer func() { end(); <-done }()
	serve(t, v, func(ctx context.Context) (printer.Transport, error) { return printer.DialTCP(ctx, ln.Addr().String()) })
}

func TestOverASerialLine(t *testing.T) {
	v := virtual.New(model())
	ctx, end := context.WithCancel(t.Context())
	path, wait, err := v.ListenPTY(ctx)
	if err != nil {
		end()
		t.Fatal(err)
	}
	defer func() { end(); wait() }()
	line := serialport.Dialer{Config: serialport.Config{Path: path, Baud: 115200, Flow: "xonxoff"}}
	serve(t, v, func(ctx context.Context) (printer.Transport, error) { return line.Open(ctx) })
}
