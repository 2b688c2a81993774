package serialport_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"sunbeon/drivers/serialport"
)

// line is a port whose other end the test holds.
func line(t *testing.T) (master *os.File, name string) {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	name = slave.Name()
	// Without a second holder the first close of the port would be a hang-up.
	t.Cleanup(func() { slave.Close() })
	return master, name
}

func open(t *testing.T, c serialport.Config) *serialport.Port {
	t.Helper()
	p, err := serialport.Dialer{Config: c}.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func TestBytesPassUnchanged(t *testing.T) {
	master, name := line(t)
	p := open(t, serialport.Config{Path: name, Baud: 38400})
	all := make([]byte, 256) // every byte: nothing is translated or echoed
	for i := range all {
		all[i] = byte(i)
	}
	if n, err := p.Write(all); n != len(all) || err != nil {
		t.Fatalf("wrote %d, %v", n, err)
	}
	got := make([]byte, len(all))
	if _, err := io.ReadFull(master, got); err != nil || string(got) != string(all) {
		t.Errorf("the other end has % x, %v", got, err)
	}
	if _, err := master.Write(all); err != nil {
		t.Fatal(err)
	}
	clear(got)
	p.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.ReadFull(p, got); err != nil || string(got) != string(all) {
		t.Errorf("we have % x, %v", got, err)
	}
}

func TestReadDeadlinePasses(t *testing.T) {
	_, name := line(t)
	p := open(t, serialport.Config{Path: name})
	p.SetReadDeadline(time.Now().Add(time.Millisecond))
	n, err := p.Read(make([]byte, 8))
	if n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%d, %v", n, err)
	}
}

// A device that stopped the flow makes a write end at its deadline, with the
// count of what went through; XON lets it go on.
func TestXOFFStopsAWrite(t *testing.T) {
	master, name := line(t)
	p := open(t, serialport.Config{Path: name, Flow: "xonxoff"})
	if _, err := master.Write([]byte{0x13}); err != nil {
		t.Fatal(err)
	}
	// The other end's driver acts on XOFF in its own time.
	for deadline := time.Now().Add(10 * time.Second); ; {
		p.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
		n, err := p.Write([]byte("x"))
		if errors.Is(err, os.ErrDeadlineExceeded) && n == 0 {
			if !strings.Contains(err.Error(), "took 0 of 1 bytes") {
				t.Errorf("the count is missing: %v", err)
			}
			break
		}
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("never stopped: %d, %v", n, err)
		}
	}
	if _, err := master.Write([]byte{0x11}); err != nil {
		t.Fatal(err)
	}
	p.SetWriteDeadline(time.Now().Add(10 * time.Second))
	if n, err := p.Write([]byte("y")); n != 1 || err != nil {
		t.Errorf("after XON: %d, %v", n, err)
	}
}

func TestXOFFIsDataWithoutFlowControl(t *testing.T) {
	master, name := line(t)
	p := open(t, serialport.Config{Path: name})
	if _, err := master.Write([]byte{0x13}); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1)
	p.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := p.Read(b); err != nil || b[0] != 0x13 {
		t.Errorf("%x, %v", b, err)
	}
}

// A write that the buffers cannot take ends at its deadline with a count that
// the other end confirms.
func TestShortWriteIsCounted(t *testing.T) {
	master, name := line(t)
	p := open(t, serialport.Config{Path: name})
	p.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
	n, err := p.Write(make([]byte, 1<<20))
	if !errors.Is(err, os.ErrDeadlineExceeded) || n == 0 || n == 1<<20 {
		t.Fatalf("%d, %v", n, err)
	}
	if got, err := io.CopyN(io.Discard, master, int64(n)); err != nil {
		t.Errorf("%d of %d arrived: %v", got, n, err)
	}
}

func TestModeReachesTheDriver(t *testing.T) {
	_, name := line(t)
	open(t, serialport.Config{Path: name, Baud: 57600, StopBits: 2, Flow: "rtscts"})
	slave, err := os.OpenFile(name, os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer slave.Close()
	got, err := unix.IoctlGetTermios(int(slave.Fd()), unix.TCGETS2)
	if err != nil {
		t.Fatal(err)
	}
	if got.Ospeed != 57600 || got.Cflag&unix.CSTOPB == 0 || got.Cflag&unix.CRTSCTS == 0 {
		t.Errorf("%d baud, cflag %x", got.Ospeed, got.Cflag)
	}
}

// A pseudo-terminal has neither parity nor seven bits, like a mini UART: the
// port must say so rather than send something else.
func TestModeNotTaken(t *testing.T) {
	_, name := line(t)
	for _, c := range []serialport.Config{
		{Path: name, Parity: "even"},
		{Path: name, DataBits: 7},
		{Path: name, RS485: serialport.RS485{Direction: "kernel"}},
	} {
		p, err := serialport.Dialer{Config: c}.Open(t.Context())
		if err == nil {
			p.Close()
			t.Errorf("%+v opened", c)
		} else if !strings.Contains(err.Error(), "use a") {
			t.Errorf("no remedy: %v", err)
		}
	}
	if p := open(t, serialport.Config{Path: name, RS485: serialport.RS485{Direction: "auto"}}); p.Direction() != "adapter" {
		t.Errorf("direction by %q", p.Direction())
	}
}

func TestOneHolder(t *testing.T) {
	_, name := line(t)
	p := open(t, serialport.Config{Path: name})
	if _, err := (serialport.Dialer{Config: serialport.Config{Path: name}}).Open(t.Context()); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a second one: %v", err)
	}
	p.Close()
	open(t, serialport.Config{Path: name})
}

func TestUnplugged(t *testing.T) {
	master, name := line(t)
	p := open(t, serialport.Config{Path: name})
	read := make(chan error, 1)
	go func() { _, err := p.Read(make([]byte, 8)); read <- err }()
	master.Close()
	if err := <-read; !errors.Is(err, serialport.ErrGone) || !strings.Contains(err.Error(), "plug it in again") {
		t.Errorf("read: %v", err)
	}
	p.SetWriteDeadline(time.Now().Add(10 * time.Second))
	if _, err := p.Write([]byte("x")); !errors.Is(err, serialport.ErrGone) {
		t.Errorf("write: %v", err)
	}
}

func TestCloseEndsARead(t *testing.T) {
	_, name := line(t)
	p := open(t, serialport.Config{Path: name})
	read := make(chan error, 1)
	go func() { _, err := p.Read(make([]byte, 8)); read <- err }()
	p.Close()
	if err := <-read; !errors.Is(err, os.ErrClosed) {
		t.Errorf("%v", err)
	}
}

func TestNotAPort(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path, want string
		gone       bool
	}{
		{filepath.Join(dir, "nothing"), "plug the adapter in", true},
		{file, "is it a serial port?", false},
	} {
		_, err := serialport.Dialer{Config: serialport.Config{Path: c.path}}.Open(t.Context())
		if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, serialport.ErrGone) != c.gone {
			t.Errorf("%s: %v", c.path, err)
		}
	}
}

// TestLoop runs on a real port whose TXD and RXD are joined.
func TestLoop(t *testing.T) {
	path := os.Getenv("SUNBEON_SERIAL")
	if path == "" {
		t.Skip("SUNBEON_SERIAL names no port")
	}
	p := open(t, serialport.Config{Path: path})
	if _, err := p.Write([]byte("순번")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len("순번"))
	p.SetReadDeadline(time.Now().Add(time.Second))
	if _, err := io.ReadFull(p, got); err != nil || string(got) != "순번" {
		t.Errorf("%q, %v", got, err)
	}
}
