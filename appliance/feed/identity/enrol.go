package identity

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Request is the body of POST /enrol. Bytes are base64 in JSON.
type Request struct {
	CSR   []byte `json:"csr"` // DER; its common name is the office
	Proof []byte `json:"proof"`
}

// Answer is the body of the answer with status 200.
type Answer struct {
	Certificate []byte `json:"certificate"` // DER
	CA          []byte `json:"ca"`          // DER
	Proof       []byte `json:"proof"`
}

// Refusal is the body of any other.
type Refusal struct {
	Ko string `json:"ko"`
	En string `json:"en"`
}

// maxAnswer bounds what is read of an answer.
const maxAnswer = 64 << 10

// HTTP sends a request; http.Client does.
type HTTP interface {
	Do(*http.Request) (*http.Response, error)
}

// Enrol makes a key, has the city sign it against a code, and keeps both. The
// files of before are left as they are unless all is well.
func (f Files) Enrol(ctx context.Context, client HTTP, city, office string, code Code) (*x509.Certificate, error) {
	key, err := f.fresh()
	if err != nil {
		return nil, err
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: office}}, key)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	proof := code.Proof(office)
	a, err := ask(ctx, client, city, Request{CSR: csr, Proof: proof.OfRequest(csr)})
	if err != nil {
		return nil, err
	}
	if !Same(a.Proof, proof.OfAnswer(csr, a.Certificate, a.CA)) {
		return nil, fmt.Errorf("identity: the answer is not from who made the code: somebody stands between this office and %s, or that is not the city's address; nothing was changed", city)
	}
	leaf, err := check(a, office, key)
	if err != nil {
		return nil, fmt.Errorf("%w; nothing was changed: ask the city", err)
	}
	for _, step := range []func() error{
		func() error { return Write(f.CA, 0o644, PEM("CERTIFICATE", a.CA)) },
		func() error { return Write(f.Certificate, 0o644, PEM("CERTIFICATE", a.Certificate)) },
		func() error { return keep(f.pending(), f.Key) },
	} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("identity: %w; make room, or the folder writable, and run the same command again", err)
		}
	}
	return leaf, nil
}

// fresh is a key that was never certified, on the disk: that of a try before, or
// a new one.
func (f Files) fresh() (*ecdsa.PrivateKey, error) {
	_, _ = f.pair() // ends an exchange that was cut off; what cannot be used is replaced
	b, err := os.ReadFile(f.pending())
	if err == nil {
		if block, _ := pem.Decode(b); block != nil {
			if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
				return key, nil
			}
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	for _, path := range []string{f.CA, f.Certificate, f.Key} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, fmt.Errorf("identity: %w; name a folder that can be written in feed.key", err)
		}
	}
	if err := Write(f.pending(), 0o600, PEM("EC PRIVATE KEY", der)); err != nil {
		return nil, fmt.Errorf("identity: the key cannot be kept: %w", err)
	}
	return key, nil
}

// ask brings the request to the city.
func ask(ctx context.Context, client HTTP, city string, r Request) (*Answer, error) {
	u, err := url.Parse(city)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("identity: %q is no address of a website: write https://min.example.go.kr", city)
	}
	body, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(u.String(), "/")+"/enrol", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	q.Header.Set("Content-Type", "application/json")
	reply, err := client.Do(q)
	if err != nil {
		return nil, fmt.Errorf("identity: the city does not answer: %w; the code is still good", err)
	}
	defer reply.Body.Close()
	b, err := io.ReadAll(io.LimitReader(reply.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("identity: the answer broke off: %w; run the same command again", err)
	}
	if reply.StatusCode != http.StatusOK {
		var no Refusal
		if json.Unmarshal(b, &no) != nil || no.En == "" {
			return nil, fmt.Errorf("identity: %s answers %s: is that the city's website, with -ca?", u, reply.Status)
		}
		return nil, fmt.Errorf("identity: the city refuses: %s / %s", no.Ko, no.En)
	}
	var a Answer
	if err := json.Unmarshal(b, &a); err != nil {
		return nil, fmt.Errorf("identity: the answer cannot be read: %w; is %s the city's website?", err, u)
	}
	return &a, nil
}

// check judges a certificate: chain, purpose, name and key.
func check(a *Answer, office string, key *ecdsa.PrivateKey) (*x509.Certificate, error) {
	ca, err := x509.ParseCertificate(a.CA)
	if err != nil || !ca.IsCA {
		return nil, errors.New("identity: the city sent no authority")
	}
	leaf, err := x509.ParseCertificate(a.Certificate)
	if err != nil {
		return nil, fmt.Errorf("identity: the certificate cannot be read: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca)
	now := time.Now()
	if now.Before(leaf.NotBefore) {
		now = leaf.NotBefore // the clock is not set yet
	}
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
		return nil, fmt.Errorf("identity: the certificate: %w", err)
	}
	if leaf.Subject.CommonName != office {
		return nil, fmt.Errorf("identity: the certificate is of %q, not of %q", leaf.Subject.CommonName, office)
	}
	if !key.PublicKey.Equal(leaf.PublicKey) {
		return nil, errors.New("identity: the certificate is of another key")
	}
	return leaf, nil
}
