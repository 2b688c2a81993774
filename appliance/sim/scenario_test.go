package sim_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/box"
	"sunbeon/appliance/config"
	"sunbeon/appliance/queue"
	"sunbeon/appliance/sim"
)

func rig(t *testing.T) *sim.Rig {
	t.Helper()
	r, _ := rigOn(t, nil)
	return r
}

// rigOn is a rig whose record is looked at, and the record's path.
func rigOn(t *testing.T, record func(appliance.Record) appliance.Record) (r *sim.Rig, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "journal.db")
	bench := sim.New(time.Date(2026, 11, 23, 9, 0, 0, 0, queue.KST()), nil, sim.PrinterSpeed)
	return sim.NewRig(bench, box.Parts{File: officeFile(t), Journal: path, Record: record, Log: slog.New(slog.DiscardHandler)}), path
}

func officeFile(t *testing.T) *config.File {
	t.Helper()
	file, err := config.Parse("office.toml", sim.Office())
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func play(t *testing.T, name, script string) error {
	t.Helper()
	var err error
	synctest.Test(t, func(t *testing.T) {
		r := rig(t)
		if err = r.On(t.Context()); err != nil {
			return
		}
		err = sim.Play(t.Context(), name, strings.NewReader(script), r)
		if closed := r.Close(); err == nil {
			err = closed
		}
	})
	return err
}

func TestScenarios(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, path := range scripts {
		t.Run(filepath.Base(path), func(t *testing.T) {
			script, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := play(t, path, string(script)); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// A scenario that expects the wrong thing must fail, and name its line.
func TestScenarioFails(t *testing.T) {
	for _, c := range []struct{ script, want string }{
		{"press civil\nexpect ticket 2", "x:2: expect ticket 2: the paper says"},
		{"press civil\nexpect ticket 1\nexpect waiting civil 2", "x:3: expect waiting civil 2: not within 20s: got \"1\""},
		{"recall 1\ncall 1", "x:2: call 1: the step before was refused: queue: counter_idle"},
		{"recall 1", "the last step was refused"},
		{"recall 1\nexpect refused nobody_waiting", "x:2: expect refused nobody_waiting: got queue: counter_idle"},
		{"dance", "x:1: dance: no such step"},
		{"press civil\npress civil priorty\ncall x", "x:2: press civil priorty: write: press SERVICE [priority]\nsim: x:3: call x: write: call|recall"},
		{"expect ticket 1 copied", "write: expect ticket NUMBER [copy]"},
		{"cut power after x bytes", "write: cut power, or: cut power after N bytes"},
		{"wait -5m", "write: wait DURATION"},
		{"clock 2026-13-01 09:00", "write: clock DATE TIME"},
		{"expect paper 1 torn", "write: expect paper NUMBER none|"},
		{"expect", "no such step"},
		{"press civil\nexpect issuing civil early", "x:2: expect issuing civil early: not within 20s: got \"open\""},
		{"expect counter 1 open", "got \"closed\""},
		{"expect day 1 closed", "got \"day 1 open\""},
		{"expect clock lost", "got \"confirmed\""},
		{"disk full\npress civil\nexpect refused issuing_closed", "x:3: expect refused issuing_closed: got appliance: the record"},
		{"cut power\npress civil", "x:2: press civil: the power is off"},
		{"power on", "the power is on already"},
		{strings.Repeat("x", 70_000), "x:1: "},
		{"expect sign 1 7", "x:1: expect sign 1 7: not within 20s: got \"\""},
		{"press civil\nexpect ticket 1\nexpect ticket 2", "no paper came out"},
		{"press civil\nexpect offer 1", "there is none"},
		{"cover open\nexpect fault printer cover-open\npress civil\nexpect offer 2", "got \"1\""},
		{"cover open\nexpect fault printer cover-open\npress civil\nexpect no offer", "there is [{Ticket:1"},
	} {
		if err := play(t, "x", c.script); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v", c.script, err)
		}
	}
}

// Every form of a step is documented.
func TestStepsAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("scenario.go")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for line := range strings.Lines(string(doc)) {
		if text, ok := strings.CutPrefix(line, "//\t"); ok {
			for _, w := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" |[]\n", r) }) {
				known[w] = true
			}
		}
	}
	for _, form := range sim.Steps() {
		for _, w := range strings.FieldsFunc(form, func(r rune) bool { return strings.ContainsRune(" |[]", r) }) {
			if w == strings.ToLower(w) && !known[w] {
				t.Errorf("%q of %q is not in the documentation of Play", w, form)
			}
		}
	}
}

// Whatever a script says, reading it ends, and its errors name a line.
func FuzzParse(f *testing.F) {
	scripts, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range scripts {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Fuzz(func(t *testing.T, script string) {
		n, err := sim.Parse("x", strings.NewReader(script))
		if err != nil && !strings.Contains(err.Error(), "sim: x:") {
			t.Fatalf("no line: %v", err)
		}
		if lines := strings.Count(script, "\n") + 1; n > lines {
			t.Fatalf("%d steps in %d lines", n, lines)
		}
	})
}
