package voice

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"syscall"
)

// Pack is a folder of recordings. Their sound stays on the disk, where a call
// reads the ten files it needs: all of them together would be 40 MB of memory.
type Pack struct {
	dir   string
	rate  int
	files map[Clip]string
}

// bare is the rate of the signals where there are no recordings.
const bare = 22050

// tooQuiet is the loudness, LUFS, below which a recording cannot be brought to
// the others' without its noise.
const tooQuiet = -45.0

// Open reads the pack in a folder and checks every file of it. The pack is never
// nil: what the error names, a Problem each, is left out of it, and of an empty
// pack the signals are heard all the same. A whole pack takes a second on a desk
// computer.
func Open(dir string) (*Pack, error) {
	p := &Pack{dir: dir, rate: bare, files: map[Clip]string{}}
	b, err := p.file(ManifestName, maxManifest+1)
	if err != nil {
		return p, problem(ManifestName, err.Error(), "name the folder of a clip pack, or make one: make voice")
	}
	m, err := ParseManifest(b)
	if m.Rate == 0 {
		return p, err
	}
	p.rate = m.Rate
	wrong := []error{err}
	for _, v := range m.Voices {
		for _, c := range v.Clips {
			is := Clip{v.Language, c.Clip}
			p.files[is] = c.File
			a, err := p.read(is)
			if err == nil {
				err = fit(c.File, a)
			}
			if err != nil {
				wrong = append(wrong, err)
				delete(p.files, is)
			}
		}
	}
	return p, errors.Join(wrong...)
}

// fit reports what makes a recording unfit for use.
func fit(file string, a Audio) error {
	is := a.Loudness()
	switch clipped := clipped(a.Samples); {
	case math.IsInf(is, -1):
		return problem(file, "it is silent", "record it again")
	case is < tooQuiet:
		return problem(file, fmt.Sprintf("it is too quiet, %.0f LUFS", is), "record it again, nearer to the microphone")
	case clipped:
		return problem(file, "it is overdriven", "record it again, farther from the microphone")
	}
	return nil
}

// clipped reports whether the tops of waves are cut off: three samples in a row
// at full scale.
func clipped(s []int16) bool {
	n := 0
	for _, v := range s {
		if v != math.MaxInt16 && v > -math.MaxInt16 {
			n = 0
			continue
		}
		if n++; n == 3 {
			return true
		}
	}
	return false
}

// Missing are the clips that the pack lacks of those an office needs that speaks
// Korean and the languages given.
func (p *Pack) Missing(codes []string, n Need) []Clip {
	var out []Clip
	for _, l := range Script(codes, n) {
		if _, ok := p.files[l.Clip]; !ok {
			out = append(out, l.Clip)
		}
	}
	return out
}

// read is a clip as it was recorded.
func (p *Pack) read(c Clip) (Audio, error) {
	file, ok := p.files[c]
	if !ok {
		return Audio{}, fmt.Errorf("voice: the pack has no clip %s; record it", c)
	}
	b, err := p.file(file, maxWAV+1)
	if err != nil {
		return Audio{}, problem(file, err.Error(), "put the file there, or take it out of "+ManifestName)
	}
	a, err := DecodeWAV(b)
	if err == nil && a.Rate != p.rate {
		err = fmt.Errorf("it has %d samples a second, not the %d of the pack", a.Rate, p.rate)
	}
	if err != nil {
		return Audio{}, problem(file, err.Error(), fmt.Sprintf("convert it: sox old.wav -b 16 -c 1 -r %d %s", p.rate, file))
	}
	return a, nil
}

// file reads a file of the folder, and none that a link leads to outside it.
func (p *Pack) file(name string, most int64) ([]byte, error) {
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe must not hold us up
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if is, err := f.Stat(); err != nil || !is.Mode().IsRegular() {
		return nil, errors.Join(err, errors.New("it is not a file"))
	}
	return io.ReadAll(io.LimitReader(f, most))
}
