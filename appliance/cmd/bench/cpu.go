package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sys/unix"

	"sunbeon/printer/virtual"
)

// used is the processor time of this process, all threads.
func used() (time.Duration, error) {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0, fmt.Errorf("bench: getrusage: %w", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}

// issueCPU is what a ticket costs the processor, from the press to the fact
// that it is printed, on an office's day. The calls between are not in it.
func issueCPU(ctx context.Context, p *place) (r result, err error) {
	s, err := p.open(ctx, "cpu")
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	s.wire.record(true)
	if err := s.press(ctx); err != nil {
		return result{}, err
	}
	ticket := s.wire.record(false)

	const block = 20
	var all, printers []time.Duration
	for range p.times(20) {
		begin, err := used()
		if err != nil {
			return result{}, err
		}
		for range block {
			if err := s.press(ctx); err != nil {
				return result{}, err
			}
		}
		end, err := used()
		if err != nil {
			return result{}, err
		}
		alone, err := printerAlone(ctx, ticket, block)
		if err != nil {
			return result{}, err
		}
		all, printers = append(all, (end-begin)/block), append(printers, alone)
		for range block {
			if err := s.call(ctx); err != nil {
				return result{}, err
			}
		}
	}
	whole, printer := samples(all), samples(printers)
	return result{value: ms(whole.mean() - printer.mean()), note: fmt.Sprintf(
		"mean of %d tickets in blocks of %d; with the virtual printer %.3f (blocks %.3f to %.3f), which alone takes %.3f for its %d B",
		len(all)*block, block, ms(whole.mean()), ms(whole.at(0)), ms(whole.at(1)), ms(printer.mean()), len(ticket))}, nil
}

// printerAlone is what the virtual printer takes for a ticket, without a cable.
func printerAlone(ctx context.Context, ticket []byte, times int) (time.Duration, error) {
	p := virtual.New(model())
	begin, err := used()
	if err != nil {
		return 0, err
	}
	if err := p.Serve(ctx, &feeder{ticket: ticket, left: times}); err != nil {
		return 0, err
	}
	end, err := used()
	if err != nil {
		return 0, err
	}
	if got := p.State().Pieces; got != times {
		return 0, fmt.Errorf("bench: the printer alone made %d tickets of %d", got, times)
	}
	return (end - begin) / time.Duration(times), nil
}

// feeder gives the same ticket again and again, and hears no answer.
type feeder struct {
	ticket []byte
	left   int
	rest   []byte
}

func (f *feeder) Read(b []byte) (int, error) {
	if len(f.rest) == 0 {
		if f.left == 0 {
			return 0, io.EOF
		}
		f.left--
		f.rest = f.ticket
	}
	n := copy(b, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

func (f *feeder) Write(b []byte) (int, error) { return len(b), nil }
func (f *feeder) Close() error                { return nil }
