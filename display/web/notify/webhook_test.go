package notify

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"sunbeon/display/web"
)

var secret = []byte("0123456789abcdef0123456789abcdef")

func TestGatewayKeepsTheNumberAndGetsTheRest(t *testing.T) {
	var got []string
	gateway := httptest.NewServer(Receive(secret, func(p Post, again bool) {
		got = append(got, fmt.Sprint(p.Kind, " ", p.Ticket, " ", p.Phone, " ", p.Lang, " ", p.Page, " ", p.Counter, " ", strings.ReplaceAll(p.Text, "\n", "/"), " ", again))
	}, func(err error) { t.Error(err) }))
	defer gateway.Close()
	g, err := NewGateway(gateway.URL, secret)
	if err != nil {
		t.Fatal(err)
	}
	to := web.Subscription{Token: "tokenaaaaaaaaaaa", Lang: web.En, Endpoint: web.GatewayEndpoint}
	if err := g.Announce(t.Context(), to, "01012345678", web.TicketView{Office: "CS0001", Label: "502"}); err != nil {
		t.Fatal(err)
	}
	p := called(to)
	end := called(to)
	end.Kind, end.ID = End, "y"
	for _, x := range []Parcel{p, p, end} { // the second is a try whose answer was lost
		if err := g.Carry(t.Context(), x); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"subscribe tokenaaaaaaaaaaa 01012345678 en /en/t/tokenaaaaaaaaaaa 0  false",
		"call tokenaaaaaaaaaaa  en /en/t/tokenaaaaaaaaaaa 7 Go to counter 7/502 false",
		"call tokenaaaaaaaaaaa  en /en/t/tokenaaaaaaaaaaa 7 Go to counter 7/502 true",
		"end tokenaaaaaaaaaaa  en /en/t/tokenaaaaaaaaaaa 7  false",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q", got)
	}
}

// TestForgedPostsAreRefused by the receiver that we ship, as by any gateway that
// follows docs/webhook.md.
func TestForgedPostsAreRefused(t *testing.T) {
	gateway := Receive(secret, func(p Post, _ bool) {}, func(error) {})
	now := strconv.FormatInt(time.Now().Unix(), 10)
	old := strconv.FormatInt(time.Now().Add(-signedWithin-time.Minute).Unix(), 10)
	body := []byte(`{"v":1,"id":"x","kind":"call"}`)
	for _, c := range []struct {
		name, stamp, signature, id string
		body                       []byte
		status                     int
	}{
		{"right", now, sign(secret, now, body), "x", body, 204},
		{"another key", now, sign([]byte(strings.Repeat("k", 32)), now, body), "x", body, 401},
		{"another body", now, sign(secret, now, body), "x", []byte(`{"v":1,"id":"x","kind":"near"}`), 401},
		{"another time", old, sign(secret, now, body), "x", body, 401},
		{"replayed later", old, sign(secret, old, body), "x", body, 401},
		{"another id", now, sign(secret, now, body), "y", body, 401},
		{"no signature", now, "", "x", body, 401},
		{"no time", "", sign(secret, "", body), "x", body, 401},
		{"no JSON", now, sign(secret, now, []byte("{")), "x", []byte("{"), 400},
		{"too large", now, "v1=", "x", bytes.Repeat([]byte("x"), 20<<10), 413},
	} {
		r := httptest.NewRequest("POST", "/", bytes.NewReader(c.body))
		r.Header.Set(HeaderTime, c.stamp)
		r.Header.Set(HeaderSignature, c.signature)
		r.Header.Set(HeaderID, c.id)
		w := httptest.NewRecorder()
		gateway.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
	}
	w := httptest.NewRecorder()
	if gateway.ServeHTTP(w, httptest.NewRequest("GET", "/", nil)); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", w.Code)
	}
}

// TestSignatureOfTheDocument is the example of docs/webhook.md, made by openssl.
func TestSignatureOfTheDocument(t *testing.T) {
	if got, want := sign(secret, "1764036000", []byte(`{"v":1,"id":"GXQ7M2","kind":"end"}`)), "v1=45900b12cae78a89e18dbf8f6294ded9d3a74d26234efcb6cd4fa65d55768c37"; got != want {
		t.Errorf("%s", got)
	}
}

func TestWebhookAddresses(t *testing.T) {
	for address, want := range map[string]string{"https://gateway.example/x": "", "http://127.0.0.1:9/": "", "http://localhost:9/": "", "http://[::1]:9/": "",
		"http://gateway.example/": "must be https", "http://10.0.0.5/": "must be https", "ftp://gateway.example/": "must be https", "gateway": "write it like", "https://u:p@gateway.example/": "write it like"} {
		_, err := NewGateway(address, secret)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := NewGateway("https://gateway.example/", secret[:31]); err == nil || !strings.Contains(err.Error(), "32 or more") {
		t.Error(err)
	}
}

func TestWhatAGatewayAnswers(t *testing.T) {
	status := 0
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
	}))
	defer gateway.Close()
	g, err := NewGateway(gateway.URL, secret)
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[int]error{200: nil, 204: nil, 404: ErrGone, 410: ErrGone, 401: ErrRefused, 302: ErrRefused} {
		status = code
		if err := g.Carry(t.Context(), called(web.Subscription{Token: "t"})); !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%d: %v", code, err)
		}
	}
}

// FuzzVerify: whatever comes, it is refused or signed.
func FuzzVerify(f *testing.F) {
	now := time.Unix(1764036000, 0)
	f.Add("1764036000", "v1=00", "x", []byte(`{"id":"x"}`))
	f.Add("1764036000", sign(secret, "1764036000", []byte(`{"id":"x"}`)), "x", []byte(`{"id":"x"}`))
	f.Fuzz(func(t *testing.T, stamp, signature, id string, body []byte) {
		h := http.Header{}
		h.Set(HeaderTime, stamp)
		h.Set(HeaderSignature, signature)
		h.Set(HeaderID, id)
		if p, err := Verify(secret, h, body, now); err == nil && (p.ID != id || strings.TrimSpace(signature) != sign(secret, stamp, body)) {
			t.Errorf("%+v", p)
		}
	})
}
