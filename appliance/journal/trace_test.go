package journal

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// needStrace skips a test, loudly, where calls cannot be traced.
func needStrace(t *testing.T) {
	t.Helper()
	if err := exec.Command("strace", "-f", "-qq", "-o", os.DevNull, "true").Run(); err != nil {
		t.Skipf("SKIPPED: strace does not run here (%v); install the package strace: this test is the proof that facts survive a power cut", err)
	}
}

// call is one traced call on a file of the record, or an acknowledgement.
type call struct {
	kind string // "write", "sync", "truncate", "create", "unlink", "ack"
	path string
	at   int64 // offset or new size
	data []byte
	seq  uint64
}

// traced runs the child under strace and gives what it did to the files of its
// directory. The index of the log, -shm, is left out: it does not outlive the
// system.
func traced(t *testing.T, path, how string) []call {
	t.Helper()
	logFile := filepath.Join(memory(t), "calls")
	h := runChild(t, path, how, "strace", "-f", "-qq", "-y", "-xx", "-s", "65536",
		"-e", "trace=/^open(at)?$,pwrite64,write,fsync,fdatasync,ftruncate,unlink,rename", "-o", logFile)
	if h.acked == 0 || len(h.errs)+len(h.other) > 0 {
		t.Fatalf("the child says %+v", h)
	}
	f, err := os.Open(logFile)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var out []call
	begun := map[string]string{} // by thread: a call that another thread interrupted
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		thread, line, _ := strings.Cut(lines.Text(), " ")
		line = strings.TrimSpace(line)
		if head, ok := strings.CutSuffix(line, " <unfinished ...>"); ok {
			begun[thread] = head
			continue
		}
		if _, tail, ok := strings.Cut(line, " resumed>"); ok && strings.HasPrefix(line, "<... ") {
			line = begun[thread] + tail
		}
		if c, ok := parseCall(t, line, filepath.Dir(path)); ok {
			out = append(out, c)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

var (
	callForm = regexp.MustCompile(`^(\w+)\((.*)\)\s+= (-?\d+)`)
	hexForm  = regexp.MustCompile(`\\x[0-9a-f]{2}`)
)

func unhex(s string) string {
	return hexForm.ReplaceAllStringFunc(s, func(h string) string {
		b, _ := strconv.ParseUint(h[2:], 16, 8)
		return string([]byte{byte(b)})
	})
}

func parseCall(t *testing.T, line, dir string) (call, bool) {
	t.Helper()
	m := callForm.FindStringSubmatch(line)
	if m == nil || strings.HasPrefix(m[3], "-") {
		return call{}, false
	}
	name, args := m[1], strings.Split(m[2], ", ")
	number := func(i int) int64 {
		n, err := strconv.ParseInt(args[i], 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		return n
	}
	quoted := func(i int) string { return unhex(strings.Trim(strings.TrimSuffix(args[i], "..."), `"`)) }
	file := func() string { // "9<path>"
		_, p, _ := strings.Cut(args[0], "<")
		return unhex(strings.TrimSuffix(p, ">"))
	}
	var c call
	switch name {
	case "write":
		text, ok := strings.CutPrefix(quoted(1), "ack ")
		if !ok || !strings.HasPrefix(args[0], "1<") {
			return call{}, false
		}
		seq, err := strconv.ParseUint(strings.TrimSpace(text), 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		return call{kind: "ack", seq: seq}, true
	case "pwrite64":
		c = call{kind: "write", path: file(), data: []byte(quoted(1)), at: number(3)}
		if int64(len(c.data)) != number(2) {
			t.Fatalf("%d of %d bytes traced: %.80s", len(c.data), number(2), line)
		}
	case "fsync", "fdatasync":
		c = call{kind: "sync", path: file()}
	case "ftruncate":
		c = call{kind: "truncate", path: file(), at: number(1)}
	case "open", "openat":
		if name == "openat" {
			args = args[1:]
		}
		if !strings.Contains(args[1], "O_CREAT") {
			return call{}, false
		}
		c = call{kind: "create", path: quoted(0)}
	case "unlink":
		c = call{kind: "unlink", path: quoted(0)}
	default:
		t.Fatalf("a call the model of the disk does not know: %.200s", line)
	}
	if strings.HasSuffix(c.path, "-shm") || strings.HasSuffix(c.path, ".lock") || c.path != dir && filepath.Dir(c.path) != dir {
		return call{}, false
	}
	return c, true
}
