package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/clock"
	"sunbeon/appliance/config"
	"sunbeon/appliance/journal"
	"sunbeon/appliance/queue"
	"sunbeon/drivers/rs485/rs485test"
)

// callToSign is the way of a call from the disk to the wire of the sign over
// the counter: through the loop and the goroutine of the signs. A real bus is
// measured by key_to_sign_cycles: it listens for a millisecond before it speaks,
// lets the question that is under way end, and takes 8.3 ms for a frame of eight
// bytes at 9600 baud.
func callToSign(ctx context.Context, p *place) (r result, err error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return result{}, fmt.Errorf("bench: %w", err)
	}
	defer reader.Close()
	defer writer.Close()
	file, err := office()
	if err != nil {
		return result{}, err
	}
	signs := &bus{to: writer, wake: make(chan struct{}, 1), want: map[int]string{}}
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	all.Go(func() { signs.run(ctx) })
	defer all.Wait()
	defer cancel()
	d, err := p.desk(ctx, "sign", file, signs)
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	took, err := timedCalls(ctx, p, d.loop, d.record, reader)
	if err != nil {
		return result{}, err
	}
	return result{value: ms(took.at(0.99)), note: fmt.Sprintf("p99 of %d calls with 30 waiting, fact on disk to frame read: %v", len(took), took)}, nil
}

// desk is a loop with its record on the measured disk, and signs.
type desk struct {
	loop   *appliance.Loop
	record *noted
	close  func() error
}

func (p *place) desk(ctx context.Context, name string, file *config.File, signs appliance.Signs) (*desk, error) {
	dir, remove, err := p.folder(name)
	if err != nil {
		return nil, err
	}
	j, err := journal.Open(ctx, filepath.Join(dir, "journal.db"), journal.Options{})
	if err != nil {
		remove()
		return nil, err
	}
	d := &desk{record: &noted{Record: j}}
	d.loop = appliance.New(appliance.Options{Config: file.Queue, Clock: clock.NewBench(nine()), Record: d.record, Signs: signs,
		Journal: j.ID(), Address: file.Address, Where: &file.Where, Notices: file.Notices, Log: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(ctx)
	ran := make(chan error, 1)
	go func() { ran <- d.loop.Run(ctx) }()
	d.close = func() error {
		cancel()
		err := errors.Join(<-ran, j.Close())
		remove()
		return err
	}
	return d, nil
}

func timedCalls(ctx context.Context, p *place, loop *appliance.Loop, record *noted, signs io.Reader) (took samples, err error) {
	for range 30 {
		if err := issue(ctx, loop, queue.Online); err != nil {
			return nil, err
		}
	}
	var frame [8]byte
	for range 5 { // begin and the opening of the day darken every sign
		if err := call(ctx, loop, 1); err != nil {
			return nil, err
		}
	}
	for want := loop.View().Public.Calls[0].Ticket; shown(frame) != want; {
		if _, err := io.ReadFull(signs, frame[:]); err != nil {
			return nil, err
		}
	}
	for range p.times(1000) {
		if err := issue(ctx, loop, queue.Online); err != nil {
			return nil, err
		}
		failed := make(chan error, 1)
		go func() { failed <- call(ctx, loop, 1) }()
		_, err := io.ReadFull(signs, frame[:])
		read := time.Now()
		if err := errors.Join(err, <-failed); err != nil {
			return nil, err
		}
		if got, want := shown(frame), loop.View().Public.Calls[0].Ticket; got != want {
			return nil, fmt.Errorf("bench: the sign shows %s and not %s", got, want)
		}
		took = append(took, read.Sub(time.Unix(0, record.at.Load())))
	}
	return took, nil
}

// noted is the record with the time at which facts were last on disk, and how
// long that took.
type noted struct {
	appliance.Record
	at   atomic.Int64 // Unix ns
	took atomic.Int64 // ns
}

func (n *noted) Append(facts []queue.Fact) error {
	begin := time.Now()
	err := n.Record.Append(facts)
	end := time.Now()
	n.at.Store(end.UnixNano())
	n.took.Store(int64(end.Sub(begin)))
	return err
}

// bus is the signs on one wire, each an address: the newest number of each
// counter, written by a goroutine of its own.
type bus struct {
	to   io.Writer
	wake chan struct{}

	mu   sync.Mutex
	want map[int]string
}

// Show is appliance.Signs.
func (b *bus) Show(counter int, text string) {
	b.mu.Lock()
	b.want[counter] = text
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

func (b *bus) run(ctx context.Context) {
	for {
		select {
		case <-b.wake:
		case <-ctx.Done():
			return
		}
		b.mu.Lock()
		want := b.want
		b.want = map[int]string{}
		b.mu.Unlock()
		for counter, text := range want {
			f := frame(counter, text)
			if _, err := b.to.Write(f[:]); err != nil {
				return
			}
		}
	}
}

// frame writes a number into register 7 of a Modbus display; a dark sign is 0.
func frame(counter int, text string) (f [8]byte) {
	n, _ := strconv.ParseUint(strings.TrimLeft(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 10, 16)
	f = [8]byte{byte(counter), 6, 0, 7}
	binary.BigEndian.PutUint16(f[4:], uint16(n))
	binary.LittleEndian.PutUint16(f[6:], rs485test.CRC(f[:6]))
	return f
}

// shown is the number in a frame.
func shown(f [8]byte) string { return strconv.Itoa(int(binary.BigEndian.Uint16(f[4:]))) }
