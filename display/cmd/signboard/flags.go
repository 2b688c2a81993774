package main

import (
	"errors"
	"flag"
	"fmt"
	"image"
	"io"
	"os"
	"strings"

	"sunbeon/display/board"
)

// options are what the command line says.
type options struct {
	kiosk   string
	keyFile string
	screen  string
	layout  *board.Layout // nil: as the office has it
	lang    []string      // nil: as the office has it
	slides  string
	window  image.Point // zero: the whole monitor
	still   bool
	verbose bool
	version bool
}

// parse reads the command line. An error says what to write instead.
func parse(args []string, usage io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("signboard", flag.ContinueOnError)
	f.SetOutput(io.Discard) // errors are printed once, by main
	f.StringVar(&o.kiosk, "kiosk", "unix:/run/sunbeon/hall.sock", "`address` of the kiosk: unix:/path, or http://host:8470 with -key-file")
	f.StringVar(&o.keyFile, "key-file", "", "`file` with the key of board.key in the kiosk's office.toml")
	f.StringVar(&o.screen, "screen", "hall", "`name` of this screen, as office.toml has it")
	f.Func("layout", "`name` of the layout, whatever the office says: "+strings.Join(layoutNames(), ", "), func(v string) error {
		l, err := layoutNamed(v)
		o.layout = &l
		return err
	})
	f.Func("lang", "`languages`, whatever the office says: ko first, like ko,en", func(v string) error {
		for one := range strings.SplitSeq(v, ",") {
			o.lang = append(o.lang, strings.TrimSpace(one))
		}
		return nil
	})
	f.StringVar(&o.slides, "slides", "", "`folder` of pictures of the city, PNG and JPEG")
	f.Func("window", "`size` of a window, like 1280x720 (default: the whole monitor)", func(v string) error {
		if n, err := fmt.Sscanf(v+"\n", "%dx%d\n", &o.window.X, &o.window.Y); n != 2 || err != nil ||
			o.window.X < board.MinWidth || o.window.Y < board.MinHeight || o.window.X > board.MaxSide || o.window.Y > board.MaxSide {
			return fmt.Errorf("write it like 1280x720, from %dx%d to %dx%d", board.MinWidth, board.MinHeight, board.MaxSide, board.MaxSide)
		}
		return nil
	})
	f.BoolVar(&o.still, "still", false, "nothing moves: for a machine without a GPU")
	f.BoolVar(&o.verbose, "v", false, "log every painting too")
	f.BoolVar(&o.version, "version", false, "print the version and end")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(usage, "signboard: the screen of the hall")
			f.SetOutput(usage)
			f.PrintDefaults()
			return o, err
		}
		return o, fmt.Errorf("signboard: %w; signboard -help lists the flags", err)
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("signboard: %q is no flag; signboard -help lists them", f.Arg(0))
	}
	return o, nil
}

// key reads the key of the network, "" without a file.
func (o options) key() (string, error) {
	if o.keyFile == "" {
		return "", nil
	}
	b, err := os.ReadFile(o.keyFile)
	if err != nil {
		return "", fmt.Errorf("signboard: -key-file: %w", err)
	}
	key := strings.TrimSpace(string(b))
	if key == "" {
		return "", fmt.Errorf("signboard: -key-file: %s is empty; write board.key of the kiosk's office.toml into it", o.keyFile)
	}
	return key, nil
}

func layoutNames() (names []string) {
	for l := board.Auto; l <= board.Passport; l++ {
		names = append(names, l.String())
	}
	return names
}

// layoutNamed is the layout of a name; "" is chosen by what there is.
func layoutNamed(name string) (board.Layout, error) {
	if name == "" {
		return board.Auto, nil
	}
	for l := board.Auto; l <= board.Passport; l++ {
		if l.String() == name {
			return l, nil
		}
	}
	return board.Auto, fmt.Errorf("%q is no layout; there are %s", name, strings.Join(layoutNames(), ", "))
}
