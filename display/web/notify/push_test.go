package notify

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sunbeon/display/web"
)

// service is a browser and its push service: it knows nothing of the code under
// test, and reads what comes by the RFCs alone.
type service struct {
	*httptest.Server
	key    *ecdh.PrivateKey
	secret []byte
	vapid  string // the city's public key, which the browser subscribed with

	mu     sync.Mutex
	status int
	got    []string // payloads
	bad    []error
}

func newService(t *testing.T, vapid string) *service {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := &service{key: key, secret: make([]byte, 16), vapid: vapid, status: http.StatusCreated}
	rand.Read(s.secret)
	s.Server = httptest.NewTLSServer(s)
	t.Cleanup(s.Close)
	return s
}

// subscription is what the browser tells the page.
func (s *service) subscription() web.Subscription {
	b64 := base64.RawURLEncoding.EncodeToString
	return web.Subscription{Token: "tokenaaaaaaaaaaa", Lang: web.Ko, Endpoint: s.URL + "/send/abc", P256dh: b64(s.key.PublicKey().Bytes()), Auth: b64(s.secret)}
}

// client trusts the service's certificate; the guard is as it is for others.
func (s *service) client(may func(netip.AddrPort) bool) *http.Client {
	c := Client(may)
	c.Transport.(*http.Transport).TLSClientConfig = s.Client().Transport.(*http.Transport).TLSClientConfig
	return c
}

func anywhere(netip.AddrPort) bool { return true }

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 5000))
	if err == nil {
		err = s.vouched(r)
	}
	var text []byte
	if err == nil {
		text, err = s.open(body)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.bad = append(s.bad, err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if s.status < 300 {
		s.got = append(s.got, string(text))
	}
	w.WriteHeader(s.status)
}

// vouched checks RFC 8030's headers and RFC 8292's signature.
func (s *service) vouched(r *http.Request) error {
	if ttl, err := strconv.Atoi(r.Header.Get("TTL")); err != nil || ttl < 1 || ttl > int(fiveMinutes/time.Second) {
		return fmt.Errorf("TTL %q", r.Header.Get("TTL"))
	}
	if r.Method != "POST" || r.Header.Get("Urgency") != "high" || len(r.Header.Get("Topic")) > 32 || r.Header.Get("Content-Encoding") != "aes128gcm" {
		return fmt.Errorf("%s, headers %v", r.Method, r.Header)
	}
	rest, ok := strings.CutPrefix(r.Header.Get("Authorization"), "vapid t=")
	token, key, ok2 := strings.Cut(rest, ", k=")
	if !ok || !ok2 || key != s.vapid {
		return errors.New("no VAPID of the key that the browser subscribed with")
	}
	point, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil || len(point) != 65 {
		return fmt.Errorf("key: %v", err)
	}
	signed, signature, _ := cutLast(token, ".")
	sig, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil || len(sig) != 64 {
		return fmt.Errorf("signature: %v", err)
	}
	sum := sha256.Sum256([]byte(signed))
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return err
	}
	if !ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		return errors.New("the signature is wrong")
	}
	_, claims, _ := strings.Cut(signed, ".")
	raw, err := base64.RawURLEncoding.DecodeString(claims)
	if err != nil {
		return err
	}
	var c struct {
		Aud, Sub string
		Exp      int64
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return err
	}
	if left := time.Until(time.Unix(c.Exp, 0)); c.Aud != s.URL || left <= 0 || left > 24*time.Hour || c.Sub != "mailto:queue@city.example" {
		return fmt.Errorf("claims %s", raw)
	}
	return nil
}

// open decrypts a body of RFC 8188 by the keys of RFC 8291.
func (s *service) open(body []byte) ([]byte, error) {
	if len(body) < 21+65+17 || len(body) > 4096 || body[20] != 65 {
		return nil, fmt.Errorf("a body of %d bytes", len(body))
	}
	salt, size, sender, sealed := body[:16], binary.BigEndian.Uint32(body[16:20]), body[21:86], body[86:]
	if uint32(len(sealed)) > size {
		return nil, errors.New("more than one record")
	}
	from, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		return nil, err
	}
	shared, err := s.key.ECDH(from)
	if err != nil {
		return nil, err
	}
	derive := func(secret, salt []byte, info string, n int) []byte {
		out, err := hkdf.Key(sha256.New, secret, salt, info, n)
		if err != nil {
			panic(err)
		}
		return out
	}
	ikm := derive(shared, s.secret, "WebPush: info\x00"+string(s.key.PublicKey().Bytes())+string(sender), 32)
	block, err := aes.NewCipher(derive(ikm, salt, "Content-Encoding: aes128gcm\x00", 16))
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	text, err := gcm.Open(nil, derive(ikm, salt, "Content-Encoding: nonce\x00", 12), sealed, nil)
	if err != nil {
		return nil, err
	}
	text, ok := bytes.CutSuffix(bytes.TrimRight(text, "\x00"), []byte{2})
	if !ok {
		return nil, errors.New("no end of the last record")
	}
	return text, nil
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func keys(t *testing.T) Keys {
	t.Helper()
	k, err := NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func called(to web.Subscription) Parcel {
	return Parcel{ID: "x", To: to, Made: time.Now(), Tries: 1, Message: Message{Kind: Call, Token: to.Token, Office: "CS0001", Label: "502", Counter: 7,
		Title: web.Words{Ko: "7번 창구로 오십시오", En: "Go to counter 7"}, Text: web.Words{Ko: "502번", En: "502"}}}
}

// TestPushIsReadByTheBrowserAlone: signed for the service, sealed for the browser.
func TestPushIsReadByTheBrowserAlone(t *testing.T) {
	k := keys(t)
	s := newService(t, k.Public)
	p := &Push{Keys: k, Contact: "queue@city.example", Client: s.client(anywhere)}
	if err := p.Carry(t.Context(), called(s.subscription())); err != nil {
		t.Fatalf("%v; the service says %v", err, s.bad)
	}
	english := s.subscription()
	english.Lang = web.En
	near := called(english)
	near.Kind = Near
	if err := p.Carry(t.Context(), near); err != nil {
		t.Fatalf("%v; the service says %v", err, s.bad)
	}
	want := []string{
		`{"title":"7번 창구로 오십시오","body":"502번","lang":"ko","tag":"ticket","page":"/t/tokenaaaaaaaaaaa","urgent":true}`,
		`{"title":"Go to counter 7","body":"502","lang":"en","tag":"ticket","page":"/en/t/tokenaaaaaaaaaaa","urgent":false}`,
	}
	if fmt.Sprint(s.got) != fmt.Sprint(want) {
		t.Errorf("%q", s.got)
	}
	// Another city's key is not the one that the browser subscribed with.
	other := &Push{Keys: keys(t), Contact: p.Contact, Client: p.Client}
	if err := other.Carry(t.Context(), called(s.subscription())); !errors.Is(err, ErrRefused) || len(s.bad) != 1 {
		t.Errorf("%v, %v", err, s.bad)
	}
}

func TestWhatAPushServiceAnswers(t *testing.T) {
	k := keys(t)
	s := newService(t, k.Public)
	p := &Push{Keys: k, Contact: "queue@city.example", Client: s.client(anywhere)}
	for status, want := range map[int]error{201: nil, 202: nil, 404: ErrGone, 410: ErrGone, 400: ErrRefused, 403: ErrRefused, 413: ErrRefused, 301: ErrRefused, 307: ErrRefused} {
		s.status = status
		if err := p.Carry(t.Context(), called(s.subscription())); !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%d: %v", status, err)
		}
	}
	for _, status := range []int{408, 429, 500, 503} {
		s.status = status
		if err := p.Carry(t.Context(), called(s.subscription())); err == nil || errors.Is(err, ErrGone) || errors.Is(err, ErrRefused) {
			t.Errorf("%d may pass: %v", status, err)
		}
	}
	s.Close()
	if err := p.Carry(t.Context(), called(s.subscription())); err == nil || errors.Is(err, ErrRefused) || strings.Contains(err.Error(), "/send/") {
		t.Errorf("nobody there: %v", err)
	}
}

// TestNothingInsideIsReached: whatever name a browser gives, the connection ends
// at the address it leads to.
func TestNothingInsideIsReached(t *testing.T) {
	reached := 0
	inside := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ }))
	defer inside.Close()
	_, port, _ := cutLast(inside.URL, ":")
	p := &Push{Keys: keys(t), Contact: "queue@city.example", Client: Client(Public)}
	s := newService(t, p.Keys.Public)
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]", "2130706433", "10.0.0.1", "169.254.169.254"} {
		to := s.subscription()
		to.Endpoint = "https://" + host + ":" + port + "/"
		if err := p.Carry(t.Context(), called(to)); err == nil || reached > 0 {
			t.Errorf("%s: reached %d times, %v", host, reached, err)
		} else if host == "127.0.0.1" && !errors.Is(err, ErrInside) {
			t.Errorf("%s: %v", host, err)
		}
	}
	// A redirect from outside to inside is an answer like any other.
	outside := httptest.NewTLSServer(http.RedirectHandler(inside.URL, http.StatusTemporaryRedirect))
	defer outside.Close()
	to := s.subscription()
	to.Endpoint = outside.URL
	p.Client = s.client(anywhere)
	if err := p.Carry(t.Context(), called(to)); !errors.Is(err, ErrRefused) || reached > 0 {
		t.Errorf("redirected: reached %d times, %v", reached, err)
	}
}

func TestPublicAddresses(t *testing.T) {
	for address, want := range map[string]bool{"8.8.8.8:443": true, "[2606:4700::1111]:443": true, "8.8.8.8:80": false, "8.8.8.8:6379": false,
		"10.1.2.3:443": false, "172.16.0.1:443": false, "192.168.0.1:443": false, "127.0.0.1:443": false, "169.254.169.254:443": false,
		"100.64.0.1:443": false, "0.0.0.0:443": false, "255.255.255.255:443": false, "224.0.0.1:443": false, "[::1]:443": false, "[::]:443": false,
		"[fe80::1]:443": false, "[fc00::1]:443": false, "[::ffff:10.0.0.1]:443": false, "[::ffff:8.8.8.8]:443": true, "[64:ff9b::a00:1]:443": false, "[2002:a00:1::]:443": false} {
		if got := Public(netip.MustParseAddrPort(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

// TestCarryEndsWithItsContext: a push service that hangs holds nobody up.
func TestCarryEndsWithItsContext(t *testing.T) {
	held := make(chan struct{})
	slow := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(held)
		<-r.Context().Done()
	}))
	defer slow.Close()
	k := keys(t)
	s := newService(t, k.Public)
	p := &Push{Keys: k, Contact: "queue@city.example", Client: s.client(anywhere)}
	to := s.subscription()
	to.Endpoint = slow.URL
	ctx, stop := context.WithCancel(t.Context())
	go func() { <-held; stop() }()
	if err := p.Carry(ctx, called(to)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
