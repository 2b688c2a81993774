package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sunbeon/appliance/feed"
)

// cancel gives a ticket up and leads back to its page.
func (s *Site) cancel(w http.ResponseWriter, r *http.Request) {
	s.change(w, r, func(t held, form url.Values) (feed.Request, refusal, bool) {
		why := because(noAnswer)
		why.Ko, why.En = "민원실이 제때 답하지 않았습니다. 취소되었는지 다시 눌러 확인하여 주십시오.", "The office did not answer in time. Please press again to make sure that the ticket is cancelled."
		return feed.Request{Kind: feed.RequestCancel}, why, t.Status != feed.StatusCancelled // not for a second tap
	})
}

// delay lets others go first.
func (s *Site) delay(w http.ResponseWriter, r *http.Request) {
	s.change(w, r, func(t held, form url.Values) (feed.Request, refusal, bool) {
		why := because(noAnswer)
		why.Ko, why.En = "민원실이 제때 답하지 않았습니다. 다시 눌러 주십시오. 두 번 미루어지지는 않습니다.", "The office did not answer in time. Please press again; it will not be done twice."
		pass, err := strconv.Atoi(form.Get("pass"))
		if err != nil || pass < 1 || pass > feed.MaxPass {
			return feed.Request{}, because(badForm), true
		}
		return feed.Request{Kind: feed.RequestDelay, Pass: pass}, why, true
	})
}

// arrive says that a ticket's holder is at the office.
func (s *Site) arrive(w http.ResponseWriter, r *http.Request) {
	s.change(w, r, func(t held, form url.Values) (feed.Request, refusal, bool) {
		why := because(noAnswer)
		why.Ko, why.En = "민원실이 제때 답하지 않았습니다. 다시 눌러 주십시오.", "The office did not answer in time. Please press again."
		code, ok := arrivalCode(form.Get("code"))
		if !ok {
			return feed.Request{}, because(badCode), true
		}
		return feed.Request{Kind: feed.RequestArrive, Code: code}, why, t.Away // not for a second tap
	})
}

// arrivalCode reads a code as people type it; the office says whether it is the
// right one.
func arrivalCode(typed string) (code string, ok bool) {
	code = strings.Map(func(c rune) rune {
		switch {
		case c >= '０' && c <= '９': // of a Korean keyboard's full width
			return c - '０' + '0'
		case c == ' ', c == '-':
			return -1
		}
		return c
	}, typed)
	if code == "" || len(code) > 32 {
		return "", false
	}
	for _, c := range code {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return "", false
		}
	}
	return code, true
}

// change asks a ticket's office to do something with it, and leads back to the
// ticket's page. What gives the request and the words for an office that does
// not answer; a request without a kind is refused with them, and false means that
// it is done already.
func (s *Site) change(w http.ResponseWriter, r *http.Request, what func(held, url.Values) (feed.Request, refusal, bool)) {
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
	q, silent, wanted := what(t, form)
	_, base := lang(r.URL.Path)
	back := base + "/t/" + url.PathEscape(token)
	switch {
	case !wanted:
		http.Redirect(w, r, back, http.StatusSeeOther)
		return
	case t.ended():
		s.refuse(w, r, because(ticketEnded))
		return
	case q.Kind == "":
		s.refuse(w, r, silent, again{Ticket: back})
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), askWithin)
	defer cancel()
	// The same form sent twice is one request; another choice on it is another.
	q.V, q.Token = 1, token
	q.ID = requestID(form.Get("id"), token+"\x00"+string(q.Kind)+"\x00"+strconv.Itoa(q.Pass)+"\x00"+q.Code)
	reply, err := s.desk.Ask(ctx, t.Office, q)
	if why, failed := s.unanswered(reply, err); failed {
		s.log.Info("a ticket's request was refused", "kind", q.Kind, "office", t.Office, "code", why.Code, "err", err)
		if why.Code == noAnswer {
			s.refuse(w, r, silent, again{Action: r.URL.Path, ID: form.Get("id"), Pass: form.Get("pass"), Code: q.Code, Ticket: back})
			return
		}
		s.refuse(w, r, why, again{Ticket: back})
		return
	}
	s.book.told(t.Office, *reply.Ticket, t.Seq, time.Now())
	http.Redirect(w, r, back, http.StatusSeeOther)
}
