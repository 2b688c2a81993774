package intake

import (
	"slices"
	"sync"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
)

// factsHeld is how many facts of one office wait for the worker: a little more
// than an office has on its way. What finds no room comes again.
const factsHeld = 96

// mailbox lies between the connection's reader, which must not wait, and one of
// the two who work.
type mailbox struct {
	wake chan struct{} // of one

	mu    sync.Mutex
	boxes map[string]*box // by office
	order []string        // of offices with mail
}

// box is one office's mail.
type box struct {
	state  *link.Message // the newest
	status *link.Message
	facts  []link.Message
	told   feed.Cursor // what the newest state tells of the record; no journal is nothing
}

func newMailbox() *mailbox {
	return &mailbox{wake: make(chan struct{}, 1), boxes: make(map[string]*box)}
}

// put files a message; it reports false if there was no room.
func (m *mailbox) put(office, leaf string, msg link.Message) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := m.box(office)
	if b == nil {
		return false
	}
	switch leaf {
	case "state":
		// Order on one connection is the order of publication, but for a copy from
		// the broker's memory, which may overtake: it never hides a live one.
		if b.state == nil || b.state.Retained || !msg.Retained {
			b.state = &msg
		}
	case "status":
		b.status = &msg
	case "facts":
		if len(b.facts) == factsHeld {
			return false
		}
		b.facts = append(b.facts, msg)
	}
	m.rouse()
	return true
}

// tell files what a state tells of an office's record.
func (m *mailbox) tell(office string, to feed.Cursor) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if b := m.box(office); b != nil {
		b.told = to
		m.rouse()
	}
}

// box is that of an office; nil if there are too many. The lock is held.
func (m *mailbox) box(office string) *box {
	b := m.boxes[office]
	if b == nil && len(m.boxes) < maxOffices {
		b = new(box)
		m.boxes[office] = b
		m.order = append(m.order, office)
	}
	return b
}

func (m *mailbox) rouse() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// post is one office's mail with its name on it.
type post struct {
	office string
	box
}

// take empties the mailbox, in order of arrival of each office's first mail,
// up to about most facts: the rest stays for the next call.
func (m *mailbox) take(most int) []post {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []post
	n := 0
	for i, id := range m.order {
		if n >= most {
			m.order = slices.Clone(m.order[i:])
			m.rouse()
			return out
		}
		b := m.boxes[id]
		n += len(b.facts)
		out = append(out, post{id, *b})
		delete(m.boxes, id)
	}
	m.order = nil
	return out
}

// file sorts a message into the mailbox, or answers a waiting Ask.
func (c *City) file(m link.Message) {
	a, leaf, id, err := feed.ParseTopic(m.Topic)
	if err != nil || a.City != c.cfg.City {
		c.refuse("topic", "", err)
		return
	}
	switch leaf {
	case "reply":
		r, err := feed.DecodeReply(id, m.Payload)
		if err != nil || m.Retained {
			c.refuse("reply", a.Office, err)
			return
		}
		if r.Ticket != nil && c.cfg.Replied != nil {
			c.cfg.Replied(a.Office, *r.Ticket)
		}
		c.asks.answer(a, r)
	case "state", "status", "facts":
		if leaf == "state" && !m.Retained {
			c.heard.Store(time.Now().UnixNano())
		}
		to := c.news
		if leaf == "facts" {
			to = c.mail
		}
		if !to.put(a.Office, leaf, m) {
			c.refuse("too many "+leaf, a.Office, nil)
		}
	}
}
