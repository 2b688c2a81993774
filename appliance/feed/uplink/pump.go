package uplink

import (
	"context"
	"fmt"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
)

// pump sends facts over one connection.
type pump struct {
	u       *Uplink
	win     *window
	last    uint64 // the greatest number seen in the journal
	cursors chan heard
}

type heard struct {
	feed.Cursor
	old bool // from the broker's memory
}

func newPump(u *Uplink) *pump { return &pump{u: u, cursors: make(chan heard, 64)} }

// hear is the subscription's handler. What finds no room is not missed: the
// sender goes back by itself.
func (p *pump) hear(m link.Message) {
	c, err := feed.DecodeCursor(m.Payload)
	if err != nil {
		p.u.complaints.add("cursor", err)
		return
	}
	select {
	case p.cursors <- heard{c, m.Retained}:
	default:
	}
}

func (p *pump) run(ctx context.Context, c link.Conn) error {
	acked, err := p.u.cfg.Source.Cursor()
	if err != nil {
		p.u.cfg.Log.Error("uplink: the journal does not know the city's cursor; sending everything", "err", err)
		acked = 0
	}
	p.win = newWindow(acked)
	p.last = acked
	p.u.count(func(s *Stats) { s.Acked = acked })
	for {
		if err := p.fill(ctx, c); err != nil {
			return err
		}
		wait := never
		if !p.win.due.IsZero() {
			wait = max(0, time.Until(p.win.due))
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-p.u.facts:
		case h := <-p.cursors:
			p.take(ctx, h)
		case <-timer.C:
			if p.win.tick(time.Now()) {
				p.u.count(func(s *Stats) { s.Back++ })
			}
		}
		timer.Stop()
	}
}

// fill sends what the window has room for. Only a dead connection is an error;
// a journal that does not answer is tried again when the window is due.
func (p *pump) fill(ctx context.Context, c link.Conn) error {
	for p.win.room() > 0 {
		records, err := p.u.cfg.Source.After(ctx, p.win.sent, p.win.room())
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			p.u.complaints.add("journal", err)
			p.win.due = time.Now().Add(resendFirst)
			return nil
		}
		if len(records) == 0 {
			return nil
		}
		for _, r := range records {
			if r.Seq != p.win.sent+1 {
				p.u.complaints.add("journal", fmt.Errorf("fact %d follows fact %d", r.Seq, p.win.sent))
				p.win.due = time.Now().Add(resendMost)
				return nil
			}
			b, err := feed.EncodeFact(p.u.cfg.Source.ID(), r.Hash, r.Raw)
			if err != nil {
				p.u.complaints.add("journal", fmt.Errorf("fact %d: %w", r.Seq, err))
				p.win.due = time.Now().Add(resendMost)
				return nil
			}
			if err := c.Send(ctx, p.u.cfg.Address.Facts(), 1, false, b); err != nil {
				return err
			}
			p.win.sending(r.Seq, time.Now())
			p.last = max(p.last, r.Seq)
			p.u.count(func(s *Stats) { s.Sent++ })
		}
	}
	return nil
}

// take moves the window by the city's word.
func (p *pump) take(ctx context.Context, h heard) {
	id := p.u.cfg.Source.ID()
	seq, old := h.Seq, h.old
	if h.Journal != id {
		// The city speaks of the record of another card, or of none: begin at the
		// beginning of this one. It tells if it has more than that.
		seq = 0
	} else if seq > p.last {
		records, err := p.u.cfg.Source.After(ctx, seq-1, 1)
		if err != nil {
			p.u.complaints.add("journal", err)
			return
		}
		if len(records) == 0 || records[0].Seq != seq {
			p.u.complaints.add("cursor ahead", fmt.Errorf(
				"the city has stored fact %d of record %s, which ends at %d: this card may be an old copy", seq, id, p.last))
			return
		}
		p.last = seq
	}
	before := p.win.acked
	p.win.stored(seq, old, time.Now())
	if p.win.acked == before {
		return
	}
	p.u.count(func(s *Stats) { s.Acked = seq })
	if err := p.u.cfg.Source.SetCursor(seq); err != nil {
		// It is only where to begin after the next start; the city corrects it.
		p.u.complaints.add("cursor not kept", err)
	}
}
