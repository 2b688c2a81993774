package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// programs are built once for all tests that run real processes.
var programs = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "sunbeon-programs")
	if err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-o", dir, "sunbeon/appliance/cmd/kiosk", "sunbeon/display/cmd/cityweb")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return dir, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := programs(); err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// process is a program that runs for real.
type process struct {
	t   *testing.T
	cmd *exec.Cmd
	out *lines
}

// lines collects output and lets a test wait for a line.
type lines struct {
	mu    sync.Mutex
	all   bytes.Buffer
	grown chan struct{}
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.grown)
	l.grown = make(chan struct{})
	return l.all.Write(b)
}

func (l *lines) look() (string, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String(), l.grown
}

// patience is how long a real process may take for anything: a machine under
// load is slow, never wrong.
const patience = 60 * time.Second

func start(t *testing.T, name string, args ...string) *process {
	t.Helper()
	if !strings.Contains(name, "/") {
		dir, err := programs()
		if err != nil {
			t.Fatal(err)
		}
		name = filepath.Join(dir, name)
	}
	p := &process{t: t, cmd: exec.Command(name, args...), out: &lines{grown: make(chan struct{})}}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	// The process ends with the test, whatever becomes of it.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			text, _ := p.out.look()
			t.Logf("%s said:\n%s", filepath.Base(name), text)
		}
	})
	return p
}

// kill ends the process as a power cut does.
func (p *process) kill() {
	if p.cmd.ProcessState == nil {
		p.cmd.Process.Kill()
		p.cmd.Wait()
	}
}

// stop asks the process to end and waits for it.
func (p *process) stop() {
	p.t.Helper()
	p.cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan error, 1)
	go func() { done <- p.cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			p.t.Fatalf("%s ended with %v", p.cmd.Path, err)
		}
	case <-time.After(patience):
		p.t.Fatalf("%s does not end", p.cmd.Path)
	}
}

// said waits for a line that begins so and returns the rest of it.
func (p *process) said(begin string) string {
	p.t.Helper()
	deadline := time.After(patience)
	for {
		text, grown := p.out.look()
		scan := bufio.NewScanner(strings.NewReader(text))
		for scan.Scan() {
			if rest, ok := strings.CutPrefix(scan.Text(), begin); ok {
				return rest
			}
		}
		select {
		case <-grown:
		case <-deadline:
			p.t.Fatalf("%s never said %q", p.cmd.Path, begin)
		}
	}
}

// freeAddr is an address on loopback that nobody listens on.
func freeAddr(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// eventually polls until the check holds.
func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%s: %v", what, err)
		}
	}
}
