package voice

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// ManifestName is the file that says what a clip pack holds.
const ManifestName = "voice.toml"

// Manifest is what it says.
type Manifest struct {
	Format int     `toml:"format"` // 1
	Rate   int     `toml:"rate"`   // samples a second of every clip
	Voices []Voice `toml:"voices"`
}

// Voice is one language as one person recorded it.
type Voice struct {
	Language string     `toml:"language"`
	By       string     `toml:"by"`      // who recorded it
	Licence  string     `toml:"licence"` // under which it may be used
	Clips    []Recorded `toml:"clips"`
}

// Recorded is one clip.
type Recorded struct {
	Clip string `toml:"clip"` // name, e.g. "17"
	File string `toml:"file"` // within the pack's folder
	Text string `toml:"text"` // what is said
}

// maxManifest is several times a whole pack's, bytes.
const maxManifest = 1 << 20

// ParseManifest reads a manifest. It is strict; every problem is named, each
// with what to do, and what can be used comes back beside them.
func ParseManifest(b []byte) (Manifest, error) {
	var m Manifest
	if len(b) > maxManifest {
		return m, problem(ManifestName, fmt.Sprintf("it has %d bytes, at most %d are read", len(b), maxManifest), "keep to the clips that the script lists")
	}
	if err := toml.NewDecoder(bytes.NewReader(b)).DisallowUnknownFields().Decode(&m); err != nil {
		return Manifest{}, unreadable(err)
	}
	var wrong []error
	add := func(what, remedy string) { wrong = append(wrong, problem(ManifestName, what, remedy)) }
	if m.Format != 1 {
		add(fmt.Sprintf("its format is %d", m.Format), "write format = 1")
	}
	if m.Rate < minRate || m.Rate > maxRate {
		add(fmt.Sprintf("rate = %d", m.Rate), "write the samples a second of all its files, 22050 or 44100")
		m.Rate = 0
	}
	known := map[Clip]bool{}
	for _, l := range Script(Languages(), Need{Kiosk: true}) {
		known[l.Clip] = true
	}
	had := map[Clip]bool{}
	for i := range m.Voices {
		v := &m.Voices[i]
		if _, err := find(v.Language); err != nil {
			add(fmt.Sprintf("voices[%d].language = %q", i, v.Language), "choose among "+strings.Join(Languages(), ", "))
			v.Clips = nil
			continue
		}
		if v.By == "" || v.Licence == "" {
			add("the voice of "+v.Language+" does not say by whom it is or its licence", "write by and licence")
		}
		var good []Recorded
		for _, c := range v.Clips {
			is := Clip{v.Language, c.Clip}
			switch {
			case !known[is]:
				add(fmt.Sprintf("there is no clip %s", is), "take the names from the script")
			case had[is]:
				add(fmt.Sprintf("%s is there twice", is), "keep one of them")
			case !filepath.IsLocal(c.File):
				add(fmt.Sprintf("%s: file = %q is not within the pack", is, c.File), "move it into the folder and write its path from there")
			case c.Text == "":
				add(fmt.Sprintf("%s does not say its text", is), "write what is said")
			default:
				had[is] = true
				good = append(good, c)
			}
		}
		v.Clips = good
	}
	return m, errors.Join(wrong...)
}

func unreadable(err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) {
		var all []error
		for _, e := range strict.Errors {
			row, _ := e.Position()
			all = append(all, problem(fmt.Sprintf("%s:%d", ManifestName, row), "unknown key "+strings.Join(e.Key(), "."), "remove it or correct its spelling"))
		}
		return errors.Join(all...)
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		row, _ := bad.Position()
		return problem(fmt.Sprintf("%s:%d", ManifestName, row), strings.TrimPrefix(bad.Error(), "toml: "), "correct the line")
	}
	return problem(ManifestName, strings.TrimPrefix(err.Error(), "toml: "), "correct it")
}

// TOML is the manifest as a file.
func (m Manifest) TOML() ([]byte, error) { return toml.Marshal(m) }

// Problem is what is wrong with one file of a pack.
type Problem struct{ File, What, Remedy string }

func (p *Problem) Error() string { return fmt.Sprintf("voice: %s: %s; %s", p.File, p.What, p.Remedy) }

func problem(file, what, remedy string) error { return &Problem{file, what, remedy} }
