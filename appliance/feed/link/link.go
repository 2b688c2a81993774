package link

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/url"
	"time"
)

// Message is what travels on a topic.
type Message struct {
	Topic    string
	Payload  []byte
	QoS      byte // 0 or 1
	Retained bool // received: it comes from the broker's memory
}

// Conn is one connection. Its methods are safe for concurrent use; messages
// leave in the order of the calls.
type Conn interface {
	// Publish sends and waits for the broker's acknowledgement if qos is 1, for
	// the network to take the bytes if it is 0.
	Publish(ctx context.Context, topic string, qos byte, retained bool, payload []byte) error
	// Send hands a message to the network without waiting for the broker.
	Send(ctx context.Context, topic string, qos byte, retained bool, payload []byte) error
	// Subscribe asks for filter and waits for the broker's consent. The handler
	// runs on the connection's reader: it must neither block nor call the Conn.
	Subscribe(ctx context.Context, filter string, qos byte, handler func(Message)) error
	// Done is closed when the connection is lost.
	Done() <-chan struct{}
}

// ErrLost is wrapped by what fails because the connection is gone.
var ErrLost = errors.New("link: connection lost")

// Config says where to connect and as whom.
type Config struct {
	// Brokers are tried in turn: tcp://host:1883, ssl://host:8883. The port may
	// be left out.
	Brokers  []string
	ClientID string // the same for every connection, so that the broker ends the one before
	Username string
	Password string
	// TLS is asked before each connection to an ssl:// broker; nil trusts the
	// system's authorities.
	TLS  func() (*tls.Config, error)
	Will *Message
	Log  *slog.Logger // nil is silent

	// Dial opens the TCP connection; nil is net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Rand is in [0,1), for the jitter; nil is math/rand/v2.
	Rand func() float64

	KeepAlive  time.Duration // whole seconds; 0 is 10 s
	Timeout    time.Duration // of a handshake, a write and an acknowledgement; 0 is 5 s
	MinBackoff time.Duration // ceiling of the first wait; 0 is 1 s
	MaxBackoff time.Duration // ceiling of all waits; 0 is 30 s
}

func (c *Config) defaults() error {
	if len(c.Brokers) == 0 {
		return errors.New("link: no broker: name at least one, e.g. tcp://127.0.0.1:1883")
	}
	for _, b := range c.Brokers {
		if _, err := target(b); err != nil {
			return err
		}
	}
	if c.ClientID == "" {
		return errors.New("link: no client id: give each client its own")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Dial == nil {
		c.Dial = new(net.Dialer).DialContext
	}
	if c.Rand == nil {
		c.Rand = rand.Float64
	}
	for _, d := range []struct {
		v    *time.Duration
		unit time.Duration
	}{{&c.KeepAlive, 10 * time.Second}, {&c.Timeout, 5 * time.Second}, {&c.MinBackoff, time.Second}, {&c.MaxBackoff, 30 * time.Second}} {
		if *d.v <= 0 {
			*d.v = d.unit
		}
	}
	return nil
}

// Check reports what is wrong with the configuration.
func (c Config) Check() error { return c.defaults() }

// address is a broker's: where to dial, and whether to speak TLS there.
type address struct {
	hostport string
	host     string
	secure   bool
}

func target(broker string) (address, error) {
	u, err := url.Parse(broker)
	if err != nil || u.Hostname() == "" {
		return address{}, fmt.Errorf("link: broker %q: write tcp://host:port or ssl://host:port", broker)
	}
	a := address{host: u.Hostname()}
	port := "1883"
	switch u.Scheme {
	case "tcp", "mqtt":
	case "ssl", "tls", "mqtts":
		a.secure, port = true, "8883"
	default:
		return address{}, fmt.Errorf("link: broker %q: scheme %q: use tcp or ssl", broker, u.Scheme)
	}
	if u.Port() != "" {
		port = u.Port()
	}
	a.hostport = net.JoinHostPort(a.host, port)
	return a, nil
}

// Run keeps a connection and calls session on each, until ctx ends. The context
// of the session ends with the connection; a session that wants to say goodbye
// when ctx ends uses a context of its own, and has until it returns. A session
// that returns an error, or returns early, is connected anew after the back-off.
// Run returns ctx's error, or says what is wrong with cfg.
func Run(ctx context.Context, cfg Config, session func(ctx context.Context, c Conn) error) error {
	if err := cfg.defaults(); err != nil {
		return err
	}
	var wait backoff
	down := false // said in the log
	for n := 0; ctx.Err() == nil; {
		broker := cfg.Brokers[n%len(cfg.Brokers)]
		start := time.Now()
		up, err := once(ctx, &cfg, broker, func() {
			cfg.Log.Info("link: connected", "broker", broker)
			down = false
		}, session)
		if ctx.Err() != nil {
			break
		}
		if up && time.Since(start) >= cfg.MaxBackoff {
			wait = backoff{} // it had been good
		}
		if !up {
			n++ // one that took us is tried again first: the others are there too
		}
		if up || !down {
			cfg.Log.Warn("link: no connection", "broker", broker, "err", err)
			down = !up
		}
		select {
		case <-time.After(wait.next(&cfg)):
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}

// backoff is full jitter: a wait is uniform between nothing and a ceiling that
// doubles, so that the offices of a city do not come back as one.
type backoff struct{ fails int }

func (b *backoff) next(cfg *Config) time.Duration {
	ceiling := cfg.MaxBackoff
	if d := cfg.MinBackoff << b.fails; b.fails < 30 && d > 0 && d < ceiling {
		ceiling = d
		b.fails++
	}
	return time.Duration(cfg.Rand() * float64(ceiling))
}

// once makes one connection and runs one session. up reports whether the broker
// took us.
func once(ctx context.Context, cfg *Config, broker string, onUp func(), session func(context.Context, Conn) error) (up bool, err error) {
	c, err := connect(ctx, cfg, broker)
	if err != nil {
		return false, err
	}
	onUp()
	sctx, cancel := context.WithCancel(ctx)
	stop := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-c.Done():
			cancel()
		case <-stop:
		}
	}()
	err = session(sctx, c)
	close(stop)
	<-watched
	cancel()
	lost := c.lost()
	c.close()
	switch {
	case lost != nil:
		err = lost
	case err == nil:
		err = io.EOF // it returned of its own accord
	}
	return true, err
}
