package console

import (
	"strings"
	"testing"
)

func TestHashOfAPIN(t *testing.T) {
	a, err := HashPIN("123456")
	if err != nil {
		t.Fatal(err)
	}
	b, err := HashPIN("123456")
	if err != nil {
		t.Fatal(err)
	}
	if a == b {
		t.Error("two hashes of one PIN are equal: the salt is not random")
	}
	if !strings.HasPrefix(a, "$argon2id$v=19$m=8192,t=3,p=1$") {
		t.Errorf("got %q", a)
	}
	h, err := parseHash(a)
	if err != nil {
		t.Fatal(err)
	}
	if !h.matches("123456") || h.matches("123457") || h.matches("") {
		t.Error("the hash does not tell the right PIN from a wrong one")
	}
}

func TestWhatIsNoPIN(t *testing.T) {
	for _, pin := range []string{"", "123", "1234567890123", "12a4", "12 34", "١٢٣٤", "-1234"} {
		if _, err := HashPIN(pin); err == nil || !strings.Contains(err.Error(), "choose another") {
			t.Errorf("%q: %v", pin, err)
		}
	}
	for _, pin := range []string{"0000", "123456789012"} {
		if _, err := HashPIN(pin); err != nil {
			t.Errorf("%q: %v", pin, err)
		}
	}
}

func TestWhatIsNoHash(t *testing.T) {
	good := hash1234
	if _, err := parseHash(good); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		"", "1234", "$2a$10$abcdefghijklmnopqrstuv", strings.Replace(good, "argon2id", "argon2i", 1),
		strings.Replace(good, "v=19", "v=16", 1), strings.Replace(good, "m=8,", "m=1048576,", 1),
		strings.Replace(good, "t=1", "t=0", 1), strings.Replace(good, "t=1", "t=17", 1), strings.Replace(good, "p=1", "p=0", 1),
		strings.Replace(good, "p=1", "p=1,x=2", 1), strings.Replace(good, "c2FsdHNhbHRzYWx0", "c2E", 1), good + "$", good + "=",
		good[:len(good)-30],
	} {
		if _, err := parseHash(bad); err == nil || !strings.Contains(err.Error(), "kiosk pin") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzHash(f *testing.F) {
	f.Add(hash1234)
	f.Add("$argon2id$v=19$m=8192,t=3,p=1$c2FsdHNhbHRzYWx0$c2FsdHNhbHRzYWx0c2FsdHNhbHQ")
	f.Add("$argon2id$v=19$m=,t=,p=$$")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := parseHash(text)
		if err != nil {
			return
		}
		if h.memory > 32<<10 || h.time > 16 || h.threads > 4 || len(h.key) > 64 || len(h.salt) > 64 {
			t.Fatalf("%q costs too much: %+v", text, h)
		}
	})
}
