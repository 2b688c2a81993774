package broker

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"testing"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"
)

func TestWhoMayConnect(t *testing.T) {
	a := &access{allow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}, log: slog.New(slog.DiscardHandler)}
	for remote, want := range map[string]bool{
		"127.0.0.1:5": true, "[::1]:5": true, "[::ffff:127.0.0.1]:5": true, "10.1.2.3:5": true, "[::ffff:10.1.2.3]:5": true,
		"10.2.0.1:5": false, "192.168.0.9:5": false, "": false, "pipe": false,
	} {
		c := &mqtt.Client{Net: mqtt.ClientConnection{Remote: remote}}
		if got := a.OnConnectAuthenticate(c, packets.Packet{ProtocolVersion: 4}); got != want {
			t.Errorf("from %q: %v, want %v", remote, got, want)
		}
	}
}

func TestVersion5IsRefused(t *testing.T) {
	a := &access{log: slog.New(slog.DiscardHandler)}
	c := &mqtt.Client{Net: mqtt.ClientConnection{Remote: "127.0.0.1:5"}}
	if a.OnConnectAuthenticate(c, packets.Packet{ProtocolVersion: 5}) {
		t.Error("a client that may delay its will is let in")
	}
}

func TestWhatMayBeWritten(t *testing.T) {
	var a access
	for topic, want := range map[string]bool{
		"sunbeon/v1/a/b/state": true, "sunbeon/v1/a/b/request/0123456789abcdef": true,
		"sunbeon/v1/a/b/other": false, "junk": false, "$SYS/broker": false,
	} {
		if got := a.OnACLCheck(nil, topic, true); got != want {
			t.Errorf("write %q: %v, want %v", topic, got, want)
		}
		if !a.OnACLCheck(nil, topic, false) {
			t.Errorf("read %q is refused", topic)
		}
	}
}

func TestListen(t *testing.T) {
	b, err := Listen(Config{Address: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	address := b.listener.Addr().String()
	if b.URL() != "tcp://"+address {
		t.Errorf("URL %s", b.URL())
	}
	if _, err := Listen(Config{Address: address}); err == nil {
		t.Error("two brokers on one address")
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v", err)
	}
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("a connection outlives the broker")
	}
	again, err := Listen(Config{Address: address})
	if err != nil {
		t.Fatalf("the address is not free: %v", err)
	}
	again.Close()
}
