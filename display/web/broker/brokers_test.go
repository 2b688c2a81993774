package broker_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sunbeon/display/web/broker"
)

// server is a broker under test: one address for its whole life, whatever
// happens to the process behind it.
type server interface {
	url() string
	start()
	kill() // at once, without goodbye; of a cluster one machine
	gone() // the whole of it
	back() // after gone
	promises() promises
	another() server // a second one of the kind, that knows nothing of it; nil for a cluster
}

// promises are what not every broker does. A test asserts what is promised, and
// that the rest is still not so: then docs/brokers.md is to be corrected.
type promises struct {
	memory         bool // retained messages outlive the death of the whole broker
	memoryLater    bool // they do, but the first reader afterwards does not get them
	machine        bool // the broker outlives the death of a machine
	ownID          bool // with certificates: nobody ends another's connection by its client id
	willAtTakeover bool // the will of a client is said whose id another takes
}

// eachBroker runs a test against every broker the feed may meet.
func eachBroker(t *testing.T, test func(t *testing.T, b server)) {
	t.Parallel()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, newEmbedded(t))
	})
	t.Run("mosquitto", func(t *testing.T) {
		t.Parallel()
		test(t, newMosquitto(t))
	})
	t.Run("nats", func(t *testing.T) {
		t.Parallel()
		test(t, newCluster(t, ""))
	})
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

type embedded struct {
	t       *testing.T
	address string
	cancel  context.CancelFunc
	done    chan struct{}
}

func newEmbedded(t *testing.T) *embedded {
	e := &embedded{t: t, address: freeAddress(t)}
	e.start()
	t.Cleanup(e.kill)
	return e
}

func (e *embedded) url() string { return "tcp://" + e.address }

func (e *embedded) start() {
	e.t.Helper()
	var b *broker.Broker
	eventually(e.t, "the address is free", func() bool {
		var err error
		b, err = broker.Listen(broker.Config{Address: e.address})
		return err == nil
	})
	ctx, cancel := context.WithCancel(context.Background())
	e.cancel, e.done = cancel, make(chan struct{})
	go func() {
		defer close(e.done)
		b.Run(ctx)
	}()
}

func (e *embedded) kill() {
	e.cancel()
	<-e.done
}

func (e *embedded) gone() { e.kill() }
func (e *embedded) back() { e.start() }

func (e *embedded) promises() promises { return promises{willAtTakeover: true} }
func (e *embedded) another() server    { return newEmbedded(e.t) }

type mosquitto struct {
	t       *testing.T
	address string
	conf    string
	db      string
	cmd     *exec.Cmd
	log     *bytes.Buffer
}

const mosquittoPath = "/usr/sbin/mosquitto"

// newMosquitto starts the real one with the configuration we ship, on a free
// port of the loopback and with a folder of its own.
func newMosquitto(t *testing.T, tlsConf ...string) *mosquitto {
	if _, err := os.Stat(mosquittoPath); err != nil {
		t.Skipf("NOTICE: THE FEED IS NOT TESTED AGAINST MOSQUITTO, the broker of choice: %v (apt-get install mosquitto)", err)
	}
	m := &mosquitto{t: t, address: freeAddress(t)}
	dir, more := t.TempDir(), t.TempDir() // which is conf.d
	for _, text := range tlsConf {
		if err := os.WriteFile(filepath.Join(more, "sunbeon-tls.conf"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m.db = filepath.Join(dir, "mosquitto.db")
	shipped, err := os.ReadFile("mosquitto.conf")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(m.address)
	if err != nil {
		t.Fatal(err)
	}
	conf := string(shipped)
	for old, new := range map[string]string{
		"\nlistener 1883 127.0.0.1\n":                  "\nlistener " + port + " 127.0.0.1\n",
		"\npersistence_location /var/lib/mosquitto/\n": "\npersistence_location " + dir + "/\n",
		"\ninclude_dir /etc/mosquitto/conf.d\n":        "\ninclude_dir " + more + "\n",
	} {
		if strings.Count(conf, old) != 1 {
			t.Fatalf("mosquitto.conf has no line %q", old)
		}
		conf = strings.Replace(conf, old, new, 1)
	}
	if os.Getuid() == 0 {
		conf = "user root\n" + conf // or it cannot write to the test's folder
	}
	m.conf = filepath.Join(dir, "mosquitto.conf")
	if err := os.WriteFile(m.conf, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.kill)
	m.start()
	return m
}

func (m *mosquitto) url() string { return "tcp://" + m.address }

func (m *mosquitto) start() {
	m.t.Helper()
	m.log = new(bytes.Buffer)
	m.cmd = exec.Command(mosquittoPath, "-c", m.conf)
	m.cmd.Stderr = m.log
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := m.cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	eventually(m.t, "mosquitto listens", func() bool {
		c, err := net.Dial("tcp", m.address)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

func (m *mosquitto) kill() {
	if m.cmd == nil {
		return
	}
	m.cmd.Process.Kill()
	m.cmd.Wait()
	if m.t.Failed() {
		m.t.Logf("mosquitto: %s", m.log)
	}
	m.cmd = nil
}

func (m *mosquitto) gone() { m.kill() }
func (m *mosquitto) back() { m.start() }

func (m *mosquitto) promises() promises {
	return promises{memory: true, ownID: true, willAtTakeover: true}
}
func (m *mosquitto) another() server { return newMosquitto(m.t) }

// save writes its memory to disk and names the file.
func (m *mosquitto) save() string {
	m.cmd.Process.Signal(syscall.SIGUSR1)
	return m.db
}

// eventually waits for an event by looking.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	within(t, time.Minute, what, ok)
}

func within(t *testing.T, most time.Duration, what string, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(most)
	defer deadline.Stop()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-deadline.C:
			t.Fatalf("never: %s", what)
		case <-look.C:
		}
	}
}

// proxy stands in the cable between a client and the broker.
type proxy struct {
	t       *testing.T
	listen  net.Listener
	to      string
	wg      sync.WaitGroup
	mu      sync.Mutex
	conns   map[net.Conn]bool
	down    bool          // nobody gets through
	latency time.Duration // of each piece of data
}

func newProxy(t *testing.T, b server) *proxy {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(b.url(), ",")
	p := &proxy{t: t, listen: l, to: first[len("tcp://"):], conns: make(map[net.Conn]bool)}
	p.wg.Go(p.accept)
	t.Cleanup(func() {
		l.Close()
		p.cut(true)
		p.wg.Wait()
	})
	return p
}

func (p *proxy) url() string { return fmt.Sprintf("tcp://%s", p.listen.Addr()) }

func (p *proxy) accept() {
	for {
		in, err := p.listen.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", p.to)
		p.mu.Lock()
		if err != nil || p.down {
			in.Close()
			if out != nil {
				out.Close()
			}
			p.mu.Unlock()
			continue
		}
		p.conns[in], p.conns[out] = true, true
		p.wg.Go(func() { p.pass(in, out) })
		p.wg.Go(func() { p.pass(out, in) })
		p.mu.Unlock()
	}
}

func (p *proxy) pass(from, to net.Conn) {
	defer p.drop(from, to)
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		p.mu.Lock()
		late := p.latency
		p.mu.Unlock()
		if late > 0 {
			<-time.After(late) // the cable is long; nothing waits for this in the test
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (p *proxy) drop(cs ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range cs {
		c.Close()
		delete(p.conns, c)
	}
}

// cut tears every connection, mid-message if need be; stay keeps it torn.
func (p *proxy) cut(stay bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = stay
	for c := range p.conns {
		c.(*net.TCPConn).SetLinger(0)
		c.Close()
	}
}

func (p *proxy) mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = false
}

func (p *proxy) delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.latency = d
}
