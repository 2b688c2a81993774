package hall

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"sunbeon/appliance/feed"
)

const (
	silence  = 3 * Beat // without a line the link is dead
	grace    = 5 * time.Second
	soonest  = 200 * time.Millisecond // to try again
	latest   = 2 * time.Second
	ordinary = 300 * time.Millisecond // by which two clocks may differ unseen
)

// Options of a Client.
type Options struct {
	Address string // unix:/run/sunbeon/hall.sock, or http://kiosk:8470
	Key     string // of the network; not used on a socket
	Screen  string // name, as office.toml knows it
	Log     *slog.Logger
}

// Update is what a screen should know.
type Update struct {
	Hall *feed.Hall    // nil before the first
	Lost time.Time     // when the kiosk was last heard, by this machine's clock; zero while it speaks
	Skew time.Duration // add it to this machine's clock to have the kiosk's
}

// Client listens for one screen.
type Client struct {
	opt    Options
	base   string
	socket string // path; "" is the network
	http   *http.Client

	mu         sync.Mutex
	conditions []string
	report     chan struct{} // holds one when conditions are to be sent
}

// NewClient checks the address; it opens nothing.
func NewClient(opt Options) (*Client, error) {
	c := &Client{opt: opt, report: make(chan struct{}, 1)}
	transport := &http.Transport{DisableCompression: true, ResponseHeaderTimeout: silence}
	if path, ok := strings.CutPrefix(opt.Address, "unix:"); ok {
		if path == "" {
			return nil, errors.New("hall: unix: without a path; write unix:/run/sunbeon/hall.sock")
		}
		c.socket, c.base = path, "http://kiosk"
	} else {
		u, err := url.Parse(opt.Address)
		if err != nil || u.Scheme != "http" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
			return nil, fmt.Errorf("hall: %q is no kiosk's address; write unix:/run/sunbeon/hall.sock or http://192.0.2.7:8470", opt.Address)
		}
		if opt.Key == "" {
			return nil, fmt.Errorf("hall: %s needs the key of board.key in the kiosk's office.toml", opt.Address)
		}
		c.base = "http://" + u.Host
	}
	dialer := &net.Dialer{Timeout: latest}
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if c.socket != "" {
			network, address = "unix", c.socket
		}
		return dialer.DialContext(ctx, network, address)
	}
	c.http = &http.Client{Transport: transport}
	return c, nil
}

// Report says what is wrong with this screen, nil for nothing. It is sent as
// soon as the kiosk listens. It never blocks.
func (c *Client) Report(conditions []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conditions = append([]string{}, conditions...)
	c.remind()
}

// remind has the conditions sent, again.
func (c *Client) remind() {
	select {
	case c.report <- struct{}{}:
	default:
	}
}

// Run listens until ctx ends. It calls tell, on its own goroutine, with every new
// hall, and when the kiosk is lost or found.
func (c *Client) Run(ctx context.Context, tell func(Update)) error {
	defer c.http.CloseIdleConnections()
	var all sync.WaitGroup
	defer all.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	all.Go(func() { c.reports(ctx) })
	lines := make(chan line)
	all.Go(func() { c.listen(ctx, lines) })

	var now Update
	heard := time.Now()
	lost := time.NewTimer(grace)
	defer lost.Stop()
	for {
		select {
		case l := <-lines:
			before := now
			heard = time.Now()
			lost.Reset(grace)
			if l.Hall != nil {
				now.Hall = l.Hall
			} else if skew := time.UnixMilli(l.Now).Sub(heard); (skew - now.Skew).Abs() > ordinary {
				now.Skew = skew
			}
			if now.Hall != nil {
				now.Lost = time.Time{}
			}
			if now != before {
				tell(now)
			}
		case <-lost.C:
			now.Lost = heard
			tell(now)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// listen hands every line over, of one link after the other.
func (c *Client) listen(ctx context.Context, lines chan<- line) {
	wait, said := soonest, ""
	for ctx.Err() == nil {
		began := time.Now()
		err := c.link(ctx, lines)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > silence { // it had been a good one
			wait, said = soonest, ""
		}
		if text := err.Error(); text != said { // the same again is no news
			c.opt.Log.Warn("hall: the kiosk is not heard; trying again", "err", err)
			said = text
		}
		select {
		case <-time.After(wait/2 + rand.N(wait/2)):
		case <-ctx.Done():
		}
		wait = min(2*wait, latest)
	}
}

// link reads one stream until it ends.
func (c *Client) link(ctx context.Context, lines chan<- line) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	quiet := time.AfterFunc(silence, func() { cancel(errQuiet) })
	defer quiet.Stop()
	req, err := c.request(ctx, http.MethodGet, streamPath, nil)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return why(ctx, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return refusal(resp)
	}
	c.remind()
	in := bufio.NewScanner(resp.Body)
	in.Buffer(nil, lineLimit)
	for in.Scan() {
		quiet.Reset(silence)
		l, err := decode(in.Bytes())
		if err != nil {
			return err
		}
		select {
		case lines <- l:
		case <-ctx.Done():
			return why(ctx, ctx.Err())
		}
	}
	if err := in.Err(); err != nil {
		return why(ctx, err)
	}
	return errEnded
}

var (
	errQuiet = errors.New("hall: nothing was heard from the kiosk; is it frozen, or the cable out?")
	errEnded = errors.New("hall: the kiosk has ended the stream")
)

// why prefers what ended a context to what came of it.
func why(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return fmt.Errorf("hall: %w", err)
}

// refusal is an answer that is no stream.
func refusal(resp *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 200)) // what can be had of it
	return fmt.Errorf("hall: the kiosk refuses: %s: %s", resp.Status, bytes.TrimSpace(text))
}

func (c *Client) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path+"?screen="+url.QueryEscape(c.opt.Screen), body)
	if err != nil {
		return nil, fmt.Errorf("hall: %w", err)
	}
	if c.socket == "" {
		r.Header.Set("Authorization", "Bearer "+c.opt.Key)
	}
	return r, nil
}

// reports sends the conditions whenever they are new, and to every new link.
func (c *Client) reports(ctx context.Context) {
	for {
		select {
		case <-c.report:
		case <-ctx.Done():
			return
		}
		c.mu.Lock()
		conditions := c.conditions
		c.mu.Unlock()
		if conditions == nil { // nobody has reported yet
			continue
		}
		b, err := json.Marshal(health{Conditions: conditions})
		if err == nil {
			err = c.post(ctx, b)
		}
		if err != nil && ctx.Err() == nil {
			c.opt.Log.Debug("hall: the kiosk did not take this screen's health; it comes again with the next link", "err", err)
		}
	}
}

func (c *Client) post(ctx context.Context, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, latest)
	defer cancel()
	r, err := c.request(ctx, http.MethodPost, healthPath, bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		return refusal(resp)
	}
	return nil
}
