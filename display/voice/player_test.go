package voice_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"sunbeon/display/voice"
)

// script is a player that is a shell script. It may use $dir, a folder.
func script(t *testing.T, body string) (command []string, dir string) {
	t.Helper()
	dir = t.TempDir()
	path := filepath.Join(dir, "player")
	if err := os.WriteFile(path, []byte("#!/bin/sh\ndir='"+dir+"'\n"+body), 0o755); err != nil {
		t.Fatal(err)
	}
	return []string{path, "-r", "{rate}"}, dir
}

var _ voice.Player = (*voice.Process)(nil)

func TestAPlayerGetsTheSound(t *testing.T) {
	command, dir := script(t, `echo "$@" >"$dir/args"; cat >"$dir/sound"`)
	p := &voice.Process{Command: command}
	a := tone(22050, 440, 0.5, 3*time.Second) // more than a pipe holds
	for range 2 {
		if err := p.Play(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		sound, err := os.ReadFile(filepath.Join(dir, "sound"))
		if err != nil || !bytes.Equal(sound, a.Bytes()) {
			t.Errorf("%d bytes arrived of %d (%v)", len(sound), len(a.Bytes()), err)
		}
	}
	if args, err := os.ReadFile(filepath.Join(dir, "args")); err != nil || string(args) != "-r 22050\n" {
		t.Errorf("%s (%v)", args, err)
	}
}

func TestPlayersThatFail(t *testing.T) {
	long := tone(22050, 440, 0.5, 5*time.Second)
	for _, c := range []struct {
		what, body string
		want       error
		said       string
	}{
		{"no card", `echo "aplay: main:831: audio open error: No such file or directory" >&2; exit 1`, voice.ErrNoCard, "audio open error"},
		{"card pulled", `head -c 1000 >/dev/null; echo "aplay: pcm_write:2127: write error: No such device" >&2; exit 1`, voice.ErrNoCard, "No such device"},
		{"killed", `kill -9 $$`, voice.ErrNoCard, "killed"},
		{"talks too much", `head -c 100000 /dev/zero | tr '\0' x >&2; echo in the end >&2; exit 1`, voice.ErrNoCard, "xxin the end"},
		{"takes nothing", `exit 0`, voice.ErrNoPlayer, "without taking"},
	} {
		command, _ := script(t, c.body)
		p := &voice.Process{Command: command}
		err := p.Play(t.Context(), long)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.said) || len(err.Error()) > 600 {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	for _, command := range [][]string{nil, {"/does/not/exist"}, {t.TempDir()}} {
		if err := (&voice.Process{Command: command}).Play(t.Context(), long); !errors.Is(err, voice.ErrNoPlayer) {
			t.Errorf("%v: %v", command, err)
		}
	}
}

// pids waits for a script to write the ids of its processes.
func pids(t *testing.T, dir string, n int) []int {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		b, err := os.ReadFile(filepath.Join(dir, "pids"))
		if lines := strings.Fields(string(b)); err == nil && len(lines) == n {
			var out []int
			for _, l := range lines {
				pid, err := strconv.Atoi(l)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, pid)
			}
			return out
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the player did not start")
	return nil
}

// dead waits until processes are gone, or are zombies that a parent of another
// makes wait.
func dead(t *testing.T, pids []int) {
	t.Helper()
	for _, pid := range pids {
		for end := time.Now().Add(20 * time.Second); ; {
			stat, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
			if syscall.Kill(pid, 0) != nil || strings.Contains(string(stat), ") Z ") {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("process %d is alive", pid)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
}

// hangs is a player that stops reading, with a child that would outlive it.
const hangs = `sleep 1000 & echo $$ $! >"$dir/pids"; wait`

func TestAPlayerThatHangs(t *testing.T) {
	t.Parallel()
	command, dir := script(t, hangs)
	p := &voice.Process{Command: command, Slack: 500 * time.Millisecond}
	if err := p.Play(t.Context(), tone(22050, 440, 0.5, 5*time.Second/2)); !errors.Is(err, voice.ErrHung) || !strings.Contains(err.Error(), "within 3s") {
		t.Errorf("%v", err)
	}
	dead(t, pids(t, dir, 2))
	// The next sound is played.
	p.Command, _ = script(t, `cat >/dev/null`)
	if err := p.Play(t.Context(), tone(22050, 440, 0.5, time.Second)); err != nil {
		t.Error(err)
	}
}

func TestAPlayerIsKilledWhenWeEnd(t *testing.T) {
	command, dir := script(t, hangs)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- (&voice.Process{Command: command, Slack: time.Hour}).Play(ctx, tone(22050, 440, 0.5, time.Second))
	}()
	children := pids(t, dir, 2)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	dead(t, children)
}

// TestAPlayerThatLeavesOthers ends, and what it started keeps its output open.
func TestAPlayerThatLeavesOthers(t *testing.T) {
	t.Parallel()
	command, dir := script(t, `cat >/dev/null; sleep 1000 & echo $! >"$dir/pids"`)
	if err := (&voice.Process{Command: command}).Play(t.Context(), tone(22050, 440, 0.5, time.Second)); !errors.Is(err, voice.ErrHung) || !strings.Contains(err.Error(), "left others") {
		t.Error(err)
	}
	dead(t, pids(t, dir, 1))
}

// TestAplay runs the real player. Its null device takes sound on every machine;
// a card of an impossible name is on none.
func TestAplay(t *testing.T) {
	a := tone(22050, 440, 0.5, 200*time.Millisecond)
	if err := (&voice.Process{Command: voice.Aplay("null")}).Play(t.Context(), a); err != nil {
		t.Errorf("the options are not aplay's: %v", err)
	}
	if err := (&voice.Process{Command: voice.Aplay("hw:CARD=absent")}).Play(t.Context(), a); !errors.Is(err, voice.ErrNoCard) || !strings.Contains(err.Error(), "audio open error") {
		t.Errorf("%v", err)
	}
	if got := strings.Join(voice.Aplay(""), " "); got != "aplay -q -t raw -f S16_LE -c 1 -r {rate} -" {
		t.Error(got)
	}
}
