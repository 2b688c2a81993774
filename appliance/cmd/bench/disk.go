package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"sunbeon/appliance/queue"
)

// asked is what this process has asked of files and disks since it began.
type asked struct {
	written int64 // wchar: bytes given to write calls
	stored  int64 // write_bytes: bytes that the storage layer was made to store, whole pages
}

func askedSoFar() (asked, error) {
	b, err := os.ReadFile("/proc/self/io")
	if err != nil {
		return asked{}, fmt.Errorf("bench: %w", err)
	}
	var a asked
	for line := range bytes.Lines(b) {
		name, value, _ := bytes.Cut(bytes.TrimSpace(line), []byte(": "))
		into := map[string]*int64{"wchar": &a.written, "write_bytes": &a.stored}[string(name)]
		if into == nil {
			continue
		}
		if _, err := fmt.Sscan(string(value), into); err != nil {
			return asked{}, fmt.Errorf("bench: /proc/self/io: %w", err)
		}
	}
	return a, nil
}

// bare is a file beside the record, written to in the way of SQLite's log: the
// same bytes at places that exist already, since the log is written from its
// start again whenever the record was tidied.
type bare struct {
	f    *os.File
	data []byte
	n    int
}

// bareTurns is after how many writes a bare file is begun anew, and the record
// tidied, as box does it when nobody has pressed for two seconds.
const bareTurns = 8

func newBare(dir string, size int) (*bare, error) {
	f, err := os.Create(filepath.Join(dir, "bare"))
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	b := &bare{f: f, data: bytes.Repeat([]byte{0xa5}, size)}
	for range bareTurns { // the places exist before any of them counts
		if _, err := b.write(); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	return b, nil
}

// write puts the bytes on disk, other ones each time, and says how long it took.
func (b *bare) write() (time.Duration, error) {
	for i := 0; i < len(b.data); i += 512 {
		b.data[i]++
	}
	at := int64(b.n%bareTurns) * int64(len(b.data))
	b.n++
	begin := time.Now()
	if _, err := b.f.WriteAt(b.data, at); err != nil {
		return 0, fmt.Errorf("bench: %w", err)
	}
	if err := unix.Fdatasync(int(b.f.Fd())); err != nil {
		return 0, fmt.Errorf("bench: fdatasync: %w", err)
	}
	return time.Since(begin), nil
}

func (b *bare) close() error { return b.f.Close() }

// bytesPerFact runs tickets from press to finish and divides what the disk was
// asked to store by the facts recorded, the tidying of the log included.
func bytesPerFact(ctx context.Context, p *place) (r result, err error) {
	s, err := p.open(ctx, "bytes")
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	for range 10 {
		if err := s.press(ctx); err != nil {
			return result{}, err
		}
	}
	if err := s.Journal.Checkpoint(); err != nil {
		return result{}, err
	}
	begin, err := askedSoFar()
	if err != nil {
		return result{}, err
	}
	first, tickets := s.Journal.Last(), p.times(200)
	for range tickets {
		if err := errors.Join(s.press(ctx), s.call(ctx)); err != nil {
			return result{}, err
		}
	}
	logged, err := askedSoFar()
	if err != nil {
		return result{}, err
	}
	if err := s.Journal.Checkpoint(); err != nil {
		return result{}, err
	}
	end, err := askedSoFar()
	if err != nil {
		return result{}, err
	}
	facts := int64(s.Journal.Last() - first)
	return result{value: float64(end.stored-begin.stored) / float64(facts), note: fmt.Sprintf(
		"write_bytes of /proc/self/io, %d tickets with %d facts; %d B of it log, %d B a ticket",
		tickets, facts, (logged.stored-begin.stored)/facts, (end.stored-begin.stored)/int64(tickets))}, nil
}

// issueBytes is how many bytes one issue gives to write calls: what the log
// takes for it.
func (s *stand) issueBytes(ctx context.Context, n int) (int, error) {
	var all []int64
	for range n {
		begin, err := askedSoFar()
		if err != nil {
			return 0, err
		}
		if err := s.issue(ctx, queue.Online); err != nil { // no paper: nothing else is written
			return 0, err
		}
		end, err := askedSoFar()
		if err != nil {
			return 0, err
		}
		all = append(all, end.written-begin.written)
	}
	return int(median(all)), nil
}
