package web

import (
	"cmp"
	"context"
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

// take asks the office for an online ticket and leads to its page.
func (s *Site) take(w http.ResponseWriter, r *http.Request) {
	form, ok := s.form(w, r)
	if !ok {
		return
	}
	office := r.PathValue("office")
	o, ok := s.city.Office(office)
	if !ok {
		s.refuse(w, r, because(unknownOffice))
		return
	}
	connected, _ := s.city.Link()
	c := card(o, connected, time.Now())
	i := slices.IndexFunc(c.Services, func(v Service) bool { return v.ID == form.Get("service") })
	if i < 0 {
		s.refuse(w, r, because(noService))
		return
	}
	_, base := lang(r.URL.Path)
	id := s.book.unspent(office, requestID(form.Get("id"), form.Get("service")))
	if token, ok := s.book.taken(office, id); ok { // whatever has changed since
		http.Redirect(w, r, base+"/t/"+token, http.StatusSeeOther)
		return
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
	// A second tap makes the browser give up the first: the asking goes on.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), askWithin)
	defer cancel()
	request := feed.Request{V: 1, ID: id, Kind: feed.RequestIssue, Service: form.Get("service"), Class: feed.ClassOrdinary}
	reply, err := s.book.issue(ctx, s.desk, office, request)
	if why, failed := s.unanswered(reply, err); failed {
		s.log.Info("online ticket refused", "office", office, "code", why.Code, "err", err)
		if errors.Is(err, ErrTimeout) || errors.Is(err, context.DeadlineExceeded) {
			s.doubtful(regret{office: office, request: request}, regretAfter)
			s.refuse(w, r, why, again{r.URL.Path, form.Get("service"), form.Get("id")})
			return
		}
		s.refuse(w, r, why)
		return
	}
	http.Redirect(w, r, base+"/t/"+url.PathEscape(reply.Ticket.Token), http.StatusSeeOther)
}

// cancel gives a ticket up and leads back to its page.
func (s *Site) cancel(w http.ResponseWriter, r *http.Request) {
	form, ok := s.form(w, r)
	if !ok {
		return
	}
	token := r.PathValue("token")
	t, unknown := s.find(token)
	if unknown != "" {
		s.refuse(w, r, because(unknown))
		return
	}
	_, base := lang(r.URL.Path)
	back := base + "/t/" + url.PathEscape(token)
	if t.Status == feed.StatusCancelled { // a second tap
		http.Redirect(w, r, back, http.StatusSeeOther)
		return
	}
	if t.ended() {
		s.refuse(w, r, because(ticketEnded))
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), askWithin)
	defer cancel()
	reply, err := s.desk.Ask(ctx, t.Office, feed.Request{V: 1, ID: requestID(form.Get("id"), token), Kind: feed.RequestCancel, Token: token})
	if why, failed := s.unanswered(reply, err); failed {
		s.log.Info("cancel refused", "office", t.Office, "code", why.Code, "err", err)
		if why.Code == noAnswer {
			why.Ko, why.En = "민원실이 제때 답하지 않았습니다. 취소되었는지 다시 눌러 확인하여 주십시오.", "The office did not answer in time. Please press again to make sure that the ticket is cancelled."
			s.refuse(w, r, why, again{Action: r.URL.Path, ID: form.Get("id")})
			return
		}
		s.refuse(w, r, why)
		return
	}
	s.book.given(t.Office, *reply.Ticket)
	http.Redirect(w, r, back, http.StatusSeeOther)
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
