package web

import (
	"context"
	"net"
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const (
	chromium = "/usr/bin/chromium"
	patience = time.Minute // for a browser on a busy machine
)

// browser is a real Chromium.
type browser struct{ ctx context.Context }

func newBrowser(t *testing.T) *browser {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser")
	}
	if _, err := os.Stat(chromium); err != nil {
		t.Skipf("NOTICE: THE CITY'S PAGES ARE NOT TESTED IN A BROWSER: %v (apt-get install chromium)", err)
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(patience),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, done := chromedp.NewContext(alloc)
	t.Cleanup(func() { done(); cancel() })
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return &browser{ctx}
}

// tab is a page that somebody has open. One that is done with is closed: its
// stream holds one of the six connections that a browser makes to a site.
type tab struct {
	t     *testing.T
	ctx   context.Context
	close func()
}

// size of a screen, CSS pixels, and how many pixels each of them is.
type size struct {
	wide, high int64
	scale      float64
}

// open gives a new tab; before happens in it before it goes to url.
func (b *browser) open(t *testing.T, s size, url string, before ...chromedp.Action[chromedp.Void]) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	ctx, stop := context.WithTimeout(ctx, 5*patience)
	p := &tab{t, ctx, func() { stop(); cancel() }}
	t.Cleanup(p.close)
	p.resize(s)
	p.run(before...)
	p.run(chromedp.Navigate(url))
	return p
}

func (p *tab) resize(s size) {
	p.t.Helper()
	as := []chromedp.EmulateViewportOption{chromedp.EmulateScale(s.scale)}
	if s.wide < 500 {
		as = append(as, chromedp.EmulateMobile)
	}
	p.run(chromedp.EmulateViewport(s.wide, s.high, as...))
}

func (p *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// eval gives the value of a JavaScript expression.
// Promises are waited for.
func eval[T any](p *tab, js string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", js, err)
	}
	return v
}

// holds waits until the expression is true. A page that is just being left has no
// answer.
func (p *tab) holds(js string) {
	p.t.Helper()
	look, end := time.NewTicker(20*time.Millisecond), time.After(patience)
	defer look.Stop()
	for {
		ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("Boolean("+js+")"))
		if ok && err == nil {
			return
		}
		select {
		case <-look.C:
		case <-end:
			p.t.Fatalf("never on the page: %s (%v)\n%s", js, err, eval[string](p, "document.title + '\\n' + document.body.innerText"))
		}
	}
}

// serving runs a town's site on a port of this machine.
func serving(t *testing.T, c *town) string {
	t.Helper()
	return serveReal(t, newSite(t, c))
}

// serveReal runs a site on a port of this machine until the test ends.
func serveReal(t *testing.T, s *Site) (base string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return "http://" + ln.Addr().String()
}

func handy() size   { return size{390, 844, 1} }
func narrow() size  { return size{320, 640, 1} }
func desktop() size { return size{1280, 900, 1} }
