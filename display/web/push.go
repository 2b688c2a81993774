package web

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Gateway hands a holder's telephone number to the city's sender of text
// messages, once: it is kept there under the ticket's token, and nowhere here.
type Gateway interface {
	// Announce returns when the gateway has taken it, or why it has not.
	Announce(ctx context.Context, s Subscription, phone string, t TicketView) error
}

// maxEndpoint bounds the address that a browser's push service gives.
const maxEndpoint = 1024

// subscribe enters a browser for the messages of a ticket, or takes it out. It is
// called by the page's module, which needs no page back.
func (s *Site) subscribe(w http.ResponseWriter, r *http.Request) {
	form, ok := s.form(w, r)
	if !ok {
		return
	}
	l, _ := lang(r.URL.Path)
	sub := Subscription{Token: r.PathValue("token"), Lang: l, Endpoint: form.Get("endpoint"), P256dh: form.Get("p256dh"), Auth: form.Get("auth")}
	ctx, cancel := context.WithTimeout(r.Context(), askWithin)
	defer cancel()
	switch err := checkPush(sub); {
	case s.pushKey == "":
		s.refuse(w, r, because(notFound))
		return
	case err != nil:
		s.log.Info("a subscription was refused", "err", err)
		s.refuse(w, r, because(badForm))
		return
	case form.Get("stop") != "":
		err = s.ledger.Unsubscribe(ctx, sub.Token, sub.Endpoint)
		if err != nil {
			s.unkept(w, r, err)
			return
		}
	case !s.enter(ctx, w, r, sub):
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// enter keeps a subscription for a ticket that has not ended.
func (s *Site) enter(ctx context.Context, w http.ResponseWriter, r *http.Request, sub Subscription) bool {
	t, unknown := s.find(sub.Token)
	switch {
	case unknown != "":
		s.refuse(w, r, because(unknown))
		return false
	case t.ended():
		s.refuse(w, r, because(ticketEnded))
		return false
	}
	switch err := s.ledger.Subscribe(ctx, sub); {
	case errors.Is(err, ErrFull):
		s.refuse(w, r, because(tooManyAlerts))
		return false
	case err != nil:
		s.unkept(w, r, err)
		return false
	}
	return true
}

// checkPush checks what a browser says of its push service. Where the name leads
// is checked again when something is sent.
func checkPush(s Subscription) error {
	u, err := url.Parse(s.Endpoint)
	switch {
	case err != nil || len(s.Endpoint) > maxEndpoint:
		return errors.New("web: subscription: its address is none, or too long")
	case u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "":
		return errors.New("web: subscription: its address is not a plain https one")
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && !Public(a) {
		return errors.New("web: subscription: its address is inside a network")
	}
	key, err := unpadded(s.P256dh)
	if err != nil || len(s.P256dh) > 100 {
		return errors.New("web: subscription: its key is not base64url")
	}
	if _, err := ecdh.P256().NewPublicKey(key); err != nil {
		return errors.New("web: subscription: its key is none of P-256")
	}
	if auth, err := unpadded(s.Auth); err != nil || len(auth) != 16 {
		return errors.New("web: subscription: its secret is not of 16 bytes")
	}
	return nil
}

func unpadded(s string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
}

// Public reports whether an address is one of the internet's, where anybody may
// be: not of this machine, of a network at home, or of a special use.
func Public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "5f00::/16"} {
		if netip.MustParsePrefix(p).Contains(a) {
			return false
		}
	}
	return true
}

// text hands a telephone number to the gateway and enters it for the messages of
// a ticket. The number is not kept and not logged.
func (s *Site) text(w http.ResponseWriter, r *http.Request) {
	if s.gateway == nil {
		s.refuse(w, r, because(notFound))
		return
	}
	form, ok := s.form(w, r)
	if !ok {
		return
	}
	token := r.PathValue("token")
	l, base := lang(r.URL.Path)
	back := base + "/t/" + url.PathEscape(token)
	phone, ok := mobile(form.Get("phone"))
	if !ok {
		s.refuse(w, r, because(badPhone), again{Ticket: back})
		return
	}
	t, unknown := s.find(token)
	if unknown != "" {
		s.refuse(w, r, because(unknown))
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), askWithin)
	defer cancel()
	if t.ended() {
		s.refuse(w, r, because(ticketEnded))
		return
	}
	sub := Subscription{Token: token, Lang: l, Endpoint: GatewayEndpoint}
	// The gateway first: a message may be due at once.
	if err := s.gateway.Announce(ctx, sub, phone, s.view(t, time.Now())); err != nil {
		s.log.Warn("the gateway of text messages did not take a number", "err", err)
		s.refuse(w, r, because(gatewaySilent), again{Ticket: back})
		return
	}
	if !s.enter(ctx, w, r, sub) {
		return
	}
	http.Redirect(w, r, back+"?"+textsOn, http.StatusSeeOther)
}

// textsOn is the query of a ticket's page after that.
const textsOn = "texts"

// mobile reads a Korean mobile number as people type it.
func mobile(typed string) (digits string, ok bool) {
	digits = strings.Map(func(c rune) rune {
		if c == '-' || c == ' ' || c == '.' {
			return -1
		}
		return c
	}, strings.TrimSpace(typed))
	if rest, found := strings.CutPrefix(digits, "+82"); found {
		digits = "0" + strings.TrimPrefix(rest, "0")
	}
	if len(digits) < 10 || len(digits) > 11 || !strings.HasPrefix(digits, "01") || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	return digits, true
}

// worker serves the service worker, at the root so that it may show the messages
// of every ticket.
func (s *Site) worker(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(s.pages.worker))
}

// View words the ticket of a token as its page does now; false: there is none,
// or nothing is known of it yet.
func (s *Site) View(token string) (TicketView, bool) {
	t, unknown := s.find(token)
	if unknown != "" {
		return TicketView{}, false
	}
	return s.view(t, time.Now()), true
}
