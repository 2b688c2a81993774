package identity

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Files are where an identity lies, as PEM.
type Files struct {
	CA          string // the city's authority, which signs brokers too
	Certificate string
	Key         string
}

// Folder is an identity whose files have their usual names.
func Folder(dir string) Files {
	return Files{CA: filepath.Join(dir, "ca.pem"), Certificate: filepath.Join(dir, "certificate.pem"), Key: filepath.Join(dir, "key.pem")}
}

// pending is a key without a certificate yet.
func (f Files) pending() string { return f.Key + ".new" }

// TLS is the client's end of a connection to a broker of the city. It reads the
// files anew each time, so that a new certificate counts from the next
// connection on.
func (f Files) TLS() (*tls.Config, error) {
	pair, err := f.pair()
	if err != nil {
		return nil, err
	}
	ca, err := os.ReadFile(f.CA)
	if err != nil {
		return nil, fmt.Errorf("identity: the city's authority: %w; enrol with `kiosk enroll`", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		return nil, fmt.Errorf("identity: %s holds no certificate; enrol again with `kiosk enroll`", f.CA)
	}
	since := pair.Leaf.NotBefore
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, Certificates: []tls.Certificate{*pair}, Time: func() time.Time {
		if now := time.Now(); now.After(since) {
			return now
		}
		return since // the clock is not set yet
	}}, nil
}

// Leaf is the certificate, which says whose it is and until when.
func (f Files) Leaf() (*x509.Certificate, error) {
	pair, err := f.pair()
	if err != nil {
		return nil, err
	}
	return pair.Leaf, nil
}

// pair reads certificate and key, and ends an exchange of both that was cut off.
func (f Files) pair() (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(f.Certificate, f.Key)
	if err == nil {
		return &pair, nil
	}
	if fresh, newer := tls.LoadX509KeyPair(f.Certificate, f.pending()); newer == nil {
		return &fresh, keep(f.pending(), f.Key)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("identity: no certificate yet: %w; an office runs `kiosk enroll` with a code of the city, the city `cityweb enroll -init`", err)
	}
	return nil, fmt.Errorf("identity: certificate and key cannot be used: %w; an office enrols again with `kiosk enroll`", err)
}

// Write puts a file on the disk whole or not at all, also when the power goes.
func Write(path string, mode fs.FileMode, b []byte) error {
	making := path + ".part"
	f, err := os.OpenFile(making, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	// The mode at creation is cut by the umask, and an old .part keeps its own.
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return errors.Join(err, os.Remove(making))
	}
	return keep(making, path)
}

// keep gives a file its name, and waits until the folder is on the disk.
func keep(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	d, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// PEM wraps DER.
func PEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
