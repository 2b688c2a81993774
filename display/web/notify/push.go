package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"

	"sunbeon/display/web"
)

// Keys are a VAPID key pair, base64url.
type Keys struct{ Private, Public string }

// NewKeys makes a pair.
func NewKeys() (Keys, error) {
	private, public, err := webpush.GenerateVAPIDKeys()
	if err != nil {
		return Keys{}, fmt.Errorf("notify: keys: %w", err)
	}
	return Keys{private, public}, nil
}

// Push carries parcels to the push services of browsers.
type Push struct {
	Keys Keys
	// Contact is whom a push service may ask: an address for mail, or an https one.
	Contact string
	Client  *http.Client // see Client
}

// shown is what the service worker gets.
type shown struct {
	Title  string   `json:"title"`
	Body   string   `json:"body"`
	Lang   web.Lang `json:"lang"`
	Tag    string   `json:"tag"` // a later message takes the place of an earlier one
	Page   string   `json:"page"`
	Urgent bool     `json:"urgent"`
}

// Carry sends one.
func (p *Push) Carry(ctx context.Context, x Parcel) error {
	l, base := x.To.Lang, ""
	if l == web.En {
		base = "/en"
	}
	body, err := json.Marshal(shown{x.Title.In(l), x.Text.In(l), l, "ticket", base + "/t/" + url.PathEscape(x.Token), x.Kind == Call})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	ttl := max(fiveMinutes-time.Since(x.Made), time.Second)
	reply, err := webpush.SendNotificationWithContext(ctx, body, &webpush.Subscription{Endpoint: x.To.Endpoint,
		Keys: webpush.Keys{Auth: x.To.Auth, P256dh: x.To.P256dh}},
		&webpush.Options{HTTPClient: p.Client, Subscriber: p.Contact, TTL: int(ttl / time.Second), Urgency: webpush.UrgencyHigh, Topic: "ticket",
			VAPIDPublicKey: p.Keys.Public, VAPIDPrivateKey: p.Keys.Private})
	if err != nil {
		return fmt.Errorf("notify: push: %w", hidden(err))
	}
	defer reply.Body.Close()
	_, _ = io.CopyN(io.Discard, reply.Body, 4<<10) // so that the connection is used again
	return verdict(reply.StatusCode)
}

// verdict reads a status of RFC 8030.
func verdict(status int) error {
	switch {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusNotFound, status == http.StatusGone:
		return ErrGone
	case status == http.StatusTooManyRequests, status == http.StatusRequestTimeout, status >= 500:
		return fmt.Errorf("notify: push: %s", http.StatusText(status))
	}
	return fmt.Errorf("%w: status %d", ErrRefused, status)
}

// hidden takes the address out of an error: whoever knows it may write to the
// browser's push service.
func hidden(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
