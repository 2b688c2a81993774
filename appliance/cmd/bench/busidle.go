package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/exec"
	"syscall"
	"time"

	"github.com/creack/pty"

	"sunbeon/drivers/rs485"
	"sunbeon/drivers/serialport"
)

// busIdle is the processor time of the bus while nobody presses: a process that
// does nothing else, at a terminal whose other end is the simulated hall in this
// one, so that what the hall takes is not in the figure.
func busIdle(ctx context.Context, p *place) (r result, err error) {
	dir, remove, err := p.folder("bus")
	if err != nil {
		return result{}, err
	}
	defer remove()
	program, err := build(ctx, dir, "appliance/cmd/bench", "CGO_ENABLED=0")
	if err != nil {
		return result{}, err
	}
	master, slave, err := pty.Open()
	if err != nil {
		return result{}, fmt.Errorf("bench: no pty: %w; is /dev/pts mounted?", err)
	}
	h := newHall()
	end, err := h.line.Dial(ctx)
	if err != nil {
		return result{}, err
	}
	copied := make(chan struct{}, 2)
	go func() { _, _ = io.Copy(end, master); copied <- struct{}{} }()
	go func() { _, _ = io.Copy(master, end); copied <- struct{}{} }()
	defer func() {
		h.line.Unplug()
		_ = slave.Close() // what reads the master ends with the last slave
		<-copied
		<-copied
		_ = master.Close()
	}()
	var said bytes.Buffer
	child := exec.Command(program, "-bus", slave.Name())
	child.Stderr = &said
	if err := child.Start(); err != nil {
		return result{}, fmt.Errorf("bench: %w", err)
	}
	defer func() {
		err = errors.Join(err, child.Process.Signal(syscall.SIGTERM))
		if ended := child.Wait(); ended != nil {
			err = errors.Join(err, fmt.Errorf("bench: -bus: %w: %s", ended, said.String()))
		}
	}()
	for limit := time.Now().Add(20 * time.Second); h.reads() < hallUnits; {
		if time.Now().After(limit) {
			return result{}, fmt.Errorf("bench: the bus reads no keys: %s", said.String())
		}
		if err := wait(ctx, 20*time.Millisecond); err != nil {
			return result{}, err
		}
	}
	if err := wait(ctx, p.span(settleFor)); err != nil {
		return result{}, err
	}
	before, err := processor(child)
	if err != nil {
		return result{}, err
	}
	begin, reads := time.Now(), h.reads()
	if err := wait(ctx, p.span(idleFor)); err != nil {
		return result{}, err
	}
	took, readings := time.Since(begin), h.reads()-reads
	after, err := processor(child)
	if err != nil {
		return result{}, err
	}
	return result{value: 100 * float64(after-before) / float64(took), note: fmt.Sprintf(
		"%d ms in %.0f s by /proc/pid/stat, in steps of 10 ms; %d units at %d baud over a pty, %.0f readings a second",
		(after - before).Milliseconds(), took.Seconds(), hallUnits, hallBaud, float64(readings)/took.Seconds())}, nil
}

// reads is how many readings the units have answered.
func (h *hall) reads() (n int) {
	h.line.Do(func() {
		for _, u := range h.units {
			n += u.Reads
		}
	})
	return n
}

// serveBus is the process that busIdle measures.
func serveBus(ctx context.Context, path string, log io.Writer) error {
	port := serialport.Dialer{Config: serialport.Config{Path: path, Baud: hallBaud}}
	b, err := rs485.New(hallConfig(), func(ctx context.Context) (rs485.Port, error) { return port.Open(ctx) },
		rs485.Hooks{}, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	if err := b.Run(ctx); ctx.Err() == nil {
		return err
	}
	return nil
}
