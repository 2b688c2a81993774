package voice_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"sunbeon/display/voice"
)

const head = `format = 1
rate = 22050
[[voices]]
language = "ko"
by = "김민원"
licence = "사내 사용"
`

// folder is a pack of files.
func folder(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, b := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func entry(clip, file string) string {
	return "[[voices.clips]]\nclip = \"" + clip + "\"\nfile = \"" + file + "\"\ntext = \"말\"\n"
}

// TestEveryProblemAtOnce opens a pack in which everything is wrong that can be.
func TestEveryProblemAtOnce(t *testing.T) {
	good := tone(22050, 300, 0.3, 300*time.Millisecond)
	over := tone(22050, 300, 1, 300*time.Millisecond)
	for i := range over.Samples {
		over.Samples[i] = int16(max(min(2*int(over.Samples[i]), 32767), -32768))
	}
	dir := folder(t, map[string][]byte{
		voice.ManifestName: []byte(head + entry("1", "ko/1.wav") + entry("2", "ko/2.wav") + entry("3", "ko/3.wav") + entry("4", "ko/4.wav") +
			entry("5", "ko/5.wav") + entry("6", "ko/6.wav") + entry("7", "../7.wav") + entry("8", "ko/8.wav") + entry("9", "ko/link.wav") +
			entry("10", "ko/pipe.wav") + entry("11", "ko") + entry("1", "ko/1.wav") + entry("일", "ko/1.wav") +
			"[[voices.clips]]\nclip = \"12\"\nfile = \"ko/1.wav\"\n" +
			"[[voices]]\nlanguage = \"fr\"\nby = \"a\"\nlicence = \"b\"\n[[voices]]\nlanguage = \"en\"\nby = \"a\"\n"),
		"ko/1.wav": good.WAV(),
		"ko/2.wav": []byte("not a sound"),
		"ko/3.wav": tone(44100, 300, 0.3, 300*time.Millisecond).WAV(),
		"ko/4.wav": voice.Audio{Rate: 22050, Samples: make([]int16, 9000)}.WAV(),
		"ko/5.wav": tone(22050, 300, 0.002, 300*time.Millisecond).WAV(),
		"ko/6.wav": over.WAV(),
	})
	outside := filepath.Join(t.TempDir(), "9.wav")
	if err := os.WriteFile(outside, good.WAV(), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Symlink(outside, filepath.Join(dir, "ko/link.wav")), syscall.Mkfifo(filepath.Join(dir, "ko/pipe.wav"), 0o644)); err != nil {
		t.Fatal(err)
	}
	p, err := voice.Open(dir)
	if err == nil {
		t.Fatal("it was taken")
	}
	said := err.Error()
	for _, want := range []string{
		"voice: ko/2.wav: it is not a WAV file; convert it: sox old.wav -b 16 -c 1 -r 22050 ko/2.wav",
		"voice: ko/3.wav: it has 44100 samples a second, not the 22050 of the pack; convert it",
		"voice: ko/4.wav: it is silent; record it again",
		"voice: ko/5.wav: it is too quiet, -5", "nearer to the microphone",
		"voice: ko/6.wav: it is overdriven; record it again, farther",
		`voice: voice.toml: ko/7: file = "../7.wav" is not within the pack; move it`,
		"voice: ko/8.wav: ", "no such file", "put the file there",
		"voice: ko/link.wav: ", "escapes",
		"voice: ko/pipe.wav: it is not a file",
		"voice: ko: it is not a file",
		"voice: voice.toml: ko/1 is there twice; keep one",
		"voice: voice.toml: there is no clip ko/일; take the names from the script",
		"voice: voice.toml: ko/12 does not say its text",
		`voice: voice.toml: voices[1].language = "fr"; choose among ko, en, zh, ja, vi`,
		"voice: voice.toml: the voice of en does not say by whom it is or its licence",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if t.Failed() {
		t.Log(said)
	}
	var one *voice.Problem
	if !errors.As(err, &one) || one.File == "" || one.Remedy == "" {
		t.Errorf("%v", one)
	}
	// What is left is used, and the rest is missing.
	missing := p.Missing(nil, voice.Need{Counters: []int{1}, Prefixes: []string{}, Highest: 9})
	if len(missing) != 100+1+2-1 || missing[0].String() != "ko/0" || missing[1].String() != "ko/2" {
		t.Errorf("%d missing: %v", len(missing), missing)
	}
}

func TestAFaultlessPackHasNoProblem(t *testing.T) {
	dir := folder(t, map[string][]byte{voice.ManifestName: []byte(head + entry("1", "1.wav")), "1.wav": tone(22050, 300, 0.3, 300*time.Millisecond).WAV()})
	p, err := voice.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(voice.Script(nil, voice.Need{})); len(p.Missing(nil, voice.Need{})) != n-1 {
		t.Errorf("%d of %d missing", len(p.Missing(nil, voice.Need{})), n)
	}
}

func TestAPackThatCannotBeRead(t *testing.T) {
	for what, dir := range map[string]string{
		"name the folder":               "",
		"make voice":                    filepath.Join(t.TempDir(), "absent"),
		"voice.toml:3: unknown key ran": folder(t, map[string][]byte{voice.ManifestName: []byte("format = 1\nrate = 22050\nran = 1\n")}),
		"voice.toml:2: ":                folder(t, map[string][]byte{voice.ManifestName: []byte("format = 1\nrate = \"x\"\n")}),
		"its format is 2":               folder(t, map[string][]byte{voice.ManifestName: []byte("format = 2\nrate = 22050\n")}),
		"rate = 96000":                  folder(t, map[string][]byte{voice.ManifestName: []byte("format = 1\nrate = 96000\n")}),
		"at most":                       folder(t, map[string][]byte{voice.ManifestName: make([]byte, 2<<20)}),
	} {
		p, err := voice.Open(dir)
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
		if a, _ := p.Compose(voice.Chime, nil, 100); len(a.Samples) == 0 {
			t.Errorf("%s: not even the chime is left", what)
		}
	}
}

func FuzzParseManifest(f *testing.F) {
	f.Add([]byte(head + entry("1", "ko/1.wav")))
	f.Add([]byte(head + entry("일", "/etc/passwd") + "extra = 1"))
	f.Add([]byte("format = 1\nrate = 8000\n"))
	f.Add([]byte("voices = [{language=\"ko\", clips=[{clip=\"1\", file=\"a\x00b\", text=\"\"}]}]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := voice.ParseManifest(b)
		seen := map[voice.Clip]bool{}
		for _, v := range m.Voices {
			for _, c := range v.Clips {
				is := voice.Clip{Language: v.Language, Name: c.Clip}
				if seen[is] || !filepath.IsLocal(c.File) || c.Text == "" {
					t.Fatalf("%+v was taken", c)
				}
				seen[is] = true
			}
		}
		if err != nil {
			if !strings.HasPrefix(err.Error(), "voice: ") {
				t.Fatal(err)
			}
			return
		}
		out, err := m.TOML()
		if err != nil {
			t.Fatal(err)
		}
		again, err := voice.ParseManifest(out)
		if err != nil || again.Rate != m.Rate || len(again.Voices) != len(m.Voices) || len(m.Voices) > 0 && !reflect.DeepEqual(again.Voices, m.Voices) {
			t.Fatalf("%+v became %+v (%v)", m, again, err)
		}
	})
}
