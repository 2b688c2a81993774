package slides

import (
	"context"
	"fmt"
	"image"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sunbeon/display/board"
)

// Limits of what is taken from a folder.
const (
	MaxSlides = 60       // files
	MaxPixels = 12 << 20 // of one file: a telephone's camera has as many
	MaxBytes  = 32 << 20 // of one file
)

// every is the time between two looks at the folder.
const every = 10 * time.Second

// Folder is read again and again.
type Folder struct {
	Path string
	// Screen is the size of the screen, px; pictures are shrunk to it. Zero is
	// not known yet: nothing is read.
	Screen func() image.Point
	// Tell gets all pictures whenever they are others.
	Tell func([]board.Slide)
	// Trouble is told after each look whether the folder or a file of it could
	// not be read.
	Trouble func(bool)
	Log     *slog.Logger
}

// version is a file as it was at a look. Another one is read again.
type version struct {
	name    string
	size    int64
	changed time.Time
	most    int // pixels that it may have in memory
	screen  image.Point
}

// Run looks until ctx ends. It calls Tell and Trouble on its own goroutine.
func (f Folder) Run(ctx context.Context) error {
	look := time.NewTicker(every)
	defer look.Stop()
	have := map[version]board.Slide{} // no image: it could not be read
	var last []version
	said := ""
	for {
		if screen := f.Screen(); screen != (image.Point{}) {
			files, err := list(f.Path, screen)
			switch {
			case err != nil:
				if err.Error() != said {
					f.Log.Warn("slides: the folder cannot be read; what was read stays", "err", err)
					said = err.Error()
				}
				f.Trouble(true)
			default:
				said = ""
				if last == nil || !slices.Equal(files, last) {
					var all []board.Slide
					have, all = f.read(files, have)
					last = files
					f.Tell(all)
				}
				f.Trouble(slices.ContainsFunc(files, func(v version) bool { return have[v].Image == nil }))
			}
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// read decodes the files that are not known, and forgets those that are gone.
func (f Folder) read(files []version, known map[version]board.Slide) (map[version]board.Slide, []board.Slide) {
	have := map[version]board.Slide{}
	all := []board.Slide{}
	for _, v := range files {
		s, ok := known[v]
		if !ok {
			m, err := f.open(v)
			if err != nil {
				f.Log.Warn("slides: a picture is left out", "file", v.name, "err", err)
			} else {
				s = board.Slide{ID: fmt.Sprintf("%s %d %d %d", v.name, v.size, v.changed.UnixNano(), v.most), Image: m}
			}
		}
		have[v] = s
		if s.Image != nil {
			all = append(all, s)
		}
	}
	return have, all
}

func (f Folder) open(v version) (image.Image, error) {
	file, err := os.Open(filepath.Join(f.Path, v.name))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return decode(file, v.screen, v.most)
}

// list gives the pictures of a folder by name.
func list(path string, screen image.Point) ([]version, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var out []version
	for _, e := range entries {
		switch strings.ToLower(filepath.Ext(e.Name())) {
		case ".png", ".jpg", ".jpeg":
		default:
			continue
		}
		info, err := os.Stat(filepath.Join(path, e.Name()))
		if err != nil || !info.Mode().IsRegular() || strings.HasPrefix(e.Name(), ".") {
			continue // it has just gone, or is none
		}
		out = append(out, version{name: e.Name(), size: info.Size(), changed: info.ModTime()})
	}
	out = out[:min(len(out), MaxSlides)]
	for i := range out {
		out[i].most, out[i].screen = screen.X*screen.Y/len(out), screen
	}
	return out, nil
}
