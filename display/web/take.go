package web

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
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
	// later, so that nobody gets a number that he no longer waits for.
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
	id := requestID(form.Get("id"), form.Get("service"))
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
	reply, err := s.book.issue(ctx, s.desk, office, feed.Request{V: 1, ID: id, Kind: feed.RequestIssue,
		Service: form.Get("service"), Class: "ordinary", Deadline: time.Now().Add(askWithin).UnixMilli()})
	if why, failed := s.unanswered(reply, err); failed {
		s.log.Info("online ticket refused", "office", office, "code", why.Code, "err", err)
		if errors.Is(err, ErrTimeout) || errors.Is(err, context.DeadlineExceeded) {
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
	t, ok := s.book.find(token)
	if !ok {
		s.refuse(w, r, because(unknownTicket))
		return
	}
	_, base := lang(r.URL.Path)
	back := base + "/t/" + url.PathEscape(token)
	if t.Status == cancelled { // a second tap
		http.Redirect(w, r, back, http.StatusSeeOther)
		return
	}
	if t.ended() {
		s.refuse(w, r, because(ticketEnded))
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), askWithin)
	defer cancel()
	reply, err := s.desk.Ask(ctx, t.Office, feed.Request{V: 1, ID: requestID(form.Get("id"), token), Kind: feed.RequestCancel,
		Token: token, Deadline: time.Now().Add(askWithin).UnixMilli()})
	if why, failed := s.unanswered(reply, err); failed {
		s.log.Info("cancel refused", "office", t.Office, "code", why.Code, "err", err)
		if why.Code == noAnswer {
			s.refuse(w, r, why, again{Action: r.URL.Path, ID: form.Get("id")})
			return
		}
		s.refuse(w, r, why)
		return
	}
	s.book.update(token, *reply.Ticket)
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

// TicketView is a ticket as its page shows it.
type TicketView struct {
	Token     string `json:"-"`
	Office    string `json:"office"`
	Name      Words  `json:"officeName"`
	Label     string `json:"label"`
	Service   Words  `json:"service"`
	Status    string `json:"status"`
	Head      Words  `json:"head"` // what to do, large
	Text      Words  `json:"text"` // what it means
	Ahead     int    `json:"ahead"`
	Expect    Words  `json:"expect"` // when the call is expected, "" when unknown
	Ended     bool   `json:"ended"`
	Stale     bool   `json:"stale"`
	Heard     int64  `json:"heard"`
	HeardText Words  `json:"heardText"`
}

// find words the ticket behind a token.
func (s *Site) find(token string) (TicketView, bool) {
	t, ok := s.book.find(token)
	if !ok {
		return TicketView{}, false
	}
	now := time.Now()
	v := TicketView{Token: token, Office: t.Office, Name: Words{t.Office, t.Office}, Label: t.Label,
		Service: Words{t.Issued.Service, t.Issued.Service}, Status: t.Status, Ahead: t.Ahead, Ended: t.ended()}
	v.Head, v.Text = statusWords(t)
	if o, ok := s.city.Office(t.Office); ok {
		connected, _ := s.city.Link()
		c := card(o, connected, now)
		v.Name, v.Stale, v.Heard, v.HeardText = c.Name, c.Stale, c.Heard, c.HeardText
		for _, x := range c.Services {
			if x.ID == t.Issued.Service {
				v.Service = x.Name
			}
		}
	}
	if t.Status == waiting && t.Wait != nil {
		v.Expect = expected(t.Taken, t.Wait, now)
	}
	return v, true
}

// expected words the time of the call as told at issue.
func expected(taken time.Time, r *feed.Range, now time.Time) Words {
	from, to := taken.Add(time.Duration(r.Low)*time.Second), taken.Add(time.Duration(r.High)*time.Second)
	if now.After(to) {
		return Words{"예상보다 늦어지고 있습니다", "Later than expected"}
	}
	a, b := seoul(from).Format("15:04"), seoul(to).Format("15:04")
	return Words{a + " ~ " + b, a + " – " + b}
}

// statusWords say what the holder of a ticket should do, and why.
func statusWords(t Held) (head, text Words) {
	switch t.Status {
	case waiting:
		if t.Ahead == 0 {
			return Words{"다음 차례입니다", "You are next"},
				Words{"창구 가까이에서 기다려 주십시오.", "Please wait near the counters."}
		}
		return Words{fmt.Sprintf("앞에 %d명", t.Ahead), fmt.Sprintf("%d ahead of you", t.Ahead)},
			Words{"호출되면 이 화면에 창구 번호가 나타납니다.", "When you are called, the counter appears here."}
	case called:
		return Words{fmt.Sprintf("%d번 창구로 오십시오", t.Counter), fmt.Sprintf("Go to counter %d", t.Counter)},
			Words{"호출되었습니다. 창구에서 번호를 보여 주십시오.", "You have been called. Please show your number at the counter."}
	case onHold:
		return Words{"보류 중", "On hold"},
			Words{"창구에서 잠시 보류하였습니다. 다시 호출할 때까지 가까이에서 기다려 주십시오.", "The counter has put you on hold. Please stay near; you will be called again."}
	case missed:
		return Words{"호출에 오시지 않았습니다", "You missed your call"},
			Words{"민원실 직원에게 번호를 말씀하여 주십시오. 다시 순서를 받을 수 있습니다.", "Please tell your number to the staff: you may be let back into the line."}
	case departed:
		return Words{"창구를 떠난 번호", "No longer at the counter"},
			Words{fmt.Sprintf("%d번 창구에 호출되었던 번호입니다. 업무가 끝났거나 다른 업무로 옮겨졌습니다.", t.Counter),
				fmt.Sprintf("This number was called to counter %d. Your business there is finished, or was passed on.", t.Counter)}
	case finished:
		return Words{"완료", "Finished"}, Words{"업무가 끝났습니다. 이용하여 주셔서 감사합니다.", "Your business is finished. Thank you."}
	case cancelled:
		return Words{"취소됨", "Cancelled"}, Words{"번호표를 취소하였습니다.", "You have given this ticket up."}
	case void:
		return Words{"무효", "Void"}, Words{"민원실에서 무효로 한 번호표입니다.", "The office has taken this ticket out."}
	}
	return Words{"종료", "Ended"}, Words{"업무일이 끝나 더 호출되지 않는 번호표입니다.", "The business day has ended; this number will not be called."}
}
