package console

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Cost of one verification: 8 MiB for some tens of milliseconds on a Pi, of
// which one runs at a time (gate). A PIN has few digits whatever the cost; what
// keeps guesses out is the gate's delay, the cost protects a stolen file.
const (
	hashMemory  = 8 << 10 // KiB
	hashTime    = 3
	hashThreads = 1
	saltBytes   = 16
	keyBytes    = 32
)

// pinHash is an argon2id hash in its parts.
type pinHash struct {
	memory, time uint32
	threads      uint8
	salt, key    []byte
}

// HashPIN makes the argon2id hash of a PIN of 4 to 12 digits, in the form that
// office.toml takes: $argon2id$v=19$m=8192,t=3,p=1$salt$key (base64 without
// padding). Two hashes of one PIN differ, because each has its own salt.
func HashPIN(pin string) (string, error) {
	if err := checkPIN(pin); err != nil {
		return "", err
	}
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails: the program ends where there is no randomness
	b64 := base64.RawStdEncoding
	key := argon2.IDKey([]byte(pin), salt, hashTime, hashMemory, hashThreads, keyBytes)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashTime, hashThreads,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

func checkPIN(pin string) error {
	if len(pin) < 4 || len(pin) > 12 || strings.Trim(pin, "0123456789") != "" {
		return errors.New("console: a PIN has 4 to 12 digits and nothing else; choose another")
	}
	return nil
}

// errHash is the remedy for a hash that cannot be read.
var errHash = errors.New("console: this is no hash of a PIN; make one with: kiosk pin")

// parseHash reads what HashPIN wrote, also with other costs as long as one
// verification stays small enough for the box: 32 MiB, 16 passes.
func parseHash(text string) (pinHash, error) {
	var h pinHash
	part := strings.Split(text, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, errHash
	}
	if _, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &h.memory, &h.time, &h.threads); err != nil {
		return h, fmt.Errorf("%w (%w)", errHash, err)
	}
	if fmt.Sprintf("m=%d,t=%d,p=%d", h.memory, h.time, h.threads) != part[3] {
		return h, errHash
	}
	if h.memory < 8 || h.memory > 32<<10 || h.time < 1 || h.time > 16 || h.threads < 1 || h.threads > 4 {
		return h, fmt.Errorf("%w (its cost m=%d,t=%d,p=%d is outside what the box affords)", errHash, h.memory, h.time, h.threads)
	}
	var err error
	b64 := base64.RawStdEncoding.Strict()
	if h.salt, err = b64.DecodeString(part[4]); err != nil || len(h.salt) < 8 || len(h.salt) > 64 {
		return h, errHash
	}
	if h.key, err = b64.DecodeString(part[5]); err != nil || len(h.key) < 16 || len(h.key) > 64 {
		return h, errHash
	}
	return h, nil
}

// matches reports whether the PIN has this hash.
func (h pinHash) matches(pin string) bool {
	key := argon2.IDKey([]byte(pin), h.salt, h.time, h.memory, h.threads, uint32(len(h.key)))
	return subtle.ConstantTimeCompare(key, h.key) == 1
}
