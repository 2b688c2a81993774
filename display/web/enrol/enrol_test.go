package enrol_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sunbeon/appliance/feed/identity"
	"sunbeon/display/web/enrol"
)

// clock is a time that stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// stand is a city with its authority and its website's address.
type stand struct {
	t     *testing.T
	dir   string
	clock *clock
	*enrol.Authority
	url string
	log bytes.Buffer
}

func newStand(t *testing.T) *stand {
	t.Helper()
	s := &stand{t: t, dir: filepath.Join(t.TempDir(), "ca"), clock: &clock{now: time.Now()}}
	var err error
	if s.Authority, err = enrol.Init(s.dir, "sujeong", []string{"mqtt.example.go.kr", "10.0.0.5"}, 2, s.clock.Now); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s.Handler(slog.New(slog.NewTextHandler(&s.log, nil))))
	t.Cleanup(web.Close)
	s.url = web.URL
	return s
}

func (s *stand) offer(office string) identity.Code {
	s.t.Helper()
	code, err := s.Offer(office)
	if err != nil {
		s.t.Fatal(err)
	}
	return code
}

func (s *stand) read(name string) string {
	s.t.Helper()
	b, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

// enrol is `kiosk enroll` into files.
func (s *stand) enrol(files identity.Files, office string, code identity.Code) (*x509.Certificate, error) {
	return files.Enrol(context.Background(), http.DefaultClient, s.url, office, code)
}

func TestExchange(t *testing.T) {
	s := newStand(t)
	code := s.offer("CS0001")
	files := identity.Folder(filepath.Join(t.TempDir(), "kiosk"))
	leaf, err := s.enrol(files, "CS0001", code)
	if err != nil {
		t.Fatal(err)
	}
	if leaf.Subject.String() != "CN=CS0001" || leaf.IsCA || len(leaf.ExtKeyUsage) != 1 || leaf.ExtKeyUsage[0] != x509.ExtKeyUsageClientAuth {
		t.Errorf("the certificate is of %s, CA %v, for %v", leaf.Subject, leaf.IsCA, leaf.ExtKeyUsage)
	}
	if y := leaf.NotAfter.Sub(s.clock.Now()); y < 729*24*time.Hour || y > 732*24*time.Hour {
		t.Errorf("it is good for %v, want two years", y)
	}
	for path, mode := range map[string]os.FileMode{files.Key: 0o600, files.Certificate: 0o644, files.CA: 0o644,
		filepath.Join(s.dir, "ca.key"): 0o600, filepath.Join(s.dir, "offices/CS0001.json"): 0o600} {
		if i, err := os.Stat(path); err != nil || i.Mode().Perm() != mode {
			t.Errorf("%s: %v %v, want %v", path, i, err, mode)
		}
	}
	if c, err := files.TLS(); err != nil || len(c.Certificates) != 1 || c.RootCAs == nil {
		t.Errorf("the files give no TLS: %v", err)
	}
	// The code and the key are nowhere in the city's folder, nor in its log.
	key, err := os.ReadFile(files.Key)
	if err != nil {
		t.Fatal(err)
	}
	all := s.log.String()
	err = filepath.WalkDir(s.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all += string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(key)
	for what, secret := range map[string]string{"code": string(code), "written code": code.String(), "key": string(block.Bytes)} {
		if strings.Contains(all, secret) {
			t.Errorf("the %s is in the city's folder or log", what)
		}
	}
	if !strings.Contains(s.log.String(), "office enrolled") {
		t.Errorf("the log: %s", &s.log)
	}
	// It is used up: another kiosk gets nothing, and loses nothing.
	other := identity.Folder(t.TempDir())
	if _, err := s.enrol(other, "CS0001", code); err == nil || !strings.Contains(err.Error(), "새 코드") {
		t.Errorf("a code used twice: %v", err)
	}
}

// loses is a network that loses answers after the city has given them.
type loses struct{ n int }

func (l *loses) Do(r *http.Request) (*http.Response, error) {
	reply, err := http.DefaultClient.Do(r)
	if err == nil && l.n > 0 {
		l.n--
		reply.Body.Close()
		return nil, errors.New("the connection broke")
	}
	return reply, err
}

// An answer that is lost costs nothing: the same command gives the same
// certificate.
func TestLostAnswer(t *testing.T) {
	s := newStand(t)
	code := s.offer("CS0001")
	files := identity.Folder(t.TempDir())
	network := &loses{n: 2}
	for range 2 {
		if _, err := files.Enrol(t.Context(), network, s.url, "CS0001", code); err == nil {
			t.Fatal("the answer was lost and nobody noticed")
		}
		if _, err := files.Leaf(); err == nil {
			t.Fatal("a certificate came out of nothing")
		}
	}
	leaf, err := files.Enrol(t.Context(), network, s.url, "CS0001", code)
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.Offices()
	if err != nil || len(all) != 1 || len(all[0].Given) != 1 || all[0].Given[0].Serial != leaf.SerialNumber.Text(16) {
		t.Errorf("%d certificates were given: %+v %v", len(all[0].Given), all, err)
	}
}

// A new code gives a new certificate; the old one goes on until it is revoked.
func TestRenewal(t *testing.T) {
	s := newStand(t)
	files := identity.Folder(t.TempDir())
	first, err := s.enrol(files, "CS0001", s.offer("CS0001"))
	if err != nil {
		t.Fatal(err)
	}
	s.clock.move(time.Hour)
	second, err := s.enrol(files, "CS0001", s.offer("CS0001"))
	if err != nil {
		t.Fatal(err)
	}
	now, err := files.Leaf()
	if err != nil || !now.Equal(second) || now.Equal(first) {
		t.Errorf("the files hold another certificate: %v", err)
	}
	if bytes.Equal(first.RawSubjectPublicKeyInfo, second.RawSubjectPublicKeyInfo) {
		t.Error("the key is the old one")
	}
	if n := len(crl(t, s).RevokedCertificateEntries); n != 0 {
		t.Errorf("%d certificates are revoked by a renewal", n)
	}
}

func TestCodesThatAreRefused(t *testing.T) {
	for name, use := range map[string]func(s *stand) (identity.Code, string){
		"another code": func(s *stand) (identity.Code, string) { s.offer("CS0001"); return identity.NewCode(), "CS0001" },
		"without one":  func(*stand) (identity.Code, string) { return identity.NewCode(), "CS0001" },
		"another office's": func(s *stand) (identity.Code, string) {
			s.offer("CS0001")
			return s.offer("CS0002"), "CS0001"
		},
		"a day old": func(s *stand) (identity.Code, string) {
			c := s.offer("CS0001")
			s.clock.move(enrol.CodeFor)
			return c, "CS0001"
		},
		"replaced": func(s *stand) (identity.Code, string) { c := s.offer("CS0001"); s.offer("CS0001"); return c, "CS0001" },
		"revoked": func(s *stand) (identity.Code, string) {
			c := s.offer("CS0001")
			if err := s.Revoke("CS0001"); err != nil {
				s.t.Fatal(err)
			}
			return c, "CS0001"
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStand(t)
			code, office := use(s)
			files := identity.Folder(t.TempDir())
			_, err := s.enrol(files, office, code)
			if err == nil || !strings.Contains(err.Error(), "the city refuses") {
				t.Fatalf("got %v", err)
			}
			if _, err := files.Leaf(); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("there is a certificate: %v", err)
			}
		})
	}
	t.Run("after 23 hours it is good", func(t *testing.T) {
		s := newStand(t)
		c := s.offer("CS0001")
		s.clock.move(enrol.CodeFor - time.Minute)
		if _, err := s.enrol(identity.Folder(t.TempDir()), "CS0001", c); err != nil {
			t.Error(err)
		}
	})
}

// Five wrong tries burn an office's code; those of another office do not.
func TestFiveWrongTriesBurnACode(t *testing.T) {
	s := newStand(t)
	one, two := s.offer("CS0001"), s.offer("CS0002")
	for range 5 {
		if _, err := s.enrol(identity.Folder(t.TempDir()), "CS0001", identity.NewCode()); err == nil {
			t.Fatal("any code is good")
		}
	}
	if _, err := s.enrol(identity.Folder(t.TempDir()), "CS0001", one); err == nil {
		t.Error("the code is good after five wrong ones")
	}
	for range 4 {
		if _, err := s.enrol(identity.Folder(t.TempDir()), "CS0002", identity.NewCode()); err == nil {
			t.Fatal("any code is good")
		}
	}
	if _, err := s.enrol(identity.Folder(t.TempDir()), "CS0002", two); err != nil {
		t.Errorf("after four wrong ones: %v", err)
	}
}

// Ids that are no plain names come into no file, whoever brings them.
func TestOnlyPlainNames(t *testing.T) {
	s := newStand(t)
	acl, nats := s.read("broker/mosquitto.acl"), s.read("broker/nats-offices.conf")
	for _, id := range []string{"", "a b", "CS0001\ntopic readwrite #", "CS0001\r", "#", "+", "a/b", "../ca", "..", ".", "city@1", "broker@sunbeon", "a\x00", `a"`,
		"a,CN=b", "민원실", strings.Repeat("a", 65), "a}", "$SYS", "%u"} {
		if _, err := s.Offer(id); err == nil || !strings.Contains(err.Error(), "letters, digits, - and _") {
			t.Errorf("a code for %q: %v", id, err)
		}
		if err := s.Revoke(id); err == nil {
			t.Errorf("%q was revoked", id)
		}
		if _, err := s.enrol(identity.Folder(t.TempDir()), id, identity.NewCode()); err == nil || !strings.Contains(err.Error(), "cannot be read") {
			t.Errorf("%q was enrolled: %v", id, err)
		}
	}
	if s.read("broker/mosquitto.acl") != acl || s.read("broker/nats-offices.conf") != nats {
		t.Error("the lists have changed")
	}
	if left, err := filepath.Glob(filepath.Join(s.dir, "offices/*")); err != nil || len(left) != 0 {
		t.Errorf("files of offices: %q %v", left, err)
	}
	s.offer(strings.Repeat("a", 64))
	s.offer("CS-0001_b")
}

const oneOffice = `
user city@1
topic read sunbeon/v1/sujeong/+/state
topic read sunbeon/v1/sujeong/+/status
topic read sunbeon/v1/sujeong/+/facts
topic read sunbeon/v1/sujeong/+/reply/+
topic write sunbeon/v1/sujeong/+/cursor
topic write sunbeon/v1/sujeong/+/request/+

user city@2
topic read sunbeon/v1/sujeong/+/state
topic read sunbeon/v1/sujeong/+/status
topic read sunbeon/v1/sujeong/+/facts
topic read sunbeon/v1/sujeong/+/reply/+
topic write sunbeon/v1/sujeong/+/cursor
topic write sunbeon/v1/sujeong/+/request/+

user CS0001
topic write sunbeon/v1/sujeong/CS0001/state
topic readwrite sunbeon/v1/sujeong/CS0001/status
topic write sunbeon/v1/sujeong/CS0001/facts
topic write sunbeon/v1/sujeong/CS0001/reply/+
topic read sunbeon/v1/sujeong/CS0001/cursor
topic read sunbeon/v1/sujeong/CS0001/request/+
`

func TestLists(t *testing.T) {
	s := newStand(t)
	s.offer("CS0002")
	code := s.offer("CS0001")
	leaf, err := s.enrol(identity.Folder(t.TempDir()), "CS0001", code)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Revoke("CS0002"); err != nil {
		t.Fatal(err)
	}
	_, acl, _ := strings.Cut(s.read("broker/mosquitto.acl"), "\n\n")
	if "\n"+acl != oneOffice {
		t.Errorf("the access list:\n%s", acl)
	}
	nats := s.read("broker/nats-offices.conf")
	for _, want := range []string{`user: "CN=CS0001"`, `publish: ["sunbeon.v1.sujeong.CS0001.state", "sunbeon.v1.sujeong.CS0001.status", "sunbeon.v1.sujeong.CS0001.facts", "sunbeon.v1.sujeong.CS0001.reply.*"]`} {
		if !strings.Contains(nats, want) {
			t.Errorf("%s is not in\n%s", want, nats)
		}
	}
	if strings.Contains(nats, "CS0002") {
		t.Error("a revoked office may go on")
	}
	if n := len(crl(t, s).RevokedCertificateEntries); n != 0 {
		t.Errorf("%d revoked certificates", n)
	}
	if err := s.Revoke("CS0001"); err != nil {
		t.Fatal(err)
	}
	list := crl(t, s)
	if n := len(list.RevokedCertificateEntries); n != 1 || list.RevokedCertificateEntries[0].SerialNumber.Cmp(leaf.SerialNumber) != 0 {
		t.Errorf("%d revoked certificates", n)
	}
	if list.NextUpdate.Before(s.Certificate().NotAfter) {
		t.Error("the list ends before the authority, and then nobody gets in")
	}
	if strings.Contains(s.read("broker/mosquitto.acl"), "CS000") {
		t.Error("the access list still has offices")
	}
	// A revoked office comes back with a new certificate; the old one stays void.
	if _, err := s.enrol(identity.Folder(t.TempDir()), "CS0001", s.offer("CS0001")); err != nil {
		t.Fatal(err)
	}
	if n := len(crl(t, s).RevokedCertificateEntries); n != 1 {
		t.Errorf("%d revoked certificates", n)
	}
	if err := s.Revoke("CS0404"); err == nil || !strings.Contains(err.Error(), "-list") {
		t.Errorf("an unknown office was revoked: %v", err)
	}
}

func crl(t *testing.T, s *stand) *x509.RevocationList {
	t.Helper()
	block, _ := pem.Decode([]byte(s.read("broker/crl.pem")))
	if block == nil {
		t.Fatal("crl.pem is no PEM")
	}
	list, err := x509.ParseRevocationList(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if err := list.CheckSignatureFrom(s.Certificate()); err != nil {
		t.Fatal(err)
	}
	return list
}

// The command and the website are two processes: nothing of either is lost.
func TestTwoAtOnce(t *testing.T) {
	s := newStand(t)
	var all sync.WaitGroup
	for i := range 24 {
		all.Go(func() {
			own, err := enrol.Open(s.dir, s.clock.Now)
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := own.Offer(fmt.Sprintf("CS%04d", i)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := strings.Count(s.read("broker/mosquitto.acl"), "user CS"); n != 24 {
		t.Errorf("%d of 24 offices stand in the access list", n)
	}
}

func TestInitAgain(t *testing.T) {
	s := newStand(t)
	s.offer("CS0001")
	before := map[string]string{}
	for _, name := range []string{"ca.pem", "ca.key", "broker/certificate.pem", "city@1/certificate.pem"} {
		before[name] = s.read(name)
	}
	if _, err := enrol.Init(s.dir, "sujeong", []string{"10.0.0.6"}, 3, s.clock.Now); err != nil {
		t.Fatal(err)
	}
	for name, old := range before {
		if same := s.read(name) == old; same != strings.HasPrefix(name, "ca.") {
			t.Errorf("%s is the same: %v", name, same)
		}
	}
	block, _ := pem.Decode([]byte(s.read("broker/certificate.pem")))
	leaf, err := x509.ParseCertificate(block.Bytes)
	if err != nil || leaf.VerifyHostname("10.0.0.6") != nil || leaf.VerifyHostname("10.0.0.5") == nil {
		t.Errorf("the broker's names: %v %v", leaf.IPAddresses, err)
	}
	if acl := s.read("broker/mosquitto.acl"); !strings.Contains(acl, "user city@3\n") || !strings.Contains(acl, "user CS0001\n") {
		t.Errorf("the access list:\n%s", acl)
	}
	for want, try := range map[string]func() error{
		"of \"sujeong\", not of": func() error { _, err := enrol.Init(s.dir, "other", []string{"h"}, 1, s.clock.Now); return err },
		"letters, digits":        func() error { _, err := enrol.Init(t.TempDir(), "a/b", []string{"h"}, 1, s.clock.Now); return err },
		"with -host":             func() error { _, err := enrol.Init(t.TempDir(), "a", nil, 1, s.clock.Now); return err },
		`-host "x\ny"`:           func() error { _, err := enrol.Init(t.TempDir(), "a", []string{"x\ny"}, 1, s.clock.Now); return err },
		"write 1 to 16":          func() error { _, err := enrol.Init(t.TempDir(), "a", []string{"h"}, 0, s.clock.Now); return err },
		"enroll -init":           func() error { _, err := enrol.Open(t.TempDir(), s.clock.Now); return err },
	} {
		if err := try(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s: %v", want, err)
		}
	}
	// A key of elsewhere, and half a file.
	other := newStand(t)
	for name, b := range map[string]string{"ca.key": other.read("ca.key"), "ca.pem": before["ca.pem"][:100], "about.json": "{"} {
		good := s.read(name)
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(b), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := enrol.Open(s.dir, s.clock.Now); err == nil || !strings.Contains(err.Error(), "backup") && !strings.Contains(err.Error(), "-init") {
			t.Errorf("%s: %v", name, err)
		}
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(good), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// What is no request is refused before anything is looked up, and many are
// refused for being many.
func TestHandlerRefuses(t *testing.T) {
	s := newStand(t)
	post := func(body string) (int, identity.Refusal) {
		reply, err := http.Post(s.url, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer reply.Body.Close()
		b, err := io.ReadAll(reply.Body)
		if err != nil {
			t.Fatal(err)
		}
		var no identity.Refusal
		if err := json.Unmarshal(b, &no); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		return reply.StatusCode, no
	}
	for _, body := range []string{"", "x", "null", "{}", `{"csr":"AAAA","proof":"AAAA"}`, `{"csr":1}`, strings.Repeat("x", 9000), `{"csr":"` + strings.Repeat("A", 9000) + `"}`} {
		if status, no := post(body); status != http.StatusBadRequest || no.Ko == "" || no.En == "" {
			t.Errorf("%.40q: %d %+v", body, status, no)
		}
	}
	status := 0
	for range 30 {
		status, _ = post("x")
	}
	if status != http.StatusTooManyRequests {
		t.Errorf("38 at once: %d, want 429", status)
	}
	s.clock.move(time.Minute)
	if status, _ := post("x"); status != http.StatusBadRequest {
		t.Errorf("a minute later: %d", status)
	}
}
