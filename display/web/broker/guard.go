package broker

import (
	"sync"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"
)

// guard keeps subscriptions and retained messages apart. The server (mochi
// 2.7.9) reads the path of a retained message while it serves a subscription
// with a wildcard, and writes it while it keeps a message, without a lock.
//
// Every lock is given back on every way through the server: OnSubscribe is
// followed by OnPacketProcessed, and OnPublish of a retained message and OnWill
// of a retained will by OnRetainMessage, as long as no client speaks MQTT 5,
// which may delay a will.
type guard struct {
	mqtt.HookBase
	memory sync.RWMutex
}

func (*guard) ID() string { return "guard" }

func (*guard) Provides(b byte) bool {
	switch b {
	case mqtt.OnSubscribe, mqtt.OnPacketProcessed, mqtt.OnPublish, mqtt.OnWill, mqtt.OnRetainMessage:
		return true
	}
	return false
}

func (g *guard) OnSubscribe(_ *mqtt.Client, p packets.Packet) packets.Packet {
	g.memory.RLock()
	return p
}

func (g *guard) OnPacketProcessed(_ *mqtt.Client, p packets.Packet, _ error) {
	if p.FixedHeader.Type == packets.Subscribe {
		g.memory.RUnlock()
	}
}

func (g *guard) OnPublish(_ *mqtt.Client, p packets.Packet) (packets.Packet, error) {
	if p.FixedHeader.Retain {
		g.memory.Lock()
	}
	return p, nil
}

func (g *guard) OnWill(_ *mqtt.Client, w mqtt.Will) (mqtt.Will, error) {
	if w.Retain {
		g.memory.Lock()
	}
	return w, nil
}

func (g *guard) OnRetainMessage(*mqtt.Client, packets.Packet, int64) { g.memory.Unlock() }
