package voice

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Why nothing is heard, wrapped by what a player returns.
var (
	ErrNoPlayer = errors.New("the player cannot be started")
	ErrNoCard   = errors.New("the player found no sound card, or lost it")
	ErrHung     = errors.New("the player hung")
)

// Aplay is the command of ALSA's player for a device as `aplay -L` lists it; ""
// is the default device.
func Aplay(device string) []string {
	command := []string{"aplay", "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", "{rate}"}
	if device != "" {
		command = append(command, "-D", device)
	}
	return append(command, "-")
}

// Process plays through a child process, one at a time: samples as Audio.Bytes
// go to its standard input, and it ends when it has played them, or when that
// input ends because this process did.
type Process struct {
	Command []string      // with its arguments, in which {rate} is the samples a second
	Slack   time.Duration // beyond the sound's length, before it counts as hung; 0 is 5 s

	gone chan struct{} // closed when the last child has ended
}

// slack covers the start of a slow machine and what the card buffers.
const slack = 5 * time.Second

// Play plays a sound to its end. When ctx ends or the player hangs, it is killed
// with all it started. An error wraps ErrNoPlayer, ErrNoCard or ErrHung, or is
// ctx's. One goroutine at a time may call it.
func (p *Process) Play(ctx context.Context, a Audio) error {
	if p.gone != nil {
		select {
		case <-p.gone:
		default:
			return fmt.Errorf("voice: %w: the one before cannot be killed; its card's driver holds it: restart the machine", ErrHung)
		}
	}
	if len(p.Command) == 0 {
		return fmt.Errorf("voice: %w: no command is set; set one", ErrNoPlayer)
	}
	args := slices.Clone(p.Command)
	for i, arg := range args {
		args[i] = strings.ReplaceAll(arg, "{rate}", strconv.Itoa(a.Rate))
	}
	var last lastWords
	cmd := exec.Command(args[0], args[1:]...)
	sound := bytes.NewReader(a.Bytes())
	cmd.Stdin, cmd.Stderr = sound, &last
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = grace
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("voice: %w: %w; install it (alsa-utils) or correct the command", ErrNoPlayer, err)
	}
	gone := make(chan struct{})
	p.gone = gone
	var end error // once gone
	go func() {
		end = cmd.Wait()
		close(gone)
	}()
	most := a.Length() + slack
	if p.Slack > 0 {
		most = a.Length() + p.Slack
	}
	deadline := time.NewTimer(most)
	defer deadline.Stop()
	select {
	case <-gone:
		if errors.Is(end, exec.ErrWaitDelay) { // its pipes may still be in use
			p.kill(cmd.Process.Pid)
			return fmt.Errorf("voice: %w: it ended and left others running; name the player itself", ErrHung)
		}
		return outcome(end, sound.Len(), string(last.said))
	case <-ctx.Done():
		p.kill(cmd.Process.Pid)
		return ctx.Err()
	case <-deadline.C:
		p.kill(cmd.Process.Pid)
		return fmt.Errorf("voice: %w: %s did not end within %v; check the card", ErrHung, args[0], most.Round(time.Second))
	}
}

// grace is how long a killed player may take to be gone.
const grace = 2 * time.Second

// kill ends the child and all it started, and waits for it: not for ever, for
// one that a driver holds in the kernel cannot be killed.
func (p *Process) kill(pid int) {
	_ = syscall.Kill(-pid, syscall.SIGKILL) // it may have ended just now
	end := time.NewTimer(2 * grace)
	defer end.Stop()
	select {
	case <-p.gone:
	case <-end.C:
	}
}

// outcome is what became of a player that ended by itself, with so much of the
// sound not taken and so much said.
func outcome(err error, left int, said string) error {
	switch {
	case err != nil:
		return fmt.Errorf("voice: %w: %w: %s; check card, cable and device", ErrNoCard, err, strings.Join(strings.Fields(said), " "))
	case left > 0:
		return fmt.Errorf("voice: %w: it ended without taking the sound; it must read samples from its standard input", ErrNoPlayer)
	}
	return nil
}

// lastWords keeps the end of what a player says: why it gave up.
type lastWords struct{ said []byte }

func (l *lastWords) Write(b []byte) (int, error) {
	const most = 300
	l.said = append(l.said, b...)
	l.said = append([]byte(nil), l.said[max(len(l.said)-most, 0):]...)
	return len(b), nil
}
