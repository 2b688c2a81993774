package voice_test

import (
	"math"
	"math/cmplx"
	"time"

	"sunbeon/display/voice"
)

// What follows measures sound from outside: it shares no code with what made it.

// longestGap is the longest run of 10 ms frames 45 dB below the loudest one,
// silence at the ends aside.
func longestGap(a voice.Audio) time.Duration {
	n := a.Rate / 100
	var levels []float64
	var loudest float64
	for i := 0; i+n <= len(a.Samples); i += n {
		var sum float64
		for _, s := range a.Samples[i : i+n] {
			sum += float64(s) * float64(s)
		}
		levels = append(levels, sum)
		loudest = max(loudest, sum)
	}
	longest, run, begun := 0, 0, false
	for _, l := range levels {
		if l < loudest*math.Pow(10, -4.5) {
			run++
			continue
		}
		if begun {
			longest = max(longest, run)
		}
		run, begun = 0, true
	}
	return time.Duration(longest) * 10 * time.Millisecond
}

func peak(s []int16) int {
	var p int
	for _, v := range s {
		p = max(p, int(v), -int(v))
	}
	return p
}

// steepest is the largest step from one sample to the next in s[from:to].
func steepest(s []int16, from, to int) int {
	var p int
	for i := max(from, 1); i < min(to, len(s)); i++ {
		p = max(p, int(math.Abs(float64(s[i])-float64(s[i-1]))))
	}
	return p
}

// heard is the loudness of speech by BS.1770 in the frequency domain: the
// spectrum of each 100 ms is weighted by the response of the standard's two
// filters, whose printed coefficients are for 48 kHz.
func heard(a voice.Audio) float64 {
	const n = 4096
	response := func(f float64, b0, b1, b2, a1, a2 float64) float64 {
		z := cmplx.Exp(complex(0, -2*math.Pi*f/48000))
		r := (complex(b0, 0) + complex(b1, 0)*z + complex(b2, 0)*z*z) / (1 + complex(a1, 0)*z + complex(a2, 0)*z*z)
		return real(r)*real(r) + imag(r)*imag(r)
	}
	weights := make([]float64, n/2)
	for i := range weights {
		f := float64(i) * float64(a.Rate) / n
		weights[i] = response(f, 1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585) *
			response(f, 1, -2, 1, -1.99004745483398, 0.99007225036621)
	}
	var powers []float64
	block := a.Rate / 10
	for i := 0; i == 0 || i+block <= len(a.Samples); i += block / 4 {
		x := make([]complex128, n)
		in := a.Samples[i:min(i+block, len(a.Samples))]
		for j, v := range in {
			x[j] = complex(float64(v)/32768, 0)
		}
		fft(x)
		var p float64
		for k, w := range weights {
			p += 2 * w * (real(x[k])*real(x[k]) + imag(x[k])*imag(x[k])) / n
		}
		powers = append(powers, p/float64(len(in)))
	}
	for _, gate := range []func(m float64) float64{func(float64) float64 { return 1e-7 }, func(m float64) float64 { return m / 10 }} {
		var sum float64
		var left []float64
		for _, p := range powers {
			sum += p
		}
		for _, p := range powers {
			if p > gate(sum/float64(len(powers))) {
				left = append(left, p)
			}
		}
		powers = left
	}
	var sum float64
	for _, p := range powers {
		sum += p
	}
	return 10*math.Log10(sum/float64(len(powers))) - 0.691
}

// fft transforms x, whose length is a power of two, in place.
func fft(x []complex128) {
	n := len(x)
	for i, j := 1, 0; i < n; i++ {
		bit := n >> 1
		for ; j&bit != 0; bit >>= 1 {
			j ^= bit
		}
		if j ^= bit; i < j {
			x[i], x[j] = x[j], x[i]
		}
	}
	for size := 2; size <= n; size *= 2 {
		step := cmplx.Exp(complex(0, -2*math.Pi/float64(size)))
		for first := 0; first < n; first += size {
			w := complex(1, 0)
			for k := first; k < first+size/2; k++ {
				even, odd := x[k], w*x[k+size/2]
				x[k], x[k+size/2] = even+odd, even-odd
				w *= step
			}
		}
	}
}
