package placeholder_test

import (
	"context"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sunbeon/display/voice"
	"sunbeon/display/voice/placeholder"
)

func TestAPackThatIsBuiltIsWhole(t *testing.T) {
	need := voice.Need{Counters: []int{1, 2}, Prefixes: []string{"A"}, Highest: 100}
	dir := filepath.Join(t.TempDir(), "new", "pack")
	if err := placeholder.Build(t.Context(), dir, voice.Script([]string{"zh"}, need)); err != nil {
		t.Fatal(err)
	}
	p, err := voice.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if missing := p.Missing([]string{"zh"}, need); len(missing) > 0 {
		t.Errorf("missing %v", missing)
	}
	if missing := p.Missing([]string{"en"}, need); len(missing) == 0 {
		t.Error("nothing is missing of a language that was not built")
	}
	for _, l := range voice.Script([]string{"zh"}, need) {
		b, err := os.ReadFile(filepath.Join(dir, l.String()+".wav"))
		if err != nil {
			t.Fatal(err)
		}
		if a, err := voice.DecodeWAV(b); err != nil || math.Abs(a.Loudness()+20) > 0.3 || a.Samples[0] != 0 || a.Samples[len(a.Samples)-1] != 0 {
			t.Errorf("%s: %.1f LUFS (%v)", l.Clip, a.Loudness(), err)
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, voice.ManifestName))
	if err != nil || !strings.Contains(strings.ToLower(string(b)), "espeak") {
		t.Errorf("the manifest does not say who speaks: %.200s (%v)", b, err)
	}
}

func TestABuildThatIsStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := placeholder.Build(ctx, t.TempDir(), voice.Script(nil, voice.Need{})); err == nil {
		t.Error("it went on")
	}
}

// TestThePlaceholderReadsAloud asks the synthesiser for its phonemes: an n where
// people say one in 16, and no language read as another's letters.
func TestThePlaceholderReadsAloud(t *testing.T) {
	phonemes := func(voiceName, text string) string {
		out, err := exec.Command("espeak-ng", "-q", "--ipa", "-v", voiceName, text).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return strings.TrimSpace(string(out))
	}
	lines := voice.Script(voice.Languages(), voice.Need{Kiosk: true})
	read := func(code, name string) string {
		i := slices.IndexFunc(lines, func(l voice.Line) bool { return l.Language == code && l.Name == name })
		if lines[i].Read != "" {
			return lines[i].Read
		}
		return lines[i].Text
	}
	for _, name := range []string{"16", "26", "96", "counter-16"} {
		if p := phonemes("ko", read("ko", name)); !strings.Contains(p, "mnj") {
			t.Errorf("%s is said %s", name, p)
		}
	}
	for code, speaks := range map[string]string{"ko": "ko", "zh": "cmn-latn-pinyin", "ja": "ja", "vi": "vi"} {
		for _, name := range []string{"16", "99", "300", "8000", "customer", "window", "counter", "counter-16"} {
			if !slices.ContainsFunc(lines, func(l voice.Line) bool { return l.Language == code && l.Name == name }) {
				continue
			}
			if p := phonemes(speaks, read(code, name)); p == "" || strings.Contains(p, "(en)") {
				t.Errorf("%s/%s %q is said %q", code, name, read(code, name), p)
			}
		}
	}
}
