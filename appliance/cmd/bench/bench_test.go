package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// form is a line of the output: name value unit budget verdict, then a note.
var form = regexp.MustCompile(`^[a-z0-9_]+ +([0-9.]+|-) (ms|ratio|cycles|frames|%|MB|kB|B) +([0-9.]+|measured) +(ok|over|measured|error:)( +.+)?$`)

func TestLine(t *testing.T) {
	ratio := measurement{"x_ratio", "ratio", 1.3, nil}
	free := measurement{"x_bytes", "B", 0, nil}
	for _, c := range []struct {
		m    measurement
		r    result
		err  error
		want string
	}{
		{ratio, result{1.3, "n=3"}, nil, "x_ratio 1.30 ratio 1.3 ok n=3"},
		{ratio, result{1.3001, ""}, nil, "x_ratio 1.30 ratio 1.3 over"},
		{ratio, result{12.345, ""}, nil, "x_ratio 12.3 ratio 1.3 over"},
		{ratio, result{0.0123, ""}, nil, "x_ratio 0.012 ratio 1.3 ok"},
		{free, result{10696.4, "n=3"}, nil, "x_bytes 10696 B measured measured n=3"},
		{ratio, result{9, "n=3"}, errors.New("no\n disk"), "x_ratio - ratio 1.3 error: no disk"},
		{free, result{}, errors.New("no disk"), "x_bytes - B measured error: no disk"},
	} {
		line := c.m.line(c.r, c.err)
		if got := strings.Join(strings.Fields(line), " "); got != c.want {
			t.Errorf("got %q want %q", got, c.want)
		}
		if !form.MatchString(line) {
			t.Errorf("%q has not the form of a line", line)
		}
	}
}

// The budgets are a promise: a change of one is seen here.
func TestEveryBudgetIsInTheTable(t *testing.T) {
	budgets := map[string]float64{
		"press_to_byte_vs_fdatasync": 1.3, "press_to_paper_vs_floor": 1.05, "issue_cpu_ms": 0.3, "call_to_sign_ms": 1, "hung_printer_call_ratio": 1.2,
		"replay_day_ms": 20, "replay_day_5y_ms": 20, "kiosk_idle_core_percent": 0.3, "kiosk_rss_mb": 40,
		"journal_bytes_per_fact": 0,
		"key_to_sign_cycles":     1, "dead_unit_cycle_ratio": 1.05, "bus_idle_core_percent": 2,
		"board_idle_core_percent": 1, "board_redraw_1080p_ms": 5, "fact_to_glass_frames": 2, "board_rss_mb": 130,
		"fact_to_reader_p99_ms": 250, "reader_kb": 9, "reader_cost_growth": 1.3, "change_cost_growth": 1.3, "origin_fetches_per_max_age": 1,
	}
	seen := map[string]bool{}
	for _, m := range table() {
		if seen[m.name] {
			t.Errorf("%s is there twice", m.name)
		}
		seen[m.name] = true
		if want, ok := budgets[m.name]; ok && m.budget != want {
			t.Errorf("%s: budget %v, want %v", m.name, m.budget, want)
		}
	}
	for name := range budgets {
		if !seen[name] {
			t.Errorf("%s is missing", name)
		}
	}
}

func TestListAndOnly(t *testing.T) {
	var out bytes.Buffer
	if err := command(t.Context(), []string{"-list", "-only", "replay,hung"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "hung_printer_call_ratio\nreplay_day_ms\nreplay_day_5y_ms\n"; got != want {
		t.Errorf("got %q want %q", got, want)
	}
	if err := command(t.Context(), []string{"-list", "-only", "nothing"}, &out, io.Discard); err == nil {
		t.Error("an unknown name is taken")
	}
}

func TestNotInMemory(t *testing.T) {
	const memory = "/dev/shm"
	var fs unix.Statfs_t
	if err := unix.Statfs(memory, &fs); err != nil || fs.Type != unix.TMPFS_MAGIC {
		t.Skip("this machine has no tmpfs at " + memory)
	}
	if err := onDisk(memory); err == nil {
		t.Error("a tmpfs is taken for a disk")
	}
}

// A history is made once, and anew when it cannot be opened.
func TestHistoryIsKept(t *testing.T) {
	dir, h := t.TempDir(), history{days: 2, tickets: 3, last: 3}
	changed := func() time.Time {
		t.Helper()
		path, err := h.path(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, facts, err := start(t.Context(), path); err != nil || facts != 7 {
			t.Fatalf("%d facts of the last day, want 7: its opening, three issued, three printed (%v)", facts, err)
		}
		made, err := os.Stat(path + ".lock") // nobody writes to it after
		if err != nil {
			t.Fatal(err)
		}
		return made.ModTime()
	}
	first := changed()
	if again := changed(); !again.Equal(first) {
		t.Error("it was made twice")
	}
	if err := os.WriteFile(filepath.Join(dir, h.name()), []byte("no journal of ours, and long enough to be read"), 0o644); err != nil {
		t.Fatal(err)
	}
	changed()
}

// An error costs its own line; only when nothing could be measured is it one of
// the command.
func TestErrors(t *testing.T) {
	good := measurement{"good", "ms", 1, func(context.Context, *place) (result, error) { return result{value: 2}, nil }}
	bad := measurement{"bad", "ms", 1, func(context.Context, *place) (result, error) { return result{}, errors.New("no disk") }}
	var out bytes.Buffer
	if err := measure(t.Context(), &place{}, []measurement{bad, good}, &out); err != nil {
		t.Errorf("one that works is enough: %v", err)
	}
	if got := strings.Count(out.String(), "\n"); got != 2 {
		t.Errorf("%d lines: %q", got, out.String())
	}
	if err := measure(t.Context(), &place{}, []measurement{bad}, &out); err == nil {
		t.Error("nothing could be measured, and no error")
	}
}

func TestSamples(t *testing.T) {
	var s samples
	for i := range 200 {
		s = append(s, time.Duration(200-i)*time.Millisecond)
	}
	for q, want := range map[float64]time.Duration{0: 1, 0.5: 100, 0.99: 198, 1: 200} {
		if got := s.at(q); got != want*time.Millisecond {
			t.Errorf("quantile %v: got %v want %v ms", q, got, int64(want))
		}
	}
	if got := s[:50].at(0.99); got != 200*time.Millisecond { // the nearest rank of 49.5 is the 50th
		t.Errorf("got %v want 200ms", got)
	}
	double := make(samples, len(s))
	for i := range s {
		double[i] = 2 * s[i]
	}
	if whole, least, most := ratios(double, s); whole != 2 || least != 2 || most != 2 {
		t.Errorf("got %v %v %v, want 2 2 2", whole, least, most)
	}
}

// A known frame of a display's manual: 120 on the first sign.
func TestFrame(t *testing.T) {
	if got, want := frame(1, "120"), [8]byte{0x01, 0x06, 0x00, 0x07, 0x00, 0x78, 0x38, 0x29}; got != want {
		t.Errorf("got % x want % x", got, want)
	}
	if got := shown(frame(2, "P042")); got != "42" {
		t.Errorf("got %s", got)
	}
}

// cityLine reports whether a measurement runs a whole city.
func cityLine(name string) bool {
	return strings.HasPrefix(name, "broker_") || strings.HasPrefix(name, "cityweb_") || strings.HasSuffix(name, "_cost_growth") || name == "reader_kb" || strings.HasPrefix(name, "origin_")
}

// Every measurement runs, with as few samples as it takes. What it finds is not
// looked at: other machines have other figures.
func TestEveryMeasurementRuns(t *testing.T) {
	p := &place{dir: t.TempDir(), scale: 0.001}
	for _, m := range table() {
		t.Run(m.name, func(t *testing.T) {
			if testing.Short() && (strings.HasPrefix(m.name, "kiosk_") || strings.HasPrefix(m.name, "bus_") || strings.HasPrefix(m.name, "board_") || strings.HasPrefix(m.name, "fact_to") || cityLine(m.name)) {
				t.Skip("builds and runs a program")
			}
			r, err := m.run(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			if r.value < 0 || r.note == "" {
				t.Errorf("found %v, %q", r.value, r.note)
			}
			if line := m.line(r, err); !form.MatchString(line) {
				t.Errorf("%q has not the form of a line", line)
			}
		})
	}
}
