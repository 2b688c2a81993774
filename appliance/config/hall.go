package config

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"sunbeon/appliance/feed"
	"sunbeon/display/voice"
)

// Board is the screens in the hall.
type Board struct {
	Socket  string // for screens of this machine; "" is off
	Key     string // for screens of others, over Console.Listen; "" is off
	Show    feed.Board
	CheckIn string                       // address behind the code of who has an online ticket; "" is none
	Names   map[string]map[string]string // see feed.Hall
	Screens []string                     // those that should be there
}

// Voice is the spoken call. Pack "" is off.
type Voice struct {
	Pack      string // folder
	Languages []string
	Device    string         // of ALSA; "" is the default one
	Volume    int            // percent
	Volumes   []voice.Period // the first that covers the time counts
	Tickets   bool           // a ticket's number is said when it is issued
}

// hall is what people see and hear, as TOML knows it.
type hall struct {
	Board struct {
		Socket    string   `toml:"socket"`
		Key       string   `toml:"key"`
		Layout    string   `toml:"layout"`
		Languages []string `toml:"languages"`
		Link      string   `toml:"link"`
		CheckIn   string   `toml:"check_in"`
	} `toml:"board"`
	Screens []struct {
		Name string `toml:"name"`
	} `toml:"screens"`
	Voice struct {
		Pack      string   `toml:"pack"`
		Languages []string `toml:"languages"`
		Device    string   `toml:"device"`
		Volume    *int     `toml:"volume"`
		Volumes   []string `toml:"volumes"`
		Tickets   bool     `toml:"tickets"`
	} `toml:"voice"`
}

// names are a name in the languages that the snapshot does not carry.
type names struct {
	Zh string `toml:"name_zh"`
	Vi string `toml:"name_vi"`
	Ja string `toml:"name_ja"`
}

// put adds what is there under key.
func (n names) put(to map[string]map[string]string, key string) {
	for lang, name := range map[string]string{"zh": n.Zh, "vi": n.Vi, "ja": n.Ja} {
		if name == "" {
			continue
		}
		if to[key] == nil {
			to[key] = map[string]string{}
		}
		to[key][lang] = name
	}
}

var layoutNames = []string{"auto", "onecall", "rows", "grid", "byservice", "portrait", "passport"}

// leastKey is the least length of a key that cannot be guessed.
const leastKey = 16

// seen checks what people see and hear.
func (d *document) seen(f *File, add report) {
	b := &d.Board
	f.Board = Board{Socket: b.Socket, Key: b.Key, CheckIn: b.CheckIn, Names: map[string]map[string]string{},
		Show: feed.Board{Layout: b.Layout, Languages: b.Languages, Link: b.Link}}
	d.Office.names.put(f.Board.Names, "")
	for _, v := range d.Services {
		v.names.put(f.Board.Names, v.ID)
	}
	if b.Key != "" && len(b.Key) < leastKey {
		add("board.key", "is too short: write at least %d letters and digits that nobody guesses, and the same in the screens' key file", leastKey)
	}
	if b.Key != "" && f.Console.Listen == "" {
		add("board.key", "has no way over the network: set console.listen, or remove the key")
	}
	if b.Layout != "" && !slices.Contains(layoutNames, b.Layout) {
		add("board.layout", "%q: write %s", b.Layout, strings.Join(layoutNames, ", "))
	}
	languages("board.languages", b.Languages, add)
	address("board.link", b.Link, add)
	address("board.check_in", b.CheckIn, add)
	d.arrival(add)
	for i, s := range d.Screens {
		at := fmt.Sprintf("screens[%d].name", i)
		switch {
		case s.Name == "" || strings.ContainsFunc(s.Name, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' || r == '/' }) || len(s.Name) > 32:
			add(at, "%q: write 1 to 32 letters and digits; signboard -screen has the same", s.Name)
		case slices.Contains(f.Board.Screens, s.Name):
			add(at, "there are two screens %q: give each its own name", s.Name)
		}
		f.Board.Screens = append(f.Board.Screens, s.Name)
	}
	if len(d.Screens) > 0 && b.Socket == "" && b.Key == "" {
		add("screens[0].name", "no screen can listen: set board.socket for one on this machine, board.key for one on another")
	}
	d.spoken(f, add)
}

// arrival checks how people can say that they are here.
func (d *document) arrival(add report) {
	code := d.Arrival.Code
	if code != "" && (len(code) < leastCode || len(code) > mostCode || strings.Trim(code, codeLetters) != "") {
		add("arrival.code", "%q: write %d to %d letters, digits and - for the sticker, or leave it out for a code that the board shows", code, leastCode, mostCode)
	}
	for i, s := range d.Services {
		if s.Arrival && code == "" && d.Board.CheckIn == "" {
			add(fmt.Sprintf("services[%d].arrival", i), "nobody could say that they are here: write the address of the city's page in board.check_in, or the code of a sticker in arrival.code")
			return
		}
	}
}

// A sticker's code is typed by people, and stands in an address.
const (
	leastCode   = 4
	mostCode    = 32
	codeLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"
)

func (d *document) spoken(f *File, add report) {
	v := &d.Voice
	f.Voice = Voice{Pack: v.Pack, Languages: v.Languages, Device: v.Device, Volume: 100, Tickets: v.Tickets}
	languages("voice.languages", v.Languages, add)
	if len(v.Languages) == 0 {
		f.Voice.Languages = []string{"ko"}
	}
	if v.Volume != nil {
		f.Voice.Volume = *v.Volume
	}
	if f.Voice.Volume < 0 || f.Voice.Volume > 100 {
		add("voice.volume", "%d: write 0 to 100 percent", f.Voice.Volume)
	}
	for _, s := range v.Volumes {
		at, err := voice.ParsePeriod(s)
		if err != nil {
			add("voice.volumes", "%s", strings.TrimPrefix(err.Error(), "voice: "))
			continue
		}
		f.Voice.Volumes = append(f.Voice.Volumes, at)
	}
	if f.Wires.Locate != nil && v.Pack == "" {
		add("locate", "nothing can sound: give voice.pack")
	}
	if v.Tickets && v.Pack == "" {
		add("voice.tickets", "nothing can be said: give voice.pack")
	}
}

// languages checks those of board or voice; Korean is always first.
func languages(path string, list []string, add report) {
	known := voice.Languages()
	for i, l := range list {
		switch {
		case !slices.Contains(known, l):
			add(path, "%q: write %s", l, strings.Join(known, ", "))
		case (i == 0) != (l == "ko"):
			add(path, "Korean comes first, once: write [\"ko\", ...]")
		case slices.Index(list, l) != i:
			add(path, "%q stands there twice", l)
		}
	}
}

func address(path, s string, add report) {
	if s == "" {
		return
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		add(path, "%q: write a whole address, e.g. https://min.example.go.kr/", cmp.Or(s, "nothing"))
	}
}
