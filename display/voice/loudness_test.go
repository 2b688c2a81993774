package voice

import (
	"math"
	"testing"
	"time"
)

// TestHearingIsTheStandards compares with the coefficients that BS.1770 prints
// for 48 kHz (tables 1 and 2).
func TestHearingIsTheStandards(t *testing.T) {
	want := [2]biquad{
		{1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585},
		{1, -2, 1, -1.99004745483398, 0.99007225036621},
	}
	for i, got := range hearing(48000) {
		for j, c := range [][2]float64{{got.b0, want[i].b0}, {got.b1, want[i].b1}, {got.b2, want[i].b2}, {got.a1, want[i].a1}, {got.a2, want[i].a2}} {
			if math.Abs(c[0]-c[1]) > 1e-8 {
				t.Errorf("filter %d, coefficient %d: %.14f, the standard has %.14f", i, j, c[0], c[1])
			}
		}
	}
}

// TestLoudnessOfKnownSounds: the standard's own check is that a sine of 997 Hz at
// full scale in one channel reads -3.01 LKFS.
func TestLoudnessOfKnownSounds(t *testing.T) {
	sine := func(rate int, hertz, level float64, length time.Duration) Audio {
		a := Audio{rate, make([]int16, samplesOf(length, rate))}
		for i := range a.Samples {
			a.Samples[i] = int16(math.Round(level * 32767 * math.Sin(2*math.Pi*hertz*float64(i)/float64(rate))))
		}
		return a
	}
	join := func(a, b Audio) Audio { return Audio{a.Rate, append(append([]int16(nil), a.Samples...), b.Samples...)} }
	silence := Audio{22050, make([]int16, 44100)}
	for _, c := range []struct {
		what string
		a    Audio
		want float64
	}{
		{"997 Hz at 48 kHz", sine(48000, 997, 1, 2*time.Second), -3.01},
		{"at 22.05 kHz", sine(22050, 997, 1, 2*time.Second), -3.01},
		{"at 8 kHz", sine(8000, 997, 1, 2*time.Second), -3.01},
		{"20 dB lower", sine(22050, 997, 0.1, 2*time.Second), -23.01},
		{"silence after it does not count", join(sine(22050, 997, 0.1, 2*time.Second), silence), -23.01},
		{"nor what is 20 dB lower", join(sine(22050, 997, 1, 2*time.Second), sine(22050, 997, 0.1, 4*time.Second)), -3.01},
		{"as short as a syllable", sine(22050, 997, 0.1, 120*time.Millisecond), -23.01},
		{"shorter than a block", sine(22050, 997, 0.1, 60*time.Millisecond), -23.01},
		{"high sounds are heard louder", sine(48000, 10000, 0.1, time.Second), -23.7 + 4},
		{"low ones less", sine(48000, 20, 0.1, time.Second), -23.7 - 13.3},
	} {
		if got := c.a.Loudness(); math.Abs(got-c.want) > 0.35 {
			t.Errorf("%s: %.2f LUFS, want %.2f", c.what, got, c.want)
		}
	}
	for _, a := range []Audio{{}, {Rate: 22050}, silence} {
		if got := a.Loudness(); !math.IsInf(got, -1) {
			t.Errorf("silence has %v LUFS", got)
		}
	}
}
