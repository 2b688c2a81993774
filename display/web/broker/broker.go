// Package broker is an MQTT broker inside the process, for one machine: the
// demo, the training stand, tests, and a small city that runs the website
// alone.
//
//	offices --TCP--> listener -> access -> topics in memory
//	city    --TCP loopback-----^
//
// # Caveats
//
// It remembers nothing: after a restart the offices say their state again, and
// the facts follow from the cursor, but the page is empty until then. Its order
// after a resumed session is wrong, which is why the feed never resumes one. A
// city of many offices runs mosquitto with the mosquitto.conf beside this file, or
// a cluster of NATS with nats.conf; docs/brokers.md says what each can and cannot.
//
// By default anybody on the same machine may read and write everything, and
// nobody from elsewhere may connect: there are no passwords and no certificates
// here, which the other brokers have (package enrol). Widen that
// with Allow, and only on a network that ends at the building.
package broker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"sunbeon/appliance/feed"
)

// Config is what a Broker needs.
type Config struct {
	// Address to listen on, host:port; port 0 picks a free one.
	Address string
	// Allow lists networks that may connect besides the machine itself.
	Allow []netip.Prefix
	Log   *slog.Logger // nil is silent
}

// Broker is a listening broker.
type Broker struct {
	server   *mqtt.Server
	listener net.Listener
}

// maxPacket leaves room around the largest payload of the feed.
const maxPacket = feed.MaxSnapshot + 4096

// Listen opens the address, so that the caller knows at once whether it is
// free. Nobody is served before Run.
func Listen(cfg Config) (*Broker, error) {
	log := cfg.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	l, err := net.Listen("tcp", cfg.Address)
	if err != nil {
		return nil, fmt.Errorf("broker: %w; choose another address or stop the broker that has it", err)
	}
	able := mqtt.NewDefaultServerCapabilities()
	able.MaximumPacketSize = maxPacket
	able.MaximumClients = 5000
	able.MaximumClientWritesPending = 20000 // as max_queued_messages of mosquitto.conf
	able.MaximumSessionExpiryInterval = 0
	able.MaximumMessageExpiryInterval = 0 // or a cursor is gone after a weekend
	able.SharedSubAvailable = 0
	s := mqtt.New(&mqtt.Options{Capabilities: able, Logger: log})
	for _, h := range []mqtt.Hook{&access{allow: cfg.Allow, log: log}, new(guard)} {
		if err := s.AddHook(h, nil); err != nil {
			l.Close()
			return nil, fmt.Errorf("broker: %w", err)
		}
	}
	if err := s.AddListener(listeners.NewNet("tcp", &tracked{Listener: l, open: make(map[net.Conn]bool)})); err != nil {
		l.Close()
		return nil, fmt.Errorf("broker: %w", err)
	}
	return &Broker{server: s, listener: l}, nil
}

// URL is where clients of the same machine connect, as feed/link wants it.
func (b *Broker) URL() string {
	a := b.listener.Addr().(*net.TCPAddr)
	host := a.IP.String()
	if a.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "tcp://" + net.JoinHostPort(host, fmt.Sprint(a.Port))
}

// Run serves until ctx ends and then drops every client. A Broker runs once.
func (b *Broker) Run(ctx context.Context) error {
	if err := b.server.Serve(); err != nil {
		return errors.Join(fmt.Errorf("broker: %w", err), b.server.Close())
	}
	<-ctx.Done()
	if err := b.server.Close(); err != nil {
		return errors.Join(ctx.Err(), fmt.Errorf("broker: close: %w", err))
	}
	return ctx.Err()
}

// Close frees the address of a Broker that is not to be run.
func (b *Broker) Close() error { return b.listener.Close() }

// access is who may connect, and to what.
type access struct {
	mqtt.HookBase
	allow []netip.Prefix
	log   *slog.Logger
}

func (*access) ID() string { return "access" }

func (*access) Provides(b byte) bool { return b == mqtt.OnConnectAuthenticate || b == mqtt.OnACLCheck }

// OnConnectAuthenticate looks at the address, and at the version: the feed
// speaks 3.1.1, and guard relies on it.
func (a *access) OnConnectAuthenticate(c *mqtt.Client, p packets.Packet) bool {
	if p.ProtocolVersion != 4 {
		a.log.Warn("broker: connection refused: MQTT 3.1.1 is spoken here", "remote", c.Net.Remote, "version", p.ProtocolVersion)
		return false
	}
	from, err := netip.ParseAddrPort(c.Net.Remote)
	ok := err == nil && a.allowed(from.Addr().Unmap())
	if !ok {
		a.log.Warn("broker: connection refused: its network is not allowed", "remote", c.Net.Remote, "client", c.ID)
	}
	return ok
}

func (a *access) allowed(ip netip.Addr) bool {
	if ip.IsLoopback() {
		return true
	}
	for _, p := range a.allow {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// OnACLCheck keeps what is not the feed out of the broker's memory: a write
// must be to a topic of the feed, a read may be of anything.
func (*access) OnACLCheck(_ *mqtt.Client, topic string, write bool) bool {
	if !write {
		return true
	}
	_, _, _, err := feed.ParseTopic(topic)
	return err == nil
}
