package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"sunbeon/appliance/queue"
)

// faults are what a disk can do to a call.
type fault struct {
	calls, errno string
	rare         bool // few calls of the kind: each is tried
}

// step is how many calls lie between two that are tried.
func (f fault) step(some int) int {
	if f.rare {
		return 1
	}
	return every(some, 1)
}

func (f fault) last() int {
	if f.rare {
		return 24
	}
	return 110
}

func (f fault) inject(when string) []string {
	return []string{"strace", "-f", "-qq", "-o", os.DevNull, "-e", "trace=" + f.calls,
		"-e", fmt.Sprintf("inject=%s:error=%s:when=%s", f.calls, f.errno, when)}
}

func faults() []fault {
	return []fault{
		{"pwrite64", "ENOSPC", false},
		{"pwrite64", "EIO", false},
		{"fsync,fdatasync", "EIO", true},
		{"ftruncate", "EIO", true},
	}
}

// A single call fails, each in its turn. Append says so, and trying again
// works: every fact is there once.
func TestOneFailedCall(t *testing.T) {
	needSpeed(t)
	needStrace(t)
	for _, f := range faults() {
		t.Run(f.calls+" "+f.errno, func(t *testing.T) {
			failed := 0
			for n := 1; n < f.last(); n += f.step(7) {
				path := filepath.Join(memory(t), "j.db")
				h := runChild(t, path, "n=6", f.inject(fmt.Sprint(n))...)
				failed += min(len(h.errs), 1)
				gaveUp := slices.ContainsFunc(h.other, func(s string) bool { return strings.HasPrefix(s, "gave up") })
				if gaveUp && (h.acked > 0 && !strings.Contains(h.other[len(h.other)-1], "close")) {
					t.Fatalf("call %d: one failure, and it does not recover: %+v", n, h)
				}
				end := survivorOf(t, path)
				if end != h.acked && !gaveUp || end < h.acked {
					t.Fatalf("call %d: %d was acknowledged, the record ends at %d: %+v", n, h.acked, end, h)
				}
			}
			if failed == 0 && f.calls != "ftruncate" {
				t.Fatal("no Append ever failed")
			}
			t.Logf("Append failed and recovered in %d runs", failed)
		})
	}
}

// A call fails and the process ends at once, as in a power cut after the
// error: unless the error said that it is uncertain, nothing of the failed
// batch may come back.
func TestNothingComesBack(t *testing.T) {
	needSpeed(t)
	needStrace(t)
	for _, f := range faults()[:3] {
		t.Run(f.calls+" "+f.errno, func(t *testing.T) {
			sure := 0
			for n := 1; n < f.last(); n += f.step(5) {
				path := filepath.Join(memory(t), "j.db")
				h := runChild(t, path, "n=6 dieonerr", f.inject(fmt.Sprint(n))...)
				if len(h.errs) == 0 {
					continue
				}
				end := survivorOf(t, path)
				uncertain := strings.Contains(h.errs[0], "uncertain=true")
				if end < h.acked || end > h.acked && !uncertain {
					t.Fatalf("call %d: %d was acknowledged, the record ends at %d: %+v", n, h.acked, end, h)
				}
				if !uncertain {
					sure++
				}
			}
			if sure == 0 {
				t.Fatal("no error ever was certain")
			}
		})
	}
}

// From some call on the disk is full, or fails for good. Every error says so,
// and what was acknowledged stays.
func TestDiskFailsForGood(t *testing.T) {
	needSpeed(t)
	needStrace(t)
	for _, f := range faults()[:3] {
		t.Run(f.calls+" "+f.errno, func(t *testing.T) {
			failed := 0
			for n := 1; n < f.last(); n += f.step(9) {
				path := filepath.Join(memory(t), "j.db")
				h := runChild(t, path, "n=6", f.inject(fmt.Sprintf("%d+", n))...)
				end := survivorOf(t, path)
				uncertain := false
				for _, e := range h.errs {
					failed++
					uncertain = uncertain || strings.Contains(e, "uncertain=true")
					if want := map[string]string{"ENOSPC": "full=true", "EIO": "io=true"}[f.errno]; !strings.Contains(e, want) {
						t.Fatalf("call %d: the error does not say %s: %s", n, want, e)
					}
				}
				if end < h.acked || end > h.acked && !uncertain {
					t.Fatalf("call %d: %d was acknowledged, the record ends at %d: %+v", n, h.acked, end, h)
				}
			}
			if failed == 0 {
				t.Fatal("no Append ever failed")
			}
		})
	}
}

// survivorOf is the end of a whole record; 0 when none was made.
func survivorOf(t *testing.T, path string) uint64 {
	t.Helper()
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		return 0
	}
	end, err := survivor(t, path)
	if err != nil {
		t.Fatal(err)
	}
	return end
}

// mount gives a small file system of its own.
func mount(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("SKIPPED: no file system can be mounted here (%v); run as root: this test fills a disk", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func TestDiskFull(t *testing.T) {
	dir := mount(t, "size=2m")
	path := filepath.Join(dir, "j.db")
	j, err := Open(context.Background(), path, Options{FirstEpoch: 5})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = j.Close() }()
	b := newBench(t, j.Append)
	b.open()
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	issue := queue.Issue{Service: "civil", Class: queue.Ordinary, Origin: queue.Button}
	for {
		if _, err = b.try(issue); err != nil {
			break
		}
	}
	for range 3 {
		if !errors.Is(err, ErrFull) {
			t.Fatal(err)
		}
		_, err = b.try(issue)
	}
	if s := replayed(t, j); s.Seq != b.state.Seq {
		t.Fatalf("the record can be read to %d, not %d", s.Seq, b.state.Seq)
	}
	acked := b.state.Seq

	// A kiosk that starts on a full disk shows its line.
	if err := j.Close(); err != nil && !errors.Is(err, ErrFull) {
		t.Fatal(err)
	}
	fill(t, filepath.Join(dir, "rest"))
	j, err = Open(context.Background(), path, Options{FirstEpoch: 5})
	if err != nil {
		t.Fatal(err)
	}
	if s := replayed(t, j); s.Seq != acked {
		t.Fatalf("after a restart the record ends at %d, not %d", s.Seq, acked)
	}
	if j.Epoch() != 6 {
		t.Fatalf("epoch %d", j.Epoch())
	}
	b.keep = j.Append
	if _, err := b.try(issue); !errors.Is(err, ErrFull) {
		t.Fatal(err)
	}

	for _, f := range []string{ballast, filepath.Join(dir, "rest")} {
		if err := os.Remove(f); err != nil {
			t.Fatal(err)
		}
	}
	b.issue("civil")
	if err := j.SetCursor(3); err != nil {
		t.Fatal(err)
	}
	whole(t, j)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = openAt(t, path)
	if j.Epoch() != 7 || j.Last() != acked+1 {
		t.Fatalf("epoch %d, last %d after %d", j.Epoch(), j.Last(), acked)
	}
}

// fill takes all the space that is left.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for size := 1 << 16; size > 0; size /= 2 {
		for err == nil {
			_, err = f.Write(make([]byte, size))
		}
		err = nil
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestReadOnlyFileSystem(t *testing.T) {
	dir := mount(t, "size=4m")
	path := filepath.Join(dir, "j.db")
	j := openAt(t, path)
	b := newBench(t, j.Append)
	b.open()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), path, Options{}); !errors.Is(err, ErrReadOnly) {
		t.Fatalf("open for writing: %v", err)
	}
	r, err := OpenReader(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	whole(t, r)
}
