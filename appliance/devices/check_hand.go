package devices

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"sunbeon/appliance/config"
	"sunbeon/drivers/button"
	"sunbeon/drivers/callunit"
	"sunbeon/drivers/digits"
	"sunbeon/drivers/keypad"
)

// byHand is the part of a check that needs somebody: all at once, for as long as
// Press says, buttons and keys are counted, lamps are lit, digits show their
// counters, and what a wire of an old machine says is counted in bytes.
func (c *Check) byHand(ctx context.Context) {
	var tests []func(context.Context) Result
	add := func(device string, test func(ctx context.Context, r Result) Result) {
		tests = append(tests, func(ctx context.Context) Result { return test(ctx, c.of(device)) })
	}
	w := c.File.Wires
	for _, b := range w.Buttons {
		add(buttonName(b), func(ctx context.Context, r Result) Result { return c.button(ctx, r, b) })
	}
	if w.Locate != nil {
		add(locate, func(ctx context.Context, r Result) Result { return c.button(ctx, r, config.Button{Contact: *w.Locate}) })
	}
	for i, u := range w.CallUnits {
		if u.Poll == "" {
			add(fmt.Sprintf("callunit:%d", i+1), func(ctx context.Context, r Result) Result { return c.speaking(ctx, r, u) })
		}
	}
	for _, k := range w.Keys {
		add(fmt.Sprintf("keys:%d", k.Counter), func(ctx context.Context, r Result) Result { return c.keys(ctx, r, k) })
	}
	for i, d := range w.Digits {
		add(fmt.Sprintf("digits:%d", i+1), func(ctx context.Context, r Result) Result { return c.digits(ctx, r, d) })
	}
	for _, l := range w.Listen {
		add("listen:"+l.Name, func(ctx context.Context, r Result) Result { return c.wire(ctx, r, l) })
	}
	if len(tests) == 0 {
		return
	}
	if c.Press > 0 {
		c.Begin()
	}
	end, cancel := context.WithTimeout(ctx, c.Press)
	defer cancel()
	results := make([]Result, len(tests))
	var all sync.WaitGroup
	for i, test := range tests {
		all.Go(func() { results[i] = test(end) })
	}
	all.Wait()
	for _, r := range results {
		if r.Verdict == Wrong {
			condition := notFound
			if r.Err != nil && (strings.HasPrefix(r.Device, "callunit:") || strings.HasPrefix(r.Device, "listen:")) {
				condition = missing(r.Err)
			}
			c.wrong(r, condition, r.Err)
			continue
		}
		c.Tell(r)
	}
}

func failed(r Result, err error) Result {
	r.Verdict, r.Err = Wrong, err
	return r
}

// counted is the verdict on something that was to be pressed n times.
func counted(r Result, n int, ko, en string) Result {
	r.Said += fmt.Sprintf(", pressed %d times", n)
	if n == 0 {
		r.Verdict = Look
		r.DoKo = ko + " 눌린 적이 없습니다. 점검하는 동안 눌러 보십시오."
		r.DoEn = en + " was not pressed: press it while the check waits."
	}
	return r
}

func (c *Check) button(ctx context.Context, r Result, b config.Button) Result {
	s := &Set{open: c.Open}
	in, lamp, err := s.buttonLines(b)
	if err != nil {
		return failed(r, err)
	}
	var mu sync.Mutex
	presses := 0
	o := buttonOptions(b)
	o.OnPress = func(time.Duration) { mu.Lock(); presses++; mu.Unlock() }
	closed, err := button.Probe(ctx, in, lamp, o)
	if err != nil {
		return failed(r, err)
	}
	r.Said = "line " + in.Name()
	if lamp != nil {
		r.Said += ", lamp " + lamp.Name() + " was lit"
	}
	if closed {
		r.Said += ", closed at the beginning"
	}
	if closed && presses == 0 {
		r.Verdict = Look
		r.DoKo = "누르지 않았는데 눌린 것으로 읽힙니다. 눌려 있지 않다면 office.toml의 closed를 반대로 하십시오."
		r.DoEn = "It reads as pressed. If nobody presses it, write the other value of closed into office.toml."
		return r
	}
	return counted(r, presses, "단추가", "The button")
}

// speaking listens to call units that cannot be asked.
func (c *Check) speaking(ctx context.Context, r Result, u config.CallUnits) Result {
	port, err := c.Open.Serial(ctx, u.Port)
	if ctx.Err() != nil && err != nil {
		return counted(r, 0, "호출기의 키가", "A key of the call units")
	}
	if err != nil {
		return failed(r, err)
	}
	stop := context.AfterFunc(ctx, func() { port.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	heard := map[int]int{}
	stats, err := callunit.Listen(ctx, port, u.Config, func(h callunit.Heard) {
		if h.Key != "" {
			heard[h.Counter]++
		}
	})
	if err := errors.Join(err, port.Close()); err != nil {
		return failed(r, err)
	}
	r.Said = fmt.Sprintf("%s, keys by counter %v, %d unknown frames, %d damaged, %d other bytes", place(u.Port), heard, stats.Unknown, stats.Garbled, stats.Dropped)
	for _, unit := range u.Units {
		if heard[unit.Counter] == 0 {
			r.Verdict = Look
			r.DoKo += fmt.Sprintf("%d번 창구 호출기의 키가 눌린 적이 없습니다. ", unit.Counter)
			r.DoEn += fmt.Sprintf("No key of counter %d was heard. ", unit.Counter)
		}
	}
	return r
}

func (c *Check) keys(ctx context.Context, r Result, k config.Keys) Result {
	var mu sync.Mutex
	presses := 0
	unit, err := (&Set{open: c.Open}).pins(k, keypad.Options{Name: strconv.Itoa(k.Counter),
		OnCommand: func(keypad.Command) { mu.Lock(); presses++; mu.Unlock() }})
	if err != nil {
		return failed(r, err)
	}
	closed := unit.Closed()
	if err := unit.Run(ctx); ctx.Err() == nil {
		return failed(r, err)
	}
	r.Said = fmt.Sprintf("%d lines, down at the beginning: %v", len(k.Lines), closed)
	return counted(r, presses, "키가", "A key")
}

func (c *Check) digits(ctx context.Context, r Result, d config.Digits) Result {
	face, end, err := (&Set{open: c.Open}).face(d)
	if err != nil {
		return failed(r, err)
	}
	var texts []string
	for _, n := range d.Counters {
		texts = append(texts, strconv.Itoa(n))
	}
	if err := errors.Join(digits.Probe(ctx, face, texts), end()); err != nil {
		return failed(r, err)
	}
	r.Said, r.Verdict = fmt.Sprintf("shown: %v", texts), Look
	r.DoKo = "점검하는 동안 창구 번호가 보였는지 확인하십시오."
	r.DoEn = "Look whether the counter's number was shown while the check waited."
	return r
}

// wire counts what a wire of an old machine says.
func (c *Check) wire(ctx context.Context, r Result, l config.Listen) Result {
	decoder, err := l.Decoder()
	if err != nil {
		return failed(r, err)
	}
	s := &Set{open: c.Open}
	open := s.wire(r.Device, l.Port)
	var doors sync.WaitGroup
	defer doors.Wait()
	for _, p := range s.parts {
		doors.Go(func() { _ = p.run(ctx) })
	}
	from, err := open(ctx)
	if err != nil && ctx.Err() == nil {
		return failed(r, err)
	}
	readings := 0
	if err == nil {
		stop := context.AfterFunc(ctx, func() { from.Close() })
		defer stop()
		start, b := time.Now(), make([]byte, 1024)
		for err == nil {
			var n int
			n, err = from.Read(b)
			readings += len(decoder.Decode(b[:n], time.Since(start)))
		}
		readings += len(decoder.Decode(nil, time.Since(start)+time.Hour))
		if ctx.Err() == nil && !errors.Is(err, io.EOF) {
			return failed(r, err)
		}
	}
	h := decoder.Heard()
	r.Said = fmt.Sprintf("%d bytes, %d messages, %d readings, %d damaged, %d without a rule", h.Bytes, h.Messages, readings, h.Damaged, h.Unmatched)
	switch {
	case h.Bytes == 0:
		r.Verdict = Look
		r.DoKo = "아무 신호도 없었습니다. 점검하는 동안 기존 순번발행기에서 표를 뽑거나 호출해 보십시오."
		r.DoEn = "Nothing was heard. Take a ticket or call at the old machine while the check waits."
	case readings == 0:
		r.Verdict = Look
		r.DoKo = "신호는 있으나 알아들은 것이 없습니다. 통신 속도와 office.toml의 규칙을 확인하십시오."
		r.DoEn = "Something was heard, and no rule knows it. Check the speed and the rules in office.toml."
	}
	return r
}
