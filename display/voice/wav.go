package voice

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Audio is sound of one channel.
type Audio struct {
	Rate    int // samples a second
	Samples []int16
}

// Length is how long it takes to play.
func (a Audio) Length() time.Duration {
	return time.Duration(len(a.Samples)) * time.Second / time.Duration(max(a.Rate, 1))
}

// Bytes are the samples as a player takes them: signed, 16 bits, little-endian.
func (a Audio) Bytes() []byte {
	b := make([]byte, 0, 2*len(a.Samples))
	for _, s := range a.Samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}

// Bounds of a recording.
const (
	minRate = 8000
	maxRate = 48000
	maxClip = 10 * time.Second
	maxWAV  = 2 << 20 // bytes of a file: ten seconds at 48 kHz, twice over
)

// WAV is the audio as a file: RIFF, one fmt chunk of 16 bytes, one data chunk.
func (a Audio) WAV() []byte {
	data := a.Bytes()
	b := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(36+len(data)))...)
	b = append(b, "WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(a.Rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(2*a.Rate))
	b = append(b, "\x02\x00\x10\x00data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	return append(b, data...)
}

// DecodeWAV reads a RIFF file of 16-bit PCM with one channel (Multimedia
// Programming Interface and Data Specifications 1.0, IBM and Microsoft, 1991).
// Chunks other than fmt and data are passed over.
func DecodeWAV(b []byte) (Audio, error) {
	if len(b) > maxWAV {
		return Audio{}, fmt.Errorf("%d bytes, at most %d are read", len(b), maxWAV)
	}
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return Audio{}, errors.New("it is not a WAV file")
	}
	var rate int
	for rest := b[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:]))
		if rest = rest[8:]; size > int64(len(rest)) {
			return Audio{}, fmt.Errorf("it is cut short: %d of the %d bytes of %q are there", len(rest), size, id)
		}
		chunk := rest[:size]
		rest = rest[min(size+size%2, int64(len(rest))):]
		switch {
		case id == "fmt ":
			r, err := format(chunk)
			if err != nil {
				return Audio{}, err
			}
			rate = r
		case id == "data" && rate == 0:
			return Audio{}, errors.New("its sound comes before its format")
		case id == "data":
			return samples(rate, chunk)
		}
	}
	return Audio{}, errors.New("it has no sound")
}

// format is the rate of a fmt chunk.
func format(b []byte) (int, error) {
	if len(b) < 16 {
		return 0, errors.New("its format is cut short")
	}
	kind, channels, bits := binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:]), binary.LittleEndian.Uint16(b[14:])
	rate := binary.LittleEndian.Uint32(b[4:])
	if kind != 1 || channels != 1 || bits != 16 {
		return 0, fmt.Errorf("it is format %d with %d channels of %d bits, not PCM (1) with 1 channel of 16", kind, channels, bits)
	}
	if rate < minRate || rate > maxRate {
		return 0, fmt.Errorf("it has %d samples a second, not %d to %d", rate, minRate, maxRate)
	}
	return int(rate), nil
}

func samples(rate int, b []byte) (Audio, error) {
	a := Audio{rate, make([]int16, len(b)/2)}
	for i := range a.Samples {
		a.Samples[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
	}
	if a.Length() > maxClip {
		return Audio{}, fmt.Errorf("it is %v long, more than %v", a.Length(), maxClip)
	}
	return a, nil
}
