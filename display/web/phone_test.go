package web

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// phone is a tab on a small screen, in front of a real server.
type phone struct {
	*tab
	base string // of the server, without a slash
}

func newPhone(t *testing.T, base string) *phone {
	t.Helper()
	return &phone{newBrowser(t).open(t, size{390, 844, 2}, "about:blank"), base}
}

// wide sets the width of the screen, CSS pixels.
func (p *phone) wide(width int64) {
	p.t.Helper()
	p.resize(size{width, 844, 2})
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
	p.run(chromedp.Evaluate[chromedp.Void](script))
}

func (p *phone) open(path string) {
	p.t.Helper()
	p.run(chromedp.Navigate(p.base + path))
}

// click taps the first element of a selector that can be seen.
func (p *phone) click(selector string) {
	p.t.Helper()
	p.holds(fmt.Sprintf(`(() => {
		document.querySelectorAll("[data-tap]").forEach(e => e.removeAttribute("data-tap"));
		const e = [...document.querySelectorAll(%q)].find(e => e.checkVisibility());
		e?.setAttribute("data-tap", "");
		return e;
	})()`, selector))
	p.run(chromedp.Click(chromedp.CSS("[data-tap]"), chromedp.NodeVisible))
}

func (p *phone) eval(js string) string {
	p.t.Helper()
	return eval[string](p.tab, "String("+js+")")
}

// says waits until an element that can be seen has a text.
func (p *phone) says(selector, want string) {
	p.t.Helper()
	p.holds(fmt.Sprintf(`[...document.querySelectorAll(%q)].some(e => e.checkVisibility() && e.textContent.includes(%q))`, selector, want))
}

func (p *phone) hidden(selector string) {
	p.t.Helper()
	p.holds(fmt.Sprintf(`![...document.querySelectorAll(%q)].some(e => e.checkVisibility())`, selector))
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
