package keypad

import (
	"fmt"
	"slices"

	"github.com/holoplot/go-evdev"
)

// Probed is what is known of a keypad that is there.
type Probed struct {
	Path            string // as opened
	Name, Phys      string // what it calls itself, and the socket it is in
	Vendor, Product uint16
	// Missing are the keys of the table that no key of this keypad gives.
	Missing []Key
}

// Probe finds a keypad, grabs it, asks who it is and lets it go. It is for a
// technician while no Dev holds it. The error says what to do.
func Probe(name string, keys Table) (Probed, error) {
	d, err := hold(name, keys)
	if err != nil {
		return Probed{}, err
	}
	defer func() { _ = d.Close() }()
	p := Probed{Path: d.Path(), Missing: keys.missing(d.CapableEvents(evdev.EV_KEY))}
	id, err := d.InputID()
	if err != nil {
		return Probed{}, fmt.Errorf("keypad: %s: %w; plug it in again", p.Path, err)
	}
	p.Vendor, p.Product = id.Vendor, id.Product
	if p.Name, err = d.Name(); err != nil {
		return Probed{}, fmt.Errorf("keypad: %s: %w; plug it in again", p.Path, err)
	}
	// A keypad made by the kernel is in no socket.
	p.Phys, _ = d.PhysicalLocation()
	return p, nil
}

// missing are the keys that none of codes gives, in order.
func (t Table) missing(codes []evdev.EvCode) []Key {
	given := map[Key]bool{}
	for _, c := range codes {
		given[t[c]] = true
	}
	var none []Key
	for _, k := range t {
		if !given[k] && !slices.Contains(none, k) {
			none = append(none, k)
		}
	}
	slices.Sort(none)
	return none
}

// Closed are the keys that are down now.
func (u *Pins) Closed() []Key {
	var down []Key
	for _, p := range u.pins {
		if u.contact(p).Closed() {
			down = append(down, p.Key)
		}
	}
	return down
}
