package voice_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"sunbeon/display/voice"
)

// tone is a pure one at a part of full scale.
func tone(rate int, hertz, level float64, length time.Duration) voice.Audio {
	a := voice.Audio{Rate: rate, Samples: make([]int16, int(length.Seconds()*float64(rate)))}
	for i := range a.Samples {
		a.Samples[i] = int16(level * 32767 * math.Sin(2*math.Pi*hertz*float64(i)/float64(rate)))
	}
	return a
}

func TestWAVIsReadAsWritten(t *testing.T) {
	a := tone(22050, 440, 0.5, 100*time.Millisecond)
	got, err := voice.DecodeWAV(a.WAV())
	if err != nil || got.Rate != a.Rate || !slices.Equal(got.Samples, a.Samples) {
		t.Fatalf("%d samples at %d, %v", len(got.Samples), got.Rate, err)
	}
	// A recorder's own chunks, of odd length too, stand before and after.
	b := a.WAV()
	b = slices.Concat(b[:12], []byte("LIST\x03\x00\x00\x00abc\x00"), b[12:], []byte("id3 \x01\x00\x00\x00a"))
	if got, err := voice.DecodeWAV(b); err != nil || !slices.Equal(got.Samples, a.Samples) {
		t.Fatal(err)
	}
	if a.Length() != 100*time.Millisecond || len(a.Bytes()) != 2*2205 {
		t.Errorf("%v, %d bytes", a.Length(), len(a.Bytes()))
	}
}

func TestWAVsThatAreRefused(t *testing.T) {
	good := tone(22050, 440, 0.5, 10*time.Millisecond).WAV()
	with := func(at int, b ...byte) []byte {
		out := bytes.Clone(good)
		copy(out[at:], b)
		return out
	}
	for what, b := range map[string][]byte{
		"not a WAV":        []byte("ID3\x03 and an MP3 after it"),
		"no sound":         good[:36],
		"cut short":        good[:len(good)-1],
		"before its":       slices.Concat(good[:12], good[36:], good[12:36]),
		"2 channels":       with(22, 2),
		"of 24":            with(34, 24),
		"format 3":         with(20, 3),
		"7999":             with(24, 0x3f, 0x1f),
		"format is cut":    slices.Concat(good[:16], []byte{2, 0, 0, 0, 1, 0}, good[36:]),
		"more than 10s":    voice.Audio{Rate: 8000, Samples: make([]int16, 80001)}.WAV(),
		"at most":          make([]byte, 3<<20),
		"4294967295 bytes": with(40, 255, 255, 255, 255),
	} {
		if _, err := voice.DecodeWAV(b); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func FuzzDecodeWAV(f *testing.F) {
	good := tone(8000, 440, 0.5, 5*time.Millisecond).WAV()
	f.Add(good)
	f.Add(good[:40])
	f.Add(slices.Concat(good[:12], []byte("LIST\xff\xff\xff\xff"), good[12:]))
	f.Add(slices.Concat(good[:12], []byte("LIST\x01\x00\x00\x00a"), good[12:]))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := voice.DecodeWAV(b)
		if err != nil {
			return
		}
		if a.Rate < 8000 || a.Rate > 48000 || a.Length() > 10*time.Second {
			t.Fatalf("%d samples at %d", len(a.Samples), a.Rate)
		}
		again, err := voice.DecodeWAV(a.WAV())
		if err != nil || again.Rate != a.Rate || !slices.Equal(again.Samples, a.Samples) {
			t.Fatal(err)
		}
		if len(a.Samples) > 20000 {
			return // the rest takes long
		}
		for _, s := range a.Even().Samples {
			if s == math.MaxInt16 || s < -math.MaxInt16 {
				t.Fatal("a sample is clipped")
			}
		}
	})
}

func TestHeadOfAWAV(t *testing.T) {
	b := tone(44100, 440, 0.1, time.Millisecond).WAV()
	if len(b) != 44+2*44 || binary.LittleEndian.Uint32(b[4:]) != uint32(len(b)-8) || binary.LittleEndian.Uint32(b[24:]) != 44100 || binary.LittleEndian.Uint32(b[28:]) != 88200 {
		t.Errorf("% x", b[:44])
	}
}
