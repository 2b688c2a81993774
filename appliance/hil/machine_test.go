package hil_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/hil"
	"sunbeon/printer/virtual"
)

// How long things may take: emulation on a busy machine is slow, and nothing
// here measures speed.
const (
	bootsWithin   = 5 * time.Minute
	happensWithin = 90 * time.Second
)

// machine is what is needed to switch the guest on: kernel, initramfs, disk, and
// the printer, which has its own power.
type machine struct {
	top     *testing.T // lives as long as the rig
	logs    string     // folder of the consoles
	kernel  string
	initrd  string
	disk    string
	sockets string
	printer *virtual.Printer
	boots   int
}

// guest is a running machine.
type guest struct {
	t       *testing.T
	qemu    *exec.Cmd
	console string
	control net.Conn
	replies *bufio.Scanner
	ended   chan struct{} // closed when QEMU has ended
	how     error         // its exit, after ended
}

// boot switches the machine on and waits until its devices are there.
func (m *machine) boot(t *testing.T) *guest {
	t.Helper()
	m.boots++
	g := &guest{t: t, console: filepath.Join(m.logs, fmt.Sprintf("console-%d.log", m.boots)), ended: make(chan struct{})}
	control, atControl := m.listen(t, "control")
	paper, atPaper := m.listen(t, "printer")
	g.qemu = exec.Command("qemu-system-aarch64", "-machine", "virt", "-accel", "tcg,thread=multi", "-cpu", "cortex-a72", "-smp", "2", "-m", "512",
		"-rtc", "base=2020-01-01", // a Pi before the 5 has no clock of its own
		"-nodefaults", "-display", "none", "-no-reboot",
		"-kernel", m.kernel, "-initrd", m.initrd, "-append", "console=ttyAMA0 loglevel=5 panic=-1",
		"-serial", "file:"+g.console,
		"-device", "virtio-serial-pci",
		"-chardev", "socket,id=control,path="+atControl, "-device", "virtserialport,chardev=control,name="+hil.ControlPort,
		"-chardev", "socket,id=printer,path="+atPaper, "-device", "virtserialport,chardev=printer,name="+hil.PrinterPort,
		"-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,romfile=",
		"-drive", "if=none,id=data,format=raw,file="+m.disk, "-device", "virtio-blk-pci,drive=data")
	var said strings.Builder
	g.qemu.Stderr = &said
	if err := g.qemu.Start(); err != nil {
		t.Fatalf("%v (apt-get install qemu-system-arm)", err)
	}
	m.top.Cleanup(func() { _ = g.qemu.Process.Kill(); <-g.ended })
	go func() {
		g.how = g.qemu.Wait()
		close(g.ended)
		// Who still waits for a connection waits in vain.
		_, _ = control.Close(), paper.Close()
	}()
	g.control = g.accept(control, &said)
	link := g.accept(paper, &said)
	go func() { _ = m.printer.Serve(m.top.Context(), link) }() // until the machine is off
	g.replies = bufio.NewScanner(g.control)
	g.replies.Buffer(nil, 1<<20)
	if r := g.reply(bootsWithin); r.Text != "ready" {
		g.fail("the guest's first word is %+v", r)
	}
	return g
}

func (m *machine) listen(t *testing.T, name string) (net.Listener, string) {
	t.Helper()
	path := filepath.Join(m.sockets, fmt.Sprint(name, m.boots))
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	return ln, path
}

func (g *guest) accept(ln net.Listener, said *strings.Builder) net.Conn {
	g.t.Helper()
	c, err := ln.Accept()
	if err != nil {
		<-g.ended
		g.t.Fatalf("QEMU: %v\n%s", g.how, said)
	}
	return c
}

// ask asks the guest for something and returns its answer.
func (g *guest) ask(do, name string) string {
	g.t.Helper()
	return g.request(hil.Request{Do: do, Name: name})
}

func (g *guest) request(r hil.Request) string {
	g.t.Helper()
	g.send(r)
	answer := g.reply(happensWithin)
	if answer.Error != "" {
		g.fail("%s %s: %s\n%s", r.Do, r.Name, answer.Error, answer.Text)
	}
	return answer.Text
}

func (g *guest) send(r hil.Request) {
	g.t.Helper()
	if err := json.NewEncoder(g.control).Encode(r); err != nil {
		g.fail("%s %s: %v", r.Do, r.Name, err)
	}
}

func (g *guest) reply(within time.Duration) hil.Reply {
	g.t.Helper()
	if err := g.control.SetReadDeadline(time.Now().Add(within)); err != nil {
		g.fail("%v", err)
	}
	if !g.replies.Scan() {
		g.fail("the guest does not answer: %v", g.replies.Err())
	}
	var r hil.Reply
	if err := json.Unmarshal(g.replies.Bytes(), &r); err != nil {
		g.fail("the guest's answer %q: %v", g.replies.Text(), err)
	}
	return r
}

// eventually asks again until the answer is as wanted.
func (g *guest) eventually(do, name, want string) {
	g.t.Helper()
	var last string
	for end := time.Now().Add(happensWithin); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if last = g.ask(do, name); last == want {
			return
		}
	}
	g.fail("%s %s is %q, want %q", do, name, last, want)
}

// cutPower ends the machine in the middle of whatever it does.
func (g *guest) cutPower() {
	g.t.Helper()
	if err := g.qemu.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		g.t.Fatal(err)
	}
	<-g.ended
	_ = g.control.Close()
}

// end switches the machine off in good order.
func (g *guest) end() {
	g.t.Helper()
	g.send(hil.Request{Do: hil.End})
	select {
	case <-g.ended:
	case <-time.After(happensWithin):
		g.fail("the guest does not switch itself off")
	}
	if !strings.Contains(g.log(), "the end, in good order") {
		g.fail("the guest did not end in good order: %v", g.how)
	}
	_ = g.control.Close()
}

// fail ends the test with the end of the console.
func (g *guest) fail(format string, args ...any) {
	g.t.Helper()
	const tail = 60
	lines := strings.Split(strings.TrimSpace(g.log()), "\n")
	g.t.Fatalf("%s\n--- the end of %s\n%s", fmt.Sprintf(format, args...), g.console, strings.Join(lines[max(0, len(lines)-tail):], "\n"))
}

func (g *guest) log() string {
	b, err := os.ReadFile(g.console)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
