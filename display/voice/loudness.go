package voice

import "math"

// Loudness is measured as ITU-R BS.1770-5 (Annex 1) measures it: the signal goes
// through a filter that hears as a head does, and the mean of its power is taken
// over the blocks that are louder than -70 LUFS and within 10 LU of the mean of
// those. One thing differs: a block is 100 ms instead of 400 ms, because "il" is
// shorter than that.
const (
	block        = 0.1 // s
	overlap      = 4   // blocks begin every quarter of a block
	absoluteGate = -70.0
	relativeGate = -10.0
)

// target is the loudness, LUFS, that every clip is brought to. Speech peaks
// about 15 dB above it, below full scale.
const target = -20.0

// biquad is a filter of second order, its coefficients with a0 = 1.
type biquad struct{ b0, b1, b2, a1, a2 float64 }

// hearing is the K-weighting at a rate. The standard has it as numbers for 48
// kHz; they are the bilinear transform of a shelf of +4 dB above 1682 Hz and a
// high pass at 38 Hz, whose parameters these are, so that other rates hear alike.
func hearing(rate int) [2]biquad {
	const (
		shelfAt, shelfGain, shelfQ = 1681.9744509555319, 3.999843853973347, 0.7071752369554193
		passAt, passQ              = 38.13547087613982, 0.5003270373253953
		bend                       = 0.4996667741545416 // of the gain, at the shelf's corner
	)
	k := math.Tan(math.Pi * shelfAt / float64(rate))
	high := math.Pow(10, shelfGain/20)
	mid := math.Pow(high, bend)
	n := 1 + k/shelfQ + k*k
	shelf := biquad{(high + mid*k/shelfQ + k*k) / n, 2 * (k*k - high) / n, (high - mid*k/shelfQ + k*k) / n, 2 * (k*k - 1) / n, (1 - k/shelfQ + k*k) / n}
	k = math.Tan(math.Pi * passAt / float64(rate))
	n = 1 + k/passQ + k*k
	return [2]biquad{shelf, {1, -2, 1, 2 * (k*k - 1) / n, (1 - k/passQ + k*k) / n}}
}

// Loudness is that of the speech in a sound, LUFS. Of silence it is -Inf.
func (a Audio) Loudness() float64 {
	step := max(int(block*float64(a.Rate))/overlap, 1)
	powers := a.powers(step)
	var blocks []float64
	for i := range powers {
		if i+overlap > len(powers) && i > 0 {
			break
		}
		var sum float64
		for _, p := range powers[i:min(i+overlap, len(powers))] {
			sum += p
		}
		blocks = append(blocks, sum/float64(min(overlap*step, len(a.Samples)-i*step)))
	}
	return lufs(gated(gated(blocks, absoluteGate), lufs(mean(gated(blocks, absoluteGate)))+relativeGate)...)
}

// powers are the sums of the squares of what is heard in each step.
func (a Audio) powers(step int) []float64 {
	filter := hearing(a.Rate)
	var z [2][2]float64
	out := make([]float64, 0, len(a.Samples)/step+1)
	for i, s := range a.Samples {
		x := float64(s) / 32768
		for j, f := range filter {
			y := f.b0*x + z[j][0]
			z[j][0] = f.b1*x - f.a1*y + z[j][1]
			z[j][1] = f.b2*x - f.a2*y
			x = y
		}
		if i%step == 0 {
			out = append(out, 0)
		}
		out[len(out)-1] += x * x
	}
	return out
}

func gated(blocks []float64, gate float64) []float64 {
	var out []float64
	for _, b := range blocks {
		if lufs(b) > gate {
			out = append(out, b)
		}
	}
	return out
}

func mean(of []float64) float64 {
	var sum float64
	for _, v := range of {
		sum += v
	}
	if len(of) == 0 {
		return 0
	}
	return sum / float64(len(of))
}

// lufs is the loudness of the mean of powers.
func lufs(powers ...float64) float64 { return -0.691 + 10*math.Log10(mean(powers)) }
