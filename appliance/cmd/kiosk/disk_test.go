package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// tmpfs is a disk of so many bytes, which only root can make.
func tmpfs(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("NOTICE: A REAL FULL DISK IS NOT TESTED: no tmpfs: %v (run as root)", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill writes into the file until there is no space left.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, size := range []int{64 << 10, 4096, 1} {
		for b := make([]byte, size); ; {
			if _, err := f.Write(b); err != nil {
				break
			}
		}
	}
}

// A disk that is full for real: refused with the sentence, the lamp says broken,
// and everything goes on when there is space again.
func TestRealFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes")
	}
	data := tmpfs(t, "8m")
	p := start(t, "kiosk", "-sim", "-data", data, "-listen", "127.0.0.1:0", "-speed", "0")
	base := "http" + p.said("kiosk: http")
	for _, want := range []string{"1번", "2번"} {
		if said, err := press(base, "civil"); err != nil || !strings.HasPrefix(said, want) {
			t.Fatalf("%q %v", said, err)
		}
	}
	filler := filepath.Join(data, "filler")
	fill(t, filler)
	// Some tickets still fit into blocks that the log has already.
	given, refused := 2, ""
	for range 400 {
		reply, err := http.PostForm(base+"bench/press", url.Values{"service": {"civil"}, "class": {"ordinary"}})
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(reply.Body)
		reply.Body.Close()
		if reply.StatusCode == http.StatusServiceUnavailable {
			refused = string(b)
			break
		}
		if reply.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s", reply.Status, b)
		}
		given++
		fill(t, filepath.Join(data, "more"))
	}
	if !strings.Contains(refused, "저장 공간이 가득 찼습니다. 공간을 비우시면 저절로 이어집니다.") {
		t.Fatalf("after %d tickets refused with %q", given, refused)
	}
	lamp := lampOf(t, base)
	if lamp != "broken" {
		t.Errorf("the lamp is %q", lamp)
	}
	for _, name := range []string{filler, filepath.Join(data, "more")} {
		if err := os.Remove(name); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	eventually(t, "the lamp is lit again", func() error {
		if lamp := lampOf(t, base); lamp != "ready" && lamp != "paper" {
			return fmt.Errorf("it is %q", lamp)
		}
		return nil
	})
	if said, err := press(base, "civil"); err != nil || !strings.HasPrefix(said, strconv.Itoa(given+1)+"번") {
		t.Errorf("after %d: %q %v", given, said, err)
	}
	p.stop()
	if out, err := run(t, "", "journal", "verify", "-journal", filepath.Join(data, "journal.db")); err != nil || !strings.Contains(out, strconv.Itoa(given+1)+" tickets") {
		t.Errorf("%v\n%s", err, out)
	}
}

// lampOf is the lamp of the first service, as the bench page is told.
func lampOf(t *testing.T, base string) string {
	t.Helper()
	reply, err := http.Get(base + "bench/events")
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	scan := bufio.NewScanner(reply.Body)
	for scan.Scan() {
		if text, ok := strings.CutPrefix(scan.Text(), "data: "); ok {
			var s struct {
				Lamps map[string]string `json:"lamps"`
			}
			if err := json.Unmarshal([]byte(text), &s); err != nil {
				t.Fatal(err)
			}
			return s.Lamps["civil"]
		}
	}
	t.Fatal("the page is told nothing")
	return ""
}
