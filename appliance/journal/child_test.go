package journal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"sunbeon/appliance/queue"
)

// The tests of durability run the journal in a process of its own, which is
// this test binary again, and end or trace it from outside.
const (
	childPath = "JOURNAL_TEST_CHILD_PATH"
	childDo   = "JOURNAL_TEST_CHILD_DO" // words of the table in child
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childPath); path != "" {
		runtime.LockOSThread() // strace counts the calls of each thread
		if err := child(path, os.Getenv(childDo)); err != nil {
			fmt.Println("gave up", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child issues tickets in batches of one to three facts and prints "ack SEQ"
// for each batch that is on disk. Words of how:
//
//	n=20      so many batches, else for ever
//	normal    with synchronous=NORMAL: the control that must lose facts
//	die       ends like a power cut instead of closing the journal
//	dieonerr  the same when an Append fails; else it is tried twice more
func child(path, how string) error {
	has := func(word string) bool { return strings.Contains(" "+how+" ", " "+word+" ") }
	n := -1
	for w := range strings.FieldsSeq(how) {
		_, _ = fmt.Sscanf(w, "n=%d", &n)
	}
	j, err := Open(context.Background(), path, Options{FirstEpoch: 1})
	if err != nil {
		return fmt.Errorf("at open: %w", err)
	}
	if has("normal") {
		if _, err := j.writer.conn.ExecContext(context.Background(), "PRAGMA synchronous = NORMAL"); err != nil {
			return err
		}
	}
	s := queue.New()
	if err := j.Replay(s.Apply); err != nil {
		return err
	}
	now := queue.Stamp{Wall: monday().UnixMilli(), Trusted: true, Mono: 1, Boot: "b"}
	give := func(c queue.Command) error {
		in := queue.Input{At: now, Command: c}
		d, err := s.Decide(in)
		if err != nil || len(d.Events) == 0 {
			return err
		}
		facts := s.Facts(in, d.Events)
		for try := 0; ; try++ {
			err := j.Append(facts)
			if err == nil {
				break
			}
			fmt.Printf("err uncertain=%v full=%v io=%v %s\n", errors.Is(err, ErrUncertain), errors.Is(err, ErrFull), errors.Is(err, ErrIO),
				strings.ReplaceAll(err.Error(), "\n", "; "))
			if has("dieonerr") {
				die()
			}
			if try == 2 {
				return err
			}
		}
		for _, f := range facts {
			if err := s.Apply(f); err != nil {
				return err
			}
		}
		fmt.Printf("ack %d\n", j.Last())
		return nil
	}
	if err := errors.Join(give(queue.Configure{Config: office()}), give(queue.Tick{})); err != nil {
		return err
	}
	for i := 0; i != n; i++ {
		var err error
		switch i % 4 {
		case 3:
			err = give(queue.CallNext{Counter: 1 + i%3})
			var r *queue.Refusal
			if errors.As(err, &r) {
				err = nil
			}
		default:
			err = give(queue.Issue{Service: "civil", Class: queue.Ordinary, Origin: queue.Button})
		}
		if err != nil {
			return err
		}
		if i%5 == 4 {
			if err := j.SetCursor(j.Last()); err != nil && !errors.Is(err, ErrUncertain) {
				fmt.Println("cursor", err)
			}
		}
		if i%16 == 15 {
			if err := j.Checkpoint(); err != nil {
				fmt.Println("checkpoint", err)
			}
		}
	}
	if has("die") {
		die()
	}
	return j.Close()
}

func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// startChild runs the child, under the given command if there is one.
func startChild(t *testing.T, path, how string, under ...string) (*exec.Cmd, io.Reader) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	argv := append(under, self)
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), childPath+"="+path, childDo+"="+how)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd, out
}

// told is what a child said.
type told struct {
	acked uint64 // the last acknowledged seq
	errs  []string
	other []string
}

func listen(out io.Reader) told {
	var h told
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		switch word, rest, _ := strings.Cut(lines.Text(), " "); word {
		case "ack":
			_, _ = fmt.Sscan(rest, &h.acked)
		case "err":
			h.errs = append(h.errs, rest)
		default:
			h.other = append(h.other, lines.Text())
		}
	}
	return h
}

// runChild runs the child to its end, which may be a violent one.
func runChild(t *testing.T, path, how string, under ...string) told {
	t.Helper()
	cmd, out := startChild(t, path, how, under...)
	h := listen(out)
	_ = cmd.Wait()
	return h
}

// memory is a directory in memory, where a flush costs nothing, for tests in
// which no disk takes part; else one on disk.
func memory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "journal-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// needSpeed skips a test in which nothing runs beside anything, so that the race
// detector would see nothing in its many runs.
func needSpeed(t *testing.T) {
	t.Helper()
	if raced {
		t.Skip("SKIPPED under the race detector: run it without -race too")
	}
}

// every is full when all of something is asked for, else some: the long forms
// of these tests are for a change of the store.
func every(some, full int) int {
	if os.Getenv("JOURNAL_TEST_EVERY") != "" {
		return full
	}
	return some
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// layOut writes a record into a new directory.
func layOut(t *testing.T, dir string, files map[string][]byte) string {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "j.db")
}
