package feed

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
)

// again fails if what a decoder took is not the same after another trip.
func again[T any](t *testing.T, v T, err error, read func([]byte) (T, error)) {
	t.Helper()
	if err != nil {
		if !errors.Is(err, ErrInvalid) {
			t.Fatalf("an error of another kind: %v", err)
		}
		return
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	w, err := read(b)
	if err != nil {
		t.Fatalf("taken, but not a second time: %v: %s", err, b)
	}
	c, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	if string(b) != string(c) {
		t.Fatalf("%s became %s", b, c)
	}
}

func FuzzDecodeSnapshot(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		read := func(b []byte) (*Snapshot, error) { return DecodeSnapshot(office, b) }
		s, err := read(b)
		if len(b) > MaxSnapshot/8 {
			return // its escaped form may be larger than is read
		}
		again(t, s, err, read)
		if err == nil && (s.City != office.City || s.Office != office.Office || s.V != 1) {
			t.Fatalf("%+v", s)
		}
	})
}

func FuzzDecodeStatus(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := DecodeStatus(b)
		if len(b) > MaxMessage/8 {
			return
		}
		again(t, s, err, DecodeStatus)
	})
}

func FuzzDecodeFact(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		m, h, err := DecodeFact(b)
		if err != nil {
			if !errors.Is(err, ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		if len(b) > MaxSnapshot/2 {
			return
		}
		out, err := EncodeFact(m.Journal, m.Hash, m.Fact)
		if err != nil {
			t.Fatalf("taken, but not written: %v: %s", err, b)
		}
		m2, h2, err := DecodeFact(out)
		if err != nil || !reflect.DeepEqual(m, m2) || !reflect.DeepEqual(h, h2) {
			t.Fatalf("%+v became %+v (%v)", m, m2, err)
		}
	})
}

func FuzzDecodeCursor(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := DecodeCursor(b)
		again(t, c, err, DecodeCursor)
	})
}

func FuzzDecodeRequest(f *testing.F) {
	const id = "0123456789abcdef"
	f.Fuzz(func(t *testing.T, b []byte) {
		read := func(b []byte) (Request, error) { return DecodeRequest(id, b) }
		r, err := read(b)
		again(t, r, err, read)
		if err == nil && r.ID != id {
			t.Fatal(r.ID)
		}
	})
}

func FuzzDecodeReply(f *testing.F) {
	const id = "0123456789abcdef"
	f.Fuzz(func(t *testing.T, b []byte) {
		read := func(b []byte) (Reply, error) { return DecodeReply(id, b) }
		r, err := read(b)
		if len(b) > MaxMessage/8 {
			return
		}
		again(t, r, err, read)
		if err == nil && (r.Ticket == nil) == (r.Refusal == nil) {
			t.Fatalf("%+v", r)
		}
	})
}

func FuzzParseTopic(f *testing.F) {
	f.Fuzz(func(t *testing.T, topic string) {
		a, leaf, id, err := ParseTopic(topic)
		if err != nil {
			if !errors.Is(err, ErrInvalid) || a != (Address{}) {
				t.Fatal(a, err)
			}
			return
		}
		back := a.topic(leaf)
		if id != "" {
			back += "/" + id
		}
		if back != topic || a.Check() != nil {
			t.Fatalf("%q became %q", topic, back)
		}
	})
}
