package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// cityPlant is a city at work in real processes:
//
//	offices (one process, a connection each) -> mosquitto -> cityweb -> readers (two processes)
type cityPlant struct {
	broker  *exec.Cmd
	web     *exec.Cmd
	site    string // host:port
	offices *child
	readers []*child
	ends    []func() error
}

const mosquittoProgram = "/usr/sbin/mosquitto"

// city starts a city of n offices that have all said their state, without readers.
func (p *place) city(ctx context.Context, n int) (c *cityPlant, err error) {
	dir, remove, err := p.folder("city")
	if err != nil {
		return nil, err
	}
	c = &cityPlant{ends: []func() error{func() error { remove(); return nil }}}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close())
		}
	}()
	at, err := c.startBroker(ctx, dir)
	if err != nil {
		return nil, err
	}
	if err := c.startWeb(ctx, dir, at); err != nil {
		return nil, err
	}
	program, err := build(ctx, dir, "appliance/cmd/bench", "CGO_ENABLED=0")
	if err != nil {
		return nil, err
	}
	role := func(name string, plan, answer any) (*child, error) {
		k, err := startChild(program, name)
		if err != nil {
			return nil, err
		}
		c.ends = append(c.ends, k.close)
		return k, k.do(plan, answer)
	}
	var ready officesAnswer
	if c.offices, err = role("offices", officesPlan{Broker: at, Offices: n}, &ready); err != nil {
		return nil, err
	}
	for range 2 {
		var ready readersAnswer
		k, err := role("readers", readersPlan{Site: c.site}, &ready)
		if err != nil {
			return nil, err
		}
		c.readers = append(c.readers, k)
	}
	return c, c.heard(ctx, n)
}

// startBroker runs mosquitto with the configuration we ship, but for its port
// and its folder.
func (c *cityPlant) startBroker(ctx context.Context, dir string) (at string, err error) {
	at, err = freeAddress()
	if err != nil {
		return "", err
	}
	_, port, _ := net.SplitHostPort(at)
	conf, err := shipped(ctx, "display/web/broker", "mosquitto.conf", map[string]string{
		"\nlistener 1883 127.0.0.1\n":                  "\nlistener " + port + " 127.0.0.1\n",
		"\npersistence_location /var/lib/mosquitto/\n": "\npersistence_location " + dir + "/\n",
	})
	if err != nil {
		return "", err
	}
	if os.Getuid() == 0 {
		conf = append([]byte("user root\n"), conf...) // or it cannot write to the folder
	}
	file := filepath.Join(dir, "mosquitto.conf")
	if err := os.WriteFile(file, conf, 0o600); err != nil {
		return "", fmt.Errorf("bench: %w", err)
	}
	c.broker = exec.Command(mosquittoProgram, "-c", file)
	if err := c.start(c.broker); err != nil {
		return "", fmt.Errorf("%w; apt-get install mosquitto", err)
	}
	return at, until(ctx, "mosquitto listens", func() bool { return listens(at) })
}

// shipped is a configuration of the house with some lines replaced.
func shipped(ctx context.Context, of, file string, lines map[string]string) ([]byte, error) {
	where, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", "sunbeon/"+of).Output()
	if err != nil {
		return nil, fmt.Errorf("bench: go list: %w", err)
	}
	conf, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(where)), file))
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	for old, new := range lines {
		if bytes.Count(conf, []byte(old)) != 1 {
			return nil, fmt.Errorf("bench: %s has no line %q", file, strings.TrimSpace(old))
		}
		conf = bytes.Replace(conf, []byte(old), []byte(new), 1)
	}
	return conf, nil
}

// freeAddress is one that nobody listens at.
func freeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("bench: %w", err)
	}
	return ln.Addr().String(), ln.Close()
}

func listens(at string) bool {
	conn, err := net.Dial("tcp", at)
	if err == nil {
		_ = conn.Close()
	}
	return err == nil
}

// start runs a program until close.
func (c *cityPlant) start(program *exec.Cmd) error {
	program.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var said bytes.Buffer
	program.Stderr = &said
	if err := program.Start(); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	c.ends = append(c.ends, func() error {
		err := program.Process.Signal(syscall.SIGTERM)
		if ended := program.Wait(); ended != nil {
			all := said.Bytes()
			err = fmt.Errorf("bench: %s: %w: %s", filepath.Base(program.Path), ended, all[max(0, len(all)-2000):])
		}
		return err
	})
	return nil
}

func (c *cityPlant) startWeb(ctx context.Context, dir, broker string) error {
	program, err := build(ctx, dir, "display/cmd/cityweb", "CGO_ENABLED=0")
	if err != nil {
		return err
	}
	c.web = exec.Command(program, "-listen", "127.0.0.1:0", "-broker", "tcp://"+broker, "-city", city, "-data", filepath.Join(dir, "facts"))
	out, err := c.web.StdoutPipe()
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	if err := c.start(c.web); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if at, ok := strings.CutPrefix(lines.Text(), "cityweb: http://"); ok {
			c.site = strings.TrimSuffix(at, "/")
			go func() { _, _ = io.Copy(io.Discard, out) }() // it ends with the program
			return nil
		}
	}
	return errors.New("bench: cityweb says no address")
}

// heard waits until the website has the state of n offices.
func (c *cityPlant) heard(ctx context.Context, n int) error {
	return until(ctx, fmt.Sprintf("cityweb has heard %d offices", n), func() bool {
		r, err := http.Get("http://" + c.site + "/healthz")
		if err != nil {
			return false
		}
		defer r.Body.Close()
		var h struct{ Fresh int }
		return json.NewDecoder(r.Body).Decode(&h) == nil && h.Fresh == n
	})
}

// until waits for an event by looking.
func until(ctx context.Context, what string, ok func() bool) error {
	for limit := time.Now().Add(30 * time.Second); !ok(); {
		if time.Now().After(limit) {
			return errors.New("bench: never: " + what)
		}
		if err := wait(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// open adds readers, half of each audience in each process, and returns when all
// have had their greeting.
func (c *cityPlant) open(all []audience) error {
	return c.ask(func(i int) readersOrder {
		var o readersOrder
		for _, a := range all {
			a.N = (a.N + i) / len(c.readers)
			o.Open = append(o.Open, a)
		}
		return o
	}, func(readersAnswer) {})
}

// ask gives all readers an order and collects their answers.
func (c *cityPlant) ask(order func(i int) readersOrder, answered func(readersAnswer)) error {
	for i, k := range c.readers {
		if err := k.order(order(i)); err != nil {
			return err
		}
	}
	for _, k := range c.readers {
		var a readersAnswer
		if err := k.answer(&a); err != nil {
			return err
		}
		if a.Ended > 0 || a.Behind > 0 {
			return fmt.Errorf("bench: %d readers were dropped and %d have not had the last change", a.Ended, a.Behind)
		}
		answered(a)
	}
	return nil
}

// day is what came of some changes.
type day struct {
	offices officesAnswer
	readers []readersAnswer
	took    time.Duration
	web     time.Duration // processor time
	broker  time.Duration
}

// changes lets the offices say changes, and waits until every reader has the last
// of its office.
func (c *cityPlant) changes(ctx context.Context, o officesOrder) (d day, err error) {
	none := func(readersAnswer) {}
	begin := time.Now()
	if err := c.ask(func(int) readersOrder { return readersOrder{From: begin.UnixMicro()} }, none); err != nil {
		return d, err
	}
	web, broker, err := c.processors()
	if err != nil {
		return d, err
	}
	begin = time.Now()
	if o.Rate == 0 {
		if err := wait(ctx, o.Span); err != nil {
			return d, err
		}
	} else if err := c.offices.do(o, &d.offices); err != nil {
		return d, err
	}
	if err := c.ask(func(int) readersOrder { return readersOrder{Last: d.offices.Last} }, func(a readersAnswer) { d.readers = append(d.readers, a) }); err != nil {
		return d, err
	}
	d.took = time.Since(begin)
	webAfter, brokerAfter, err := c.processors()
	d.web, d.broker = webAfter-web, brokerAfter-broker
	return d, err
}

func (c *cityPlant) processors() (web, broker time.Duration, err error) {
	if web, err = ran(c.web); err != nil {
		return 0, 0, err
	}
	broker, err = ran(c.broker)
	return web, broker, err
}

// ran is the time that a program's threads have had on a processor, to the
// nanosecond. That of threads which have ended is not in it; neither program ends
// any.
func ran(program *exec.Cmd) (sum time.Duration, err error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", program.Process.Pid))
	if err != nil || len(files) == 0 {
		return 0, fmt.Errorf("bench: no /proc/pid/task/*/schedstat: %w", err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue
		}
		var ns int64
		if err == nil {
			_, err = fmt.Sscan(string(b), &ns)
		}
		if err != nil {
			return 0, fmt.Errorf("bench: %w", err)
		}
		sum += time.Duration(ns)
	}
	return sum, nil
}

func (c *cityPlant) close() error {
	var errs []error
	for i := range c.ends {
		errs = append(errs, c.ends[len(c.ends)-1-i]())
	}
	return errors.Join(errs...)
}
