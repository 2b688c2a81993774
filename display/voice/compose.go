package voice

import "time"

// Silences around sentences.
const (
	afterSignal = 250 * time.Millisecond
	between     = 450 * time.Millisecond // of two sentences
)

// Compose joins a signal and sentences to one sound. Volume is in percent of
// the whole amplitude. A sentence of which a clip is missing is left out whole,
// for half a number is a wrong number; what was missing comes back. If nothing
// at all would be heard, the chime is.
func (p *Pack) Compose(signal Signal, sentences []Sentence, volume int) (Audio, []Clip) {
	out := Audio{Rate: p.rate}
	var missing []Clip
	add := func(pause time.Duration, a Audio) {
		if len(out.Samples) > 0 {
			out.Samples = append(out.Samples, make([]int16, samplesOf(pause, p.rate))...)
		}
		for _, v := range a.Samples {
			out.Samples = append(out.Samples, int16(int(v)*volume/100))
		}
	}
	add(0, signal.sound(p.rate))
	pause := afterSignal
	for _, s := range sentences {
		clips, lacks := p.clips(s)
		if missing = append(missing, lacks...); len(lacks) > 0 {
			continue
		}
		for i, c := range clips {
			if i > 0 {
				pause = s.Parts[i].Pause
			}
			add(pause, c)
		}
		pause = between
	}
	if len(out.Samples) == 0 {
		add(0, Chime.sound(p.rate))
	}
	return out, missing
}

// clips are those of a sentence, ready to be joined, and those it lacks.
func (p *Pack) clips(s Sentence) (clips []Audio, missing []Clip) {
	for _, part := range s.Parts {
		c := Clip{s.Language, part.Clip}
		a, err := p.read(c)
		if err != nil {
			missing = append(missing, c)
			continue
		}
		clips = append(clips, a.Even())
	}
	return clips, missing
}
