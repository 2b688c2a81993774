package link

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// pipe is a broker at the other end of net.Pipe, one goroutine a connection,
// that answers as it is told to.
type pipe struct {
	t *testing.T

	mu       sync.Mutex
	dialed   []string    // addresses
	at       []time.Time // of the dials
	refuse   func(n int, address string) bool
	deaf     bool // takes everything and answers nothing, not even CONNECT
	mute     bool // answers CONNECT and pings alone
	grant    byte // SUBACK code
	connects []*packets.ConnectPacket
	got      []*packets.PublishPacket
	bye      int
	conns    []net.Conn
}

func (p *pipe) dial(ctx context.Context, network, address string) (net.Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dialed = append(p.dialed, address)
	p.at = append(p.at, time.Now())
	if p.refuse != nil && p.refuse(len(p.dialed), address) {
		return nil, errors.New("refused")
	}
	us, them := net.Pipe()
	p.conns = append(p.conns, them)
	go p.serve(them)
	return us, nil
}

func (p *pipe) serve(c net.Conn) {
	defer c.Close()
	for {
		pk, err := packets.ReadPacket(c)
		if err != nil {
			return
		}
		p.mu.Lock()
		deaf, mute, grant := p.deaf, p.mute, p.grant
		var answer packets.ControlPacket
		switch pk := pk.(type) {
		case *packets.ConnectPacket:
			p.connects = append(p.connects, pk)
			answer = packets.NewControlPacket(packets.Connack)
		case *packets.PingreqPacket:
			answer = packets.NewControlPacket(packets.Pingresp)
		case *packets.PublishPacket:
			p.got = append(p.got, pk)
			if pk.Qos == 1 && !mute {
				a := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
				a.MessageID = pk.MessageID
				answer = a
			}
		case *packets.SubscribePacket:
			if !mute {
				a := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
				a.MessageID, a.ReturnCodes = pk.MessageID, []byte{grant}
				answer = a
			}
		case *packets.DisconnectPacket:
			p.bye++
		}
		p.mu.Unlock()
		if answer != nil && !deaf {
			if answer.Write(c) != nil {
				return
			}
		}
	}
}

// cut breaks the newest connection.
func (p *pipe) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[len(p.conns)-1].Close()
}

func config(p *pipe) Config {
	return Config{Brokers: []string{"tcp://one"}, ClientID: "x", Dial: p.dial, Rand: func() float64 { return 0.5 }}
}

// hold is a session that lasts as long as the connection.
func hold(ctx context.Context, _ Conn) error { <-ctx.Done(); return ctx.Err() }

// running runs a link inside a bubble until the test's function returns.
func running(t *testing.T, cfg Config, session func(context.Context, Conn) error, test func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, cfg, session) }()
	test()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v", err)
	}
	synctest.Wait() // the other end has seen it too
}

func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pipe{t: t, refuse: func(int, string) bool { return true }}
		cfg := config(p)
		cfg.Brokers = []string{"tcp://one", "ssl://two:1", "tcp://[::1]:7"}
		var log bytes.Buffer
		cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
		start := time.Now()
		running(t, cfg, hold, func() { time.Sleep(2 * time.Minute) })
		// Half of 1, 2, 4, 8, 16, 30, 30 s: the jitter is 0.5.
		want := []time.Duration{0, 500 * time.Millisecond, 1500 * time.Millisecond, 3500 * time.Millisecond, 7500 * time.Millisecond,
			15500 * time.Millisecond, 30500 * time.Millisecond, 45500 * time.Millisecond}
		for i, w := range want {
			if got := p.at[i].Sub(start); got != w {
				t.Errorf("dial %d after %v, want %v", i, got, w)
			}
		}
		if got := strings.Join(p.dialed[:4], " "); got != "one:1883 two:1 [::1]:7 one:1883" {
			t.Errorf("dialed %s", got)
		}
		if n := strings.Count(log.String(), "no connection"); n != 1 {
			t.Errorf("an outage is logged once, not %d times:\n%s", n, &log)
		}
	})
}

func TestBackoffForgetsAfterAGoodConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pipe{t: t}
		var ended []time.Time
		running(t, config(p), func(ctx context.Context, _ Conn) error {
			<-ctx.Done()
			ended = append(ended, time.Now())
			return nil
		}, func() {
			for _, up := range []time.Duration{time.Second, time.Second, time.Second, time.Minute, time.Second} {
				time.Sleep(up)
				p.cut()
				time.Sleep(3 * time.Second) // longer than any wait here
			}
		})
		for i, want := range []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 500 * time.Millisecond, time.Second} {
			if got := p.at[i+1].Sub(ended[i]); got != want {
				t.Errorf("wait %d is %v, want %v", i, got, want)
			}
		}
	})
}

// A broker that took us is tried again before the next in the list, the first one
// too: where two do not know each other, who changes alone is alone.
func TestSameBrokerAfterACut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dead := ""
		p := &pipe{t: t}
		p.refuse = func(_ int, address string) bool { return address == dead }
		cfg := config(p)
		cfg.Brokers = []string{"tcp://one", "tcp://two"}
		running(t, cfg, hold, func() {
			time.Sleep(time.Second)
			p.cut()
			time.Sleep(10 * time.Second)
			p.mu.Lock()
			dead = "one:1883"
			p.mu.Unlock()
			p.cut()
			time.Sleep(30 * time.Second)
			p.cut()
			time.Sleep(30 * time.Second)
		})
		if got := strings.Join(p.dialed, " "); got != "one:1883 one:1883 one:1883 two:1883 two:1883" {
			t.Errorf("dialed %s", got)
		}
	})
}

func TestNewClientForEveryConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pipe{t: t}
		cfg := config(p)
		cfg.Username, cfg.Password = "u", "p"
		cfg.Will = &Message{Topic: "w", Payload: []byte("gone"), QoS: 1, Retained: true}
		n := 0
		running(t, cfg, func(ctx context.Context, c Conn) error {
			n++
			if n == 1 {
				p.mu.Lock()
				p.mute = true // this one stays unacknowledged for good
				p.mu.Unlock()
				if err := c.Send(ctx, "t", 1, false, []byte("once")); err != nil {
					t.Error(err)
				}
			}
			<-ctx.Done()
			return ctx.Err()
		}, func() {
			time.Sleep(time.Second)
			p.cut()
			time.Sleep(time.Minute)
		})
		if n != 2 || len(p.connects) != 2 {
			t.Fatalf("%d sessions, %d connections, want 2", n, len(p.connects))
		}
		for _, c := range p.connects {
			if !c.CleanSession || c.ClientIdentifier != "x" || c.ProtocolVersion != 4 || c.Username != "u" || string(c.Password) != "p" ||
				!c.WillFlag || c.WillTopic != "w" || string(c.WillMessage) != "gone" || !c.WillRetain || c.WillQos != 1 || c.Keepalive != 10 {
				t.Errorf("CONNECT %+v", c)
			}
		}
		if len(p.got) != 1 {
			t.Errorf("%d messages: the library sends again by itself", len(p.got))
		}
		if p.bye != 1 {
			t.Errorf("%d DISCONNECTs, want 1 at the end", p.bye)
		}
	})
}

func TestRefusedSubscription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pipe{t: t, grant: 0x80}
		var err error
		running(t, config(p), func(ctx context.Context, c Conn) error {
			err = c.Subscribe(ctx, "a/+", 1, func(Message) {})
			<-ctx.Done()
			return nil
		}, func() { time.Sleep(time.Second) })
		if err == nil || !strings.Contains(err.Error(), "refuses") {
			t.Errorf("a refused subscription: %v", err)
		}
	})
}

func TestNothingHangs(t *testing.T) {
	t.Run("a broker that never answers CONNECT", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := &pipe{t: t, deaf: true}
			running(t, config(p), hold, func() { time.Sleep(6 * time.Second) })
			if len(p.dialed) != 2 {
				t.Errorf("%d attempts in 6 s, want the second after 5.5 s", len(p.dialed))
			}
		})
	})
	for name, call := range map[string]func(context.Context, Conn) error{
		"publish":   func(ctx context.Context, c Conn) error { return c.Publish(ctx, "t", 1, false, nil) },
		"subscribe": func(ctx context.Context, c Conn) error { return c.Subscribe(ctx, "t", 1, func(Message) {}) },
	} {
		t.Run(name+" without an acknowledgement", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &pipe{t: t, mute: true}
				var took time.Duration
				var err error
				running(t, config(p), func(ctx context.Context, c Conn) error {
					if took == 0 {
						start := time.Now()
						err = call(context.WithoutCancel(ctx), c)
						took = time.Since(start)
						<-c.Done() // the connection is given up with it
					}
					<-ctx.Done()
					return nil
				}, func() { time.Sleep(7 * time.Second) })
				if err == nil || took != 5*time.Second {
					t.Errorf("%v after %v, want an error after 5 s", err, took)
				}
			})
		})
	}
	t.Run("a cut while publishing", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := &pipe{t: t, mute: true}
			var err error
			var took time.Duration
			running(t, config(p), func(ctx context.Context, c Conn) error {
				if err == nil {
					start := time.Now()
					err = c.Publish(context.WithoutCancel(ctx), "t", 1, false, nil)
					took = time.Since(start)
				}
				<-ctx.Done()
				return nil
			}, func() {
				time.Sleep(time.Second)
				p.cut()
				time.Sleep(time.Second)
			})
			if err == nil || took > 2*time.Second {
				t.Errorf("%v after %v", err, took)
			}
		})
	})
}

// TestKeepAlive has a broker that vanishes without a word.
func TestKeepAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pipe{t: t}
		var lasted time.Duration
		running(t, config(p), func(ctx context.Context, c Conn) error {
			start := time.Now()
			p.mu.Lock()
			p.deaf = lasted == 0
			p.mu.Unlock()
			<-ctx.Done()
			if lasted == 0 {
				lasted = time.Since(start)
			}
			return nil
		}, func() { time.Sleep(time.Minute) })
		if lasted < 10*time.Second || lasted > 20*time.Second {
			t.Errorf("a silent broker was noticed after %v, want 10 to 20 s", lasted)
		}
	})
}

func TestOrderOfPublications(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pipe{t: t}
		running(t, config(p), func(ctx context.Context, c Conn) error {
			for i := range 200 {
				if err := c.Send(ctx, "t", 1, false, []byte{byte(i)}); err != nil {
					t.Error(err)
				}
			}
			<-ctx.Done()
			return nil
		}, func() { time.Sleep(time.Second) })
		if len(p.got) != 200 {
			t.Fatalf("%d messages, want 200", len(p.got))
		}
		for i, m := range p.got {
			if m.Payload[0] != byte(i) {
				t.Fatalf("message %d is %d", i, m.Payload[0])
			}
		}
	})
}

func TestBadConfig(t *testing.T) {
	for what, cfg := range map[string]Config{
		"no broker": {ClientID: "x"},
		"no id":     {Brokers: []string{"tcp://a"}},
		"scheme":    {Brokers: []string{"http://a"}, ClientID: "x"},
		"no host":   {Brokers: []string{"tcp://a", "1.2.3.4:1883"}, ClientID: "x"},
	} {
		if err := Run(t.Context(), cfg, hold); err == nil || errors.Is(err, context.Canceled) || cfg.Check() == nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}
