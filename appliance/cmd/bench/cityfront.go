package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// front is a reader of the page of all offices. It takes gzip as browsers do:
// hundreds of changes come to it in one piece.
type front struct {
	conn net.Conn

	mu    sync.Mutex
	from  int64
	last  int64
	times []int32 // µs
	bytes int64
	err   error
}

// openFront connects and returns after the greeting.
func openFront(site, path string) (*front, error) {
	conn, err := net.Dial("tcp", site)
	if err != nil {
		return nil, fmt.Errorf("bench: readers: %w", err)
	}
	f := &front{conn: conn}
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\nAccept-Encoding: gzip\r\n\r\n", path, site); err != nil {
		return nil, fmt.Errorf("bench: readers: %w", err)
	}
	r, err := http.ReadResponse(bufio.NewReader(f), nil)
	if err != nil {
		return nil, fmt.Errorf("bench: readers: %w", err)
	}
	if r.StatusCode != http.StatusOK || r.Header.Get("Content-Encoding") != "gzip" {
		return nil, fmt.Errorf("bench: readers: %s: the city answers %s, %v", path, r.Status, r.Header)
	}
	z, err := gzip.NewReader(r.Body)
	if err != nil {
		return nil, fmt.Errorf("bench: readers: %w", err)
	}
	lines := bufio.NewReaderSize(z, 64<<10)
	for line := ""; line != "event: city\n"; {
		if line, err = lines.ReadString('\n'); err != nil {
			return nil, fmt.Errorf("bench: readers: %w", err)
		}
	}
	go f.listen(lines) // it ends with the connection
	return f, nil
}

// Read counts what comes over the wire.
func (f *front) Read(b []byte) (int, error) {
	n, err := f.conn.Read(b)
	f.mu.Lock()
	f.bytes += int64(n)
	f.mu.Unlock()
	return n, err
}

func (f *front) listen(lines *bufio.Reader) {
	for {
		line, err := lines.ReadSlice('\n')
		now := time.Now().UnixMicro()
		_, rest, found := bytes.Cut(line, []byte(stampBefore))
		digits, _, _ := bytes.Cut(rest, []byte(`"`))
		f.mu.Lock()
		if f.err = err; err != nil {
			f.mu.Unlock()
			return
		}
		if at, err := strconv.ParseInt(string(digits), 36, 64); found && err == nil {
			f.last = max(f.last, at)
			if f.from > 0 && at >= f.from {
				f.times = append(f.times, int32(min(now-at, 1<<31-1)))
			}
		}
		f.mu.Unlock()
	}
}

// has reports whether a change as new has come.
func (f *front) has(last int64) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last >= last, f.err
}

// take gives what was counted, and begins anew if from is set.
func (f *front) take(from int64) (times []int32, bytes int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	times, bytes = f.times, f.bytes
	if from != 0 {
		f.from, f.times, f.bytes = from, nil, 0
	}
	return times, bytes
}
