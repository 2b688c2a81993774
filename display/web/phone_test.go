package web

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// phone is a real Chromium with a small screen, in front of a real server.
type phone struct {
	t    *testing.T
	ctx  context.Context
	base string // of the server, without a slash
}

const (
	chromiumPath = "/usr/bin/chromium"
	phonePatient = 20 * time.Second
)

// serveReal serves a site on the loopback until the test ends.
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

func newPhone(t *testing.T, base string) *phone {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser")
	}
	if _, err := os.Stat(chromiumPath); err != nil {
		t.Skipf("NOTICE: THE TICKET'S PAGE IS NOT TESTED IN A BROWSER: %v (apt-get install chromium)", err)
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromiumPath), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(390, 844), chromedp.WSURLReadTimeout(phonePatient),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, done := chromedp.NewContext(alloc)
	t.Cleanup(func() { done(); cancel() })
	p := &phone{t, ctx, base}
	p.wide(390)
	return p
}

// wide sets the width of the screen, CSS pixels.
func (p *phone) wide(width int64) {
	p.t.Helper()
	call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 844, DeviceScaleFactor: 2, Mobile: true})
}

// call runs a command of the browser's protocol.
func call[P, R any](p *phone, c cdp.Command[P, R], params P) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, c, params); err != nil {
		p.t.Fatalf("%s: %v", c.Method, err)
	}
}

// do runs a script on the page.
func (p *phone) do(script string) {
	p.t.Helper()
	p.run(script, chromedp.Evaluate[chromedp.Void](script))
}

func (p *phone) run(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, phonePatient)
	defer stop()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

func (p *phone) open(path string) {
	p.t.Helper()
	p.run("open "+path, chromedp.Navigate(p.base+path))
}

// click taps the first element of a selector that can be seen.
func (p *phone) click(selector string) {
	p.t.Helper()
	p.holds(selector+" can be tapped", fmt.Sprintf(`(() => {
		document.querySelectorAll("[data-tap]").forEach(e => e.removeAttribute("data-tap"));
		const e = [...document.querySelectorAll(%q)].find(e => e.checkVisibility());
		e?.setAttribute("data-tap", "");
		return e;
	})()`, selector))
	p.run("click "+selector, chromedp.Click(chromedp.CSS("[data-tap]"), chromedp.NodeVisible))
}

func (p *phone) eval(js string) string {
	p.t.Helper()
	out, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("String("+js+")"))
	if err != nil {
		p.t.Fatalf("%s: %v", js, err)
	}
	return out
}

// holds waits until an expression is true on the page.
func (p *phone) holds(what, js string) {
	p.t.Helper()
	look, end := time.NewTicker(50*time.Millisecond), time.After(phonePatient)
	defer look.Stop()
	for {
		ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("Boolean("+js+")"))
		if err == nil && ok {
			return
		}
		select {
		case <-look.C:
		case <-end:
			text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string]("document.title + '\\n' + document.body.innerText"))
			p.t.Fatalf("never: %s (%v); the page says\n%s", what, err, text)
		}
	}
}

// says waits until an element that can be seen has a text.
func (p *phone) says(selector, want string) {
	p.t.Helper()
	p.holds(fmt.Sprintf("%s says %q", selector, want),
		fmt.Sprintf(`[...document.querySelectorAll(%q)].some(e => e.checkVisibility() && e.textContent.includes(%q))`, selector, want))
}

func (p *phone) hidden(selector string) {
	p.t.Helper()
	p.holds(selector+" is not shown", fmt.Sprintf(`![...document.querySelectorAll(%q)].some(e => e.checkVisibility())`, selector))
}

// fits checks that a page does not scroll sideways on the smallest screen, and
// keeps pictures of it where SUNBEON_PICTURES names a folder.
func (p *phone) fits(name string) {
	p.t.Helper()
	p.wide(320)
	if wide := p.eval("document.documentElement.scrollWidth"); wide != "320" {
		p.t.Errorf("%s: 320 px wide, it is %s: %s", name, wide, p.eval(`[...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > 321).map(e => e.tagName + "." + e.className).slice(0, 5)`))
	}
	p.wide(390)
	dir := os.Getenv("SUNBEON_PICTURES")
	if dir == "" {
		return
	}
	b, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ticket-"+name+".png"), b, 0o644); err != nil {
		p.t.Fatal(err)
	}
}
