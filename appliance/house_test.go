package appliance_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// rule says what a tree of packages must not import, directly or through
// others. A path ends at a slash or matches whole.
type rule struct {
	of     string
	never  []string
	except []string // parts of never that are allowed
	why    string
}

func rules() []rule {
	const (
		m      = "sunbeon/"
		ebiten = "github.com/hajimehoshi/ebiten"
		xgb    = "github.com/jezek/xgb"
	)
	return []rule{
		{of: m + "appliance/queue", never: []string{m, "golang.org/", "github.com/"}, except: []string{m + "appliance/queue"}, why: "the core is pure: standard library only"},
		{of: m + "appliance/forecast", never: []string{m}, except: []string{m + "appliance/forecast"}, why: "the model knows no queue"},
		{of: m + "appliance/journal", never: []string{m}, except: []string{m + "appliance/journal", m + "appliance/queue"}, why: "the record keeps facts and nothing else"},
		{of: m + "appliance/checkin", never: []string{m}, except: []string{m + "appliance/checkin"}, why: "the hall's code knows no line"},
		{of: m + "drivers", never: []string{m + "appliance", m + "printer", m + "display"}, why: "a driver knows its wire, not the line"},
		{of: m + "printer", never: []string{m + "appliance", m + "drivers", m + "display"}, except: []string{m + "display/typeface", m + "display/typeset"}, why: "the printer knows paper, not the line"},
		{of: m + "printer/virtual", never: []string{m + "printer"}, except: []string{m + "printer/virtual"}, why: "who judges the encoder must not share its code"},
		{of: m + "appliance/feed", never: []string{m}, except: []string{m + "appliance/feed"}, why: "city and office share the feed alone"},
		{of: m + "display/board", never: []string{ebiten, m + "appliance/queue", m + "drivers", m + "printer"}, why: "the board's picture is pure Go"},
		{of: m + "display/hall", never: []string{m}, except: []string{m + "display/hall", m + "appliance/feed"}, why: "kiosk and screens share the feed alone"},
		{of: m + "display/voice", never: []string{m, "github.com/hajimehoshi/ebiten"}, except: []string{m + "display/voice", m + "appliance/feed"}, why: "the voice knows calls, not the line"},
		{of: m + "display/typeface", never: []string{m}, except: []string{m + "display/typeface"}, why: "faces are below everything that draws"},
		{of: m + "display/typeset", never: []string{m}, except: []string{m + "display/typeface"}, why: "text is set for whoever draws it"},
		{of: m + "display/web", never: []string{m + "appliance", m + "drivers", m + "printer"}, except: []string{m + "appliance/feed"}, why: "the city sees no office but through the feed"},
		{of: m + "display/cmd/cityweb", never: []string{m + "appliance", m + "drivers", m + "printer"}, except: []string{m + "appliance/feed"}, why: "the city sees no office but through the feed"},
		{of: m + "display/cmd", never: []string{m + "display/web/sqldb/pgtest"}, why: "a server for tests stays in tests"},
		{of: m + "display/cmd/signboard", never: []string{m + "appliance", m + "drivers", m + "printer"}, except: []string{m + "appliance/feed"}, why: "a screen sees no office but through the stream"},
		{of: m + "display/screen", never: []string{m + "appliance", m + "drivers", m + "printer"}, except: []string{m + "appliance/feed"}, why: "a screen sees no office but through the stream"},
		{of: m + "display/screen/stage", never: []string{ebiten, xgb}, why: "what a screen does is tested without one"},
		{of: m + "display/screen/xwatch", never: []string{ebiten, xgb}, why: "a second connection by xgb beside ebiten's is a race"},
		{of: m + "display/screen/xvfb", never: []string{ebiten}, why: "whatever is linked with ebiten ends without a display"},
		{of: m + "display/cmd/signboard/process", never: []string{ebiten}, why: "whatever is linked with ebiten ends without a display"},
		{of: m + "display/slides", never: []string{m + "appliance", m + "drivers", m + "printer", ebiten}, except: []string{m + "appliance/feed"}, why: "pictures are read without a window"},
		{of: m + "appliance/cmd/bench", never: []string{ebiten}, why: "whatever is linked with ebiten ends without a display"},
		{of: m + "appliance/cmd/kiosk", never: []string{ebiten}, why: "a screen must never stop a ticket"},
	}
}

// TestWhoMayImportWhom is the house's plan as a check, on non-test files.
func TestWhoMayImportWhom(t *testing.T) {
	packages := list(t)
	for _, p := range packages {
		for _, dep := range p.Imports {
			if strings.Contains(dep+"/", "/cmd/") && strings.HasPrefix(dep, "sunbeon/") {
				t.Errorf("%s imports %s: nobody imports a command", p.ImportPath, dep)
			}
			if within(dep, "github.com/hajimehoshi/ebiten") && !within(p.ImportPath, "sunbeon/display/screen") {
				t.Errorf("%s imports ebiten: display/screen alone does", p.ImportPath)
			}
		}
	}
	for _, p := range packages {
		for _, dep := range p.Deps {
			own, other := driver(p.ImportPath), driver(dep)
			if own != "" && other != "" && own != other && other != "serialport" && other != "contact" {
				t.Errorf("%s reaches %s: drivers share the serial transport and the contact, nothing else", p.ImportPath, dep)
			}
		}
	}
	for _, r := range rules() {
		for _, p := range packages {
			if !within(p.ImportPath, r.of) {
				continue
			}
			for _, dep := range p.Deps {
				if anyOf(dep, r.never) && !anyOf(dep, r.except) && !within(dep, r.of) {
					t.Errorf("%s reaches %s: %s", p.ImportPath, dep, r.why)
				}
			}
		}
	}
}

// driver is the device that a package below drivers is of, "" for any other.
func driver(path string) string {
	rest, ok := strings.CutPrefix(path, "sunbeon/drivers/")
	if !ok {
		return ""
	}
	device, _, _ := strings.Cut(rest, "/")
	return device
}

func anyOf(path string, of []string) bool {
	for _, o := range of {
		if within(path, o) {
			return true
		}
	}
	return false
}

// within reports whether path is tree or lies below it.
func within(path, tree string) bool {
	tree = strings.TrimSuffix(tree, "/")
	return path == tree || strings.HasPrefix(path, tree+"/")
}

type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func list(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps=false", "-json=ImportPath,Imports,Deps", "sunbeon/...").Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Logf("%s", exit.Stderr)
		}
		t.Fatal(err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 5 {
		t.Fatalf("only %d packages listed", len(all))
	}
	return all
}
