package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"sunbeon/appliance/hil"
)

// printer is a USB printer: a printer gadget of the kernel's behind a dummy_hcd,
// which is a host controller and a device controller joined in memory. The
// kiosk's side is usblp's /dev/usb/lpN.
type printer struct {
	id     string // vendor:product
	udc    string // device controller: the socket
	gadget string // folder in configfs
	data   string // the gadget's side, /dev/g_printerN
	far    *os.File

	mu   sync.Mutex
	near *os.File // data, open while the cable is in
}

func newPrinters() (map[string]*printer, error) {
	port, err := openPort(hil.PrinterPort)
	if err != nil {
		return nil, err
	}
	all := map[string]*printer{
		hil.TicketPrinter: {id: hil.TicketUSB, udc: "dummy_udc.0", data: "/dev/g_printer0", far: port},
		hil.OtherPrinter:  {id: hil.OtherUSB, udc: "dummy_udc.1", data: "/dev/g_printer1"},
	}
	for _, name := range []string{hil.TicketPrinter, hil.OtherPrinter} { // in the order of their numbers
		if err := all[name].make(name); err != nil {
			return nil, fmt.Errorf("printer gadget: %w", err)
		}
	}
	go all[hil.TicketPrinter].answers()
	return all, nil
}

// make describes the gadget (Linux, Documentation/usb/gadget_configfs.rst and
// gadget_printer.rst). It is plugged in by plug.
func (p *printer) make(name string) error {
	vendor, product, _ := strings.Cut(p.id, ":")
	p.gadget = filepath.Join("/sys/kernel/config/usb_gadget", name)
	function := p.gadget + "/functions/printer." + name
	for _, dir := range []string{p.gadget, p.gadget + "/strings/0x409", p.gadget + "/configs/c.1", function} {
		if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	for _, attribute := range [][2]string{
		{"idVendor", "0x" + vendor}, {"idProduct", "0x" + product},
		{"strings/0x409/manufacturer", "Sunbeon rig"}, {"strings/0x409/product", name}, {"strings/0x409/serialnumber", "RIG-" + name},
		{"functions/printer." + name + "/pnp_string", "MFG:Sunbeon rig;MDL:" + name + ";CLS:PRINTER;"},
	} {
		if err := os.WriteFile(filepath.Join(p.gadget, attribute[0]), []byte(attribute[1]), 0); err != nil {
			return err
		}
	}
	return os.Symlink(function, p.gadget+"/configs/c.1/printer."+name)
}

// plug puts the cable in and waits until the kiosk's side has a device for it.
func (p *printer) plug() error {
	if err := os.WriteFile(p.gadget+"/UDC", []byte(p.udc), 0); err != nil {
		return err
	}
	if p.far != nil {
		var near *os.File
		// There is none before the kiosk's side has configured the printer.
		err := await(p.data, func() (there bool) {
			var err error
			near, err = os.OpenFile(p.data, os.O_RDWR|unix.O_NONBLOCK, 0)
			return err == nil
		})
		if err != nil {
			return err
		}
		p.mu.Lock()
		p.near = near
		p.mu.Unlock()
		go p.receives(near)
	}
	return await("usblp device of "+p.id, func() bool { at, err := p.device(); return at != "" && err == nil })
}

// unplug pulls the cable. What is on its way is lost.
func (p *printer) unplug() error {
	p.mu.Lock()
	if p.near != nil {
		_ = p.near.Close()
		p.near = nil
	}
	p.mu.Unlock()
	if err := os.WriteFile(p.gadget+"/UDC", []byte("\n"), 0); err != nil {
		return err
	}
	return await("end of the usblp device of "+p.id, func() bool { at, err := p.device(); return at == "" && err == nil })
}

// receives carries what the kiosk sends to the printer on the host.
func (p *printer) receives(near *os.File) {
	_, err := io.Copy(p.far, near)
	if !errors.Is(err, os.ErrClosed) {
		fmt.Fprintln(os.Stderr, "guest: the ticket printer's cable:", err)
	}
}

// answers carries what the printer on the host says to the kiosk, or nowhere
// while the cable is out.
func (p *printer) answers() {
	buf := make([]byte, 512)
	for {
		n, err := p.far.Read(buf)
		if err != nil {
			fmt.Fprintln(os.Stderr, "guest: the ticket printer's port:", err)
			return
		}
		p.mu.Lock()
		near := p.near
		p.mu.Unlock()
		if near == nil {
			continue
		}
		if _, err := near.Write(buf[:n]); err != nil && !errors.Is(err, os.ErrClosed) {
			fmt.Fprintln(os.Stderr, "guest: an answer of the ticket printer is lost:", err)
		}
	}
}

// device is the kiosk's side, "" while the cable is out.
func (p *printer) device() (string, error) {
	all, err := filepath.Glob("/sys/class/usbmisc/lp*")
	if err != nil {
		return "", err
	}
	for _, lp := range all {
		// device is the interface; the USB device is the folder above.
		from, err := filepath.EvalSymlinks(lp + "/device")
		if err != nil {
			continue // it has just gone
		}
		vendor, _ := os.ReadFile(filepath.Join(from, "../idVendor"))
		product, _ := os.ReadFile(filepath.Join(from, "../idProduct"))
		if strings.TrimSpace(string(vendor))+":"+strings.TrimSpace(string(product)) == p.id {
			return "/dev/usb/" + filepath.Base(lp), nil
		}
	}
	return "", nil
}
