package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sunbeon/appliance/journal"
	"sunbeon/appliance/queue"
	"sunbeon/appliance/sim"
)

// run carries out a command line in this process.
func run(t *testing.T, in string, args ...string) (out string, err error) {
	t.Helper()
	var b bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), patience) // a command that should end
	defer cancel()
	err = command(ctx, args, strings.NewReader(in), &b, &b)
	return b.String(), err
}

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Every mistake on the command line is answered with what to write instead, and
// nothing is opened.
func TestCommandLineMistakes(t *testing.T) {
	data, sample := filepath.Join(t.TempDir(), "data"), file(t, "office.toml", string(sim.Office()))
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "give -config office.toml, or -sim"},
		{[]string{"check"}, "kiosk check: no office: give -config"},
		{[]string{"check", "-config", "none.toml", "now"}, `kiosk check: ["now"] is too much`},
		{[]string{"dance"}, `unknown command "dance"; the commands are check, journal, forecast, pin and enroll`},
		{[]string{"-sim", "dance"}, `unknown command "dance"`},
		{[]string{"-dance"}, "flag provided but not defined"},
		{[]string{"-config", "office.toml", "-play", "x"}, "-play needs -sim"},
		{[]string{"-sim", "-speed", "-1"}, "-speed"},
		{[]string{"-config", filepath.Join(data, "none.toml"), "-data", data}, "give the file's path with -config"},
		{[]string{"-sim", "-data", data, "-play", filepath.Join(data, "none.txt")}, "none.txt: no such file"},
		{[]string{"journal"}, "say verify, show or backup FILE"},
		{[]string{"journal", "dance"}, `"dance" is not known`},
		{[]string{"journal", "verify", "more"}, "is not known"},
		{[]string{"journal", "backup"}, "is not known"},
		{[]string{"journal", "verify", "-journal", filepath.Join(data, "none.db")}, "none.db"},
		{[]string{"journal", "show", "-day", "x"}, "invalid value"},
		{[]string{"forecast"}, "say score"},
		{[]string{"forecast", "dance"}, "say score"},
		{[]string{"forecast", "score", "-journal", filepath.Join(data, "none.db")}, "none.db"},
		{[]string{"forecast", "score", "more"}, "kiosk forecast score"},
		{[]string{"pin", "1234"}, "takes no arguments"},
		{[]string{"enroll"}, "kiosk enroll: no office: give -config"},
		{[]string{"enroll", "-config", "none.toml"}, "kiosk enroll: no city: give -city"},
		{[]string{"enroll", "-config", "none.toml", "-city", "https://c", "now"}, `kiosk enroll: ["now"] is too much`},
		{[]string{"enroll", "-config", filepath.Join(data, "none.toml"), "-city", "https://c", "-code", "x"}, "give the file's path"},
		{[]string{"enroll", "-config", sample, "-city", "https://c", "-code", "7K2M", "-data", data}, "has 16 letters and digits"},
		{[]string{"enroll", "-config", sample, "-city", "https://c", "-data", data}, "no code was given"},
		{[]string{"enroll", "-config", sample, "-city", "c", "-code", "7K2M-9QXW-0T4D-RB3H", "-data", filepath.Join(t.TempDir(), "enroll")}, "write https://"},
	} {
		out, err := run(t, "", c.args...)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("kiosk %q: got %v\n%s", c.args, err, out)
		}
	}
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Errorf("something was opened: %v", err)
	}
	if _, err := run(t, "", "-h"); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: %v", err)
	}
}

// A bad file lists all its problems, and the record is not opened.
func TestBadConfigOpensNothing(t *testing.T) {
	text := strings.NewReplacer(`numbers = "1-399"`, `numbers = "399-1"`, `services = ["passport"]`, `services = ["pasport"]`,
		`profile = "generic80"`, `profile = "generic81"`).Replace(string(sim.Office()))
	path, data := file(t, "office.toml", text), filepath.Join(t.TempDir(), "data")
	for _, args := range [][]string{{"-config", path, "-data", data}, {"-sim", "-config", path, "-data", data}} {
		_, err := run(t, "", args...)
		if err == nil {
			t.Fatal("accepted")
		}
		for _, want := range []string{"services[0].numbers", `"pasport" is no service`, "printer.profile"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %s is not in:\n%v", args, want, err)
			}
		}
		for line := range strings.Lines(err.Error()) {
			if !strings.HasPrefix(line, "config: "+path+":") {
				t.Errorf("without file and line: %s", line)
			}
		}
	}
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Errorf("something was opened: %v", err)
	}
}

// morning plays a scenario into a new record and gives its path.
func morning(t *testing.T, script string) string {
	t.Helper()
	data := t.TempDir()
	out, err := run(t, "", "-sim", "-speed", "0", "-data", data, "-play", file(t, "day.txt", script))
	if err != nil || !strings.Contains(out, "everything was as expected") {
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(data, "journal.db")
}

const someTickets = "clock 2026-11-23 09:00\npress civil\nexpect ticket 1\nexpect paper 1 printed\npress passport\nexpect ticket 601\nexpect paper 601 printed\nwait 3m\ncall 1\nexpect sign 1 1\nfinish 1\n"

func TestJournalCommands(t *testing.T) {
	path := morning(t, someTickets)
	out, err := run(t, "", "journal", "verify", "-journal", path)
	if err != nil || out == "" {
		t.Fatalf("verify: %v %q", err, out)
	}
	all, err := run(t, "", "journal", "show", "-journal", path)
	if err != nil || strings.Count(all, "issued") != 2 || !strings.Contains(all, "called") {
		t.Fatalf("show: %v\n%s", err, all)
	}
	for _, c := range []struct {
		args  []string
		lines int
	}{
		{[]string{"-kind", "issued"}, 2},
		{[]string{"-kind", "issued", "-kind", "called"}, 3},
		{[]string{"-kind", "issued", "-number", "601"}, 1},
		{[]string{"-n", "2", "-newest"}, 2},
		{[]string{"-day", "7"}, 0},
		{[]string{"-date", "2001-01-01"}, 0},
	} {
		out, err := run(t, "", append([]string{"journal", "show", "-journal", path}, c.args...)...)
		if err != nil || strings.Count(out, "\n") != c.lines {
			t.Errorf("show %q: %v, want %d lines:\n%s", c.args, err, c.lines, out)
		}
	}

	// A backup is a whole record; it goes nowhere twice.
	to := filepath.Join(t.TempDir(), "backup.db")
	if out, err := run(t, "", "journal", "backup", "-journal", path, to); err != nil || !strings.Contains(out, "backup written: "+to) {
		t.Fatalf("backup: %v %s", err, out)
	}
	if out, err := run(t, "", "journal", "show", "-journal", to); err != nil || out != all {
		t.Errorf("the backup holds something else: %v\n%s", err, out)
	}
	if _, err := run(t, "", "journal", "backup", "-journal", path, to); err == nil {
		t.Error("a backup was overwritten")
	}
}

// A record that was tampered with is found out.
func TestJournalVerifyFindsDamage(t *testing.T) {
	path := morning(t, someTickets)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	i := bytes.Index(b, []byte(`"called"`))
	if i < 0 {
		t.Fatal("no call in the file")
	}
	b[i+1] = 'C'
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := run(t, "", "journal", "verify", "-journal", path); !errors.Is(err, journal.ErrDamaged) {
		t.Fatalf("got %v\n%s", err, out)
	}
}

func TestForecastScoreCommand(t *testing.T) {
	out, err := run(t, "", "forecast", "score", "-journal", morning(t, someTickets))
	if err != nil || !strings.Contains(out, "all") || !strings.Contains(out, "inside") {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestPINCommand(t *testing.T) {
	out, err := run(t, "4711\n", "pin")
	if err != nil || !strings.Contains(out, "$argon2id$") || strings.Contains(out, "4711") {
		t.Fatalf("%v\n%s", err, out)
	}
	hash := out[strings.LastIndex(strings.TrimSpace(out), "\n")+1:]
	text := regexp.MustCompile(`(?m)^manager_pin = .*$`).ReplaceAllString(string(sim.Office()), `manager_pin = "`+strings.ReplaceAll(strings.TrimSpace(hash), "$", "$$")+`"`)
	if !strings.Contains(text, strings.TrimSpace(hash)) {
		t.Fatal("the bench's office has no manager's PIN to replace")
	}
	if _, err := load(options{config: file(t, "office.toml", text), data: "x"}); err != nil {
		t.Errorf("office.toml does not take what it printed: %v", err)
	}
	for _, in := range []string{"", "\n", "12\n", "abcd\n", "1234567890123\n"} {
		if out, err := run(t, in, "pin"); err == nil {
			t.Errorf("%q was hashed: %s", in, out)
		}
	}
}

// A scenario that fails names its line, and the command fails.
func TestPlayFails(t *testing.T) {
	path := file(t, "day.txt", "press civil\nexpect refused issuing_closed\n")
	if _, err := run(t, "", "-sim", "-data", t.TempDir(), "-play", path); err == nil || !strings.Contains(err.Error(), path+":2: expect refused issuing_closed: got") {
		t.Fatalf("got %v", err)
	}
	path, data := file(t, "day.txt", "press civil\ndance\n"), filepath.Join(t.TempDir(), "data")
	if _, err := run(t, "", "-sim", "-data", data, "-play", path); err == nil || !strings.Contains(err.Error(), path+":2: dance") {
		t.Fatalf("got %v", err)
	}
}

// The same with the real binary, to its exit code.
func TestPlayTheRealThing(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes")
	}
	data := t.TempDir()
	p := start(t, "kiosk", "-sim", "-data", data, "-play", file(t, "day.txt", someTickets))
	p.said("kiosk: ")
	if err := p.cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	p = start(t, "kiosk", "-sim", "-data", t.TempDir(), "-play", file(t, "day.txt", "expect sign 1 7\n"))
	if text := p.said("sim: "); !strings.Contains(text, ":1: expect sign 1 7: not within") {
		t.Errorf("said %q", text)
	}
	if err := p.cmd.Wait(); err == nil || p.cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("ended with %v", err)
	}
	p = start(t, "kiosk", "-dance")
	_ = p.cmd.Wait()
	if code := p.cmd.ProcessState.ExitCode(); code != 1 {
		t.Errorf("a wrong flag: exit code %d", code)
	}
	j, err := journal.OpenReader(context.Background(), filepath.Join(data, "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	state := queue.New()
	if err := j.Replay(state.Apply); err != nil || len(state.Tickets) != 2 || state.Tickets[0].Status != queue.Done {
		t.Errorf("the record: %v %+v", err, state.Tickets)
	}
}
