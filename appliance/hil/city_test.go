package hil_test

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"sunbeon/appliance/feed"
)

// city is a real broker on the loopback, and what is retained on it.
type city struct {
	t      *testing.T
	office feed.Address
	port   int

	mu      sync.Mutex
	changed chan struct{} // closed at the next snapshot
	last    *feed.Snapshot
}

// mosquitto starts the broker and follows the office's state.
func mosquitto(t *testing.T, office feed.Address) *city {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &city{t: t, office: office, port: ln.Addr().(*net.TCPAddr).Port, changed: make(chan struct{})}
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	conf := filepath.Join(t.TempDir(), "mosquitto.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, "listener %d 127.0.0.1\nallow_anonymous true\npersistence false\n", c.port), 0o600); err != nil {
		t.Fatal(err)
	}
	broker := exec.Command("/usr/sbin/mosquitto", "-c", conf)
	if err := broker.Start(); err != nil {
		t.Fatalf("%v (apt-get install mosquitto)", err)
	}
	t.Cleanup(func() { _, _ = broker.Process.Kill(), broker.Wait() })
	c.subscribe()
	return c
}

// subscribe connects as soon as the broker listens.
func (c *city) subscribe() {
	c.t.Helper()
	opt := mqtt.NewClientOptions().AddBroker(fmt.Sprintf("tcp://127.0.0.1:%d", c.port)).SetClientID("rig").
		SetConnectRetry(true).SetConnectRetryInterval(100 * time.Millisecond).SetOrderMatters(true)
	client := mqtt.NewClient(opt)
	if token := client.Connect(); !token.WaitTimeout(happensWithin) || token.Error() != nil {
		c.t.Fatalf("the broker: %v", token.Error())
	}
	c.t.Cleanup(func() { client.Disconnect(0) })
	token := client.Subscribe(c.office.State(), 0, func(_ mqtt.Client, m mqtt.Message) { c.state(m.Payload()) })
	if !token.WaitTimeout(happensWithin) || token.Error() != nil {
		c.t.Fatalf("subscribe: %v", token.Error())
	}
}

func (c *city) state(payload []byte) {
	s, err := feed.DecodeSnapshot(c.office, payload)
	if err != nil {
		c.t.Errorf("the office's state: %v\n%s", err, payload)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last != nil && !s.Newer(c.last) {
		return
	}
	c.last = s
	close(c.changed)
	c.changed = make(chan struct{})
}

// sees waits for a state that is as wanted and returns it.
func (c *city) sees(g *guest, what string, is func(*feed.Snapshot) bool) *feed.Snapshot {
	g.t.Helper()
	late := time.NewTimer(happensWithin)
	defer late.Stop()
	for {
		c.mu.Lock()
		last, changed := c.last, c.changed
		c.mu.Unlock()
		if last != nil && is(last) {
			return last
		}
		select {
		case <-changed:
		case <-g.ended:
			g.fail("the machine is off: %v", g.how)
		case <-late.C:
			text, _ := json.Marshal(last)
			g.fail("the city does not see that %s; the last state is %s", what, text)
		}
	}
}

// retained is what a reader gets who comes now: the topic's retained state.
func (c *city) retained() *feed.Snapshot {
	c.t.Helper()
	client := mqtt.NewClient(mqtt.NewClientOptions().AddBroker(fmt.Sprintf("tcp://127.0.0.1:%d", c.port)).SetClientID("late"))
	if token := client.Connect(); !token.WaitTimeout(happensWithin) || token.Error() != nil {
		c.t.Fatalf("the broker: %v", token.Error())
	}
	defer client.Disconnect(0)
	got := make(chan mqtt.Message, 16)
	client.Subscribe(c.office.State(), 0, func(_ mqtt.Client, m mqtt.Message) { got <- m })
	select {
	case m := <-got:
		if !m.Retained() {
			c.t.Fatal("the office's state is not retained")
		}
		s, err := feed.DecodeSnapshot(c.office, m.Payload())
		if err != nil {
			c.t.Fatal(err)
		}
		return s
	case <-time.After(happensWithin):
		c.t.Fatal("nothing is retained for the office")
	}
	return nil
}
