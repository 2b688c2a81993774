package hil_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// archive is an initramfs: a cpio archive in the "newc" format (Linux,
// Documentation/driver-api/early-userspace/buffer-format.rst). Folders come
// before what lies in them.
type archive struct {
	bytes.Buffer
	entries int
	folders map[string]bool
}

// Kinds of entries, with their permissions.
const (
	folder  = 0o040755
	program = 0o100755
	console = 0o020600
)

// file adds a program or a file, and the folders above it.
func (a *archive) file(path string, data []byte) {
	a.above(path)
	a.entry(path, program, 0, 0, data)
}

// copy adds a file of this machine.
func (a *archive) copy(path, from string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	a.file(path, data)
	return nil
}

// above adds the folders above path.
func (a *archive) above(path string) {
	dir := filepath.Dir(path)
	if dir == "/" || a.folders[dir] {
		return
	}
	a.above(dir)
	if a.folders == nil {
		a.folders = map[string]bool{}
	}
	a.folders[dir] = true
	a.entry(dir, folder, 0, 0, nil)
}

// entry writes a header of 13 numbers in hexadecimal, the name ended by a zero,
// and the data; both are filled up to four bytes.
func (a *archive) entry(path string, mode, major, minor int, data []byte) {
	name := path[1:]
	a.entries++
	fmt.Fprintf(a, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s\x00",
		a.entries, mode, 0, 0, 1, 0, len(data), 0, 0, major, minor, len(name)+1, 0, name)
	a.fill()
	a.Write(data)
	a.fill()
}

func (a *archive) fill() {
	for a.Len()%4 != 0 {
		a.WriteByte(0)
	}
}

// save writes the archive with its end.
func (a *archive) save(to string) error {
	a.entry("/TRAILER!!!", 0, 0, 0, nil)
	return os.WriteFile(to, a.Bytes(), 0o644)
}
