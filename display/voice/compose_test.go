package voice_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"sunbeon/display/voice"
	"sunbeon/display/voice/placeholder"
)

// TestSpokenByASynthesiser builds a placeholder pack and measures what is heard:
// calls of every language, their clips, and every ninth of the others.
func TestSpokenByASynthesiser(t *testing.T) {
	t.Parallel()
	calls := map[string]voice.Sentence{}
	used := map[voice.Clip]bool{}
	for _, code := range voice.Languages() {
		for _, label := range []string{"0", "16", "A117", "1005", "9999"} {
			for _, counter := range []int{0, 16} {
				s, err := voice.Call(code, label, counter)
				if err != nil {
					t.Fatal(err)
				}
				calls[fmt.Sprintf("%s %s at %d", code, label, counter)] = s
				for _, p := range s.Parts {
					used[voice.Clip{Language: code, Name: p.Clip}] = true
				}
			}
		}
	}
	var lines []voice.Line
	for i, l := range voice.Script(voice.Languages(), voice.Need{Kiosk: true}) {
		if used[l.Clip] || i%9 == 0 {
			lines = append(lines, l)
		}
	}
	dir := t.TempDir()
	if err := placeholder.Build(t.Context(), dir, lines); err != nil {
		t.Fatal(err)
	}
	pack, err := voice.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("clips", func(t *testing.T) { measureClips(t, pack, lines) })
	for what, s := range calls {
		measure(t, what, pack, s)
	}
}

// measureClips wants all clips and signals within 2 dB of each other.
func measureClips(t *testing.T, pack *voice.Pack, lines []voice.Line) {
	low, high := 100.0, -100.0
	var lowest, highest string
	one := func(name string, a voice.Audio) {
		l := heard(a)
		if l < low {
			low, lowest = l, name
		}
		if l > high {
			high, highest = l, name
		}
		if p := peak(a.Samples); p >= 32440 {
			t.Errorf("%s peaks at %d", name, p)
		}
		if a.Length() < 80*time.Millisecond || a.Length() > 4*time.Second {
			t.Errorf("%s is %v long", name, a.Length())
		}
	}
	for _, l := range lines {
		a, _ := pack.Compose(voice.NoSignal, []voice.Sentence{{Language: l.Language, Parts: []voice.Part{{Clip: l.Name}}}}, 100)
		one(l.String(), a)
	}
	for name, s := range map[string]voice.Signal{"chime": voice.Chime, "beacon": voice.Beacon} {
		a, _ := pack.Compose(s, nil, 100)
		one(name, a)
	}
	if t.Logf("%d clips between %.2f LUFS (%s) and %.2f (%s)", len(lines), low, lowest, high, highest); high-low > 2 {
		t.Errorf("loudness differs by %.2f dB", high-low)
	}
}

// compose is what a pack says of one sentence.
func compose(t *testing.T, pack *voice.Pack, s voice.Sentence) voice.Audio {
	t.Helper()
	a, missing := pack.Compose(voice.NoSignal, []voice.Sentence{s}, 100)
	if len(missing) > 0 {
		t.Fatal(missing)
	}
	return a
}

// joints are the samples at which the clips of a sentence begin and end.
func joints(t *testing.T, pack *voice.Pack, s voice.Sentence) []int {
	var out []int
	at := 0
	for i, p := range s.Parts {
		a := compose(t, pack, voice.Sentence{Language: s.Language, Parts: s.Parts[i : i+1]})
		if i > 0 {
			at += int(p.Pause * time.Duration(a.Rate) / time.Second)
		}
		out = append(out, at, at+len(a.Samples))
		at += len(a.Samples)
	}
	return out
}

// measure wants a sentence without a gap, a clipped sample or a click.
func measure(t *testing.T, what string, pack *voice.Pack, s voice.Sentence) {
	t.Helper()
	a, at := compose(t, pack, s), joints(t, pack, s)
	if a.Length() < 500*time.Millisecond || at[len(at)-1] != len(a.Samples) {
		t.Errorf("%s is %v long, of %d samples, with joints at %v", what, a.Length(), len(a.Samples), at)
	}
	if gap := longestGap(a); gap > 250*time.Millisecond {
		t.Errorf("%s: a gap of %v", what, gap)
	}
	if p := peak(a.Samples); p >= 32440 || p < 3000 {
		t.Errorf("%s peaks at %d", what, p)
	}
	clicks(t, what, a, at)
}

// clicks looks for steps at joints that are steep for the sound.
func clicks(t *testing.T, what string, a voice.Audio, at []int) {
	t.Helper()
	all := steepest(a.Samples, 0, len(a.Samples))
	near := a.Rate / 2000
	for _, at := range at {
		if s := steepest(a.Samples, at-near, at+near); s > all/8 {
			t.Errorf("%s: a step of %d at %v, elsewhere at most %d: a click", what, s, time.Duration(at)*time.Second/time.Duration(a.Rate), all)
		}
	}
}

// rough is a pack of clips that a careless office recorded: silence around them,
// a long pause within, cut hard, one loud and one soft.
func rough(t testing.TB) *voice.Pack {
	const rate = 22050
	silence := func(d time.Duration) []int16 { return make([]int16, int(d.Seconds()*rate)) }
	files := map[string][]byte{}
	manifest := head
	put := func(clip string, parts ...[]int16) {
		a := voice.Audio{Rate: rate}
		for _, p := range parts {
			a.Samples = append(a.Samples, p...)
		}
		files["ko/"+clip+".wav"] = a.WAV()
		manifest += entry(clip, "ko/"+clip+".wav")
	}
	// Speech is a tone that comes and goes; cut is what was cut off at its peak.
	speech := func(hertz, level float64, d time.Duration) []int16 {
		s := tone(rate, hertz, level, d).Samples
		for i := range s {
			s[i] = int16(float64(s[i]) * math.Sin(math.Pi*float64(i)/float64(len(s))))
		}
		return s
	}
	cut := func(hertz, level float64, d time.Duration) []int16 {
		return tone(rate, hertz, level, d+time.Duration(float64(time.Second)/4/hertz)).Samples[int(rate/4/hertz):]
	}
	put("100", silence(time.Second), speech(200, 0.9, 300*time.Millisecond), silence(700*time.Millisecond))
	put("17", cut(300, 0.05, 200*time.Millisecond))
	put("customer", cut(250, 0.3, 400*time.Millisecond), tone(rate, 600, 0.002, 600*time.Millisecond).Samples, cut(250, 0.3, 200*time.Millisecond))
	put("counter-3", silence(3*time.Second), speech(150, 0.2, 900*time.Millisecond), silence(3*time.Second))
	files[voice.ManifestName] = []byte(manifest)
	pack, err := voice.Open(folder(t, files))
	if err != nil {
		t.Fatal(err)
	}
	return pack
}

func TestRoughRecordingsAreMadeEven(t *testing.T) {
	pack := rough(t)
	s, err := voice.Call("ko", "117", 3)
	if err != nil {
		t.Fatal(err)
	}
	measure(t, "rough", pack, s)
	a, at := compose(t, pack, s), joints(t, pack, s)
	if a.Length() < 2200*time.Millisecond || a.Length() > 3*time.Second {
		t.Errorf("it is %v long", a.Length())
	}
	low, high := 100.0, -100.0
	for i := 0; i < len(at); i += 2 {
		l := heard(voice.Audio{Rate: a.Rate, Samples: a.Samples[at[i]:at[i+1]]})
		low, high = min(low, l), max(high, l)
	}
	if high-low > 2 {
		t.Errorf("loudness from %.1f to %.1f LUFS", low, high)
	}
	// Where a pause within a clip was shortened, what is left of its hum fades.
	c := compose(t, pack, voice.Sentence{Language: "ko", Parts: []voice.Part{{Clip: "customer"}}}).Samples
	cut := 0
	for i := 1; i+1000 < len(c); i++ {
		if peak(c[i:i+1000]) == 0 && c[i-1] != 0 {
			cut = i
		}
	}
	if cut == 0 || peak(c[cut-3:cut]) > 3 || peak(c[cut-150:cut]) < 10 {
		t.Errorf("the pause begins at sample %d, with a peak of %d after %d", cut, peak(c[cut-3:cut]), peak(c[cut-150:cut]))
	}
	// Evened twice it is the same within rounding.
	once := tone(22050, 440, 0.4, 300*time.Millisecond).Even()
	twice := once.Even()
	if len(once.Samples) != len(twice.Samples) {
		t.Errorf("%d samples, then %d", len(once.Samples), len(twice.Samples))
	}
}

func TestMissingClips(t *testing.T) {
	pack := rough(t)
	call := func(label string) voice.Sentence {
		s, err := voice.Call("ko", label, 3)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	chime, _ := pack.Compose(voice.Chime, nil, 100)
	whole, missing := pack.Compose(voice.Chime, []voice.Sentence{call("118"), call("117")}, 100)
	if fmt.Sprint(missing) != "[ko/18]" {
		t.Errorf("missing %v", missing)
	}
	alone, _ := pack.Compose(voice.Chime, []voice.Sentence{call("117")}, 100)
	if len(whole.Samples) != len(alone.Samples) || len(alone.Samples) < len(chime.Samples)*2 {
		t.Errorf("of a sentence with a clip missing something is said: %v, %v", whole.Length(), alone.Length())
	}
	for _, signal := range []voice.Signal{voice.Chime, voice.NoSignal} {
		a, missing := pack.Compose(signal, []voice.Sentence{call("1")}, 100)
		if fmt.Sprint(missing) != "[ko/1]" || len(a.Samples) != len(chime.Samples) || peak(a.Samples) < 3000 {
			t.Errorf("%v missing, %v of sound, not the chime", missing, a.Length())
		}
	}
}

// TestAClipThatGoesAway: the file is there when the pack is opened, and is not
// when it is needed.
func TestAClipThatGoesAway(t *testing.T) {
	dir := folder(t, map[string][]byte{voice.ManifestName: []byte(head + entry("1", "1.wav")), "1.wav": tone(22050, 300, 0.3, 300*time.Millisecond).WAV()})
	pack, err := voice.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := []voice.Sentence{{Language: "ko", Parts: []voice.Part{{Clip: "1"}}}}
	if _, missing := pack.Compose(voice.Chime, s, 100); len(missing) > 0 {
		t.Fatal(missing)
	}
	if err := os.Remove(filepath.Join(dir, "1.wav")); err != nil {
		t.Fatal(err)
	}
	if a, missing := pack.Compose(voice.Chime, s, 100); len(missing) != 1 || peak(a.Samples) < 3000 {
		t.Errorf("missing %v, peak %d", missing, peak(a.Samples))
	}
}

func TestVolume(t *testing.T) {
	pack := rough(t)
	full, _ := pack.Compose(voice.Chime, nil, 100)
	third, _ := pack.Compose(voice.Chime, nil, 30)
	none, _ := pack.Compose(voice.Chime, nil, 0)
	if r := float64(peak(third.Samples)) / float64(peak(full.Samples)); r < 0.28 || r > 0.34 {
		t.Errorf("at 30 %% the peak is %.2f of the whole", r)
	}
	if peak(none.Samples) != 0 {
		t.Errorf("at 0 %% it peaks at %d", peak(none.Samples))
	}
}

// TestSignalsRiseSoftly: no signal begins or ends with a click.
func TestSignalsRiseSoftly(t *testing.T) {
	pack := rough(t)
	for name, s := range map[string]voice.Signal{"chime": voice.Chime, "beacon": voice.Beacon} {
		a, _ := pack.Compose(s, nil, 100)
		clicks(t, name, a, []int{0, len(a.Samples)})
		if p := peak(a.Samples[len(a.Samples)-a.Rate/1000:]); p > peak(a.Samples)/200 {
			t.Errorf("%s ends at %d", name, p)
		}
	}
}

// TestPeaksAreBent: what is soft but for a few peaks is made loud, and the peaks
// stay below full scale, in their order.
func TestPeaksAreBent(t *testing.T) {
	a := tone(22050, 500, 0.01, 600*time.Millisecond)
	for i := 1000; i < 12000; i += 1000 {
		a.Samples[i] = int16(1000 + i/8)
	}
	got := a.Even()
	var peaks []int16
	for _, s := range got.Samples {
		if s > 8000 || s < -8000 {
			peaks = append(peaks, s)
		}
	}
	if len(peaks) != 11 || !slices.IsSorted(peaks) || len(slices.Compact(peaks)) != 11 || peaks[10] < 23500 || peaks[10] >= 32440 {
		t.Errorf("peaks %v", peaks)
	}
}
