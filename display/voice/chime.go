package voice

import (
	"math"
	"time"
)

// Signal is what is heard before words.
type Signal int

const (
	NoSignal Signal = iota
	Chime           // two tones: somebody is called
	Beacon          // three short tones, twice: here is the dispenser
)

// tone is a struck bar: a fundamental with two partials that die sooner.
type tone struct {
	at, length time.Duration
	hertz      float64
}

// The chime falls by a third, E to C, as doorbells do. The beacon's tones rise
// and are short and rich: where a sound comes from is heard at its onsets and
// over many frequencies, hardly in a long pure tone.
func (s Signal) tones() []tone {
	switch s {
	case Chime:
		return []tone{{0, 700 * time.Millisecond, 659.26}, {350 * time.Millisecond, 900 * time.Millisecond, 523.25}}
	case Beacon:
		var out []tone
		for i, hertz := range []float64{784, 988, 1175, 784, 988, 1175} {
			out = append(out, tone{time.Duration(i)*140*time.Millisecond + time.Duration(i/3)*250*time.Millisecond, 130 * time.Millisecond, hertz})
		}
		return out
	}
	return nil
}

// attack is long enough not to click and not to startle.
const attack = 12 * time.Millisecond

// sound is the signal at the loudness of speech.
func (s Signal) sound(rate int) Audio {
	var end time.Duration
	for _, t := range s.tones() {
		end = max(end, t.at+t.length)
	}
	mix := make([]float64, samplesOf(end, rate))
	for _, t := range s.tones() {
		first, n := samplesOf(t.at, rate), samplesOf(t.length, rate)
		for i := range n {
			at := float64(i) / float64(rate)
			var v float64
			for k, strength := range []float64{1, 0.3, 0.12} {
				v += strength * math.Exp(-at*(4+3*float64(k))/t.length.Seconds()) * math.Sin(2*math.Pi*t.hertz*float64(k+1)*at)
			}
			v *= rise(min(i, samplesOf(attack, rate)), samplesOf(attack, rate))
			mix[first+i] += v * rise(min(n-1-i, samplesOf(attack, rate)), samplesOf(attack, rate))
		}
	}
	out := Audio{rate, make([]int16, len(mix))}
	for i, v := range mix {
		out.Samples[i] = int16(v * 32767 / 4)
	}
	return out.levelled(target)
}
