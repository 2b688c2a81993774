package hil_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"fmt"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/hil"
	"sunbeon/printer/virtual"
)

func TestRig(t *testing.T) {
	root := os.Getenv("SUNBEON_HIL")
	if root == "" {
		t.Skip("make hil")
	}
	bin := t.TempDir()
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", bin, "sunbeon/appliance/cmd/kiosk", "sunbeon/appliance/hil/guest")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=arm64")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c := mosquitto(t, feed.Address{City: "uijeongbu", Office: "CS0001"})
	var a archive
	a.above("/dev/x"); a.entry("/dev/console", console, 5, 1, nil)
	a.copy("/init", filepath.Join(bin, "guest"))
	a.copy(hil.KioskPath, filepath.Join(bin, "kiosk"))
	for _, f := range []string{"NanumGothic.ttf", "NanumGothicBold.ttf"} {
		a.copy("/usr/share/fonts/truetype/nanum/"+f, "/usr/share/fonts/truetype/nanum/"+f)
	}
	mods, _ := filepath.Glob(filepath.Join(root, "kernel/modules/*.ko"))
	for _, f := range mods { a.copy(hil.ModulesPath+"/"+filepath.Base(f), f) }
	toml, _ := os.ReadFile("/tmp/hilscratch/office.toml")
	a.file(hil.OfficePath, fmt.Appendf(nil, string(toml), c.port))
	initrd := filepath.Join(bin, "initrd")
	if err := a.save(initrd); err != nil { t.Fatal(err) }
	disk := filepath.Join(bin, "data.img")
	f, _ := os.Create(disk); f.Truncate(64<<20); f.Close()
	if out, err := exec.Command("/sbin/mkfs.ext4", "-q", "-F", disk).CombinedOutput(); err != nil { t.Fatalf("%v %s", err, out) }
	logs := filepath.Join(root, "run"); os.MkdirAll(logs, 0o755)
	m := &machine{logs: logs, kernel: filepath.Join(root, "kernel/vmlinuz"), initrd: initrd, disk: disk, sockets: bin,
		printer: virtual.New(virtual.Config{Answers: true, ProcessID: true, ASB: true, NativeQR: true, Flow: virtual.FlowHold})}
	g := m.boot(t)
	t.Log(g.ask(hil.Printer, "ticket"), g.ask(hil.Grabbed, ""), g.ask(hil.Level, "GPIO27"))
	c.sees(g, "anything", func(*feed.Snapshot) bool { return true })
	t.Logf("%+v", c.retained())
	t.Logf("%+v", m.printer.State())
	g.ask(hil.Unplug, "ticket")
	g.ask(hil.Plug, "other")
	g.ask(hil.Plug, "ticket")
	t.Log(g.ask(hil.Printer, "ticket"), g.ask(hil.Printer, "other"))
	g.end()
}
