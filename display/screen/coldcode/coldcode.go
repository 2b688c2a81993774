// Package coldcode gives code back that a program has run and will hardly run
// again: the compiler in software GL (LLVM, 47 MB of it), when the shaders are
// made.
//
//	/proc/self/maps --> executable pages of files that match --madvise(DONTNEED)-->
//	no longer the process's; still in the kernel's cache of files, which now may
//	drop them; read again from there, page by page, when they are run
//
// # Caveats
//
// It is no use where every page is run all the time. Only mappings that are
// executable and cannot be written are touched: others hold what is in no file.
package coldcode

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// span is a mapping, [from, to).
type span struct{ from, to uintptr }

// Release gives back the code of the files of which match is true, by path, and
// returns how many bytes are mapped of it.
func Release(match func(path string) bool) (bytes uint64, err error) {
	f, err := os.Open("/proc/self/maps")
	if err != nil {
		return 0, fmt.Errorf("coldcode: %w", err)
	}
	defer f.Close()
	spans, err := parse(f, match)
	if err != nil {
		return 0, err
	}
	for _, s := range spans {
		if _, _, errno := unix.Syscall(unix.SYS_MADVISE, s.from, s.to-s.from, unix.MADV_DONTNEED); errno != 0 {
			return bytes, fmt.Errorf("coldcode: madvise: %w", errno)
		}
		bytes += uint64(s.to - s.from)
	}
	return bytes, nil
}

// parse reads lines like those of proc(5):
//
//	7fd940e00000-7fd94757c000 r-xp 00a7d000 08:01 1234   /usr/lib/libLLVM-15.so.1
func parse(r io.Reader, match func(path string) bool) (spans []span, err error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 6 || fields[1] != "r-xp" || !strings.HasPrefix(fields[5], "/") || !match(fields[5]) {
			continue
		}
		low, high, _ := strings.Cut(fields[0], "-")
		from, err := strconv.ParseUint(low, 16, 64)
		if err != nil {
			return nil, fmt.Errorf("coldcode: %w", err)
		}
		to, err := strconv.ParseUint(high, 16, 64)
		if err != nil || to <= from {
			return nil, fmt.Errorf("coldcode: %q is no mapping", fields[0])
		}
		spans = append(spans, span{uintptr(from), uintptr(to)})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("coldcode: %w", err)
	}
	return spans, nil
}
