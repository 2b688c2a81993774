package main

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"sunbeon/appliance/hil"
)

func mount(what, at, kind string) error {
	if err := os.MkdirAll(at, 0o755); err != nil {
		return err
	}
	if err := unix.Mount(what, at, kind, unix.MS_NOATIME, ""); err != nil {
		return fmt.Errorf("mount %s on %s: %w", kind, at, err)
	}
	return nil
}

// mounts are those that need no module.
func mounts() error {
	return errors.Join(mount("proc", "/proc", "proc"), mount("sysfs", "/sys", "sysfs"),
		mount("dev", "/dev", "devtmpfs"), mount("run", "/run", "tmpfs"), mount("tmp", "/tmp", "tmpfs"))
}

// dataDisk mounts the one disk, repairing what a power cut left as a Pi does:
// by the file system's own journal.
func dataDisk() error {
	const disk = "/dev/vda"
	if err := await(disk, func() bool { return exists(disk) }); err != nil {
		return err
	}
	return mount(disk, hil.DataPath, "ext4")
}

// network gives the only card the address that QEMU's user network expects. The
// host is a neighbour, 10.0.2.2, so no route is needed.
func network() error {
	if err := await("eth0", func() bool { return exists("/sys/class/net/eth0") }); err != nil {
		return err
	}
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s)
	set := func(request uint, name string, value func(*unix.Ifreq) error) error {
		r, err := unix.NewIfreq(name)
		if err == nil {
			err = value(r)
		}
		if err == nil {
			err = unix.IoctlIfreq(s, request, r)
		}
		if err != nil {
			return fmt.Errorf("network card %s: %w", name, err)
		}
		return nil
	}
	address := func(ip ...byte) func(*unix.Ifreq) error {
		return func(r *unix.Ifreq) error { return r.SetInet4Addr(ip) }
	}
	up := func(r *unix.Ifreq) error { r.SetUint16(unix.IFF_UP | unix.IFF_RUNNING); return nil }
	return errors.Join(
		set(unix.SIOCSIFFLAGS, "lo", up),
		set(unix.SIOCSIFADDR, "eth0", address(10, 0, 2, 15)),
		set(unix.SIOCSIFNETMASK, "eth0", address(255, 255, 255, 0)),
		set(unix.SIOCSIFFLAGS, "eth0", up),
	)
}

// setClock sets the clock and takes the kernel's word back that it is not
// synchronised, which is all that chrony tells the kernel of it.
func setClock(to string) error {
	at, err := time.Parse(time.RFC3339Nano, to)
	if err != nil {
		return err
	}
	now := unix.NsecToTimespec(at.UnixNano())
	if err := unix.ClockSettime(unix.CLOCK_REALTIME, &now); err != nil {
		return fmt.Errorf("set the clock: %w", err)
	}
	if _, err := unix.Adjtimex(&unix.Timex{Modes: unix.ADJ_STATUS | unix.ADJ_MAXERROR | unix.ADJ_ESTERROR}); err != nil {
		return fmt.Errorf("confirm the clock: %w", err)
	}
	return nil
}

// loadModules loads every module in a folder, each after those that it needs.
// Options go by the module's name.
func loadModules(folder string, options map[string]string) error {
	all, err := filepath.Glob(filepath.Join(folder, "*.ko"))
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return fmt.Errorf("no kernel modules in %s", folder)
	}
	loaded := map[string]bool{}
	var load func(name string) error
	load = func(name string) error {
		if loaded[name] {
			return nil
		}
		loaded[name] = true
		image, err := os.ReadFile(filepath.Join(folder, name+".ko"))
		if errors.Is(err, os.ErrNotExist) {
			return nil // built in
		}
		if err != nil {
			return err
		}
		needs, err := needed(image)
		if err != nil {
			return fmt.Errorf("module %s: %w", name, err)
		}
		for _, n := range needs {
			if err := load(n); err != nil {
				return err
			}
		}
		if err := unix.InitModule(image, options[name]); err != nil && !errors.Is(err, unix.EEXIST) {
			return fmt.Errorf("module %s: %w", name, err)
		}
		return nil
	}
	for _, file := range all {
		if err := load(strings.TrimSuffix(filepath.Base(file), ".ko")); err != nil {
			return err
		}
	}
	return nil
}

// needed are the modules that one names in its .modinfo section, which holds
// strings such as "depends=libcomposite,udc-core" ended by zeros.
func needed(image []byte) ([]string, error) {
	f, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		return nil, err
	}
	section := f.Section(".modinfo")
	if section == nil {
		return nil, errors.New("no .modinfo section")
	}
	info, err := section.Data()
	if err != nil {
		return nil, err
	}
	for line := range strings.SplitSeq(string(info), "\x00") {
		if list, ok := strings.CutPrefix(line, "depends="); ok && list != "" {
			return strings.Split(strings.ReplaceAll(list, "-", "_"), ","), nil
		}
	}
	return nil, nil
}
