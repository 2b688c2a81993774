package placeholder

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"sunbeon/display/voice"
)

// Rate is that of espeak-ng, samples a second.
const Rate = 22050

// program speaks; its Debian package has the same name.
const program = "espeak-ng"

// Build writes a pack of the lines given into a folder, which it makes. Files
// that are there are replaced, the manifest last.
func Build(ctx context.Context, dir string, lines []voice.Line) error {
	version, err := exec.CommandContext(ctx, program, "--version").Output()
	if err != nil {
		return fmt.Errorf("placeholder: %w; install %s", err, program)
	}
	by := strings.Join(strings.Fields(string(version))[:min(4, len(strings.Fields(string(version))))], " ")
	m := voice.Manifest{Format: 1, Rate: Rate}
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(runtime.GOMAXPROCS(0))
	for _, l := range lines {
		if n := len(m.Voices); n == 0 || m.Voices[n-1].Language != l.Language {
			m.Voices = append(m.Voices, voice.Voice{Language: l.Language, By: by, Licence: "placeholder, spoken by a machine; free to use"})
			if err := os.MkdirAll(filepath.Join(dir, l.Language), 0o755); err != nil {
				return fmt.Errorf("placeholder: %w", err)
			}
		}
		v := &m.Voices[len(m.Voices)-1]
		file := filepath.Join(l.Language, l.Name+".wav")
		v.Clips = append(v.Clips, voice.Recorded{Clip: l.Name, File: file, Text: l.Text})
		all.Go(func() error { return speak(ctx, l, filepath.Join(dir, file)) })
	}
	if err := all.Wait(); err != nil {
		return err
	}
	b, err := m.TOML()
	if err != nil {
		return fmt.Errorf("placeholder: %w", err)
	}
	return os.WriteFile(filepath.Join(dir, voice.ManifestName), b, 0o644)
}

// speak makes one clip.
func speak(ctx context.Context, l voice.Line, file string) error {
	var out, said bytes.Buffer
	cmd := exec.CommandContext(ctx, program, "-v", synthesiser(l), "--stdin", "--stdout")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(spelled(l)), &out, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("placeholder: %s: %w: %s", l.Clip, err, bytes.TrimSpace(said.Bytes()))
	}
	a, err := decode(out.Bytes())
	if err != nil {
		return fmt.Errorf("placeholder: %s: %w", l.Clip, err)
	}
	if a = a.Even(); len(a.Samples) == 0 {
		return fmt.Errorf("placeholder: %s: %s says nothing for %q", l.Clip, program, l.Text)
	}
	return os.WriteFile(file, a.WAV(), 0o644)
}

// decode reads what the program writes to a pipe: a WAV file that claims to be
// as long as can be, for its length was not known when it began.
func decode(b []byte) (voice.Audio, error) {
	const head = 44
	if len(b) <= head {
		return voice.Audio{}, errors.New("no sound came")
	}
	a := voice.Audio{Rate: Rate, Samples: make([]int16, (len(b)-head)/2)}
	for i := range a.Samples {
		a.Samples[i] = int16(uint16(b[head+2*i]) | uint16(b[head+2*i+1])<<8)
	}
	return voice.DecodeWAV(a.WAV())
}

// spelled is a line as the program has to read it to say it right. Its Korean
// keeps the ㅂ of 습니다 and joins few syllables.
func spelled(l voice.Line) string {
	text := cmp.Or(l.Read, l.Text)
	if l.Language != "ko" {
		return text
	}
	return strings.NewReplacer("번입니다", "버님니다", "없습니다", "업씀니다", "않았습니다", "아나씀니다", "십니다", "심니다",
		"기입니다", "끼임니다", "번을", "버늘", "기억해", "기어캐").Replace(text)
}

// synthesiser is the voice that says a line.
func synthesiser(l voice.Line) string {
	switch l.Language {
	case "en":
		return "en-us"
	case "zh":
		if l.Read == "" { // a Latin letter, which Mandarin says as English does
			return "cmn"
		}
		return "cmn-latn-pinyin"
	}
	return l.Language
}
