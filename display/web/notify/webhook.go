package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sunbeon/display/web"
)

// The headers of a post to the gateway; docs/webhook.md is their contract.
const (
	HeaderID        = "Sunbeon-Id"        // the same on every try of a post
	HeaderTime      = "Sunbeon-Timestamp" // Unix seconds of this try
	HeaderSignature = "Sunbeon-Signature" // v1=<hex HMAC-SHA256 of timestamp "." body>
)

// Subscribe is the kind of the post that carries a telephone number, the only one
// that does.
const Subscribe Kind = "subscribe"

// Post is what the gateway gets.
type Post struct {
	V       int       `json:"v"` // 1
	ID      string    `json:"id"`
	Kind    Kind      `json:"kind"`   // subscribe, near, next, call, missed, end
	Ticket  string    `json:"ticket"` // token: what the gateway keeps the number under
	Lang    web.Lang  `json:"lang"`   // of the holder
	Phone   string    `json:"phone,omitempty"`
	Office  string    `json:"office"`
	Name    web.Words `json:"officeName"`
	Label   string    `json:"label"`
	Counter int       `json:"counter,omitempty"`
	Text    string    `json:"text,omitempty"` // in that language, ready to be sent
	Page    string    `json:"page"`           // path of the ticket's page
	Made    int64     `json:"made"`           // Unix ms
}

// MinKey is the least length of the secret, bytes.
const MinKey = 32

// Gateway posts to the city's sender of text messages.
type Gateway struct {
	url    string
	key    []byte
	client *http.Client
}

// NewGateway makes one for an https address, or an http one of this machine.
func NewGateway(address string, key []byte) (*Gateway, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil:
		return nil, fmt.Errorf("notify: webhook %q: write it like https://gateway.example/sunbeon", address)
	case u.Scheme == "https":
	case u.Scheme == "http" && local(u.Hostname()):
	default:
		return nil, fmt.Errorf("notify: webhook %q carries telephone numbers: it must be https", address)
	}
	if len(key) < MinKey {
		return nil, fmt.Errorf("notify: the webhook's key has %d bytes; give it %d or more", len(key), MinKey)
	}
	return &Gateway{address, key, &http.Client{Timeout: carried, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

func local(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// Announce hands a holder's number over, once; see web.Gateway.
func (g *Gateway) Announce(ctx context.Context, s web.Subscription, phone string, t web.TicketView) error {
	return g.post(ctx, Post{ID: rand.Text(), Kind: Subscribe, Ticket: s.Token, Lang: s.Lang, Phone: phone, Office: t.Office, Name: t.Name, Label: t.Label,
		Made: time.Now().UnixMilli()})
}

// Carry posts a message.
func (g *Gateway) Carry(ctx context.Context, x Parcel) error {
	l := x.To.Lang
	p := Post{ID: x.ID, Kind: x.Kind, Ticket: x.Token, Lang: l, Office: x.Office, Name: x.Name, Label: x.Label, Counter: x.Counter, Made: x.Made.UnixMilli()}
	if x.Kind != End {
		p.Text = x.Title.In(l) + "\n" + x.Text.In(l)
	}
	return g.post(ctx, p)
}

func (g *Gateway) post(ctx context.Context, p Post) error {
	p.V, p.Page = 1, "/t/"+url.PathEscape(p.Ticket)
	if p.Lang == web.En {
		p.Page = "/en" + p.Page
	}
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	now := strconv.FormatInt(time.Now().Unix(), 10)
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("User-Agent", "sunbeon")
	q.Header.Set(HeaderID, p.ID)
	q.Header.Set(HeaderTime, now)
	q.Header.Set(HeaderSignature, sign(g.key, now, body))
	reply, err := g.client.Do(q)
	if err != nil {
		return fmt.Errorf("notify: webhook: %w", hidden(err))
	}
	defer reply.Body.Close()
	_, _ = io.CopyN(io.Discard, reply.Body, 4<<10) // so that the connection is used again
	return verdict(reply.StatusCode)
}

func sign(key []byte, timestamp string, body []byte) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(timestamp + "."))
	h.Write(body)
	return "v1=" + hex.EncodeToString(h.Sum(nil))
}

// signedWithin is how far the clocks of both ends may be apart.
const signedWithin = 5 * time.Minute

// ErrSignature: a post is not the city's, or too old to be believed.
var ErrSignature = errors.New("notify: the signature does not hold")

// Verify reads a post as a gateway should: signed with the key, of these minutes,
// and well formed.
func Verify(key []byte, h http.Header, body []byte, now time.Time) (Post, error) {
	stamp := h.Get(HeaderTime)
	s, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return Post{}, fmt.Errorf("%w: no timestamp", ErrSignature)
	}
	if !hmac.Equal([]byte(sign(key, stamp, body)), []byte(strings.TrimSpace(h.Get(HeaderSignature)))) {
		return Post{}, fmt.Errorf("%w: check that both ends have the same key", ErrSignature)
	}
	if d := now.Sub(time.Unix(s, 0)).Abs(); d > signedWithin {
		return Post{}, fmt.Errorf("%w: its time is %v away; check both clocks", ErrSignature, d.Round(time.Second))
	}
	var p Post
	if err := json.Unmarshal(body, &p); err != nil {
		return Post{}, fmt.Errorf("notify: webhook: %w", err)
	}
	if p.ID != h.Get(HeaderID) {
		return Post{}, fmt.Errorf("%w: the id of the header is not the body's", ErrSignature)
	}
	return p, nil
}

// Receive answers posts as a gateway does, for trying one out: each that verifies
// is given to got, once for an id.
func Receive(key []byte, got func(Post, bool), refused func(error)) http.Handler {
	const most = 16 << 10
	seen := newSeen(10_000)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "POST only", http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
		if err != nil {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		p, err := Verify(key, r.Header, body, time.Now())
		switch {
		case errors.Is(err, ErrSignature):
			refused(err)
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		case err != nil:
			refused(err)
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		got(p, seen.again(p.ID))
		w.WriteHeader(http.StatusNoContent)
	})
}
