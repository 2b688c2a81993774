package broker_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/feed"
)

// authority signs certificates for one test.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	n    int64
}

func newAuthority(t *testing.T) *authority {
	a := &authority{t: t}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a.key = key
	der := a.sign(&x509.Certificate{Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign}, &key.PublicKey)
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *authority) sign(c *x509.Certificate, key *ecdsa.PublicKey) []byte {
	a.t.Helper()
	a.n++
	c.SerialNumber = big.NewInt(a.n)
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent := a.cert
	if parent == nil {
		parent = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	return der
}

// issue makes a certificate and its key.
func (a *authority) issue(name string) (der []byte, key *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	return a.sign(&x509.Certificate{Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}, &key.PublicKey), key
}

func (a *authority) client(name string) *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	der, key := a.issue(name)
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

func writePEM(t *testing.T, path, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestOfficesByCertificate uses the part of mosquitto.conf for the offices, and
// the access list: an office writes its own topics and no other's.
func TestOfficesByCertificate(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	dir := t.TempDir()
	der, key := ca.issue("broker")
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, filepath.Join(dir, "ca.pem"), "CERTIFICATE", ca.cert.Raw)
	writePEM(t, filepath.Join(dir, "broker.pem"), "CERTIFICATE", der)
	writePEM(t, filepath.Join(dir, "broker.key"), "EC PRIVATE KEY", keyDER)
	acl, err := os.ReadFile("mosquitto.acl")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "mosquitto.acl"), acl, 0o600); err != nil {
		t.Fatal(err)
	}
	// The shipped lines, with the comment taken off.
	shipped, err := os.ReadFile("mosquitto.conf")
	if err != nil {
		t.Fatal(err)
	}
	_, lines, ok := strings.Cut(string(shipped), "\n#listener 8883\n")
	if !ok {
		t.Fatal("mosquitto.conf has no line #listener 8883")
	}
	secure := freeAddress(t)
	_, port, err := net.SplitHostPort(secure)
	if err != nil {
		t.Fatal(err)
	}
	block := []string{"listener " + port + " 127.0.0.1"}
	for line := range strings.Lines(lines) {
		block = append(block, strings.ReplaceAll(strings.TrimPrefix(strings.TrimSpace(line), "#"), "/etc/mosquitto/sunbeon/", dir+"/"))
	}
	m := newMosquitto(t, block...)

	c := newCity(t, m.url())
	k := newKioskWith(t, "CS0001", "ssl://"+secure, ca.client("CS0001"))
	k.grow(100)
	c.whole(k.rec, "CS0001")
	eventually(t, "it is allowed", func() bool { return k.up.Stats().Proven })
	eventually(t, "the state", func() bool { return c.waiting("CS0001") == 1 })
	reply, err := c.city.Ask(t.Context(), "CS0001", feed.Request{Kind: feed.RequestIssue, Service: "passport"})
	if err != nil || reply.Ticket == nil {
		t.Errorf("a request: %+v, %v", reply, err)
	}

	// Another office's certificate, and a kiosk that claims to be the first.
	thief := newKioskWith(t, "CS0001", "ssl://"+secure, ca.client("CS0002"))
	thief.epoch += 1000
	thief.off()
	thief.on()
	eventually(t, "it is connected", thief.up.Connected)
	thief.show(99)
	s := newStrangerWith(t, "ssl://"+secure, "CS0003", ca.client("CS0003"))
	forged, err := json.Marshal(feed.Snapshot{V: 1, City: cityName, Office: "CS0001", Epoch: 1 << 40, Rev: 1,
		Services: []feed.Service{{ID: "a", Waiting: new(99)}}})
	if err != nil {
		t.Fatal(err)
	}
	s.say(k.address().State(), true, forged) // answered with success
	own, err := json.Marshal(feed.Status{V: 1, Online: true})
	if err != nil {
		t.Fatal(err)
	}
	s.say(feed.Address{City: cityName, Office: "CS0003"}.Status(), true, own)
	eventually(t, "its own topic is open", func() bool { _, ok := c.city.Office("CS0003"); return ok })
	k.show(2)
	eventually(t, "the true one goes on", func() bool { return c.waiting("CS0001") == 2 })
	if thief.up.Stats().Proven {
		t.Error("another office's certificate passed for the first one's")
	}

	// Without a certificate nobody gets in.
	if conn, err := tls.Dial("tcp", secure, &tls.Config{RootCAs: ca.client("x").RootCAs, MaxVersion: tls.VersionTLS12}); err == nil {
		conn.Close()
		t.Error("a handshake without a certificate")
	}
}
