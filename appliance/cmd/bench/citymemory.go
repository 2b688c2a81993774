package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// memoryOffices are few, so that what they take hides nothing of what readers
// take: a program's free memory would.
const memoryOffices = 60

// readerMemory is by how much the website's process grows with each reader that
// has been served for a while. The kernel's part is that of both ends, since the
// readers are on this machine too.
func readerMemory(ctx context.Context, p *place) (r result, err error) {
	offices, readers := min(memoryOffices, p.times(countryOffices)), p.times(countryReaders)
	c, err := p.city(ctx, offices)
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	_, before, err := memory(c.web)
	if err != nil {
		return result{}, err
	}
	kernelBefore, err := kernelMemory()
	if err != nil {
		return result{}, err
	}
	if err := c.open(crowdOf(readers, offices)); err != nil {
		return result{}, err
	}
	d, err := c.changes(ctx, officesOrder{Rate: 20, Span: p.span(5 * time.Second), Among: offices})
	if err != nil {
		return result{}, err
	}
	_, after, err := memory(c.web)
	if err != nil {
		return result{}, err
	}
	kernelAfter, err := kernelMemory()
	if err != nil {
		return result{}, err
	}
	each := func(mb float64) float64 { return mb * 1e3 / float64(readers) }
	return result{max(0, each(after-before)), fmt.Sprintf("RssAnon of cityweb from %.1f to %.1f MB with %d readers of %d offices after %d deliveries; kernel %.1f kB more a reader, for both ends of its connection",
		before, after, readers, offices, window{day: d}.deliveries(), each(kernelAfter-kernelBefore))}, nil
}

// kernelMemory is what the kernel holds for sockets and their likes, MB: its
// slabs, and the pages of TCP's buffers.
func kernelMemory() (float64, error) {
	b, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, fmt.Errorf("bench: %w", err)
	}
	var slab, pages float64
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "Slab:"); ok {
			if _, err := fmt.Sscan(rest, &slab); err != nil {
				return 0, fmt.Errorf("bench: /proc/meminfo: %w", err)
			}
		}
	}
	b, err = os.ReadFile("/proc/net/sockstat")
	if err != nil {
		return 0, fmt.Errorf("bench: %w", err)
	}
	for line := range bytes.Lines(b) {
		if _, rest, ok := bytes.Cut(line, []byte(" mem ")); ok && bytes.HasPrefix(line, []byte("TCP:")) {
			if _, err := fmt.Sscan(string(rest), &pages); err != nil {
				return 0, fmt.Errorf("bench: /proc/net/sockstat: %w", err)
			}
		}
	}
	return slab*1024/1e6 + pages*float64(os.Getpagesize())/1e6, nil
}
