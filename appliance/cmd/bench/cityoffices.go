package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// Orders to the process that is all offices, the first of which is officesPlan,
// and its answers.
type (
	officesPlan struct {
		Broker  string `json:"broker"` // host:port
		Offices int    `json:"offices"`
	}
	officesOrder struct {
		Rate  float64       `json:"rate"` // changes a second, all offices together
		Span  time.Duration `json:"span"`
		Among int           `json:"among"` // of the first so many offices
	}
	officesAnswer struct {
		Err     string           `json:"err,omitempty"`
		Changes int              `json:"changes"`
		State   int              `json:"state"` // bytes of the last state
		Fact    int              `json:"fact"`
		Late    time.Duration    `json:"late"` // the most that a change was late for the rate
		Last    map[string]int64 `json:"last"` // Unix µs of each office's last change
	}
)

// serveOffices is the process: each office has a connection of its own to the
// broker, as a kiosk has, hears how far its record is stored, and says a fact and
// a state for each change.
func serveOffices(ctx context.Context, orders <-chan []byte, answers *json.Encoder) error {
	var plan officesPlan
	if err := json.Unmarshal(<-orders, &plan); err != nil {
		return fmt.Errorf("bench: offices: %w", err)
	}
	all := make([]*officeLine, plan.Offices)
	var readers sync.WaitGroup
	defer func() {
		for _, l := range all {
			if l != nil {
				_ = l.conn.Close() // the end of what reads it
			}
		}
		readers.Wait()
	}()
	for i := range all {
		l, err := dialOffice(ctx, plan.Broker, newOfficeSpoken(i, time.Now()))
		if err != nil {
			return err
		}
		all[i] = l
		readers.Go(l.listen)
		first, err := l.opening(time.Now())
		if err != nil {
			return err
		}
		state, err := l.say(time.Now())
		if err != nil {
			return err
		}
		if err := l.publish(first, state); err != nil {
			return err
		}
	}
	if err := answers.Encode(officesAnswer{}); err != nil {
		return fmt.Errorf("bench: offices: %w", err)
	}
	for b := range orders {
		var o officesOrder
		if err := json.Unmarshal(b, &o); err != nil {
			return fmt.Errorf("bench: offices: %w", err)
		}
		a, err := changes(ctx, all[:min(o.Among, len(all))], o)
		if err != nil {
			return err
		}
		if err := answers.Encode(a); err != nil {
			return fmt.Errorf("bench: offices: %w", err)
		}
	}
	return nil
}

// changes makes the offices say changes at an even rate, in random order but none
// a second time before all have had a turn.
func changes(ctx context.Context, all []*officeLine, o officesOrder) (a officesAnswer, err error) {
	a.Last = map[string]int64{}
	n := max(1, int(o.Rate*o.Span.Seconds()))
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	begin := time.Now()
	var turn []int
	for a.Changes < n {
		due := begin.Add(time.Duration(float64(a.Changes) / o.Rate * float64(time.Second)))
		now := time.Now()
		if now.Before(due) {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return a, ctx.Err()
			}
			continue
		}
		a.Late = max(a.Late, now.Sub(due))
		if len(turn) == 0 {
			turn = rand.Perm(len(all))
		}
		l := all[turn[0]]
		turn = turn[1:]
		fact, state, err := l.change(now)
		if err != nil {
			return a, err
		}
		if err := l.publish(fact, state); err != nil {
			return a, err
		}
		a.Changes++
		a.State, a.Fact, a.Last[l.address.Office] = len(state), len(fact), now.UnixMicro()
	}
	return a, nil
}

// officeLine is an office and its connection.
type officeLine struct {
	*officeSpoken
	conn net.Conn
	id   uint16
}

func dialOffice(ctx context.Context, broker string, o *officeSpoken) (*officeLine, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", broker)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	hello := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
	hello.ProtocolName, hello.ProtocolVersion, hello.CleanSession = "MQTT", 4, true
	hello.ClientIdentifier, hello.UsernameFlag, hello.Username = o.address.Office, true, o.address.Office
	if err := hello.Write(conn); err != nil {
		return nil, fmt.Errorf("bench: %s: %w", o.address.Office, err)
	}
	p, err := packets.ReadPacket(conn)
	if err != nil {
		return nil, fmt.Errorf("bench: %s: %w", o.address.Office, err)
	}
	if ack, ok := p.(*packets.ConnackPacket); !ok || ack.ReturnCode != 0 {
		return nil, fmt.Errorf("bench: %s: the broker answers %v", o.address.Office, p)
	}
	cursor := packets.NewControlPacket(packets.Subscribe).(*packets.SubscribePacket)
	cursor.MessageID, cursor.Topics, cursor.Qoss = 1, []string{o.address.Cursor(), o.address.Requests()}, []byte{1, 1}
	if err := cursor.Write(conn); err != nil {
		return nil, fmt.Errorf("bench: %s: %w", o.address.Office, err)
	}
	return &officeLine{officeSpoken: o, conn: conn, id: 1}, nil
}

// listen acknowledges what comes, until the connection ends.
func (l *officeLine) listen() {
	for {
		p, err := packets.ReadPacket(l.conn)
		if err != nil {
			return
		}
		if m, ok := p.(*packets.PublishPacket); ok && m.Qos == 1 {
			ack := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
			ack.MessageID = m.MessageID
			if ack.Write(l.conn) != nil {
				return
			}
		}
	}
}

// publish sends a fact and a state, each with one write as a whole packet.
func (l *officeLine) publish(fact, state []byte) error {
	for _, m := range []struct {
		topic    string
		retained bool
		payload  []byte
	}{{l.address.Facts(), false, fact}, {l.address.State(), true, state}} {
		p := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
		l.id = l.id%65534 + 1
		p.Qos, p.Retain, p.TopicName, p.MessageID, p.Payload = 1, m.retained, m.topic, l.id, m.payload
		if err := p.Write(l.conn); err != nil {
			return fmt.Errorf("bench: %s: %w", l.address.Office, err)
		}
	}
	return nil
}
