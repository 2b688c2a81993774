package printer

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Charsets of the ROM font, for Profile.Charset.
const (
	CharsetASCII   = "ascii"   // no Hangul at all: every Hangul line is drawn
	CharsetKSX1001 = "ksx1001" // the 2,350 syllables of KS X 1001, and its symbols
	CharsetCP949   = "cp949"   // all 11,172 syllables
)

// Profile is what is known of one printer model. It is data: every model is a
// TOML file in the folder profiles, which names its source.
type Profile struct {
	Name   string `toml:"name"`
	Source string `toml:"source"` // where the figures come from

	Dots    int    `toml:"dots"`    // printable dots a line: 384 on 58 mm, 512 or 576 on 80 mm
	Columns int    `toml:"columns"` // characters of font A a line; Hangul takes two
	Charset string `toml:"charset"` // what the ROM font holds, one of the Charset constants

	DigitSize  int  `toml:"digit_size"`  // largest magnification of ASCII by GS !, 1 to 8
	HangulSize int  `toml:"hangul_size"` // the same for Hangul; 2 on old models
	NativeQR   bool `toml:"native_qr"`   // GS ( k; otherwise the QR is drawn
	Cutter     bool `toml:"cutter"`      // GS V; otherwise the paper is fed to the tear bar

	ReceiveBuffer int  `toml:"receive_buffer"` // bytes; what overflows is dropped silently
	RasterWhole   bool `toml:"raster_whole"`   // a picture may be one command, however long; otherwise half a buffer each

	ProcessID   bool `toml:"process_id"`   // try GS ( H, which answers when printing is completed
	Fence       bool `toml:"gs_r"`         // try GS r, which a stopped printer never answers
	ClearBuffer bool `toml:"clear_buffer"` // DLE DC4 8 drops a half ticket from the printer's buffers
}

//go:embed profiles/*.toml
var profileFiles embed.FS

// LoadProfile gives the profile of that name. The error for an unknown name
// lists the known ones.
func LoadProfile(name string) (Profile, error) {
	if !slices.Contains(ProfileNames(), name) {
		return Profile{}, fmt.Errorf("printer: no profile %q; choose one of %s", name, strings.Join(ProfileNames(), ", "))
	}
	raw, err := profileFiles.ReadFile("profiles/" + name + ".toml")
	if err != nil {
		return Profile{}, fmt.Errorf("printer: profile %q: %w", name, err)
	}
	return parseProfile(name, raw)
}

// ProfileNames lists the profiles in order of name.
func ProfileNames() []string {
	files, err := fs.Glob(profileFiles, "profiles/*.toml")
	if err != nil { // only for a malformed pattern
		panic(err)
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(path.Base(f), ".toml")
	}
	return files
}

func parseProfile(name string, raw []byte) (Profile, error) {
	var p Profile
	d := toml.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return Profile{}, fmt.Errorf("printer: profile %s.toml: %w", name, err)
	}
	if p.Name != name || p.Source == "" {
		return Profile{}, fmt.Errorf("printer: profile %s.toml: name %q, source %q; the name must be the file's and the source given", name, p.Name, p.Source)
	}
	return p, p.check()
}

// check refuses figures that the encoder cannot lay a ticket out with.
func (p Profile) check() error {
	bad := func(field string, v any, want string) error {
		return fmt.Errorf("printer: profile %q: %s is %v; want %s", p.Name, field, v, want)
	}
	switch {
	case p.Columns < 24 || p.Columns > 64:
		return bad("columns", p.Columns, "24 to 64")
	case p.Dots < 12*p.Columns || p.Dots > 1024:
		return bad("dots", p.Dots, "12 a column or more, up to 1024")
	case !slices.Contains([]string{CharsetASCII, CharsetKSX1001, CharsetCP949}, p.Charset):
		return bad("charset", p.Charset, "ascii, ksx1001 or cp949")
	case p.DigitSize < 1 || p.DigitSize > 8:
		return bad("digit_size", p.DigitSize, "1 to 8")
	case p.HangulSize < 1 || p.HangulSize > 8:
		return bad("hangul_size", p.HangulSize, "1 to 8")
	case p.ReceiveBuffer < 1:
		return bad("receive_buffer", p.ReceiveBuffer, "bytes, 1 or more")
	}
	return nil
}

// twoWay reports whether the printer is expected to say anything at all.
func (p Profile) twoWay() bool { return p.ProcessID || p.Fence }

// OverSerial is the profile for the model on an RS-232 line: a picture goes in
// pieces that leave half the receive buffer free, so that a printer that stands
// still does not drop the rest without a word.
func (p Profile) OverSerial() Profile {
	p.RasterWhole = false
	return p
}
