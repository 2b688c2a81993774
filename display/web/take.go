package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"sunbeon/appliance/feed"
)

// Limits of an online request.
const (
	formBytes = 4 << 10
	// The citizen gets an answer within 5 s. The office refuses what reaches it
	// later, and what it has given all the same is given back: see regret.go.
	askWithin = 4500 * time.Millisecond
)

// offered is the page of an online ticket before it is taken: what awaits its
// holder, and the button. It is nobody's to keep: it has the request's id.
func (s *Site) offered(w http.ResponseWriter, r *http.Request) {
	o, ok := s.city.Office(r.PathValue("office"))
	if !ok {
		s.refuse(w, r, because(unknownOffice))
		return
	}
	p := s.page(r, Words{"온라인 번호표", "Online ticket"})
	d := detail(o, p.Link.Connected, time.UnixMilli(p.Now))
	service := r.URL.Query().Get("service")
	i := slices.IndexFunc(d.Services, func(v Service) bool { return v.ID == service && v.Online })
	if i < 0 {
		s.refuse(w, r, because(noService))
		return
	}
	p.Detail, p.Wanted, p.Nonce = &d, &d.Services[i], rand.Text()
	p.Other += "?" + url.Values{"service": {service}}.Encode()
	s.render(w, "take.html", http.StatusOK, p)
}

// take asks the office for an online ticket and leads to its page. A device has
// one at a time: while it has, everything leads there.
func (s *Site) take(w http.ResponseWriter, r *http.Request) {
	form, ok := s.form(w, r)
	if !ok {
		return
	}
	office, service := r.PathValue("office"), form.Get("service")
	o, ok := s.city.Office(office)
	if !ok {
		s.refuse(w, r, because(unknownOffice))
		return
	}
	connected, _ := s.city.Link()
	c := card(o, connected, time.Now())
	i := slices.IndexFunc(c.Services, func(v Service) bool { return v.ID == service })
	if i < 0 {
		s.refuse(w, r, because(noService))
		return
	}
	// A second tap makes the browser give up the first: the asking goes on.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), askWithin)
	defer cancel()
	_, known := knownDevice(r)
	d := device(w, r)
	id := requestID(form.Get("id"), service)
	if token, ok := s.taken(office, id); ok { // whatever has changed since
		s.lead(w, r, token, "")
		return
	}
	var had Claim
	if known {
		has, ok, err := s.ledger.Has(ctx, d)
		if err != nil {
			s.unkept(w, r, err)
			return
		}
		if ok && has.Token != "" {
			if !s.outlived(has, time.Now()) {
				s.lead(w, r, has.Token, only(has.Office == office && has.Request == id))
				return
			}
			had = has
		}
	}
	if v := c.Services[i]; !v.Take {
		why := because(notOffered)
		if c.Stale || !connected {
			why = because(officeSilent)
		}
		why.Ko, why.En = cmp.Or(v.Why.Ko, why.Ko), cmp.Or(v.Why.En, why.En)
		s.refuse(w, r, why)
		return
	}
	s.claim(ctx, w, r, d, Claim{Office: office, Service: service, Request: id}, had.Token, form.Get("id"))
}

// againMost bounds how often a request may turn out to be one of before.
const againMost = 5

// claim takes the device for a request and asks the office.
func (s *Site) claim(ctx context.Context, w http.ResponseWriter, r *http.Request, d Device, c Claim, over, page string) {
	for range againMost {
		c.Asked = time.Now()
		has, err := s.ledger.Claim(ctx, d, c, over)
		switch {
		case errors.Is(err, ErrSpent): // its number was given back
			c.Request = requestID(c.Request, "again")
			continue
		case err != nil:
			s.unkept(w, r, err)
			return
		case has.Token != "": // another tap, or another replica, was faster
			s.lead(w, r, has.Token, only(has.Request == c.Request))
			return
		case has.Office != c.Office || has.Service != c.Service:
			s.refuse(w, r, because(stillAsking))
			return
		case has.Request != c.Request: // what another page of the device asks for is this
			c.Request = has.Request
			continue
		}
		request := feed.Request{V: 1, ID: c.Request, Kind: feed.RequestIssue, Service: c.Service, Class: feed.ClassOrdinary}
		reply, err := s.book.issue(ctx, s.desk, c.Office, request)
		why, failed := s.unanswered(reply, err)
		switch {
		case errors.Is(err, ErrOffline), failed && err == nil: // surely no number
			err = s.ledger.Settle(ctx, c.Office, c.Request, "", 0)
		case err == nil:
			err = s.ledger.Settle(ctx, c.Office, c.Request, reply.Ticket.Token, reply.Ticket.Day)
			if why, failed = because(noAnswer), err != nil; failed {
				s.book.forget(c.Office, c.Request)
			}
		}
		if failed {
			s.log.Info("online ticket refused", "office", c.Office, "code", why.Code, "err", err)
			if why.Code == noAnswer {
				s.refuse(w, r, why, again{Action: r.URL.Path, Service: c.Service, ID: page})
				return
			}
			s.refuse(w, r, why)
			return
		}
		// An office answers an old request with its old ticket.
		if ended, _ := s.ended(reply.Ticket.Token, time.Now()); !ended {
			s.lead(w, r, reply.Ticket.Token, "")
			return
		}
		over = reply.Ticket.Token
		c.Request = requestID(c.Request, "again")
	}
	s.refuse(w, r, because(noAnswer))
}

// taken gives the token of the ticket that a request has led to, if it is not
// over.
func (s *Site) taken(office, id string) (string, bool) {
	token, ok := s.book.taken(office, id)
	if !ok {
		return "", false
	}
	over, known := s.ended(token, time.Now())
	return token, known && !over
}

// lead sends the citizen to a ticket's page, which may say why.
func (s *Site) lead(w http.ResponseWriter, r *http.Request, token, why string) {
	_, base := lang(r.URL.Path)
	http.Redirect(w, r, base+"/t/"+url.PathEscape(token)+why, http.StatusSeeOther)
}

// only is what makes a ticket's page say that the device has this one, unless
// it is the one that was asked for.
func only(same bool) string {
	if same {
		return ""
	}
	return "?" + oneOnly
}

// oneOnly is the query of such a page.
const oneOnly = "one"

// unkept answers when the ledger does not.
func (s *Site) unkept(w http.ResponseWriter, r *http.Request, err error) {
	s.log.Error("the ledger does not answer", "err", err)
	s.refuse(w, r, because(noLedger))
}

// unanswered says why a request did not lead to a ticket.
func (s *Site) unanswered(reply feed.Reply, err error) (refusal, bool) {
	switch {
	case errors.Is(err, ErrOffline):
		return because(officeSilent), true
	case err != nil:
		return because(noAnswer), true
	case reply.Refusal != nil:
		return refusal{http.StatusConflict, officeRefused, reply.Refusal.Ko, reply.Refusal.En}, true
	}
	return refusal{}, false
}

// form reads a small form with a request id, or refuses it.
func (s *Site) form(w http.ResponseWriter, r *http.Request) (url.Values, bool) {
	r.Body = http.MaxBytesReader(w, r.Body, formBytes)
	if err := r.ParseForm(); err != nil {
		why := because(badForm)
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			why = because(formTooLarge)
		}
		s.refuse(w, r, why)
		return nil, false
	}
	if n := len(r.PostForm.Get("id")); n < 16 || n > 64 {
		s.refuse(w, r, because(badForm))
		return nil, false
	}
	return r.PostForm, true
}

// requestID makes the id under which an office is asked from a page's own one
// and what the request is for, so that one page may ask for several things, and
// nothing but letters and digits gets into a topic.
func requestID(page, what string) string {
	sum := sha256.Sum256([]byte(page + "\x00" + what))
	return hex.EncodeToString(sum[:16])
}
