package web

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bounds of the live updates.
const (
	heartbeat = 15 * time.Second // a comment, so that proxies keep the connection
	lookAgain = time.Second      // for figures that have become stale
	mailbox   = 32               // frames a reader may be behind
)

// reader is one open stream of events.
type reader struct {
	office string      // its page; "" is the page of all offices
	ticket bool        // the page of one of its tickets
	after  uint64      // number of the last event it has, 0 is none
	mail   chan []byte // closed by the hub when the reader is dropped
}

// hub hands every update to every reader. Its state belongs to the goroutine
// of run.
type hub struct {
	city City
	log  *slog.Logger
	boot string // distinguishes this run's event numbers from an earlier run's
	most int    // readers

	join  chan joining
	leave chan *reader

	number  uint64 // of the newest event
	link    link
	offices map[string]*known
	readers map[*reader]struct{}
}

type joining struct {
	reader *reader
	taken  chan bool
}

// known is the newest update of one office, encoded.
type known struct {
	number uint64 // of card and detail
	stale  bool
	said   []byte // what they say
	card   []byte // frame
	detail []byte // frame
	woken  uint64 // number of wake
	wake   []byte // frame, for the pages of its tickets
}

func newHub(c City, boot string, most int, log *slog.Logger) *hub {
	return &hub{city: c, log: log, boot: boot, most: most,
		join: make(chan joining), leave: make(chan *reader),
		offices: map[string]*known{}, readers: map[*reader]struct{}{}}
}

// run serves readers until ctx ends, then drops them all.
func (h *hub) run(ctx context.Context) {
	changes := h.city.Watch(ctx)
	look, beat := time.NewTicker(lookAgain), time.NewTicker(heartbeat)
	defer look.Stop()
	defer beat.Stop()
	defer func() {
		for r := range h.readers {
			h.drop(r)
		}
	}()
	h.look()
	for {
		select {
		case <-ctx.Done():
			return
		case id, ok := <-changes:
			if !ok {
				changes = nil // its sender has ended; look still finds what is new
				continue
			}
			if o, ok := h.city.Office(id); ok {
				h.publish(o)
			} else {
				h.look()
			}
		case <-look.C:
			h.look()
		case <-beat.C:
			h.send([]byte(": .\n\n"), func(*reader) bool { return true })
		case j := <-h.join:
			j.taken <- h.admit(j.reader)
		case r := <-h.leave:
			h.drop(r)
		}
	}
}

// look finds what no message about an office tells: the link's changes, figures
// that have become stale, and offices known from before.
func (h *hub) look() {
	now, l := time.Now(), linkOf(h.city)
	moved := l != h.link
	if moved {
		h.link = l
		h.log.Info("link of the city", "connected", l.Connected)
		h.send(h.greeting(), func(*reader) bool { return true })
	}
	for _, o := range h.city.Offices() {
		k := h.offices[o.ID]
		if moved || k == nil || k.stale != stale(o, now) {
			h.publish(o)
		}
	}
}

// greeting tells the city's time, by which a page reckons ages, and the link.
func (h *hub) greeting() []byte {
	return frame("", "city", struct {
		Now int64 `json:"now"`
		link
	}{time.Now().UnixMilli(), h.link})
}

// publish encodes an office once, and sends it to all its readers. The pages of
// its tickets are only woken: each asks for its own. A change that only tickets
// show, as a fact that came after the state, wakes them alone.
func (h *hub) publish(o Office) {
	now := time.Now()
	h.number++
	id := h.boot + "-" + strconv.FormatUint(h.number, 10)
	k := h.offices[o.ID]
	if k == nil {
		k = &known{}
		h.offices[o.ID] = k
	}
	k.woken, k.wake = h.number, frame(id, "ticket", struct{}{})
	h.send(k.wake, func(r *reader) bool { return r.ticket && r.office == o.ID })
	d := detail(o, h.link.Connected, now)
	said := frame("", "office", d)
	if bytes.Equal(said, k.said) {
		return
	}
	k.number, k.stale, k.said = h.number, stale(o, now), said
	k.card, k.detail = frame(id, "office", d.Card), frame(id, "office", d)
	h.send(k.card, func(r *reader) bool { return r.office == "" })
	h.send(k.detail, func(r *reader) bool { return !r.ticket && r.office == o.ID })
}

func (h *hub) send(b []byte, to func(*reader) bool) {
	for r := range h.readers {
		if !to(r) {
			continue
		}
		select {
		case r.mail <- b:
		default: // it does not read; it will come back and ask from where it was
			h.drop(r)
		}
	}
}

// admit gives a new reader the greeting and all it has missed, in one frame.
func (h *hub) admit(r *reader) bool {
	if len(h.readers) >= h.most {
		return false
	}
	var missed []*known
	for id, k := range h.offices {
		if r.office != "" && r.office != id {
			continue
		}
		if k.number > r.after || r.ticket && k.woken > r.after {
			missed = append(missed, k)
		}
	}
	// In order, so that an interruption never makes a reader skip one.
	slices.SortFunc(missed, func(a, b *known) int { return cmp.Compare(a.number, b.number) })
	first := h.greeting()
	for _, k := range missed {
		switch {
		case r.ticket:
			first = append(first, k.wake...)
		case r.office == "":
			first = append(first, k.card...)
		default:
			first = append(first, k.detail...)
		}
	}
	r.mail <- first // never blocks: it is new and has room
	h.readers[r] = struct{}{}
	return true
}

func (h *hub) drop(r *reader) {
	if _, ok := h.readers[r]; ok {
		delete(h.readers, r)
		close(r.mail)
	}
}

// seen reads a Last-Event-ID. One of an earlier run counts as none.
func (h *hub) seen(id string) uint64 {
	digits, ok := strings.CutPrefix(id, h.boot+"-")
	if !ok {
		return 0
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// frame is one event on the wire. Data is JSON, hence a single line.
func frame(id, event string, data any) []byte {
	b, err := json.Marshal(data)
	if err != nil {
		panic("web: an event does not encode: " + err.Error()) // it holds plain data only
	}
	if id != "" {
		id = "id: " + id + "\n"
	}
	return fmt.Appendf(nil, "%sevent: %s\ndata: %s\n\n", id, event, b)
}
