package typeface

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

// ErrMissingCJK is wrapped by For when the faces of a language are not found; the
// message names the package to install.
var ErrMissingCJK = errors.New("typeface: Noto Sans CJK fonts not found")

// family is that which a language beyond Korean and English is set in. The same
// letter of Han is written otherwise in China and in Japan. Vietnamese needs
// letters that Nanum lacks.
func family(lang string) (name string, ok bool) {
	switch lang {
	case "zh", "vi":
		return "Noto Sans CJK SC", true
	case "ja":
		return "Noto Sans CJK JP", true
	}
	return "", false
}

// others are the faces of further languages, opened when they are asked for.
type others struct {
	dirs []string

	mu    sync.Mutex
	faces map[string][2]*opentype.Font // by family
}

// For returns the regular and the bold face for a language: ko, en, zh (in
// simplified letters), vi or ja. It opens them once. Errors: ErrMissingCJK, a
// broken file, a language that is none of these.
func (s *Set) For(lang string) (regular, bold *opentype.Font, err error) {
	if lang == "ko" || lang == "en" {
		return s.Regular, s.Bold, nil
	}
	name, ok := family(lang)
	if !ok {
		return nil, nil, fmt.Errorf("typeface: no face for the language %q; use ko, en, zh, vi or ja", lang)
	}
	o := &s.others
	o.mu.Lock()
	defer o.mu.Unlock()
	pair, ok := o.faces[name]
	if !ok {
		if pair, err = open(o.dirs, name); err != nil {
			return nil, nil, fmt.Errorf("%w, which %s is shown in", err, lang)
		}
		if o.faces == nil {
			o.faces = map[string][2]*opentype.Font{}
		}
		o.faces[name] = pair
	}
	return pair[0], pair[1], nil
}

func open(dirs []string, family string) (pair [2]*opentype.Font, err error) {
	for _, dir := range dirs {
		for i, weight := range []string{"Regular", "Bold"} {
			pair[i], err = pick(filepath.Join(dir, "NotoSansCJK-"+weight+".ttc"), family)
			if err != nil {
				break
			}
		}
		if !errors.Is(err, os.ErrNotExist) {
			return pair, err
		}
	}
	return pair, fmt.Errorf("%w in %v: install them with `apt-get install fonts-noto-cjk`", ErrMissingCJK, dirs)
}

// pick opens the font of a family in a collection.
func pick(path, family string) (*opentype.Font, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	font, err := member(file, family)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("typeface: %s: %w; reinstall the package fonts-noto-cjk", path, err)
	}
	return font, nil
}

func member(file *os.File, family string) (*opentype.Font, error) {
	all, err := opentype.ParseCollectionReaderAt(file)
	if err != nil {
		return nil, err
	}
	for i := range all.NumFonts() {
		font, err := all.Font(i)
		if err != nil {
			return nil, err
		}
		if name, err := font.Name(nil, sfnt.NameIDFamily); err == nil && name == family {
			return font, nil
		}
	}
	return nil, fmt.Errorf("holds no %s", family)
}
