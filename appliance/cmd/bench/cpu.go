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

// used is the processor time of this process, all threads, and the kernel's
// share of it.
func used() (all, kernel time.Duration, err error) {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0, 0, fmt.Errorf("bench: getrusage: %w", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), time.Duration(u.Stime.Nano()), nil
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
	size, err := s.issueBytes(ctx, 20)
	if err != nil {
		return result{}, err
	}
	disk, err := newBare(p.dir, size)
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, disk.close()) }()

	const block = 20
	var all, kernels, printers, disks samples
	for range p.times(20) {
		begin, beginKernel, err := used()
		if err != nil {
			return result{}, err
		}
		for range block {
			if err := s.press(ctx); err != nil {
				return result{}, err
			}
		}
		end, endKernel, err := used()
		if err != nil {
			return result{}, err
		}
		alone, err := printerAlone(ctx, ticket, block)
		if err != nil {
			return result{}, err
		}
		bare, err := diskAlone(disk, 2*block)
		if err != nil {
			return result{}, err
		}
		disks = append(disks, 2*bare)
		all, kernels, printers = append(all, (end-begin)/block), append(kernels, (endKernel-beginKernel)/block), append(printers, alone)
		for range block {
			if err := s.call(ctx); err != nil {
				return result{}, err
			}
		}
	}
	return result{value: ms(all.mean() - printers.mean()), note: fmt.Sprintf(
		"mean of %d tickets in blocks of %d; with the virtual printer %.3f (blocks %.3f to %.3f, kernel %.3f), which alone takes %.3f for its %d B; two bare fdatasync %.3f",
		len(all)*block, block, ms(all.mean()), ms(all.at(0)), ms(all.at(1)), ms(kernels.mean()), ms(printers.mean()), len(ticket), ms(disks.mean()))}, nil
}

// printerAlone is what the virtual printer takes for a ticket, without a cable.
func printerAlone(ctx context.Context, ticket []byte, times int) (time.Duration, error) {
	p := virtual.New(model())
	begin, _, err := used()
	if err != nil {
		return 0, err
	}
	if err := p.Serve(ctx, &feeder{ticket: ticket, left: times}); err != nil {
		return 0, err
	}
	end, _, err := used()
	if err != nil {
		return 0, err
	}
	if got := p.State().Pieces; got != times {
		return 0, fmt.Errorf("bench: the printer alone made %d tickets of %d", got, times)
	}
	return (end - begin) / time.Duration(times), nil
}

// diskAlone is what one bare write to disk takes.
func diskAlone(disk *bare, times int) (time.Duration, error) {
	begin, _, err := used()
	if err != nil {
		return 0, err
	}
	for range times {
		if _, err := disk.write(); err != nil {
			return 0, err
		}
	}
	end, _, err := used()
	return (end - begin) / time.Duration(times), err
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
