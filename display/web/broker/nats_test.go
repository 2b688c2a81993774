package broker_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const natsPath = "../../../var/tools/nats-server"

// cluster is three NATS servers with the configuration we ship.
type cluster struct {
	t     *testing.T
	nodes []*node
}

// node is one of them. It is a broker of its own, whose memory the others share.
type node struct {
	t       *testing.T
	conf    string
	address string
	monitor string
	cmd     *exec.Cmd
	log     *bytes.Buffer
}

// newCluster starts them. With a folder of the authority it is all as shipped;
// without one anybody may do anything, without a certificate.
func newCluster(t *testing.T, ca string) *cluster {
	if _, err := os.Stat(natsPath); err != nil {
		t.Skipf("NOTICE: THE FEED IS NOT TESTED AGAINST A NATS CLUSTER: %v (sh .ci/tool nats-server github.com/nats-io/nats-server/v2@v2.15.2)", err)
	}
	shipped, err := os.ReadFile("nats.conf")
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{t: t}
	var routes []string
	for range 3 {
		routes = append(routes, freeAddress(t))
	}
	for i, route := range routes {
		n := &node{t: t, address: freeAddress(t), monitor: freeAddress(t)}
		dir := t.TempDir()
		n.conf = filepath.Join(dir, "nats.conf")
		conf := string(shipped)
		changes := map[string]string{
			`"sunbeon-1"`:      fmt.Sprintf("%q", fmt.Sprint("sunbeon-", i+1)),
			`"127.0.0.1:4222"`: `"127.0.0.1:-1"`,
			`"/var/lib/nats"`:  fmt.Sprintf("%q", filepath.Join(dir, "store")),
			`"0.0.0.0:6222"`:   fmt.Sprintf("%q", route),
			`["nats://sunbeon-1:6222", "nats://sunbeon-2:6222", "nats://sunbeon-3:6222"]`: fmt.Sprintf(`["nats://%s"]`, strings.Join(routes, `", "nats://`)),
			`"0.0.0.0:8883"`: fmt.Sprintf("%q", n.address),
		}
		if ca == "" {
			changes["include \"broker/nats-offices.conf\"\n"] = ""
		}
		for old, new := range changes {
			if strings.Count(conf, old) != 1 {
				t.Fatalf("nats.conf has not once %s", old)
			}
			conf = strings.Replace(conf, old, new, 1)
		}
		if ca != "" {
			conf = strings.ReplaceAll(conf, "/etc/nats/broker/", ca+"/broker/")
			if err := os.Symlink(filepath.Join(ca, "broker"), filepath.Join(dir, "broker")); err != nil {
				t.Fatal(err)
			}
		} else {
			for strings.Contains(conf, "  tls {") {
				before, rest, _ := strings.Cut(conf, "  tls {")
				_, after, _ := strings.Cut(rest, "  }\n")
				conf = before + after
			}
		}
		conf += fmt.Sprintf("http: %q\n", n.monitor)
		if err := os.WriteFile(n.conf, []byte(conf), 0o600); err != nil {
			t.Fatal(err)
		}
		c.nodes = append(c.nodes, n)
		t.Cleanup(n.kill)
	}
	c.back()
	return c
}

func (c *cluster) url() string {
	var all []string
	for _, n := range c.nodes {
		all = append(all, "tcp://"+n.address)
	}
	return strings.Join(all, ",")
}

// start, kill: what happens to a cluster happens to one of its machines.
func (c *cluster) start() { c.nodes[0].run(); c.nodes[0].ready("/healthz?js-server-only=true") }
func (c *cluster) kill()  { c.nodes[0].kill() }

func (c *cluster) back() {
	for _, n := range c.nodes {
		n.run()
	}
	for _, n := range c.nodes {
		n.ready("/healthz")
	}
}

func (c *cluster) promises() promises { return promises{memoryLater: true, machine: true} }
func (c *cluster) another() server    { return nil }

func (c *cluster) gone() {
	for _, n := range c.nodes {
		n.kill()
	}
}

func (n *node) run() {
	n.t.Helper()
	n.log = new(bytes.Buffer)
	n.cmd = exec.Command(natsPath, "-c", n.conf)
	n.cmd.Stderr = n.log
	n.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := n.cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
}

// ready waits until the node says that it is well: with a leader, or, of one that
// comes back to the others, by itself.
func (n *node) ready(health string) {
	n.t.Helper()
	within(n.t, time.Minute, "a node of the cluster is well", func() bool {
		r, err := http.Get("http://" + n.monitor + health)
		if err != nil {
			return false
		}
		defer r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
}

func (n *node) kill() {
	if n.cmd == nil {
		return
	}
	n.cmd.Process.Kill()
	n.cmd.Wait()
	if n.t.Failed() {
		n.t.Logf("nats-server: %s", n.log)
	}
	n.cmd = nil
}
