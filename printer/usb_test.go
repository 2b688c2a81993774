package printer

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sunbeon/printer/virtual"
)

// hub is a made-up sysfs and /dev, laid out as the usblp driver does.
type hub struct {
	t *testing.T
	USB
}

func newHub(t *testing.T) hub { return hub{t, USB{Sys: t.TempDir(), Dev: t.TempDir()}} }

// plug puts a printer at socket at, as node lpN.
func (h hub) plug(node, at string, attributes map[string]string) {
	h.t.Helper()
	device := filepath.Join(h.Sys, "devices/usb1", at)
	iface := filepath.Join(device, at+":1.0")
	class := filepath.Join(h.Sys, "class/usbmisc")
	err := errors.Join(os.MkdirAll(filepath.Join(iface, "usbmisc", node), 0o700), os.MkdirAll(class, 0o700),
		os.MkdirAll(filepath.Join(h.Dev, "usb"), 0o700),
		os.Symlink(iface, filepath.Join(iface, "usbmisc", node, "device")),
		os.Symlink(filepath.Join(iface, "usbmisc", node), filepath.Join(class, node)),
		unix.Mkfifo(filepath.Join(h.Dev, "usb", node), 0o600),
		// The hub above has an identity too.
		os.WriteFile(filepath.Join(h.Sys, "devices/usb1/idVendor"), []byte("1d6b\n"), 0o600))
	for name, text := range attributes {
		err = errors.Join(err, os.WriteFile(filepath.Join(device, name), []byte(text+"\n"), 0o600))
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h hub) unplug(node, at string) {
	h.t.Helper()
	if err := errors.Join(os.RemoveAll(filepath.Join(h.Sys, "devices/usb1", at)),
		os.Remove(filepath.Join(h.Sys, "class/usbmisc", node)), os.Remove(filepath.Join(h.Dev, "usb", node))); err != nil {
		h.t.Fatal(err)
	}
}

func epson(serial string) map[string]string {
	return map[string]string{"idVendor": "04b8", "idProduct": "0e28", "serial": serial, "manufacturer": "EPSON", "product": "TM-T20III"}
}

func TestUSBPrinterIsFoundByIdentity(t *testing.T) {
	h := newHub(t)
	h.plug("lp0", "1-1", epson("X3AB000001"))
	h.plug("lp1", "1-2", epson("X3AB000002"))
	h.plug("lp2", "1-3", map[string]string{"idVendor": "1504", "idProduct": "001F"})
	for id, want := range map[string]string{
		"04b8:0e28:X3AB000002": "lp1",
		"04B8:0E28:X3AB000001": "lp0",
		"1504:001f":            "lp2",
	} {
		tr, err := h.Open(id)
		if err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		if got := tr.(*lp).f.Name(); got != filepath.Join(h.Dev, "usb", want) {
			t.Errorf("%s: opened %s, want %s", id, got, want)
		}
		tr.Close()
	}
	for id, want := range map[string]string{
		"04b8:0e28":            "lp1 is 04b8:0e28:X3AB000002 (EPSON TM-T20III)",
		"04b8:0e28:x3ab000001": "not there",
		"0416:5011":            "lp2 is 1504:001F",
		"1d6b:":                "is no identity",
		"04b8":                 "is no identity",
		"/dev/usb/lp0":         "is no identity",
	} {
		if tr, err := h.Open(id); err == nil {
			tr.Close()
			t.Errorf("%s: opened", id)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, err := newHub(t).Open("04b8:0e28"); err == nil || !strings.Contains(err.Error(), "no USB printer") {
		t.Errorf("nothing plugged in: %v", err)
	}
}

// TestUSBPrinterComesBackUnderAnotherName: unplugged while somebody holds lp0,
// it comes back as lp1, and is found.
func TestUSBPrinterComesBackUnderAnotherName(t *testing.T) {
	h := newHub(t)
	h.plug("lp0", "1-1", epson("X3AB000001"))
	h.unplug("lp0", "1-1")
	if tr, err := h.Open("04b8:0e28"); err == nil {
		tr.Close()
		t.Fatal("opened what is unplugged")
	}
	h.plug("lp1", "1-4", epson("X3AB000001"))
	tr, err := h.Open("04b8:0e28")
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	if got := filepath.Base(tr.(*lp).f.Name()); got != "lp1" {
		t.Errorf("opened %s", got)
	}
}

// cable is the USB cable of a virtual printer: a pty stands for the device.
func (h hub) cable(v *virtual.Printer, node, at string) (pull func()) {
	h.t.Helper()
	h.plug(node, at, epson("X3AB000001"))
	ctx, end := context.WithCancel(context.Background())
	path, wait, err := v.ListenPTY(ctx)
	file := filepath.Join(h.Dev, "usb", node)
	if err := errors.Join(err, os.Remove(file), os.Symlink(path, file)); err != nil {
		h.t.Fatal(err)
	}
	return func() {
		end()
		_ = wait()
		h.unplug(node, at)
	}
}

// TestSessionFollowsTheUSBPrinter pulls the cable in the middle of 118; it
// comes back on another socket as lp1. A pty stands for the printer, so that
// the end of the link is EIO here and ENODEV on the real one.
func TestSessionFollowsTheUSBPrinter(t *testing.T) {
	h := newHub(t)
	v := virtual.New(virtual.Config{Width: 576, NativeQR: true, Answers: true, ASB: true, ProcessID: true, Baud: 9600, Flow: virtual.FlowHold})
	pull := h.cable(v, "lp0", "1-1")
	told := make(chan Outcome, 10)
	faults := make(chan []Fault, 100)
	s := NewSession(SessionConfig{Profile: profile(t, "epson-tm-t20"), BackoffMin: 10 * time.Millisecond, BackoffMax: 20 * time.Millisecond,
		Dial:     func(context.Context) (Transport, error) { return h.Open("04b8:0e28") },
		Report:   func(o Outcome) { told <- o },
		OnHealth: func(x Health) { faults <- x.Faults }})
	ctx, end := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	defer func() { end(); <-done }()

	want := func(id string, copied bool) {
		t.Helper()
		select {
		case o := <-told:
			if o.ID != id || o.Result != Confirmed || o.Copy != copied {
				t.Fatalf("outcome %+v", o)
			}
		case <-time.After(time.Minute):
			t.Fatalf("nothing of %s in a minute", id)
		}
	}
	submit := func(n string) {
		t.Helper()
		if err := s.Submit(Job{ID: n, Ticket: Ticket{Number: n, Office: "민원실", Service: "여권", Ahead: -1}}); err != nil {
			t.Fatal(err)
		}
	}
	submit("117")
	want("117", false)
	at := v.State().Received
	submit("118")
	submit("119")
	for deadline := time.Now().Add(time.Minute); v.State().Received < at+20; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("118 does not reach the printer")
		}
	}
	pull()
	for f := range faults {
		if slices.Contains(f, Unplugged) {
			break
		}
	}
	pull = h.cable(v, "lp1", "1-4")
	want("118", true)
	want("119", false)
	end()
	pull()
}

// TestUSBPrinterListSkipsWhatIsGone: sysfs may change under the search.
func TestUSBPrinterListSkipsWhatIsGone(t *testing.T) {
	h := newHub(t)
	h.plug("lp0", "1-1", epson("X3AB000001"))
	h.plug("lp1", "1-2", epson("X3AB000002"))
	if err := os.RemoveAll(filepath.Join(h.Sys, "devices/usb1/1-1")); err != nil {
		t.Fatal(err)
	}
	all, err := h.List()
	if err != nil || len(all) != 1 || all[0].Serial != "X3AB000002" {
		t.Errorf("%v, %v", all, err)
	}
}
