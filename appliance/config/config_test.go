package config

import (
	"iter"
	"os"
	"reflect"
	"strings"
	"testing"

	"sunbeon/appliance/queue"
)

const good = `[office]
id = "CS0001"
city = "uijeongbu"
name = "민원실"
holidays = ["2026-12-25"]

[[services]]
id = "civil"
name = "민원"
numbers = "1-300"
open = "mon-fri 09:00-18:00"
issuing = "mon-fri 09:00-12:00 13:00-17:30"
handling = "4m"

[[services]]
id = "passport"
name = "여권"
numbers = "501-800"
handling = "7m"

[[counters]]
number = 1
services = ["civil", "passport"]
`

func TestBenchOfficeIsRight(t *testing.T) {
	f, err := Load("../sim/office.toml")
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Queue.Services) != 3 || len(f.Queue.Shifts) != 2 || f.Address.City != "uijeongbu" {
		t.Fatalf("%+v", f)
	}
}

func TestHours(t *testing.T) {
	f, err := Parse("office.toml", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	want := queue.Hours{Days: []int{1, 2, 3, 4, 5}, Spans: []queue.Span{{From: 540, To: 720}, {From: 780, To: 1050}}, Off: []string{"2026-12-25"}}
	if got := f.Queue.Services[0].Issuing; !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v", got)
	}
	if got := f.Queue.Services[1].Open; !reflect.DeepEqual(got, queue.Hours{}) {
		t.Fatalf("no hours are always, got %+v", got)
	}
}

// TestOnlineRules: the board's code or a sticker's lets people check in.
func TestOnlineRules(t *testing.T) {
	asks := strings.Replace(good, `handling = "7m"`, "handling = \"7m\"\nonline = true\narrival = true", 1) + "[rules]\ndelay_most = 7\n"
	for _, way := range []string{"[board]\ncheck_in = \"https://min.example/o/CS0001/arrive\"\n", "[arrival]\ncode = \"gate-7\"\n"} {
		f, err := Parse("office.toml", []byte(asks+way))
		if err != nil {
			t.Fatal(err)
		}
		if f.Queue.Services[0].Arrival || !f.Queue.Services[1].Arrival || f.Queue.Rules.DelayMost != 7 {
			t.Errorf("%s: %+v", way, f.Queue)
		}
	}
}

// Each mistake names file, line and remedy.
func TestMistakesNameTheLine(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"unknown key", `numbers = "1-300"`, `number = "1-300"`, `office.toml:10: unknown key "services.number"; remove it`},
		{"wrong type", `number = 1`, `number = "one"`, "office.toml:22: counters.number: "},
		{"no TOML", `name = "여권"`, `name = 여권`, "office.toml:17: "},
		{"bands overlap", `"501-800"`, `"300-800"`, `office.toml:18: services[1].numbers: 300 to 800 overlaps "civil"`},
		{"no band", `"501-800"`, `"501"`, `office.toml:18: services[1].numbers: "501" is no band: write first-last`},
		{"serves nothing", `services = ["civil", "passport"]`, `services = []`, "office.toml:23: counters[0].services: counter 1 serves nothing: list"},
		{"unknown service", `["civil", "passport"]`, `["civil", "pasport"]`, `office.toml:23: counters[0].services: "pasport" is no service`},
		{"hours backwards", `"mon-fri 09:00-18:00"`, `"mon-fri 18:00-09:00"`, "office.toml:11: services[0].open: 18:00-09:00 ends before it begins"},
		{"no hours", `"mon-fri 09:00-18:00"`, `"mon-fri 9-18"`, `office.toml:11: services[0].open: "9-18" is no span: write 09:00-18:00`},
		{"no weekdays", `"mon-fri 09:00-18:00"`, `"mo-fr 09:00-18:00"`, "write mon-fri or sat,sun"},
		{"holiday", `["2026-12-25"]`, `["25.12."]`, "office.toml:5: office.holidays: "},
		{"missing name", `name = "여권"`, ``, "office.toml:15: services[1].name: is empty"},
		{"duration", `handling = "7m"`, `handling = "seven"`, `"seven" is no length of time`},
		{"topic", `city = "uijeongbu"`, `city = "의정부"`, "office.toml:3: office.city: "},
		{"printer", "[[counters]]", "[printer]\nport = \"lpt1\"\n[[counters]]", `office.toml:22: printer.port: "lpt1": write tcp://`},
		{"pin", "number = 1", "number = 1\npin = \"1234\"", "is no hash: make one with `kiosk pin`"},
		{"late in seconds", "[[counters]]", "[rules]\nlate_within = \"30s\"\n[[counters]]", "office.toml:22: rules.late_within: 30s is not in whole minutes"},
		{"no time to print", "[[counters]]", "[printer]\nreprint_within = \"0s\"\n[[counters]]", "office.toml:22: printer.reprint_within: 0s is too short"},
		{"profile", "[[counters]]", "[printer]\nprofile = \"none\"\n[[counters]]", "office.toml:22: printer.profile: "},
		{"baud", "[[counters]]", "[printer]\nport = \"/dev/ttyS0\"\nbaud = 7\n[[counters]]", "office.toml:22: printer.port: serialport: 7 baud is out of range"},
		{"no port", "[[counters]]", "[printer]\nbaud = 9600\n[[counters]]", "office.toml:21: printer.port: is empty: write tcp://address:9100, or usblp:"},
		{"page runs into the token", "[[counters]]", "[ticket]\npage = \"https://a.example/t\"\n[[counters]]", "office.toml:22: ticket.page: "},
		{"page", "[[counters]]", "[ticket]\npage = \"a.example/t/\"\n[[counters]]", "office.toml:22: ticket.page: "},
		{"latitude", `name = "민원실"`, "name = \"민원실\"\nlatitude = 377.3", "office.toml:5: office.latitude: "},
		{"district", `name = "민원실"`, "name = \"민원실\"\nstdg = \"의정부\"", "office.toml:5: office.stdg: "},
		{"sign in a time", `"mon-fri 09:00-18:00"`, `"mon-fri 09:+5-18:00"`, "office.toml:11: services[0].open: "},
		{"listen", "[[counters]]", "[console]\nlisten = \"8470\"\n[[counters]]", "office.toml:22: console.listen: "},
		{"arrival of paper", `handling = "7m"`, "handling = \"7m\"\narrival = true", "office.toml:20: services[1].arrival: who takes a ticket here has arrived: remove it, or set online"},
		{"no way to check in", `handling = "7m"`, "handling = \"7m\"\nonline = true\narrival = true", "office.toml:21: services[1].arrival: nobody could say that they are here: write"},
		{"delay", "[[counters]]", "[rules]\ndelay_most = -1\n[[counters]]", "office.toml:22: rules.delay_most: -1: write how many"},
		{"day", "[[counters]]", "[rules]\nday_starts = \"25:00\"\n[[counters]]", "office.toml:22: rules.day_starts: "},
		{"escaped key", `name = "여권"`, `"na\u006de" = ""`, "office.toml:"},
		{"broker", "[[counters]]", "[feed]\nbrokers = [\"mqtt.example\"]\n[[counters]]", "office.toml:22: feed.brokers: "},
		{"half an identity", "[[counters]]", "[feed]\ncertificate = \"c.pem\"\n[[counters]]", "office.toml:22: feed.certificate: ca, certificate and key belong together"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(good, c.from, c.to, 1)
			if text == good {
				t.Fatal("the mistake is not in the text")
			}
			_, err := Parse("office.toml", []byte(text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	text := strings.NewReplacer(`"1-300"`, `"9-1"`, `["civil", "passport"]`, `["civil"]`).Replace(good)
	_, err := Parse("office.toml", []byte(text))
	if err == nil || strings.Count(err.Error(), "office.toml:") != 2 {
		t.Fatalf("got %v", err)
	}
}

// An unknown key does not hide what else is wrong, and one bad holiday is said
// once, not for every service.
func TestUnknownKeyHidesNothing(t *testing.T) {
	text := strings.NewReplacer(`name = "여권"`, `nam = "여권"`, `"9-1"`, "", `["2026-12-25"]`, `["christmas"]`).Replace(good)
	_, err := Parse("office.toml", []byte(text))
	if err == nil || strings.Count(err.Error(), "office.toml:") != 3 {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{`unknown key "services.nam"`, "services[1].name: is empty", "holiday 1"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not in %v", want, err)
		}
	}
}

// Every key stands in the section of the documentation that has its name.
func TestKeysAreDocumented(t *testing.T) {
	b, err := os.ReadFile("../../docs/office.toml.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	for _, part := range strings.Split(string(b), "\n## ")[1:] {
		title, text, _ := strings.Cut(part, "\n")
		name, _, _ := strings.Cut(strings.Trim(title, "["), "]")
		sections[name] = text
	}
	for section := range flat(reflect.TypeFor[document]()) {
		name := section.Tag.Get("toml")
		if name == "" {
			name = strings.ToLower(section.Name)
		}
		documented(t, name, sections[name], section.Type)
	}
}

// documented looks for the keys of a table, and of the tables in it, in a text.
func documented(t *testing.T, name, text string, table reflect.Type) {
	for table.Kind() == reflect.Slice || table.Kind() == reflect.Pointer {
		table = table.Elem()
	}
	if table.Kind() != reflect.Struct {
		return
	}
	for key := range flat(table) {
		tag := key.Tag.Get("toml")
		if !strings.Contains(text, "`"+tag+"`") {
			t.Errorf("[%s] %s is not documented", name, tag)
		}
		documented(t, name, text, key.Type)
	}
}

// flat are the keys of a table, those of embedded structs with them.
func flat(table reflect.Type) iter.Seq[reflect.StructField] {
	return func(yield func(reflect.StructField) bool) {
		for _, f := range reflect.VisibleFields(table) {
			if !f.Anonymous && (len(f.Index) == 1 || f.Tag.Get("toml") != "") && !yield(f) {
				return
			}
		}
	}
}

func TestMissingFile(t *testing.T) {
	_, err := Load(t.TempDir() + "/office.toml")
	if err == nil || !strings.Contains(err.Error(), "-config") {
		t.Fatalf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	bench, err := os.ReadFile("../sim/office.toml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(bench)
	f.Add([]byte(wired))
	f.Add([]byte(listening))
	f.Add([]byte("[[services]]\nid = \"a\"\n[[services]]\nnumbers = \"1-0\""))
	f.Add([]byte("a.b.c = 1\n[a]\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := Parse("office.toml", b)
		if err == nil && len(got.Queue.Check()) > 0 {
			t.Fatal("accepted what the core refuses")
		}
	})
}
