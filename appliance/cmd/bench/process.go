package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"sunbeon/appliance/console"
	"sunbeon/appliance/sim"
	"sunbeon/display/web/broker"
)

// pin opens the console pages of the measured kiosk.
const pin = "271828"

// kiosk is the real program, running, with a broker in this process.
type kiosk struct {
	program *exec.Cmd
	said    bytes.Buffer // what it logged
	url     string
	client  *http.Client
	pages   sync.WaitGroup
	close   func() error
	calls   int

	mu    sync.Mutex
	state benchState
	moved chan struct{} // closed with the next state
}

// benchState is what the bench page shows, as far as it is needed here.
type benchState struct {
	Version string `json:"version"`
	Pieces  int    `json:"pieces"`
}

// kiosk builds the program and starts it with an empty record.
func (p *place) kiosk(ctx context.Context) (*kiosk, error) {
	dir, remove, err := p.folder("kiosk")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	k := &kiosk{moved: make(chan struct{})}
	jar, err := cookiejar.New(nil)
	if err != nil {
		cancel()
		return nil, err
	}
	k.client = &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 4}}
	var ends []func() error
	k.close = func() error {
		cancel()
		var errs []error
		for i := range ends {
			errs = append(errs, ends[len(ends)-1-i]())
		}
		remove()
		return errors.Join(errs...)
	}
	start := func() error {
		b, err := broker.Listen(broker.Config{Address: "127.0.0.1:0"})
		if err != nil {
			return err
		}
		ran := make(chan error, 1)
		go func() { ran <- b.Run(ctx) }()
		ends = append(ends, func() error { <-ran; return nil }) // its error is the context's
		end, err := k.run(ctx, dir, b.URL())
		if err != nil {
			return err
		}
		ends = append(ends, end)
		return k.ready(ctx)
	}
	if err := start(); err != nil {
		return nil, errors.Join(err, k.close())
	}
	return k, nil
}

// build makes one of the house's programs in dir and gives its path.
func build(ctx context.Context, dir, of string, environment ...string) (program string, err error) {
	program = filepath.Join(dir, path.Base(of))
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, "sunbeon/"+of)
	cmd.Env = append(os.Environ(), environment...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("bench: go build: %w: %s", err, out)
	}
	return program, nil
}

// run builds and starts the program, and returns when it says its address.
func (k *kiosk) run(ctx context.Context, dir, brokerURL string) (end func() error, err error) {
	program, err := build(ctx, dir, "appliance/cmd/kiosk", "CGO_ENABLED=0")
	if err != nil {
		return nil, err
	}
	office, err := withPIN(sim.Office())
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "office.toml")
	if err := os.WriteFile(file, office, 0o600); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	k.program = exec.Command(program, "-sim", "-config", file, "-data", filepath.Join(dir, "record"),
		"-listen", "127.0.0.1:0", "-broker", brokerURL, "-speed", "0")
	k.program.Stderr = &k.said
	out, err := k.program.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	if err := k.program.Start(); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	end = func() error {
		err := k.program.Process.Signal(syscall.SIGTERM)
		k.pages.Wait()
		if ended := k.program.Wait(); ended != nil {
			err = fmt.Errorf("bench: kiosk: %w: %s", ended, k.said.String())
		}
		return err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		at, ok := strings.CutPrefix(lines.Text(), "kiosk: http://")
		if !ok {
			continue
		}
		k.url = "http://" + strings.TrimSuffix(at, "/")
		go func() { _, _ = io.Copy(io.Discard, out) }() // it ends with the program
		return end, nil
	}
	return nil, errors.Join(errors.New("bench: kiosk says no address"), end())
}

// ready waits for the first view, before which the pages say that the kiosk is
// starting.
func (k *kiosk) ready(ctx context.Context) error {
	for end := time.Now().Add(20 * time.Second); ; {
		resp, err := k.get(ctx, "/bench")
		if err == nil {
			return resp.Body.Close()
		}
		if time.Now().After(end) {
			return err
		}
		if err := wait(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}

// withPIN gives the manager of the bench's office a PIN known here.
func withPIN(office []byte) ([]byte, error) {
	hash, err := console.HashPIN(pin)
	if err != nil {
		return nil, err
	}
	var out []byte
	found := false
	for line := range bytes.Lines(office) {
		if bytes.HasPrefix(line, []byte("manager_pin")) {
			continue
		}
		out = append(out, line...)
		if bytes.HasPrefix(line, []byte("[console]")) {
			out, found = fmt.Appendf(out, "manager_pin = %q\n", hash), true
		}
	}
	if !found {
		return nil, errors.New("bench: the bench's office has no [console]")
	}
	return out, nil
}

// watch opens the pages and says which.
func (k *kiosk) watch(ctx context.Context) (string, error) {
	if _, err := k.post(ctx, "/signin", url.Values{"place": {"manager"}, "pin": {pin}}); err != nil {
		return "", err
	}
	pages := []string{"/bench/events", "/bench/events", "/manager/events", "/counter/1/events"}
	for i, page := range pages {
		if err := k.page(ctx, page, i == 0); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d pages open", len(pages)), nil
}

// page reads a stream of live updates until the program ends it. The first page
// keeps what it shows and, as its script does, fetches the board anew.
func (k *kiosk) page(ctx context.Context, path string, first bool) error {
	resp, err := k.get(ctx, path)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	k.pages.Go(func() {
		defer resp.Body.Close()
		shown := ""
		for lines.Scan() {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			if !ok || !first {
				continue
			}
			var s benchState
			if json.Unmarshal([]byte(data), &s) != nil {
				continue
			}
			k.mu.Lock()
			k.state = s
			close(k.moved)
			k.moved = make(chan struct{})
			k.mu.Unlock()
			if s.Version != shown {
				shown = s.Version
				if board, err := k.get(ctx, "/bench/board.png?v="+shown); err == nil {
					_, _ = io.Copy(io.Discard, board.Body)
					board.Body.Close()
				}
			}
		}
	})
	return nil
}

// printed waits until n pieces of paper have been cut off.
func (k *kiosk) printed(ctx context.Context, n int) error {
	limit := time.NewTimer(2 * time.Minute)
	defer limit.Stop()
	for {
		k.mu.Lock()
		have, moved := k.state.Pieces, k.moved
		k.mu.Unlock()
		if have >= n {
			return nil
		}
		select {
		case <-moved:
		case <-limit.C:
			return fmt.Errorf("bench: kiosk has printed %d tickets, not %d", have, n)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// press takes a ticket of the services in turn, most of them certificates.
func (k *kiosk) press(ctx context.Context) error {
	k.calls++
	service := []string{"civil", "passport", "civil", "register"}[k.calls%4]
	_, err := k.post(ctx, "/bench/press", url.Values{"service": {service}, "class": {"ordinary"}})
	return err
}

// next presses the key of a counter; that nobody waits for it is no fault.
func (k *kiosk) next(ctx context.Context, i int) error {
	_, err := k.post(ctx, "/bench/key", url.Values{"counter": {fmt.Sprint(i%5 + 1)}, "key": {"next"}})
	return err
}

func (k *kiosk) post(ctx context.Context, path string, form url.Values) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, k.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := k.do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}

func (k *kiosk) get(ctx context.Context, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, k.url+path, nil)
	if err != nil {
		return nil, err
	}
	return k.do(req)
}

func (k *kiosk) do(req *http.Request) (*http.Response, error) {
	resp, err := k.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 200))
		return nil, fmt.Errorf("bench: %s %s: %s: %s", req.Method, req.URL.Path, resp.Status, text)
	}
	return resp, nil
}

// atRest is how long a program was on a processor while it was left alone for so
// long, and how long that took.
func atRest(ctx context.Context, program *exec.Cmd, alone time.Duration) (used, took time.Duration, err error) {
	before, err := processor(program)
	if err != nil {
		return 0, 0, err
	}
	begin := time.Now()
	if err := wait(ctx, alone); err != nil {
		return 0, 0, err
	}
	took = time.Since(begin)
	after, err := processor(program)
	return after - before, took, err
}

// processor is the time a program has had on a processor.
func processor(program *exec.Cmd) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", program.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("bench: %w", err)
	}
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	var ticks int64
	for _, f := range fields[11:13] { // utime, stime, the 14th and 15th of all
		var n int64
		if _, err := fmt.Sscan(f, &n); err != nil {
			return 0, fmt.Errorf("bench: /proc/pid/stat: %w", err)
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / 100, nil // USER_HZ is 100 everywhere
}

// memory is a program's resident set, and how much of it is not pages of files,
// MB.
func memory(program *exec.Cmd) (all, own float64, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", program.Process.Pid))
	if err != nil {
		return 0, 0, fmt.Errorf("bench: %w", err)
	}
	for line := range strings.Lines(string(b)) {
		name, rest, _ := strings.Cut(line, ":")
		into := map[string]*float64{"VmRSS": &all, "RssAnon": &own}[name]
		if into == nil {
			continue
		}
		if _, err := fmt.Sscan(rest, into); err != nil {
			return 0, 0, fmt.Errorf("bench: /proc/pid/status: %w", err)
		}
		*into *= 1024 / 1e6
	}
	if all == 0 {
		return 0, 0, errors.New("bench: /proc/pid/status has no VmRSS")
	}
	return all, own, nil
}
