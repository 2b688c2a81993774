package printer

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

func TestDialTCPRefusedNamesTheRemedy(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	ln.Close()
	_, err = DialTCP(t.Context(), addr)
	if !errors.Is(err, syscall.ECONNREFUSED) || !strings.Contains(err.Error(), "raw port") {
		t.Errorf("got %v", err)
	}
	if _, err = DialTCP(t.Context(), "no.such.host.invalid"); err == nil || !strings.Contains(err.Error(), ":9100") || !strings.Contains(err.Error(), "check") {
		t.Errorf("got %v", err)
	}
}

func TestOpenTTYErrorsNameTheRemedy(t *testing.T) {
	for _, open := range []func(string) (Transport, error){OpenTTY, func(p string) (Transport, error) { return OpenSerial(p, 9600) }} {
		_, err := open(filepath.Join(t.TempDir(), "ttyUSB7"))
		if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "plug") {
			t.Errorf("missing: %v", err)
		}
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if tr, err := open(file); err == nil {
			tr.Close()
			t.Error("a plain file was taken for a printer")
		} else if !strings.Contains(err.Error(), "printer's port") {
			t.Errorf("plain file: %v", err)
		}
	}
	if _, err := OpenSerial("/dev/null", 1234); err == nil || !strings.Contains(err.Error(), "1234") {
		t.Errorf("speed: %v", err)
	}
}

// openPty gives the printer's end of a new pty and the path of the host's.
func openPty(t *testing.T) (*os.File, string) {
	t.Helper()
	ptm, pts, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ptm.Close(); pts.Close() })
	return ptm, pts.Name()
}

func TestTTYIsRawBothWays(t *testing.T) {
	dev, path := openPty(t)
	tr, err := OpenSerial(path, 115200)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	all := make([]byte, 0, 256)
	for i := range 256 {
		all = append(all, byte(i))
	}
	if _, err := tr.Write(all); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 256)
	if _, err := io.ReadFull(dev, got); err != nil {
		t.Fatal(err)
	}
	if string(got) != string(all) {
		t.Errorf("to the printer: % x", got)
	}
	back := strings.NewReplacer("\x11", "", "\x13", "").Replace(string(all)) // flow control is the kernel's
	if _, err := dev.Write([]byte(back)); err != nil {
		t.Fatal(err)
	}
	got = make([]byte, len(back))
	if _, err := io.ReadFull(tr, got); err != nil {
		t.Fatal(err)
	}
	if string(got) != back {
		t.Errorf("from the printer: % x", got)
	}
	term, err := unix.IoctlGetTermios(int(dev.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	if term.Cflag&unix.CBAUD != unix.B115200 {
		t.Errorf("speed bits %#x", term.Cflag&unix.CBAUD)
	}
}

func TestTTYDeadlinesAndClose(t *testing.T) {
	_, path := openPty(t)
	tr, err := OpenTTY(path)
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
	// A printer that takes nothing: the line's buffer fills, then the deadline ends it.
	tr, err = OpenTTY(path)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	if err := tr.SetWriteDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := tr.Write(make([]byte, 1<<20)); !errors.Is(err, os.ErrDeadlineExceeded) || n == 0 {
		t.Errorf("write to a full line: %d bytes, %v", n, err)
	}
}
