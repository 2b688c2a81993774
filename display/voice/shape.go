package voice

import (
	"math"
	"time"
)

// How a recording is made ready to stand beside others.
const (
	fade      = 5 * time.Millisecond // at both ends, so that no joint clicks
	frame     = 5 * time.Millisecond // in which sound and silence are told apart
	quiet     = 40.0                 // dB below the loudest frame is silence
	lead      = 10 * time.Millisecond
	tail      = 15 * time.Millisecond
	innerMost = 150 * time.Millisecond // of silence within a clip
	knee      = 0.7                    // of full scale, above which peaks are bent
	ceiling   = 0.98
)

// Even is the sound without silence at its ends and with short pauses within,
// faded in and out, at the loudness that all clips have. It is what a clip is
// before it is joined to others; made so twice, it stays as it is within
// rounding. Silence stays silence.
func (a Audio) Even() Audio {
	return a.trimmed().faded().levelled(target)
}

func samplesOf(d time.Duration, rate int) int { return int(d * time.Duration(rate) / time.Second) }

// trimmed leaves out silence, but for a breath around what sounds.
func (a Audio) trimmed() Audio {
	n := max(samplesOf(frame, a.Rate), 1)
	var levels []float64
	var loudest float64
	for i := 0; i < len(a.Samples); i += n {
		l := rms(a.Samples[i:min(i+n, len(a.Samples))])
		levels = append(levels, l)
		loudest = max(loudest, l)
	}
	least := loudest / math.Pow(10, quiet/20)
	before, after := samplesOf(lead, a.Rate), samplesOf(tail, a.Rate)
	out := Audio{Rate: a.Rate}
	end := 0 // of what is in out, in a
	for i, l := range levels {
		if l < least || loudest == 0 {
			continue
		}
		from, to := i*n, min((i+1)*n, len(a.Samples))
		switch gap := from - end; {
		case len(out.Samples) == 0:
			from = max(from-before, 0)
		case gap > samplesOf(innerMost, a.Rate):
			keep := samplesOf(innerMost, a.Rate)
			out.Samples = append(out.Samples, fallen(a.Samples[end:end+after])...)
			out.Samples = append(out.Samples, make([]int16, keep-before-after)...)
			out.Samples = append(out.Samples, risen(a.Samples[from-before:from])...)
		default:
			from = end
		}
		out.Samples = append(out.Samples, a.Samples[from:to]...)
		end = to
	}
	out.Samples = append(out.Samples, a.Samples[end:min(end+after, len(a.Samples))]...)
	return out
}

// faded rises from silence and falls to it.
func (a Audio) faded() Audio {
	n := min(samplesOf(fade, a.Rate), len(a.Samples)/2)
	out := append([]int16(nil), a.Samples...)
	copy(out, risen(out[:n]))
	copy(out[len(out)-n:], fallen(out[len(out)-n:]))
	return Audio{a.Rate, out}
}

// risen comes from silence over the whole of s; fallen goes to it.
func risen(s []int16) []int16 {
	out := make([]int16, len(s))
	for i, v := range s {
		out[i] = int16(float64(v) * rise(i, len(s)))
	}
	return out
}

func fallen(s []int16) []int16 {
	out := make([]int16, len(s))
	for i, v := range s {
		out[i] = int16(float64(v) * rise(len(s)-1-i, len(s)))
	}
	return out
}

// rise goes from 0 to 1 along half a cosine.
func rise(i, n int) float64 { return (1 - math.Cos(math.Pi*float64(i)/float64(n))) / 2 }

// levelled has the loudness given. Peaks that come near full scale are bent, so
// that no sample is clipped.
func (a Audio) levelled(loudness float64) Audio {
	is := a.Loudness()
	if math.IsInf(is, -1) {
		return a
	}
	gain := math.Pow(10, (loudness-is)/20)
	out := Audio{a.Rate, make([]int16, len(a.Samples))}
	for i, s := range a.Samples {
		x := float64(s) / 32768 * gain
		if size := math.Abs(x); size > knee {
			x = math.Copysign(knee+(ceiling-knee)*math.Tanh((size-knee)/(ceiling-knee)), x)
		}
		out.Samples[i] = int16(math.Round(x * 32767))
	}
	return out
}

func rms(s []int16) float64 {
	var sum float64
	for _, v := range s {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum / float64(max(len(s), 1)))
}
