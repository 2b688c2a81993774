package enrol

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/identity"
)

const (
	// CodeFor is how long a code is good.
	CodeFor = 24 * time.Hour
	tries   = 5 // of wrong proofs, until a code is burnt
)

// Office is what the authority knows of an office.
type Office struct {
	ID      string   `json:"office"`
	Allowed bool     `json:"allowed"` // it stands in the access lists
	Code    *code    `json:"code,omitempty"`
	Given   []issued `json:"given,omitempty"` // certificates, oldest first
}

// code is a one-time code that was given out.
type code struct {
	Hash  []byte    `json:"hash"` // identity.Proof; not the code
	Until time.Time `json:"until"`
	Wrong int       `json:"wrong"`         // proofs that were wrong
	For   []byte    `json:"for,omitempty"` // hash of the key that it was used for
}

// issued is a certificate.
type issued struct {
	Serial  string     `json:"serial"` // hex
	From    time.Time  `json:"from"`
	Until   time.Time  `json:"until"`
	DER     []byte     `json:"der"`
	Revoked *time.Time `json:"revoked,omitempty"`
}

// Errors of an exchange. Who is asked from outside says the same for all but
// the last two.
var (
	errNoCode  = errors.New("enrol: no code is open for this office")
	errProof   = errors.New("enrol: wrong code")
	errRequest = errors.New("enrol: the request cannot be read")
)

// Offer makes a one-time code for an office and lets it write its own topics. A
// code that was open before is void.
func (a *Authority) Offer(office string) (identity.Code, error) {
	fresh := identity.NewCode()
	err := a.change(office, func(o *Office) error {
		hash := fresh.Proof(office)
		o.Allowed = true
		o.Code = &code{Hash: hash[:], Until: a.now().Add(CodeFor).UTC()}
		return nil
	})
	return fresh, err
}

// Revoke takes everything from an office: its open code, its lines in the access
// lists, and its certificates.
func (a *Authority) Revoke(office string) error {
	return a.change(office, func(o *Office) error {
		if !o.Allowed && o.Code == nil && len(o.Given) == 0 {
			return fmt.Errorf("enrol: no office %q is known; `cityweb enroll -list` shows them", office)
		}
		o.Allowed, o.Code = false, nil
		now := a.now().UTC()
		for i := range o.Given {
			if o.Given[i].Revoked == nil {
				o.Given[i].Revoked = &now
			}
		}
		return nil
	})
}

// redeem answers a request with a certificate, once. The same key gets the same
// certificate again while its code is good: the answer was lost.
func (a *Authority) redeem(r identity.Request) (*identity.Answer, error) {
	csr, err := x509.ParseCertificateRequest(r.CSR)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errRequest, err)
	}
	if err := csr.CheckSignature(); err != nil {
		return nil, fmt.Errorf("%w: %w", errRequest, err)
	}
	office := csr.Subject.CommonName
	if checkOffice(office) != nil || csr.PublicKeyAlgorithm != x509.ECDSA {
		return nil, errRequest
	}
	var answer *identity.Answer
	var refused error
	err = a.change(office, func(o *Office) error {
		now := a.now()
		if o.Code == nil || o.Code.Wrong >= tries || !now.Before(o.Code.Until) {
			return errNoCode
		}
		proof := identity.Proof(o.Code.Hash)
		if !identity.Same(r.Proof, proof.OfRequest(r.CSR)) {
			o.Code.Wrong++ // which is to be kept
			refused = errProof
			return nil
		}
		key := sha256.Sum256(csr.RawSubjectPublicKeyInfo)
		switch {
		case o.Code.For == nil:
			der, err := a.sign(&x509.Certificate{Subject: pkix.Name{CommonName: office}, KeyUsage: x509.KeyUsageDigitalSignature,
				ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}, csr.PublicKey, years)
			if err != nil {
				return err
			}
			leaf, err := x509.ParseCertificate(der)
			if err != nil {
				return err
			}
			o.Code.For = key[:]
			o.Given = append(o.Given, issued{Serial: leaf.SerialNumber.Text(16), From: leaf.NotBefore, Until: leaf.NotAfter, DER: der})
		case !slices.Equal(o.Code.For, key[:]):
			return errNoCode // it was used
		}
		der := o.Given[len(o.Given)-1].DER
		answer = &identity.Answer{Certificate: der, CA: a.cert.Raw, Proof: proof.OfAnswer(r.CSR, der, a.cert.Raw)}
		return nil
	})
	return answer, errors.Join(err, refused)
}

// Offices lists what is known, by id.
func (a *Authority) Offices() ([]Office, error) {
	names, err := filepath.Glob(a.path("offices/*.json"))
	if err != nil {
		return nil, fmt.Errorf("enrol: %w", err)
	}
	var all []Office
	for _, name := range names {
		o, err := a.office(strings.TrimSuffix(filepath.Base(name), ".json"))
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, nil
}

// Until is when the newest certificate that is not revoked ends.
func (o Office) Until() (time.Time, bool) {
	for _, c := range slices.Backward(o.Given) {
		if c.Revoked == nil {
			return c.Until, true
		}
	}
	return time.Time{}, false
}

// Open reports whether a code waits to be used, and until when.
func (o Office) Open(now time.Time) (time.Time, bool) {
	if o.Code == nil || o.Code.For != nil || o.Code.Wrong >= tries || !now.Before(o.Code.Until) {
		return time.Time{}, false
	}
	return o.Code.Until, true
}

// checkOffice keeps everything but plain names out of files, paths and lists.
func checkOffice(id string) error {
	if err := (feed.Address{City: "x", Office: id}).Check(); err != nil {
		return fmt.Errorf("enrol: %q is no office's id: write 1 to 64 letters, digits, - and _, as id in its office.toml", id)
	}
	return nil
}

// office reads one; an unknown one is empty.
func (a *Authority) office(id string) (Office, error) {
	o := Office{ID: id}
	if err := checkOffice(id); err != nil {
		return o, err
	}
	b, err := os.ReadFile(a.path("offices/" + id + ".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return o, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &o)
	}
	if err == nil && (o.ID != id || o.Code != nil && len(o.Code.Hash) != sha256.Size) {
		err = errors.New("it says something else than its name")
	}
	if err != nil {
		return o, fmt.Errorf("enrol: offices/%s.json: %w; take it from the backup, or remove it and enrol the office again", id, err)
	}
	return o, nil
}

// change changes one office under the lock, and the lists after it.
func (a *Authority) change(id string, how func(*Office) error) error {
	unlock, err := lock(a.dir)
	if err != nil {
		return err
	}
	defer unlock()
	o, err := a.office(id)
	if err != nil {
		return err
	}
	before := o.standing()
	if err := how(&o); err != nil {
		return err
	}
	b, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("enrol: %w", err)
	}
	if err := a.write("offices/"+id+".json", 0o600, b); err != nil {
		return err
	}
	if o.standing() == before {
		return nil
	}
	return a.lists()
}

// standing is what of an office the lists are made from.
func (o Office) standing() string {
	s := fmt.Sprint(o.Allowed)
	for _, c := range o.Given {
		if c.Revoked != nil {
			s += " " + c.Serial
		}
	}
	return s
}

// revoked are all certificates that are void before their time.
func revoked(all []Office) (list []x509.RevocationListEntry, err error) {
	for _, o := range all {
		for _, c := range o.Given {
			if c.Revoked == nil {
				continue
			}
			n, ok := new(big.Int).SetString(c.Serial, 16)
			if !ok {
				return nil, fmt.Errorf("enrol: offices/%s.json: the number %q of a certificate cannot be read; take the file from the backup", o.ID, hex.EncodeToString([]byte(c.Serial)))
			}
			list = append(list, x509.RevocationListEntry{SerialNumber: n, RevocationTime: *c.Revoked})
		}
	}
	return list, nil
}
