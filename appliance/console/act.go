package console

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/queue"
)

// answerWithin is how long a button waits for the loop.
const answerWithin = 5 * time.Second

// idle is what a page without a ticket at its counter sends as seen.
const idle = "-"

func (c *Console) counterAct(w http.ResponseWriter, r *http.Request) {
	n, s, p := c.atCounter(r, true)
	if p != nil {
		c.refuse(w, r, p)
		return
	}
	f, p := readForm(r)
	if p != nil {
		c.refuse(w, r, p)
		return
	}
	c.act(w, r, s, n, f, func(v *appliance.View) (queue.Command, *problem) {
		return counterCommand(r.PathValue("action"), n, f, v)
	})
}

func (c *Console) managerAct(w http.ResponseWriter, r *http.Request) {
	s, p := c.asManager(r, true)
	if p != nil {
		c.refuse(w, r, p)
		return
	}
	f, p := readForm(r)
	if p != nil {
		c.refuse(w, r, p)
		return
	}
	c.act(w, r, s, manager, f, func(v *appliance.View) (queue.Command, *problem) {
		return managerCommand(r.PathValue("action"), f, v)
	})
}

// act gives the command to the loop and answers: JSON to the page's script,
// else the page again with the outcome in its status line.
func (c *Console) act(w http.ResponseWriter, r *http.Request, s *session, place int, f form, command func(*appliance.View) (queue.Command, *problem)) {
	what, p := c.carryOut(r, s, place, f, command)
	if p != nil {
		what = p.said
	}
	if wantsJSON(r) {
		status := http.StatusOK
		if p != nil {
			status = p.status
		}
		c.reply(w, status, what)
		return
	}
	if p != nil && p.status == http.StatusNotFound {
		c.refuse(w, r, p)
		return
	}
	s.say(what)
	http.Redirect(w, r, addressOf(place), http.StatusSeeOther)
}

func (c *Console) carryOut(r *http.Request, s *session, place int, f form, command func(*appliance.View) (queue.Command, *problem)) (said, *problem) {
	v := c.opt.Views.Newest()
	if v == nil {
		return said{}, starting()
	}
	cmd, p := command(v)
	if p != nil {
		return said{}, p
	}
	id, p := f.request(place)
	if p != nil {
		return said{}, p
	}
	// A repetition passes whatever the page saw: the loop answers it as before.
	_, entered := s.sent(id, func() bool { return sees(v, place, f) })
	if !entered {
		return said{}, stale()
	}
	ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
	defer cancel()
	res, err := c.opt.Loop.Do(ctx, appliance.Command{Command: cmd, Request: id, By: by(s)})
	if err != nil {
		return said{}, refused(err)
	}
	return doneText(res, cmd), nil
}

// sees reports whether the page showed the ticket that is at the counter now. A
// call unit may have called the next one meanwhile, and a no-show would then
// hit somebody else.
func sees(v *appliance.View, place int, f form) bool {
	seen, ok := f["seen"]
	if !ok || place == manager {
		return true
	}
	for _, k := range v.Counters {
		if k.Number == place {
			return seen == seenAt(k)
		}
	}
	return true // the loop refuses an unknown counter
}

func seenAt(k appliance.Counter) string {
	if k.Label == "" {
		return idle
	}
	return k.Label
}

// by names who gave the command, as the record keeps it.
func by(s *session) string {
	if s.place == manager {
		return "manager"
	}
	return "counter:" + strconv.Itoa(s.place)
}

// atCounter finds the counter of the address and the session that may use it.
func (c *Console) atCounter(r *http.Request, touch bool) (int, *session, *problem) {
	s := c.who(r, touch)
	if s == nil {
		return 0, nil, signedOut()
	}
	n, ok := number(r.PathValue("n"))
	if !ok {
		return 0, nil, noCounter()
	}
	if !s.may(n) {
		return 0, nil, notYours()
	}
	return n, s, nil
}

func (c *Console) asManager(r *http.Request, touch bool) (*session, *problem) {
	s := c.who(r, touch)
	switch {
	case s == nil:
		return nil, signedOut()
	case s.place != manager:
		return nil, notYours()
	}
	return s, nil
}
