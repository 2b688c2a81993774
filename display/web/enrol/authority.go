package enrol

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/identity"
)

const (
	authorityYears = 10
	years          = 2 // of everybody else
	// early is how long ago certificates begin, for clocks that are a little slow.
	early = 24 * time.Hour
)

// brokerName is the common name of the broker's certificate.
const brokerName = "broker@sunbeon"

// Authority is a city's authority in its folder. Its methods may be called from
// several goroutines and processes.
type Authority struct {
	dir  string
	now  func() time.Time
	city string // the topic level
	cert *x509.Certificate
	key  crypto.Signer
}

// about is kept beside the key.
type about struct {
	City     string   `json:"city"`
	Hosts    []string `json:"hosts"`    // of the broker
	Replicas int      `json:"replicas"` // processes of the website
}

// Init makes the folder of a city, or, where there is one, new certificates for
// its broker and website. Hosts are the names and addresses by which clients
// reach the broker.
func Init(dir, city string, hosts []string, replicas int, now func() time.Time) (*Authority, error) {
	if err := (feed.Address{City: city, Office: "x"}).Check(); err != nil {
		return nil, fmt.Errorf("enrol: -city: %w", err)
	}
	if err := checkHosts(hosts); err != nil {
		return nil, err
	}
	if replicas < 1 || replicas > 16 {
		return nil, fmt.Errorf("enrol: %d processes of the website: write 1 to 16", replicas)
	}
	// The broker's user passes through the folder to its own, and sees nothing else.
	for d, mode := range map[string]fs.FileMode{dir: 0o711, filepath.Join(dir, "offices"): 0o700} {
		if err := errors.Join(os.MkdirAll(d, mode), os.Chmod(d, mode)); err != nil {
			return nil, fmt.Errorf("enrol: %w; name a folder that can be made with -ca", err)
		}
	}
	unlock, err := lock(dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	a, err := Open(dir, now)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if a, err = create(dir, city, now); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	case a.city != city:
		return nil, fmt.Errorf("enrol: %s is the authority of %q, not of %q; give another folder with -ca", dir, a.city, city)
	}
	b, err := json.Marshal(about{city, hosts, replicas})
	if err != nil {
		return nil, fmt.Errorf("enrol: %w", err)
	}
	if err := a.write("about.json", 0o600, b); err != nil {
		return nil, err
	}
	if err := a.server(hosts); err != nil {
		return nil, err
	}
	for i := range replicas {
		if err := a.website(i + 1); err != nil {
			return nil, err
		}
	}
	return a, a.lists()
}

func checkHosts(hosts []string) error {
	if len(hosts) == 0 {
		return errors.New("enrol: the broker has no name: give the names and addresses by which offices reach it with -host")
	}
	for _, h := range hosts {
		if net.ParseIP(h) == nil && !hostname(h) {
			return fmt.Errorf("enrol: -host %q: write names or addresses, e.g. mqtt.example.go.kr,10.0.0.5", h)
		}
	}
	return nil
}

// hostname keeps to what can stand in a certificate and in a configuration.
func hostname(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.':
		default:
			return false
		}
	}
	return true
}

// Open opens a folder that Init made.
func Open(dir string, now func() time.Time) (*Authority, error) {
	a := &Authority{dir: dir, now: now}
	b, err := os.ReadFile(a.path("ca.key"))
	if err != nil {
		return nil, fmt.Errorf("enrol: no authority: %w; make one with `cityweb enroll -init`, or run this as the user that it belongs to", err)
	}
	key, _ := pem.Decode(b)
	if b, err = os.ReadFile(a.path("ca.pem")); err != nil {
		return nil, fmt.Errorf("enrol: %w; take the folder from the backup", err)
	}
	cert, _ := pem.Decode(b)
	if key == nil || cert == nil {
		return nil, fmt.Errorf("enrol: ca.key or ca.pem in %s is damaged; take the folder from the backup", dir)
	}
	private, err := x509.ParseECPrivateKey(key.Bytes)
	if err != nil {
		return nil, fmt.Errorf("enrol: ca.key: %w; take the folder from the backup", err)
	}
	a.key = private
	if a.cert, err = x509.ParseCertificate(cert.Bytes); err != nil {
		return nil, fmt.Errorf("enrol: ca.pem: %w; take the folder from the backup", err)
	}
	if !private.PublicKey.Equal(a.cert.PublicKey) {
		return nil, fmt.Errorf("enrol: ca.key and ca.pem in %s do not belong together; take the folder from the backup", dir)
	}
	said, err := a.about()
	a.city = said.City
	return a, err
}

// City is the city's name in topics.
func (a *Authority) City() string { return a.city }

// Certificate is the authority's own.
func (a *Authority) Certificate() *x509.Certificate { return a.cert }

// Own says until when the certificates of the city's own programs are good, by
// their folders.
func (a *Authority) Own() (map[string]time.Time, error) {
	said, err := a.about()
	if err != nil {
		return nil, err
	}
	folders := []string{"broker"}
	for i := range said.Replicas {
		folders = append(folders, cityName(i+1))
	}
	until := map[string]time.Time{}
	for _, f := range folders {
		leaf, err := identity.Folder(a.path(f)).Leaf()
		if err != nil {
			return nil, fmt.Errorf("enrol: %s: %w", f, err)
		}
		until[f] = leaf.NotAfter
	}
	return until, nil
}

func (a *Authority) about() (about, error) {
	var said about
	b, err := os.ReadFile(a.path("about.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return said, errors.New("enrol: about.json is missing; run `cityweb enroll -init` again") // which was cut off
	}
	if err == nil {
		err = json.Unmarshal(b, &said)
	}
	if err != nil {
		return said, fmt.Errorf("enrol: about.json: %w; run `cityweb enroll -init` again", err)
	}
	return said, nil
}

func (a *Authority) path(name string) string { return filepath.Join(a.dir, name) }

func (a *Authority) write(name string, mode fs.FileMode, b []byte) error {
	if err := identity.Write(a.path(name), mode, b); err != nil {
		return fmt.Errorf("enrol: %w; is the folder writable for this user?", err)
	}
	return nil
}

// lock keeps other processes and goroutines away until unlock.
func lock(dir string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("enrol: %w; is the folder writable for this user?", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		f.Close()
		return nil, fmt.Errorf("enrol: lock: %w", err)
	}
	return func() { f.Close() }, nil
}

// create makes key and certificate of a new authority.
func create(dir, city string, now func() time.Time) (*Authority, error) {
	a := &Authority{dir: dir, now: now, city: city}
	key, der, err := newKey()
	if err != nil {
		return nil, err
	}
	self := &x509.Certificate{Subject: pkix.Name{CommonName: "Sunbeon " + city}, IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	a.key, a.cert = key, self
	signed, err := a.sign(self, &key.PublicKey, authorityYears)
	if err != nil {
		return nil, err
	}
	if a.cert, err = x509.ParseCertificate(signed); err != nil {
		return nil, fmt.Errorf("enrol: %w", err)
	}
	b, err := json.Marshal(about{City: city})
	if err != nil {
		return nil, fmt.Errorf("enrol: %w", err)
	}
	for _, f := range []struct {
		name string
		mode fs.FileMode
		b    []byte
	}{
		{"about.json", 0o600, b},
		{"ca.pem", 0o644, identity.PEM("CERTIFICATE", signed)},
		{"ca.key", 0o600, identity.PEM("EC PRIVATE KEY", der)}, // last: without it there is no authority yet
	} {
		if err := a.write(f.name, f.mode, f.b); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func newKey() (*ecdsa.PrivateKey, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("enrol: %w", err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, nil, fmt.Errorf("enrol: %w", err)
	}
	return key, der, nil
}

// sign fills in number and time.
func (a *Authority) sign(c *x509.Certificate, key crypto.PublicKey, years int) ([]byte, error) {
	number, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126))
	if err != nil {
		return nil, fmt.Errorf("enrol: %w", err)
	}
	now := a.now()
	c.SerialNumber = number.Add(number, big.NewInt(1))
	c.NotBefore, c.NotAfter = now.Add(-early), now.AddDate(years, 0, 0)
	if c != a.cert && c.NotAfter.After(a.cert.NotAfter) {
		c.NotAfter = a.cert.NotAfter
	}
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, key, a.key)
	if err != nil {
		return nil, fmt.Errorf("enrol: sign: %w", err)
	}
	return der, nil
}

// server makes the broker's certificate. Brokers of a cluster show it to each
// other too.
func (a *Authority) server(hosts []string) error {
	c := &x509.Certificate{Subject: pkix.Name{CommonName: brokerName}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else {
			c.DNSNames = append(c.DNSNames, h)
		}
	}
	return a.identity("broker", c)
}

// cityName is the name of a process of the website.
func cityName(replica int) string { return fmt.Sprintf("city@%d", replica) }

func (a *Authority) website(replica int) error {
	name := cityName(replica)
	return a.identity(name, &x509.Certificate{Subject: pkix.Name{CommonName: name}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
}

// identity makes a key and its certificate in a folder of the city's own.
func (a *Authority) identity(folder string, c *x509.Certificate) error {
	key, keyDER, err := newKey()
	if err != nil {
		return err
	}
	der, err := a.sign(c, &key.PublicKey, years)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(a.path(folder), 0o750); err != nil {
		return fmt.Errorf("enrol: %w", err)
	}
	f := identity.Folder(folder)
	return errors.Join(a.write(f.CA, 0o644, identity.PEM("CERTIFICATE", a.cert.Raw)),
		a.write(f.Key, 0o640, identity.PEM("EC PRIVATE KEY", keyDER)), // for the group of who uses it
		a.write(f.Certificate, 0o644, identity.PEM("CERTIFICATE", der)))
}
