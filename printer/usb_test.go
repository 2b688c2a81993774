package printer

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
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
