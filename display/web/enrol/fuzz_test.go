package enrol_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"sunbeon/appliance/feed/identity"
	"sunbeon/display/web/enrol"
)

// FuzzRequest: whatever is posted is refused in words, unless it proves the code,
// which nobody here knows.
func FuzzRequest(f *testing.F) {
	c := &clock{now: time.Now()}
	a, err := enrol.Init(filepath.Join(f.TempDir(), "ca"), "sujeong", []string{"h"}, 1, c.Now)
	if err != nil {
		f.Fatal(err)
	}
	if _, err := a.Offer("CS0001"); err != nil {
		f.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range []string{"CS0001", "CS0002", "city@1", "a\nb"} {
		csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: name}}, key)
		if err != nil {
			f.Fatal(err)
		}
		proof := identity.NewCode().Proof(name)
		b, err := json.Marshal(identity.Request{CSR: csr, Proof: proof.OfRequest(csr)})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("{}"))
	f.Add([]byte(`{"csr":"MIIB","proof":null}`))
	h := a.Handler(slog.New(slog.DiscardHandler))
	f.Fuzz(func(t *testing.T, body []byte) {
		c.move(time.Millisecond * 500)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/enrol", io.NopCloser(bytes.NewReader(body))))
		var no identity.Refusal
		if w.Code != http.StatusBadRequest && w.Code != http.StatusForbidden || json.Unmarshal(w.Body.Bytes(), &no) != nil || no.Ko == "" || no.En == "" {
			t.Errorf("%q: %d %s", body, w.Code, w.Body)
		}
	})
}
