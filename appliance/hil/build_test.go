package hil_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sunbeon/appliance/hil"
	"sunbeon/printer/virtual"
)

// contracts are suites of drivers that run in the guest, against its kernel.
var contracts = []string{"button", "keypad"}

// slow is the printer, mm/s: a ticket takes a second, long enough to be interrupted.
const slow = 50

// build makes the machine: the programs, the archive that it boots from, and an
// empty data disk. Broker is the port of the city's on this machine.
func build(t *testing.T, root string, broker int) *machine {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	m := &machine{
		top:     t,
		sockets: dir,
		logs:    filepath.Join(root, "run"),
		kernel:  filepath.Join(root, "kernel", "vmlinuz"),
		initrd:  filepath.Join(dir, "initrd"),
		disk:    filepath.Join(dir, "data.img"),
		printer: virtual.New(virtual.Config{Answers: true, ProcessID: true, ASB: true, NativeQR: true,
			Flow: virtual.FlowHold, Speed: slow}),
	}
	must(os.RemoveAll(m.logs))
	must(os.MkdirAll(m.logs, 0o755))
	compile(t, "build", "-o", dir, "sunbeon/appliance/cmd/kiosk", "sunbeon/appliance/hil/guest")
	for _, name := range contracts {
		compile(t, "test", "-c", "-o", filepath.Join(dir, name+".test"), "sunbeon/drivers/"+name)
	}

	var a archive
	a.entry("/dev", folder, 0, 0, nil)
	a.entry("/dev/console", console, 5, 1, nil)
	must(a.copy("/init", filepath.Join(dir, "guest")))
	must(a.copy(hil.KioskPath, filepath.Join(dir, "kiosk")))
	for _, name := range contracts {
		must(a.copy("/bin/"+name+".test", filepath.Join(dir, name+".test")))
	}
	for _, face := range []string{"NanumGothic.ttf", "NanumGothicBold.ttf"} {
		const fonts = "/usr/share/fonts/truetype/nanum/" // Debian's fonts-nanum, here and there
		must(a.copy(fonts+face, fonts+face))
	}
	modules, err := filepath.Glob(filepath.Join(root, "kernel", "modules", "*.ko"))
	must(err)
	for _, ko := range modules {
		must(a.copy(filepath.Join(hil.ModulesPath, filepath.Base(ko)), ko))
	}
	office, err := os.ReadFile(filepath.Join("testdata", "office.toml"))
	must(err)
	a.file(hil.OfficePath, []byte(strings.ReplaceAll(string(office), "PORT", strconv.Itoa(broker))))
	must(a.save(m.initrd))

	must(os.WriteFile(m.disk, nil, 0o644))
	must(os.Truncate(m.disk, 64<<20))
	tool(t, "/sbin/mkfs.ext4", "-q", "-F", m.disk)
	return m
}

// compile runs the go command for the Pi, with the flags of the Makefile.
func compile(t *testing.T, what string, args ...string) {
	t.Helper()
	cmd := exec.Command("go", append([]string{what, "-trimpath", "-ldflags", "-s -w -X main.version=rig"}, args...)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=arm64")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
}

func tool(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}

// kernelVersion is what .ci/hil-kernel wrote.
func kernelVersion(t *testing.T, root string) string {
	t.Helper()
	version, err := os.ReadFile(filepath.Join(root, "kernel", "version"))
	if err != nil {
		t.Fatal(fmt.Errorf("%w; fetch the kernel with `make hil`", err))
	}
	return strings.TrimSpace(string(version))
}
