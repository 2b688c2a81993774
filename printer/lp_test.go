package printer

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

func TestOpenLPErrorsNameTheRemedy(t *testing.T) {
	_, err := OpenLP(filepath.Join(t.TempDir(), "lp0"))
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "plug") {
		t.Errorf("missing: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if tr, err := OpenLP(file); err == nil {
		tr.Close()
		t.Error("a plain file was taken for a printer")
	} else if !strings.Contains(err.Error(), "printer's port") {
		t.Errorf("plain file: %v", err)
	}
}

// fifo stands for the device file: it can be waited for, and what is written
// comes back.
func fifo(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lp0")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLPDeadlinesAndClose(t *testing.T) {
	tr, err := OpenLP(fifo(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.SetReadDeadline(time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read past its deadline: %v", err)
	}
	if err := tr.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := tr.Read(make([]byte, 1))
		ended <- err
	}()
	tr.Close()
	if err := <-ended; err == nil {
		t.Error("read went on after Close")
	}
	// A printer that takes nothing: the buffer fills, then the deadline ends it.
	tr, err = OpenLP(fifo(t))
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	if err := tr.SetWriteDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := tr.Write(make([]byte, 1<<20)); !errors.Is(err, os.ErrDeadlineExceeded) || n == 0 {
		t.Errorf("write to a full printer: %d bytes, %v", n, err)
	}
}

// usblp answers reads as the kernel's driver does, from a script.
type usblp struct {
	file
	reads []error // nil is a byte
	write error
}

func (u *usblp) Name() string { return "/dev/usb/lp0" }

func (u *usblp) Read(b []byte) (int, error) {
	err := u.reads[0]
	u.reads = u.reads[1:]
	if err != nil {
		return 0, err
	}
	b[0] = 0x12
	return 1, nil
}

func (u *usblp) Write(b []byte) (int, error) { return 512, u.write }

func TestLPReads(t *testing.T) {
	sys := func(no syscall.Errno) error { return &os.PathError{Op: "read", Path: "/dev/usb/lp0", Err: no} }
	for name, c := range map[string]struct {
		reads []error
		want  error
		says  string
	}{
		"a byte":           {[]error{nil}, nil, ""},
		"an empty packet":  {[]error{io.EOF, io.EOF, nil}, nil, ""},
		"no way back":      {[]error{sys(unix.EINVAL), sys(unix.EINVAL), os.ErrDeadlineExceeded}, os.ErrDeadlineExceeded, ""},
		"closed meanwhile": {[]error{sys(unix.EINVAL), os.ErrClosed}, os.ErrClosed, ""},
		"unplugged":        {[]error{io.EOF, sys(unix.ENODEV)}, unix.ENODEV, "/dev/usb/lp0 is gone"},
		"a bad transfer":   {[]error{sys(unix.EIO)}, unix.EIO, "check the cable"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &lp{f: &usblp{reads: c.reads}}
				n, err := l.Read(make([]byte, 64))
				if !errors.Is(err, c.want) || (err == nil) != (n == 1) || err != nil && !strings.Contains(err.Error(), c.says) {
					t.Errorf("%d, %v", n, err)
				}
			})
		})
	}
}

// TestLPEmptyPacketsDoNotSpin: an empty packet with every poll of the bus costs
// no core.
func TestLPEmptyPacketsDoNotSpin(t *testing.T) {
	for err, pause := range map[error]time.Duration{io.EOF: 10 * time.Millisecond, unix.EINVAL: 250 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			u := &usblp{reads: slices.Repeat([]error{err}, 100)}
			u.reads = append(u.reads, nil)
			start := time.Now()
			if n, err := (&lp{f: u}).Read(make([]byte, 64)); n != 1 || err != nil {
				t.Errorf("%d, %v", n, err)
			}
			if took := time.Since(start); took != 100*pause {
				t.Errorf("a hundred times %v took %v", err, took)
			}
		})
	}
}

func TestLPWriteCounts(t *testing.T) {
	l := &lp{f: &usblp{write: &os.PathError{Op: "write", Path: "/dev/usb/lp0", Err: unix.ENODEV}}}
	if n, err := l.Write(make([]byte, 1024)); n != 512 || !errors.Is(err, unix.ENODEV) || !strings.Contains(err.Error(), "gone") {
		t.Errorf("%d, %v", n, err)
	}
}
