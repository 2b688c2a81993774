package limit

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Key stands for a client, a ticket's token or whatever else is limited. Who it
// was cannot be read from it.
type Key [16]byte

// Origin tells whose a request is. It is not changed after New.
type Origin struct {
	trusted []netip.Prefix
	secret  [32]byte
}

// NewOrigin makes an Origin that believes the proxies within trusted.
func NewOrigin(trusted []netip.Prefix) *Origin {
	o := &Origin{trusted: trusted}
	_, _ = rand.Read(o.secret[:]) // it never fails
	return o
}

// Prefixes reads a comma list of addresses and ranges, e.g. 10.0.0.5,10.1.0.0/16.
func Prefixes(list string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for one := range strings.SplitSeq(list, ",") {
		one = strings.TrimSpace(one)
		if a, err := netip.ParseAddr(one); err == nil {
			all = append(all, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(one)
		if err != nil {
			return nil, fmt.Errorf("limit: %q: write an address or a range like 10.1.0.0/16", one)
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

// Of gives the key of a request's client; false means that it is not limited:
// a trusted peer speaks for itself.
func (o *Origin) Of(r *http.Request) (Key, bool) {
	a, ok := o.address(r)
	if !ok {
		return Key{}, false
	}
	if a.Is6() { // one household or machine has the whole of it
		if p, err := a.WithZone("").Prefix(64); err == nil {
			a = p.Addr()
		}
	}
	return o.Named(a.String()), true
}

// Named gives the key of anything that has a name.
func (o *Origin) Named(name string) Key {
	h := hmac.New(sha256.New, o.secret[:])
	h.Write([]byte(name))
	return Key(h.Sum(nil)[:len(Key{})])
}

// address is that of the client; a peer that has none, which no network gives,
// counts as one client with all others like it.
func (o *Origin) address(r *http.Request) (netip.Addr, bool) {
	peer, ok := parse(r.RemoteAddr)
	if !ok || !o.believes(peer) {
		return peer, true
	}
	var said []string
	for _, line := range r.Header.Values("X-Forwarded-For") {
		said = append(said, strings.Split(line, ",")...)
	}
	for _, one := range slices.Backward(said) {
		a, ok := parse(strings.TrimSpace(one))
		if !ok {
			return peer, true // not what a proxy writes: its peer answers for it
		}
		if !o.believes(a) {
			return a, true
		}
	}
	return netip.Addr{}, false
}

func (o *Origin) believes(a netip.Addr) bool {
	return slices.ContainsFunc(o.trusted, func(p netip.Prefix) bool { return p.Contains(a) })
}

// parse reads an address with or without a port.
func parse(s string) (netip.Addr, bool) {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone(""), true
	}
	a, err := netip.ParseAddr(s)
	return a.Unmap().WithZone(""), err == nil
}
