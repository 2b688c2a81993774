// Package typeface finds and loads the faces that the board, the ticket and the
// virtual printer draw with.
//
//	ko, en      Nanum Gothic       fonts-nanum      always
//	zh, vi      Noto Sans CJK SC   fonts-noto-cjk   where a board shows them
//	ja          Noto Sans CJK JP   fonts-noto-cjk   where a board shows it
//
// The Hangul faces are Nanum (SIL Open Font License, all 11,172 Hangul syllables),
// installed by Debian's package fonts-nanum and looked up when a program
// starts, so that no font file is carried in the source tree or in a binary.
// Glyphs are read from the files as they are asked for: the faces together are
// 9 MB, of which a program draws a few hundred glyphs and keeps their masks. Noto
// Sans CJK (SIL Open Font License too) is 40 MB, and is opened the same way when
// a language is asked for that needs it.
package typeface

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
)

// ErrMissing is wrapped by Load when no face is found; the message names the
// package to install.
var ErrMissing = errors.New("typeface: Nanum fonts not found")

// Set holds the parsed faces. It is safe for concurrent use; the
// font.Face values made from it are not, so each drawing goroutine makes its own.
type Set struct {
	Regular *opentype.Font // NanumGothic
	Bold    *opentype.Font // NanumGothicBold

	others others
}

// Load opens the regular and the bold face from the first directory that has
// both. Extra directories are searched before the usual ones, by For too. The files stay open
// as long as the program runs.
func Load(extra ...string) (*Set, error) {
	set, err := load(append(extra[:len(extra):len(extra)],
		"/usr/share/fonts/truetype/nanum", // Debian
		"/usr/share/fonts/nanum",
		"/usr/local/share/fonts/nanum",
	))
	if err != nil {
		return nil, err
	}
	set.others.dirs = append(extra[:len(extra):len(extra)],
		"/usr/share/fonts/opentype/noto", // Debian
		"/usr/share/fonts/noto-cjk",
		"/usr/local/share/fonts/noto-cjk",
	)
	return set, nil
}

func load(dirs []string) (*Set, error) {
	for _, dir := range dirs {
		regular, err := parse(filepath.Join(dir, "NanumGothic.ttf"))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		bold, err := parse(filepath.Join(dir, "NanumGothicBold.ttf"))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return &Set{Regular: regular, Bold: bold}, nil
	}
	return nil, fmt.Errorf("%w in %v: install them with `apt-get install fonts-nanum`", ErrMissing, dirs)
}

func parse(path string) (*opentype.Font, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	f, err := opentype.ParseReaderAt(file)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("typeface: %s is not a font: %w; reinstall the package fonts-nanum", path, err)
	}
	return f, nil
}

// Face returns f at an em size of px pixels, unhinted, so that every machine
// draws the same picture. Sizes that a font refuses (zero or negative) are an
// error of the caller and panic.
func Face(f *opentype.Font, px float64) font.Face {
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: px, DPI: 72, Hinting: font.HintingNone})
	if err != nil || px <= 0 {
		panic(fmt.Sprintf("typeface: face of %g px: %v", px, err))
	}
	return face
}
