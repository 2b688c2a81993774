package config

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"

	"sunbeon/appliance/feed"
	"sunbeon/display/voice"
)

const heard = `
[arrival]
code = "gate-7"
[console]
listen = "0.0.0.0:8470"
[board]
socket = "/run/sunbeon/hall.sock"
key = "sixteen letters."
layout = "rows"
languages = ["ko", "en", "vi"]
link = "https://min.example/"
check_in = "https://min.example/here"
[[screens]]
name = "hall"
[[screens]]
name = "second-floor"
[voice]
pack = "/srv/voice"
languages = ["ko", "zh"]
device = "plughw:1,0"
volume = 80
volumes = ["12:00-13:00 30%", "18:00-08:00 0%"]
tickets = true
[locate]
line = "GPIO22"
pull = "up"
`

func TestHall(t *testing.T) {
	f, err := Parse("office.toml", []byte(strings.Replace(good, `name = "여권"`, "name = \"여권\"\nname_zh = \"护照\"", 1)+heard))
	if err != nil {
		t.Fatal(err)
	}
	if want := (Board{Socket: "/run/sunbeon/hall.sock", Key: "sixteen letters.", CheckIn: "https://min.example/here",
		Show:  feed.Board{Layout: "rows", Languages: []string{"ko", "en", "vi"}, Link: "https://min.example/"},
		Names: map[string]map[string]string{"passport": {"zh": "护照"}}, Screens: []string{"hall", "second-floor"}}); !reflect.DeepEqual(f.Board, want) {
		t.Errorf("board %+v", f.Board)
	}
	if want := (Voice{Pack: "/srv/voice", Languages: []string{"ko", "zh"}, Device: "plughw:1,0", Volume: 80, Tickets: true,
		Volumes: []voice.Period{{From: 12 * time.Hour, To: 13 * time.Hour, Volume: 30}, {From: 18 * time.Hour, To: 8 * time.Hour}}}); !reflect.DeepEqual(f.Voice, want) {
		t.Errorf("voice %+v", f.Voice)
	}
	if f.Arrival != (Arrival{Code: "gate-7"}) {
		t.Errorf("arrival %+v", f.Arrival)
	}
	if want := (Contact{Line: "GPIO22", Pull: gpio.PullUp}); f.Wires.Locate == nil || *f.Wires.Locate != want {
		t.Errorf("locator %+v", f.Wires.Locate)
	}
	f, err = Parse("office.toml", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if f.Board.Socket != "" || len(f.Board.Screens) > 0 || f.Voice.Pack != "" || f.Wires.Locate != nil {
		t.Errorf("what is left out is not off: %+v %+v", f.Board, f.Voice)
	}
}

func TestMistakesOfTheHall(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{`"sixteen letters."`, `"short"`, "board.key: is too short: write at least 16"},
		{`listen = "0.0.0.0:8470"`, ``, "board.key: has no way over the network"},
		{`layout = "rows"`, `layout = "row"`, `board.layout: "row": write auto, onecall`},
		{`["ko", "en", "vi"]`, `["en", "ko"]`, "board.languages: Korean comes first"},
		{`["ko", "en", "vi"]`, `["ko", "fr"]`, `board.languages: "fr": write ko, en`},
		{`["ko", "en", "vi"]`, `["ko", "en", "en"]`, `board.languages: "en" stands there twice`},
		{`"https://min.example/"`, `"min.example"`, `board.link: "min.example": write a whole address`},
		{`"https://min.example/here"`, `"here"`, `board.check_in: "here": write a whole address`},
		{`"second-floor"`, `"hall"`, `screens[1].name: there are two screens "hall"`},
		{`"second-floor"`, `"2층"`, `screens[1].name: "2층": write 1 to 32`},
		{"socket = \"/run/sunbeon/hall.sock\"\nkey = \"sixteen letters.\"", "", "screens[0].name: no screen can listen"},
		{`"gate-7"`, `"7"`, `arrival.code: "7": write 4 to 32 letters, digits and -`},
		{`"gate-7"`, `"문 앞에"`, `arrival.code: "문 앞에": write 4 to 32`},
		{`"gate-7"`, `"a gate & 7"`, `arrival.code: "a gate & 7": write 4 to 32`},
		{`"gate-7"`, `"` + strings.Repeat("7", 33) + `"`, `arrival.code: "777`},
		{`["ko", "zh"]`, `["zh"]`, "voice.languages: Korean comes first"},
		{`volume = 80`, `volume = 101`, "voice.volume: 101: write 0 to 100"},
		{`"12:00-13:00 30%"`, `"12:00-13:00"`, `voice.volumes: period "12:00-13:00" is not understood`},
		{`"12:00-13:00 30%"`, `"12:00-13:00 130%"`, `voice.volumes: volume 130`},
		{`pack = "/srv/voice"`, ``, "locate: nothing can sound: give voice.pack"},
		{`pack = "/srv/voice"`, ``, "voice.tickets: nothing can be said: give voice.pack"},
		{`line = "GPIO22"`, ``, "locate: no line: write e.g."},
		{`pull = "up"`, `pull = "left"`, `locate.pull: "left": write one of`},
	} {
		text := strings.Replace(heard, c.from, c.to, 1)
		if text == heard {
			t.Fatalf("%q is not in the text", c.from)
		}
		_, err := Parse("office.toml", []byte(good+text))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "office.toml:") {
			t.Errorf("%s -> %s\ngot  %v\nwant %s", c.from, c.to, err, c.want)
		}
	}
}
