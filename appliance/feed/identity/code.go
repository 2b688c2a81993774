package identity

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"strings"
)

// Code is a one-time code: 16 letters and digits of Crockford's base32, 80 bits.
type Code string

// crockford leaves out I, L, O and U, so that nothing is read as something else.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const codeBytes = 10

// NewCode makes a code.
func NewCode() Code {
	var b [codeBytes]byte
	rand.Read(b[:]) // never fails
	return Code(base32.NewEncoding(crockford).EncodeToString(b[:]))
}

// String is the code as it is written: in groups of four.
func (c Code) String() string {
	var groups []string
	for s := string(c); s != ""; s = s[min(4, len(s)):] {
		groups = append(groups, s[:min(4, len(s))])
	}
	return strings.Join(groups, "-")
}

// ParseCode reads a code as people write it: small letters, O for 0, I or L for
// 1, and any dashes and spaces.
func ParseCode(s string) (Code, error) {
	s = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(s))
	if b, err := base32.NewEncoding(crockford).DecodeString(s); err != nil || len(b) != codeBytes {
		return "", errors.New("identity: that is no code: it has 16 letters and digits, like 7K2M-9QXW-0T4D-RB3H; copy it from `cityweb enroll`")
	}
	return Code(s), nil
}

// Proof is what both ends make of a code for one office. The city keeps it in
// the place of the code.
type Proof [sha256.Size]byte

// Proof of the code.
func (c Code) Proof(office string) Proof {
	return Proof(seal([]byte(c), "sunbeon enrol 1 code", []byte(office)))
}

// OfRequest is what proves a request: that who knows the code made it.
func (p Proof) OfRequest(csr []byte) []byte {
	s := seal(p[:], "sunbeon enrol 1 request", csr)
	return s[:]
}

// OfAnswer is what proves an answer to the request with that CSR.
func (p Proof) OfAnswer(csr, certificate, ca []byte) []byte {
	s := seal(p[:], "sunbeon enrol 1 answer", csr, certificate, ca)
	return s[:]
}

// Same compares two proofs without telling by its time where they differ.
func Same(a, b []byte) bool { return hmac.Equal(a, b) }

// seal is an HMAC over parts whose borders cannot be moved.
func seal(key []byte, what string, parts ...[]byte) [sha256.Size]byte {
	h := hmac.New(sha256.New, key)
	for _, p := range append([][]byte{[]byte(what)}, parts...) {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		h.Write(p)
	}
	return [sha256.Size]byte(h.Sum(nil))
}
