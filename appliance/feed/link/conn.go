package link

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"
)

// goodbye is how long a DISCONNECT may take.
const goodbye = 250 * time.Millisecond

type conn struct {
	client  mqtt.Client
	timeout time.Duration
	jobs    chan *job
	stop    chan struct{} // closed by close
	writer  sync.WaitGroup

	once sync.Once
	down chan struct{}
	mu   sync.Mutex
	why  error
	net  net.Conn
}

// job is a message on its way to the library, whose Publish may hang for a
// whole WriteTimeout when the connection dies under it.
type job struct {
	topic    string
	qos      byte
	retained bool
	payload  []byte
	token    chan mqtt.Token
}

func connect(ctx context.Context, cfg *Config, broker string) (*conn, error) {
	to, err := target(broker)
	if err != nil {
		return nil, err
	}
	c := &conn{timeout: cfg.Timeout, jobs: make(chan *job), stop: make(chan struct{}), down: make(chan struct{})}
	opt := mqtt.NewClientOptions().
		AddBroker("tcp://" + to.hostport). // only a name: the connection is opened below
		SetClientID(cfg.ClientID).
		SetUsername(cfg.Username).
		SetPassword(cfg.Password).
		SetProtocolVersion(4). // or every refusal is tried a second time as 3.1
		SetCleanSession(true).
		SetAutoReconnect(false).
		SetConnectRetry(false).
		SetKeepAlive(cfg.KeepAlive).
		SetPingTimeout(cfg.Timeout).
		SetConnectTimeout(cfg.Timeout).
		SetWriteTimeout(cfg.Timeout).
		SetStore(forgetful{}).
		SetOrderMatters(true).
		SetConnectionLostHandler(func(_ mqtt.Client, err error) { c.lose(err) }).
		SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) {
			n, err := dial(ctx, cfg, to)
			if err != nil {
				return nil, err
			}
			c.mu.Lock()
			c.net = n
			c.mu.Unlock()
			return n, nil
		})
	if w := cfg.Will; w != nil {
		opt.SetBinaryWill(w.Topic, w.Payload, w.QoS, w.Retained)
	}
	c.client = mqtt.NewClient(opt)
	t := c.client.Connect()
	select {
	case <-t.Done():
	case <-ctx.Done():
		c.cut() // ends a handshake under way; dial ends with ctx by itself
		<-t.Done()
	}
	if err := t.Error(); err != nil {
		c.cut()
		return nil, fmt.Errorf("link: %s: %w", broker, err)
	}
	c.writer.Add(1)
	go c.write()
	return c, nil
}

func dial(ctx context.Context, cfg *Config, to address) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, cfg.Timeout)
	defer cancel()
	n, err := cfg.Dial(ctx, "tcp", to.hostport)
	if err != nil || !to.secure {
		return n, err
	}
	tc := &tls.Config{MinVersion: tls.VersionTLS12}
	if cfg.TLS != nil {
		given, err := cfg.TLS()
		if err != nil {
			n.Close()
			return nil, err
		}
		tc = given.Clone()
	}
	if tc.ServerName == "" {
		tc.ServerName = to.host
	}
	s := tls.Client(n, tc)
	if err := s.HandshakeContext(ctx); err != nil {
		n.Close()
		return nil, fmt.Errorf("TLS: %w", err)
	}
	return s, nil
}

// forgetful is the library's store that keeps nothing.
type forgetful struct{}

func (forgetful) Open()                             {}
func (forgetful) Put(string, packets.ControlPacket) {}
func (forgetful) Get(string) packets.ControlPacket  { return nil }
func (forgetful) All() []string                     { return nil }
func (forgetful) Del(string)                        {}
func (forgetful) Close()                            {}
func (forgetful) Reset()                            {}

func (c *conn) Done() <-chan struct{} { return c.down }

func (c *conn) lose(err error) {
	c.once.Do(func() {
		c.mu.Lock()
		c.why = fmt.Errorf("%w: %v", ErrLost, err)
		c.mu.Unlock()
		close(c.down)
	})
	c.cut()
}

func (c *conn) lost() error {
	select {
	case <-c.down:
	default:
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.why
}

func (c *conn) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.net != nil {
		c.net.Close()
	}
}

// close ends the connection, politely if it still stands.
func (c *conn) close() {
	if c.lost() == nil {
		c.client.Disconnect(uint(goodbye / time.Millisecond))
	}
	c.lose(errors.New("closed by us"))
	close(c.stop)
	c.writer.Wait()
}

// write is the one caller of the library's Publish: it keeps the order.
func (c *conn) write() {
	defer c.writer.Done()
	for {
		select {
		case j := <-c.jobs:
			j.token <- c.client.Publish(j.topic, j.qos, j.retained, j.payload)
		case <-c.stop:
			return
		}
	}
}

func (c *conn) publish(ctx context.Context, topic string, qos byte, retained bool, payload []byte) (mqtt.Token, error) {
	j := &job{topic, qos, retained, payload, make(chan mqtt.Token, 1)}
	select {
	case c.jobs <- j:
	case <-c.down:
		return nil, fmt.Errorf("link: publish %s: %w", topic, c.lost())
	case <-ctx.Done():
		return nil, fmt.Errorf("link: publish %s: %w", topic, ctx.Err())
	}
	select {
	case t := <-j.token:
		return t, nil
	case <-c.down:
		return nil, fmt.Errorf("link: publish %s: %w", topic, c.lost())
	case <-ctx.Done():
		return nil, fmt.Errorf("link: publish %s: %w", topic, ctx.Err())
	}
}

func (c *conn) Send(ctx context.Context, topic string, qos byte, retained bool, payload []byte) error {
	t, err := c.publish(ctx, topic, qos, retained, payload)
	if err != nil {
		return err
	}
	select {
	case <-t.Done():
		if err := t.Error(); err != nil {
			return fmt.Errorf("link: publish %s: %w", topic, err)
		}
	default:
	}
	return nil
}

func (c *conn) Publish(ctx context.Context, topic string, qos byte, retained bool, payload []byte) error {
	t, err := c.publish(ctx, topic, qos, retained, payload)
	if err != nil {
		return err
	}
	return c.await(ctx, t, "publish "+topic)
}

func (c *conn) Subscribe(ctx context.Context, filter string, qos byte, handler func(Message)) error {
	done := make(chan mqtt.Token, 1)
	c.writer.Add(1)
	go func() { // for the library may hang here too, as in publish
		defer c.writer.Done()
		done <- c.client.Subscribe(filter, qos, func(_ mqtt.Client, m mqtt.Message) {
			handler(Message{Topic: m.Topic(), Payload: m.Payload(), QoS: m.Qos(), Retained: m.Retained()})
		})
	}()
	var t mqtt.Token
	select {
	case t = <-done:
	case <-c.down:
		return fmt.Errorf("link: subscribe %s: %w", filter, c.lost())
	case <-ctx.Done():
		return fmt.Errorf("link: subscribe %s: %w", filter, ctx.Err())
	}
	if err := c.await(ctx, t, "subscribe "+filter); err != nil {
		return err
	}
	if code, ok := t.(*mqtt.SubscribeToken).Result()[filter]; !ok || code > 2 {
		return fmt.Errorf("link: subscribe %s: the broker refuses (code %#x): check its access list", filter, code)
	}
	return nil
}

// await waits for the broker's answer. A broker that does not answer in time is
// as good as gone: the connection is given up.
func (c *conn) await(ctx context.Context, t mqtt.Token, what string) error {
	late := time.NewTimer(c.timeout)
	defer late.Stop()
	select {
	case <-t.Done():
		if err := t.Error(); err != nil {
			return fmt.Errorf("link: %s: %w", what, err)
		}
		return nil
	case <-c.down:
		return fmt.Errorf("link: %s: %w", what, c.lost())
	case <-ctx.Done():
		return fmt.Errorf("link: %s: %w", what, ctx.Err())
	case <-late.C:
		err := fmt.Errorf("link: %s: no acknowledgement in %v", what, c.timeout)
		c.lose(err)
		return err
	}
}
