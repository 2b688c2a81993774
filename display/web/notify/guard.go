package notify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"sunbeon/display/web"
)

// ErrInside: a name leads into a network, where no push service is.
var ErrInside = errors.New("notify: the address is not public; a push service is never there")

// Client makes the HTTP client for addresses that browsers give: it connects to
// those that may says yes to and to no others, follows no redirect, and uses no
// proxy.
func Client(may func(netip.AddrPort) bool) *http.Client {
	d := &net.Dialer{Timeout: 5 * time.Second, ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		// By now the name is resolved: this is where the connection goes.
		a, err := netip.ParseAddrPort(address)
		if err != nil || !may(a) {
			return fmt.Errorf("%w: %s", ErrInside, address)
		}
		return nil
	}}
	return &http.Client{
		Timeout: carried,
		Transport: &http.Transport{DialContext: d.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 5 * time.Second,
			MaxIdleConnsPerHost: atOnce, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 16 << 10},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Public allows the https port of public addresses.
func Public(a netip.AddrPort) bool { return a.Port() == 443 && web.Public(a.Addr()) }
