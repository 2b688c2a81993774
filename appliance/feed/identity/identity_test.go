package identity

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestCodes(t *testing.T) {
	seen := map[Code]bool{}
	for range 1000 {
		c := NewCode()
		back, err := ParseCode(c.String())
		if err != nil || back != c || len(c) != 16 || len(c.String()) != 19 || seen[c] {
			t.Fatalf("%q is read as %q: %v", c, back, err)
		}
		seen[c] = true
	}
	for in, want := range map[string]Code{
		"7K2M-9QXW-0T4D-RB3H":   "7K2M9QXW0T4DRB3H",
		" 7k2m 9qxw Ot4d rb3h ": "7K2M9QXW0T4DRB3H",
		"illL-OooO-0000-1111":   "1111000000001111",
	} {
		if got, err := ParseCode(in); err != nil || got != want {
			t.Errorf("%q: %q %v", in, got, err)
		}
	}
	for _, in := range []string{"", "7K2M-9QXW-0T4D-RB3", "7K2M-9QXW-0T4D-RB3HH", "7K2M-9QXW-0T4D-RB3U", "7K2M-9QXW-0T4D-RB3\n", "칠"} {
		if got, err := ParseCode(in); err == nil || !strings.Contains(err.Error(), "cityweb enroll") {
			t.Errorf("%q is read as %q: %v", in, got, err)
		}
	}
}

// What is proven cannot be moved: to another office, another request, another
// answer, or from one part of an answer into the next.
func TestProofs(t *testing.T) {
	code := Code("7K2M9QXW0T4DRB3H")
	p := code.Proof("CS0001")
	all := map[string][]byte{
		"request":         p.OfRequest([]byte("ab")),
		"of another":      p.OfRequest([]byte("abc")),
		"of CS0002":       code.Proof("CS0002").OfRequest([]byte("ab")),
		"another code's":  Code("7K2M9QXW0T4DRB3G").Proof("CS0001").OfRequest([]byte("ab")),
		"answer":          p.OfAnswer([]byte("ab"), []byte("cd"), []byte("ef")),
		"moved":           p.OfAnswer([]byte("ab"), []byte("cde"), []byte("f")),
		"to another":      p.OfAnswer([]byte("a"), []byte("bcd"), []byte("ef")),
		"of nothing":      p.OfAnswer([]byte("ab"), nil, nil),
		"the proof alone": p[:],
	}
	for a, x := range all {
		for b, y := range all {
			if Same(x, y) != (a == b) {
				t.Errorf("%s and %s", a, b)
			}
		}
	}
}

// city signs what it is asked to, and may be told to cheat.
type city struct {
	t     *testing.T
	key   *ecdsa.PrivateKey
	cert  *x509.Certificate
	code  Code
	cheat func(c *x509.Certificate, key any, a *Answer) any // returns the key to certify
	after func(a *Answer)
}

func newCity(t *testing.T, code Code) *city {
	t.Helper()
	c := &city{t: t, code: code}
	var err error
	if c.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	self := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "city"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, self, self, &c.key.PublicKey, c.key)
	if err != nil {
		t.Fatal(err)
	}
	if c.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *city) Do(r *http.Request) (*http.Response, error) {
	var q Request
	b, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(b, &q) != nil {
		c.t.Fatalf("%s: %v", b, err)
	}
	if bytes.Contains(b, []byte(c.code)) {
		c.t.Error("the code is on the wire")
	}
	csr, err := x509.ParseCertificateRequest(q.CSR)
	if err != nil || csr.CheckSignature() != nil {
		c.t.Fatal(err)
	}
	proof := c.code.Proof("CS0001")
	if !Same(q.Proof, proof.OfRequest(q.CSR)) {
		c.t.Error("wrong proof")
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: csr.Subject, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	a := &Answer{CA: c.cert.Raw}
	key := csr.PublicKey
	if c.cheat != nil {
		key = c.cheat(leaf, key, a)
	}
	if a.Certificate, err = x509.CreateCertificate(rand.Reader, leaf, c.cert, key, c.key); err != nil {
		c.t.Fatal(err)
	}
	a.Proof = proof.OfAnswer(q.CSR, a.Certificate, a.CA)
	if c.after != nil {
		c.after(a)
	}
	if b, err = json.Marshal(a); err != nil {
		c.t.Fatal(err)
	}
	return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Body: io.NopCloser(bytes.NewReader(b))}, nil
}

// An answer that is not what was asked for changes nothing, also when who gives
// it knows the code.
func TestWrongAnswers(t *testing.T) {
	other := newCity(t, "")
	for want, cheat := range map[string]*city{
		"stands between":    {after: func(a *Answer) { a.Proof[3] ^= 1 }},
		"city's address":    {after: func(a *Answer) { a.CA = other.cert.Raw }},
		"not of \"CS0001\"": {cheat: func(c *x509.Certificate, key any, _ *Answer) any { c.Subject.CommonName = "CS0002"; return key }},
		"another key":       {cheat: func(_ *x509.Certificate, _ any, _ *Answer) any { return &other.key.PublicKey }},
		"unknown authority": {cheat: func(_ *x509.Certificate, key any, a *Answer) any { a.CA = other.cert.Raw; return key }},
		"incompatible key usage": {cheat: func(c *x509.Certificate, key any, _ *Answer) any {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
			return key
		}},
		"expired": {cheat: func(c *x509.Certificate, key any, _ *Answer) any {
			c.NotAfter = time.Now().Add(-time.Minute)
			return key
		}},
		"no authority": {cheat: func(_ *x509.Certificate, key any, a *Answer) any { a.CA = []byte("x"); return key }},
	} {
		t.Run(want, func(t *testing.T) {
			good := newCity(t, NewCode())
			files := Folder(t.TempDir())
			if _, err := files.Enrol(t.Context(), good, "http://city", "CS0001", good.code); err != nil {
				t.Fatal(err)
			}
			before := contents(t, files)
			good.cheat, good.after = cheat.cheat, cheat.after
			_, err := files.Enrol(t.Context(), good, "http://city", "CS0001", good.code)
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "nothing was changed") {
				t.Errorf("got %v", err)
			}
			if contents(t, files) != before {
				t.Error("the files have changed")
			}
		})
	}
}

func contents(t *testing.T, f Files) (all string) {
	t.Helper()
	for _, path := range []string{f.CA, f.Certificate, f.Key} {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all += string(b)
	}
	return all
}

// replies answers whatever it is told to.
type replies struct {
	status int
	body   string
}

func (r replies) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: r.status, Status: http.StatusText(r.status), Body: io.NopCloser(strings.NewReader(r.body))}, nil
}

func TestNotTheCity(t *testing.T) {
	for want, r := range map[string]replies{
		"city's website, with -ca": {404, "<html>"},
		"cannot be read":           {200, "<html>"},
		"stands between":           {200, "{}"},
		"the city refuses: 아니오":    {403, `{"ko":"아니오","en":"no"}`},
	} {
		if _, err := Folder(t.TempDir()).Enrol(t.Context(), r, "https://city/", "CS0001", NewCode()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s: %v", want, err)
		}
	}
	for _, address := range []string{"", "city", "ftp://city", "https://"} {
		if _, err := Folder(t.TempDir()).Enrol(t.Context(), replies{}, address, "CS0001", NewCode()); err == nil || !strings.Contains(err.Error(), "write https://") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// The power may go between any two files: whoever reads them next has a
// certificate that fits its key, the old or the new one.
func TestCutOffBetweenFiles(t *testing.T) {
	city := newCity(t, NewCode())
	files := Folder(t.TempDir())
	if _, err := files.Enrol(t.Context(), city, "http://city", "CS0001", city.code); err != nil {
		t.Fatal(err)
	}
	old := map[string][]byte{}
	for _, path := range []string{files.Certificate, files.Key} {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		old[path] = b
	}
	leaf, err := files.Enrol(t.Context(), city, "http://city", "CS0001", city.code)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := os.ReadFile(files.Key)
	if err != nil {
		t.Fatal(err)
	}
	put := func(path string, b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// Between certificate and key.
	put(files.Key, old[files.Key])
	put(files.pending(), fresh)
	if got, err := files.Leaf(); err != nil || !got.Equal(leaf) {
		t.Errorf("between certificate and key: %v", err)
	}
	if _, err := os.Stat(files.pending()); !os.IsNotExist(err) {
		t.Error("the exchange was not ended")
	}
	if _, err := files.TLS(); err != nil {
		t.Error(err)
	}
	// Before the certificate: the old pair goes on.
	put(files.Key, old[files.Key])
	put(files.Certificate, old[files.Certificate])
	put(files.pending(), fresh)
	if got, err := files.Leaf(); err != nil || got.Equal(leaf) {
		t.Errorf("before the certificate: %v", err)
	}
	// A key that nobody has certified is used again; one that is damaged is not.
	csr, err := files.fresh()
	if err != nil || !bytes.Contains(fresh, PEM("EC PRIVATE KEY", der(t, csr))) {
		t.Errorf("another key was made: %v", err)
	}
	put(files.pending(), fresh[:50])
	if _, err := files.Enrol(t.Context(), city, "http://city", "CS0001", city.code); err != nil {
		t.Errorf("half a key: %v", err)
	}
	// A pair that does not fit says what to do.
	put(files.Key, old[files.Key])
	if _, err := files.TLS(); err == nil || !strings.Contains(err.Error(), "kiosk enroll") {
		t.Errorf("a key of another certificate: %v", err)
	}
}

func der(t *testing.T, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	b, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A board whose clock is years back trusts the broker all the same.
func TestClockBehind(t *testing.T) {
	c := newCity(t, NewCode())
	c.cheat = func(leaf *x509.Certificate, key any, _ *Answer) any {
		leaf.NotBefore = time.Now().Add(10 * time.Minute)
		return key
	}
	files := Folder(t.TempDir())
	leaf, err := files.Enrol(t.Context(), c, "http://city", "CS0001", c.code)
	if err != nil {
		t.Fatal(err)
	}
	conf, err := files.TLS()
	if err != nil || !conf.Time().Equal(leaf.NotBefore) {
		t.Errorf("the time is %v, want %v: %v", conf.Time(), leaf.NotBefore, err)
	}
}

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path+".part", []byte("long and left over"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, 0o600, []byte("x")); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	i, _ := os.Stat(path)
	if err != nil || string(b) != "x" || i.Mode().Perm() != 0o600 {
		t.Errorf("%q %v %v", b, i.Mode(), err)
	}
	if err := Write(filepath.Join(path, "below"), 0o600, nil); err == nil {
		t.Error("written below a file")
	}
}
