package sim_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/box"
	"sunbeon/appliance/config"
	"sunbeon/appliance/queue"
	"sunbeon/appliance/sim"
)

func rig(t *testing.T) *sim.Rig {
	t.Helper()
	file, err := config.Parse("office.toml", sim.Office())
	if err != nil {
		t.Fatal(err)
	}
	bench := sim.New(time.Date(2026, 11, 23, 9, 0, 0, 0, queue.KST()), nil, sim.PrinterSpeed)
	return sim.NewRig(bench, box.Parts{File: file, Journal: filepath.Join(t.TempDir(), "journal.db"), Log: slog.New(slog.DiscardHandler)})
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
		{"expect sign 1 7", "x:1: expect sign 1 7: not within 20s: got \"\""},
		{"press civil\nexpect ticket 1\nexpect ticket 2", "no paper came out"},
	} {
		if err := play(t, "x", c.script); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v", c.script, err)
		}
	}
}
