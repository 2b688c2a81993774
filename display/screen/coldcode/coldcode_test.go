package coldcode

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestRelease: this very program's code is given back while it runs, and runs on.
func TestRelease(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	n, err := Release(func(path string) bool { return path == self })
	if err != nil || n == 0 {
		t.Errorf("%d bytes, %v", n, err)
	}
	if n, err := Release(func(string) bool { return false }); n != 0 || err != nil {
		t.Errorf("of no file: %d bytes, %v", n, err)
	}
}

func TestParse(t *testing.T) {
	const maps = `00400000-00452000 r-xp 00000000 08:02 173521      /usr/bin/dbus-daemon
00651000-00652000 r--p 00051000 08:02 173521      /usr/lib/libLLVM-15.so.1
35b1800000-35b1820000 r-xp 00000000 08:02 135522  /usr/lib/libLLVM-15.so.1
35b1a20000-35b1a21000 rw-p 00020000 08:02 135522  /usr/lib/libLLVM-15.so.1
f2c6ff8c000-7f2c7078c000 rwxp 00000000 00:00 0    [libLLVM]
7ffff7fc9000-7ffff7fcb000 r-xp 00000000 00:00 0
`
	got, err := parse(strings.NewReader(maps), func(path string) bool { return strings.Contains(path, "libLLVM") })
	if want := []span{{0x35b1800000, 0x35b1820000}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%x, %v, want %x", got, err, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("00400000-00452000 r-xp 00000000 08:02 173521      /usr/bin/dbus-daemon\n")
	f.Add("5-1 r-xp 0 0 0 /a")
	f.Fuzz(func(t *testing.T, s string) {
		spans, err := parse(strings.NewReader(s), func(string) bool { return true })
		for _, p := range spans {
			if err != nil || p.from >= p.to {
				t.Fatalf("%x, %v", p, err)
			}
		}
	})
}
