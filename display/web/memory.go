package web

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Memory is a Ledger of one process, which forgets when it ends: for a site
// without a store, and for tests. It keeps everything for a day.
type Memory struct {
	mu      sync.Mutex
	devices map[Device]Claim
	asked   map[string]*asked // by office and request
	subs    []Subscription
}

// asked is a request as the regrets know it.
type asked struct {
	Regret
	due  time.Time
	shut bool
}

// NewMemory makes an empty one.
func NewMemory() *Memory {
	return &Memory{devices: map[Device]Claim{}, asked: map[string]*asked{}}
}

func (m *Memory) Claim(_ context.Context, d Device, c Claim, over string) (Claim, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sweep(c.Asked)
	key := c.Office + "/" + c.Request
	a := m.asked[key]
	if a != nil && a.Tries > 0 {
		return Claim{}, ErrSpent
	}
	if has, ok := m.devices[d]; ok {
		old := m.asked[has.Office+"/"+has.Request]
		if !Free(has, c, over, old == nil || old.Tries > 0) {
			return has, nil
		}
	}
	m.devices[d] = c
	m.asked[key] = &asked{Regret: Regret{c.Office, c.Service, c.Request, 0}, due: c.Asked.Add(RegretAfter)}
	return c, nil
}

// Free reports whether a device that has one claim may have another: spent is that
// the request of the one it has can lead to nothing any more. The same request
// asked once more begins anew.
func Free(has, wanted Claim, over string, spent bool) bool {
	if has.Token != "" {
		return has.Token == over
	}
	return spent || has.Office == wanted.Office && has.Request == wanted.Request
}

func (m *Memory) Settle(_ context.Context, office, request, token string, day int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := office + "/" + request
	if a := m.asked[key]; a != nil && a.Tries > 0 {
		return ErrSpent
	}
	delete(m.asked, key)
	for d, c := range m.devices {
		switch {
		case c.Office != office || c.Request != request || c.Token != "":
		case token == "":
			delete(m.devices, d)
		default:
			c.Token, c.Day = token, day
			m.devices[d] = c
		}
	}
	return nil
}

func (m *Memory) Has(_ context.Context, d Device) (Claim, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.devices[d]
	return c, ok, nil
}

func (m *Memory) Due(_ context.Context, now time.Time) (Regret, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var first *asked
	for _, a := range m.asked {
		if !a.shut && a.Tries < RegretTries && !a.due.After(now) && (first == nil || a.due.Before(first.due)) {
			first = a
		}
	}
	if first == nil {
		return Regret{}, false, nil
	}
	first.Tries++
	first.due = now.Add(RegretAgain)
	return first.Regret, true, nil
}

func (m *Memory) Closed(_ context.Context, r Regret) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if a := m.asked[r.Office+"/"+r.Request]; a != nil {
		a.shut = true
	}
	for d, c := range m.devices {
		if c.Office == r.Office && c.Request == r.Request && c.Token == "" {
			delete(m.devices, d)
		}
	}
	return nil
}

func (m *Memory) Subscribe(_ context.Context, s Subscription) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for i, x := range m.subs {
		if x.Token != s.Token {
			continue
		}
		if x.Endpoint == s.Endpoint {
			m.subs[i] = s
			return nil
		}
		n++
	}
	if n >= PerTicket {
		return ErrFull
	}
	m.subs = append(m.subs, s)
	return nil
}

func (m *Memory) Unsubscribe(_ context.Context, token, endpoint string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.subs = slices.DeleteFunc(m.subs, func(s Subscription) bool { return s.Token == token && s.Endpoint == endpoint })
	return nil
}

// sweep forgets what is a day old; the caller holds the lock.
func (m *Memory) sweep(now time.Time) {
	const kept = 24 * time.Hour
	for d, c := range m.devices {
		if now.Sub(c.Asked) > kept {
			delete(m.devices, d)
		}
	}
	for key, a := range m.asked {
		if now.Sub(a.due) > kept {
			delete(m.asked, key)
		}
	}
}
