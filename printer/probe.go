package printer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// Proof is what a printer can say of a ticket it was sent.
type Proof string

const (
	NoProof        Proof = ""           // nothing: a ticket is sent, unconfirmed
	FenceProof     Proof = "gs-r"       // that its bytes were worked off; then the status must be clean
	ProcessIDProof Proof = "process-id" // that it is printed
)

// Found is what Probe learned of the printer at the other end.
type Found struct {
	Maker, Model, Firmware string // as it calls itself (GS I), "" where it does not

	Answers   bool          // something that a printer says came back
	Status    bool          // it tells its real-time status
	Confirms  Proof         // what a ticket's end is known by
	Faults    []Fault       // worst first; one that stops tickets hides Confirms and the names
	RoundTrip time.Duration // of the fastest question about its status; 0 without Status
	Noise     int           // bytes that no printer says: wrong speed, a loose plug
}

const (
	probeWait = 2 * time.Second // for the answer to a question
	nameWait  = time.Second     // for a name, after the fence has been answered
)

// Probe asks the printer at tr what it is and how it is: its status, what
// confirms a ticket, its names. It prints nothing and leaves tr open. After a
// test ticket its answer comes when that is printed, or says what stops it.
// Silence is no error, see Found.Answers; the error is the transport's or
// ctx's. Nobody else may use tr meanwhile.
func Probe(ctx context.Context, tr Transport, p Profile) (Found, error) {
	b := &probe{tr: tr}
	// What ends ctx ends the read or write under way.
	stop := context.AfterFunc(ctx, func() {
		tr.SetReadDeadline(time.Unix(1, 0))
		tr.SetWriteDeadline(time.Unix(1, 0))
	})
	defer stop()
	err := b.run(ctx, p)
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if err == nil {
		err = errors.Join(tr.SetReadDeadline(time.Time{}), tr.SetWriteDeadline(time.Time{}))
	}
	b.Faults = b.status.faults()
	if err != nil {
		return b.Found, fmt.Errorf("printer: probe: %w", err)
	}
	return b.Found, nil
}

// probe is a conversation under way.
type probe struct {
	Found
	tr     Transport
	parser parser
	status status
}

func (b *probe) run(ctx context.Context, p Profile) error {
	for n := 1; n <= 4; n++ {
		start := time.Now()
		ok, err := b.ask(ctx, []byte{0x10, 0x04, byte(n)}, probeWait, func(a answer) bool {
			if a.kind != realTime {
				return false
			}
			b.status.realTime(n, a.b[0])
			return true
		})
		if err != nil {
			return err
		}
		if took := time.Since(start); ok && (b.RoundTrip == 0 || took < b.RoundTrip) {
			b.RoundTrip = took
		}
		if !ok && n == 1 {
			break
		}
		b.Status = b.Status || ok
	}
	if b.stopped() {
		return nil // it answers nothing else now
	}
	if err := b.fence(ctx, p); err != nil || b.Confirms == NoProof {
		return err
	}
	for i, name := range []*string{&b.Firmware, &b.Maker, &b.Model} {
		_, err := b.ask(ctx, []byte{0x1d, 'I', byte(65 + i)}, nameWait, func(a answer) bool {
			if a.kind != block || a.b[0] != 0x5f {
				return false
			}
			*name = strings.TrimSpace(tidy(strings.ReplaceAll(a.data, "\n", " ")))
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// fence finds what confirms a ticket, asking twice: a crashed host may have
// left half a picture.
func (b *probe) fence(ctx context.Context, p Profile) error {
	const id = "PRBE"
	msg := []byte{0x1b, '@', 0x1d, 'a', 0xff}
	if p.ProcessID {
		msg = append(append(msg, 0x1d, '(', 'H', 6, 0, '0', '0'), id...)
	}
	if p.Fence {
		msg = append(msg, 0x1d, 'r', 1)
	}
	if !p.twoWay() {
		return nil
	}
	wait := probeWait
	for range 2 {
		fenced, named := false, false
		_, err := b.ask(ctx, msg, wait, func(a answer) bool {
			switch a.kind {
			case sensors:
				b.status.sensors(a.b[0])
				fenced = true
			case block:
				named = named || strings.HasSuffix(a.data, `"`+id)
			}
			return b.stopped() || (named || !p.ProcessID) && (fenced || !p.Fence)
		})
		switch {
		case err != nil || b.stopped():
			return err
		case named:
			b.Confirms = ProcessIDProof
			return nil
		case fenced:
			b.Confirms = FenceProof
			return nil
		}
		msg, wait = append(make([]byte, flushLen), msg...), probeWait+drainWait
	}
	return nil
}

func (b *probe) stopped() bool {
	for _, f := range b.status.faults() {
		if f.Stops() {
			return true
		}
	}
	return false
}

// ask sends msg and hands over what comes back, until done or for wait.
func (b *probe) ask(ctx context.Context, msg []byte, wait time.Duration, done func(answer) bool) (ok bool, err error) {
	for len(msg) > 0 {
		if err := errors.Join(ctx.Err(), b.tr.SetWriteDeadline(time.Now().Add(5*time.Second))); err != nil {
			return false, err
		}
		n, err := b.tr.Write(msg[:min(chunk, len(msg))])
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return false, fmt.Errorf("%w: it takes no data; check its power, its cable and the flow control", err)
		}
		if err != nil {
			return false, err
		}
		msg = msg[n:]
	}
	end := time.Now().Add(wait)
	buf := make([]byte, 256)
	for !ok {
		if err := errors.Join(ctx.Err(), b.tr.SetReadDeadline(end)); err != nil {
			return false, err
		}
		n, err := b.tr.Read(buf)
		b.parser.feed(buf[:n], func(a answer) {
			switch a.kind {
			case noise:
				b.Noise++
				return
			case flow:
				return
			case automatic:
				b.status.automatic(a.b)
			}
			b.Answers = true
			ok = ok || done(a)
		})
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			b.parser.reset()
			return ok, nil
		case err != nil:
			return ok, err
		}
	}
	return true, nil
}

// Korean says what the answers mean and what to do.
func (f Found) Korean() string { k, _ := f.texts(); return k }

// English says the same in English.
func (f Found) English() string { _, e := f.texts(); return e }

func (f Found) texts() (korean, english string) {
	switch {
	case len(f.Faults) > 0 && f.Faults[0].Stops():
		return f.Faults[0].texts()
	case f.Confirms == ProcessIDProof:
		return "인쇄가 끝날 때마다 프린터가 알려 줍니다.",
			"The printer says when a ticket is printed."
	case f.Confirms == FenceProof:
		return "표를 처리했는지 프린터가 알려 줍니다.",
			"The printer says when a ticket has been worked off."
	case f.Answers:
		return "프린터가 상태만 알려 줍니다. 표가 인쇄되었는지는 확인할 수 없습니다.",
			"The printer tells its status only. Whether a ticket came out stays unknown."
	case f.Noise > 0:
		return "프린터의 말을 알아들을 수 없습니다. 통신 속도(baud)와 케이블을 확인하십시오.",
			"What comes back makes no sense. Check the speed (baud) and the cable."
	}
	return "프린터가 응답하지 않습니다. 전원, 케이블, 통신 속도(baud)를 확인하십시오. 응답선이 없는 케이블이면 표는 인쇄되지만 확인할 수 없습니다.",
		"The printer does not answer. Check its power, its cable, the speed (baud). With a cable without a return wire tickets come out unconfirmed."
}
