package web

import (
	"container/list"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of the live updates.
const (
	heartbeat  = 15 * time.Second       // a comment, so that proxies keep the connection
	lookAgain  = time.Second            // for figures that have become stale, and readers that have left
	frontPause = 100 * time.Millisecond // between two deliveries to the page of all offices
)

// hub hands every update to every reader. Its state belongs to the goroutine
// of run, but for places.
type hub struct {
	city City
	log  *slog.Logger
	boot string // distinguishes this run's event numbers from an earlier run's

	meters *meters      // of the site
	most   int64        // readers
	places atomic.Int64 // that are taken

	join    chan *reader
	leave   chan *reader
	written chan written
	over    chan struct{} // closed when nobody reads written any more
	writers sync.WaitGroup

	number  atomic.Uint64 // of the newest event; pages read it too
	link    link
	links   uint32 // how often it has changed
	offices map[string]*known
	changed *list.List // of *known, in order of number
	crowds  map[room]*crowd
	front   *crowd
	paused  time.Time // the front page's readers were told then
	resume  *time.Timer
	waiting bool // resume runs
	batch   batch
	press   *press
	turn    uint8 // of the next reader's look
	ticks   uint8
}

// room is one page with live updates.
type room struct {
	office string // "" is the page of all offices
	ticket bool   // the page of one of its tickets
}

// crowd are the readers of one room.
type crowd struct {
	room
	readers []*reader
}

// known is the newest update of one office. It is encoded when somebody is to
// read it, and then once.
type known struct {
	office Office
	stale  bool
	number uint64        // of card and detail
	place  *list.Element // in changed
	card   []byte        // frame, nil before it is needed
	detail said          // frame
	woken  uint64        // number of wake
	wake   said          // frame, for the pages of its tickets
}

// batch is what has changed on the front page from one number to another.
type batch struct {
	from, to uint64
	said
}

func newHub(c City, boot string, most int, log *slog.Logger) *hub {
	front := &crowd{}
	return &hub{city: c, log: log, boot: boot, most: int64(most),
		join: make(chan *reader), leave: make(chan *reader), written: make(chan written), over: make(chan struct{}),
		offices: map[string]*known{}, changed: list.New(), press: newPress(), crowds: map[room]*crowd{{}: front}, front: front}
}

// run serves readers until ctx ends, then drops them all.
func (h *hub) run(ctx context.Context) {
	changes := h.city.Watch(ctx)
	look := time.NewTicker(lookAgain)
	defer look.Stop()
	h.resume = time.NewTimer(frontPause)
	h.resume.Stop() // until there is something to wait with
	defer h.resume.Stop()
	defer h.end()
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
			h.tend()
		case <-h.resume.C:
			h.waiting = false
			h.tellFront()
		case r := <-h.join:
			h.enter(r)
		case r := <-h.leave:
			h.drop(r, byReader)
		case w := <-h.written:
			h.wrote(w)
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
		h.links++
		h.log.Info("link of the city", "connected", l.Connected)
	}
	for _, o := range h.city.Offices() {
		k := h.offices[o.ID]
		if moved || k == nil || k.stale != stale(o, now) {
			h.renew(h.know(o.ID), o)
		}
	}
	if moved { // those whose office says nothing must hear of it too
		for _, c := range h.crowds {
			h.tell(c)
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

// publish hands an office's news to its readers. The pages of its tickets are
// only woken: each asks for its own. A change that only tickets show, as a fact
// that came after the state, wakes them alone.
func (h *hub) publish(o Office) {
	k := h.know(o.ID)
	if old := k.office; old.Snapshot != o.Snapshot || !old.Received.Equal(o.Received) || old.Live != o.Live || k.number == 0 {
		h.renew(k, o)
		return
	}
	k.woken, k.wake = h.number.Add(1), said{}
	h.tell(h.crowds[room{o.ID, true}])
}

// renew is an update of an office with all that its pages show.
func (h *hub) renew(k *known, o Office) {
	k.office, k.stale = o, stale(o, time.Now())
	k.number = h.number.Add(1)
	k.card, k.detail, k.woken, k.wake = nil, said{}, k.number, said{}
	h.changed.MoveToBack(k.place)
	h.tell(h.crowds[room{o.ID, true}])
	h.tell(h.crowds[room{o.ID, false}])
	h.tellFront()
}

func (h *hub) know(id string) *known {
	k := h.offices[id]
	if k == nil {
		k = &known{}
		k.place = h.changed.PushBack(k)
		h.offices[id] = k
	}
	return k
}

// tellFront tells the front page's readers what has changed, all together and
// not more often than they can use.
func (h *hub) tellFront() {
	if h.waiting || len(h.front.readers) == 0 {
		return
	}
	if rest := frontPause - time.Since(h.paused); rest > 0 {
		h.resume.Reset(rest)
		h.waiting = true
		return
	}
	h.paused = time.Now()
	h.tell(h.front)
}

// tell gives the readers of a room what they have not been given yet.
func (h *hub) tell(c *crowd) {
	if c == nil {
		return
	}
	due := make([]delivery, 0, len(c.readers))
	for _, r := range c.readers {
		if d, ok := h.due(r); ok {
			due = append(due, d)
		}
	}
	h.deliver(due)
}

// due is what a reader is to be given now.
func (h *hub) due(r *reader) (delivery, bool) {
	if r.busy {
		return delivery{}, false // it is asked again when it has read the last
	}
	b := h.form(r, h.missed(r))
	if r.link != h.links {
		b = slices.Concat(r.head, h.form(r, &said{plain: h.greeting()}), b)
		r.head = nil
	}
	if len(b) == 0 {
		return delivery{}, false
	}
	r.link, r.seen = h.links, h.number.Load()
	return delivery{r, b}, true
}

// missed are the events since the last that a reader has: of each office the
// newest alone.
func (h *hub) missed(r *reader) *said {
	if r.crowd == h.front {
		return h.since(r.seen)
	}
	k := h.offices[r.crowd.office]
	switch {
	case k == nil:
		return nil
	case r.crowd.ticket && k.woken > r.seen:
		if k.wake.plain == nil {
			k.wake.plain = frame(h.id(k.woken), "ticket", struct{}{})
		}
		return &k.wake
	case !r.crowd.ticket && k.number > r.seen:
		if k.detail.plain == nil {
			k.detail.plain = frame(h.id(k.number), "office", detail(k.office, h.link.Connected, time.Now()))
		}
		return &k.detail
	}
	return nil
}

// form is what is said as a reader takes it.
func (h *hub) form(r *reader, s *said) []byte {
	switch {
	case s == nil:
		return nil
	case !r.pressed:
		return s.plain
	case s.pressed == nil:
		s.pressed = h.press.blocks(s.plain)
	}
	return s.pressed
}

// since gives the front page's events after a number, in their order, so that an
// interruption never makes a reader skip one.
func (h *hub) since(n uint64) *said {
	e := h.changed.Back()
	if e == nil || e.Value.(*known).number <= n {
		return nil
	}
	newest := e.Value.(*known).number
	if h.batch.from == n && h.batch.to == newest {
		return &h.batch.said
	}
	for e != nil && e.Value.(*known).number > n {
		e = e.Prev()
	}
	if e == nil {
		e = h.changed.Front()
	} else {
		e = e.Next()
	}
	var b []byte
	for ; e != nil; e = e.Next() {
		k := e.Value.(*known)
		if k.card == nil {
			k.card = frame(h.id(k.number), "office", card(k.office, h.link.Connected, time.Now()))
		}
		b = append(b, k.card...)
	}
	h.batch = batch{n, newest, said{plain: b}}
	return &h.batch.said
}

func (h *hub) id(n uint64) string { return h.boot + "-" + strconv.FormatUint(n, 10) }

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
