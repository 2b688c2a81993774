package rs485

import (
	"bytes"
	"io"
	"os"
	"testing"
	"time"
)

// stub is a port on which a unit has said what it will ever say.
type stub struct {
	said  []byte
	piece int
	sent  []byte
}

func (s *stub) Read(b []byte) (int, error) {
	if len(s.said) == 0 || s.sent == nil {
		return 0, os.ErrDeadlineExceeded
	}
	n := copy(b[:min(len(b), s.piece)], s.said)
	s.said = s.said[n:]
	return n, nil
}

func (s *stub) Write(b []byte) (int, error)      { s.sent = bytes.Clone(b); return len(b), nil }
func (s *stub) Close() error                     { return nil }
func (s *stub) SetReadDeadline(time.Time) error  { return nil }
func (s *stub) SetWriteDeadline(time.Time) error { return nil }

var _ io.ReadWriteCloser = (*stub)(nil)

// crc is CRC-16/MODBUS bit by bit, by other code than the package uses.
func crc(b []byte) []byte {
	sum := uint16(0xFFFF)
	for _, v := range b {
		sum ^= uint16(v)
		for range 8 {
			if sum&1 != 0 {
				sum = sum>>1 ^ 0xA001
			} else {
				sum >>= 1
			}
		}
	}
	return []byte{byte(sum), byte(sum >> 8)}
}

// Whatever a unit says, in whatever pieces: an answer that is believed is one
// that stands there whole, with its CRC, and says what was asked.
func FuzzAnswer(f *testing.F) {
	f.Add(false, byte(3), append([]byte{1, 2, 1, 5}, crc([]byte{1, 2, 1, 5})...))
	f.Add(true, byte(1), append([]byte{1, 6, 0, 7, 0, 120}, crc([]byte{1, 6, 0, 7, 0, 120})...))
	f.Fuzz(func(t *testing.T, write bool, piece byte, said []byte) {
		u := Unit{Address: 1, Counter: 1, Keys: map[int]string{0: "next"}, Sign: &Sign{Register: 7, Digits: 4}}
		var n counts
		cfg := Config{Units: []Unit{u}, Baud: 115200}.filled()
		l := &line{port: &stub{said: bytes.Clone(said), piece: int(piece)%8 + 1}, cfg: cfg, count: &n, free: time.Now().Add(-time.Hour)}
		r := newRTU(l)
		var want []byte
		var err error
		if write {
			err = r.show(u, "120")
			want = []byte{1, 6, 0, 7, 0, 120}
		} else {
			var bits uint64
			bits, err = r.pressed(u)
			want = []byte{1, 2, 1, byte(bits)}
			if bits > 255 {
				t.Fatalf("%x from eight inputs", bits)
			}
		}
		if err == nil && !bytes.Contains(said, append(want, crc(want)...)) {
			t.Fatalf("% x is read as % x", said, want)
		}
		if err != nil && !unitFault(err) && !refused(err) {
			t.Fatalf("% x ends the port: %v", said, err)
		}
	})
}
