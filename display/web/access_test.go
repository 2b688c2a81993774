package web

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// looks are the pages that people meet, a state each.
func looks() []struct{ name, path string } {
	return []struct{ name, path string }{
		{"all offices", "/"}, {"found", "/?q=%EC%97%AC%EA%B6%8C"}, {"nothing found", "/?q=zz"}, {"map", "/map"},
		{"live", "/o/CS0001"}, {"taking", "/o/CS0001/ticket?service=passport"}, {"nearby", "/o/CS0006"}, {"closed early", "/o/CS0005"}, {"closing soon", "/o/CS0007"}, {"stale", "/o/CS0009"},
		{"observed", "/o/CS0011"}, {"closed", "/o/CS0013"}, {"unheard", "/o/CS0015"}, {"refusal", "/o/none"}, {"ticket not known yet", "/t/abcdefghijklmnop"},
		{"widget", "/widget/CS0001"}, {"widget stale", "/widget/CS0009"}, {"widget observed", "/widget/CS0011"}, {"widget unknown", "/widget/none"},
	}
}

// axe is the judge's source.
func axe(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("SUNBEON_AXE")
	if dir == "" {
		t.Skip("SKIPPED: axe-core DID NOT JUDGE THE PAGES: set SUNBEON_AXE to a copy of testdata/axe after `npm ci`")
	}
	b, err := os.ReadFile(filepath.Join(dir, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatalf("SUNBEON_AXE is set but the judge is not there: %v; run `npm ci` in it", err)
	}
	return string(b)
}

// axeRun runs every rule of axe's, best practices and those still on trial too,
// and gives what it finds.
const axeRun = `axe.run(document, {runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}, resultTypes: ["violations"]})
	.then((r) => r.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.target.join(" ") + ": " + n.failureSummary)))`

// The states that only something that happens leads to.
func TestAxeFindsNothingAfterwards(t *testing.T) {
	judge := axe(t)
	c := uijeongbu(15, time.Now())
	base := serving(t, c)
	b := newBrowser(t)
	check := func(what string, p *tab) {
		eval[bool](p, judge+";true")
		for _, found := range eval[[]string](p, axeRun) {
			t.Errorf("%s: %s", what, found)
		}
	}
	p := b.open(t, handy(), base+"/")
	p.run(chromedp.Click(chromedp.CSS(`[data-office="CS0001"] button.level`), chromedp.NodeVisible))
	p.holds(`document.querySelector("#levels").matches(":popover-open")`)
	check("the rule", p)
	p.close()
	p = b.open(t, handy(), base+"/o/CS0006")
	p.run(chromedp.Click(chromedp.CSS(".nearby summary"), chromedp.NodeVisible))
	check("how the nearby are chosen", p)
	p.close()
	c.cut(true)
	p = b.open(t, handy(), base+"/")
	p.holds(`!document.querySelector("#link").hidden`)
	check("the city without its broker", p)
}

// cutOff finds what is cut off, or reaches beyond the screen.
const cutOff = `(() => {
	const wide = document.documentElement.clientWidth, found = [];
	if (document.documentElement.scrollWidth > wide) found.push("scrolls to " + document.documentElement.scrollWidth);
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (texts.nextNode()) {
		const t = texts.currentNode, el = t.parentElement;
		if (!t.data.trim() || !el.checkVisibility() || el.closest(".skip, .unseen, script, title")) continue;
		const range = document.createRange();
		range.selectNodeContents(t);
		const frame = (el.closest("svg, button, .views, .office, td, th, li, section") ?? document.body).getBoundingClientRect();
		for (const r of range.getClientRects()) {
			if (r.left < -0.5 || r.right > wide + 0.5) found.push("beyond the screen: " + t.data.trim());
			if (r.left < frame.left - 0.5 || r.right > frame.right + 0.5) found.push("beyond its frame: " + t.data.trim());
		}
		for (let a = el; a && a !== document.body; a = a.parentElement) {
			const s = getComputedStyle(a);
			if (s.display !== "inline" && s.overflowX !== "visible" && (a.scrollWidth > a.clientWidth + 1 || a.scrollHeight > a.clientHeight + 1) && a.id !== "levels" && a.tagName !== "svg") found.push("cut off: " + t.data.trim());
		}
	}
	for (const el of document.querySelectorAll("a, button, input, summary, svg")) {
		const r = el.getBoundingClientRect();
		if (el.checkVisibility() && !el.closest(".skip") && (r.left < -0.5 || r.right > wide + 0.5)) found.push("beyond the screen: " + el.outerHTML.slice(0, 80));
	}
	return found;
})()`

// TestPagesForEverybody: axe finds nothing, and nothing is cut off, on any page in
// both languages. 320 px is a small phone, and 1280 at 400 %; 640 at two pixels
// each is 1280 at 200 %.
func TestPagesForEverybody(t *testing.T) {
	judge := axe(t)
	base := serving(t, uijeongbu(15, time.Now()))
	b := newBrowser(t)
	for _, l := range looks() {
		for _, in := range []string{"", "/en"} {
			p := b.open(t, narrow(), base+in+l.path)
			eval[bool](p, judge+";true")
			for _, s := range []size{narrow(), handy(), {640, 450, 2}, desktop()} {
				p.resize(s)
				found := eval[[]string](p, cutOff)
				if s.scale == 1 { // the others differ in nothing that axe sees
					found = append(found, eval[[]string](p, axeRun)...)
				}
				for _, f := range found {
					t.Errorf("%s%s at %d: %s", in, l.name, s.wide, f)
				}
			}
			p.close()
		}
	}
}

// TestWidgetIsCompleteAt240: what an older site has beside its text.
func TestWidgetIsCompleteAt240(t *testing.T) {
	base := serving(t, uijeongbu(15, time.Now()))
	b := newBrowser(t)
	for _, path := range []string{"/widget/CS0001", "/en/widget/CS0001", "/widget/CS0005", "/en/widget/CS0007", "/en/widget/CS0009", "/en/widget/CS0011", "/widget/CS0015"} {
		p := b.open(t, size{240, 400, 1}, base+path)
		for _, found := range eval[[]string](p, cutOff) {
			t.Errorf("%s: %s", path, found)
		}
		p.close()
	}
}

// reachable are the things that a key must reach, in the order of reading.
const reachable = `(window.reachable = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]")]
	.filter((el) => el.tabIndex >= 0 && el.checkVisibility() && !el.disabled))`

// focused says where the focus is, as an index of reachable, and what is wrong
// with how it shows.
const focused = `(() => {
	const el = document.activeElement, s = getComputedStyle(el), r = el.getBoundingClientRect();
	const at = window.reachable.indexOf(el), found = [];
	if (at >= 0) {
		if (s.outlineStyle === "none" || parseFloat(s.outlineWidth) < 2) found.push("the focus does not show");
		if (r.bottom < 0 || r.top > innerHeight || r.right < 0 || r.left > innerWidth) found.push("the focus is out of sight");
		const over = document.elementFromPoint(Math.max(r.left, 0) + Math.min(r.width, 20) / 2, Math.min(Math.max((r.top + r.bottom) / 2, 1), innerHeight - 1));
		if (over && !el.contains(over) && !over.contains(el)) found.push("covered by " + over.outerHTML.slice(0, 80));
	}
	return {At: at, What: el.outerHTML.slice(0, 90), Found: found};
})()`

func TestKeyboardReachesEverything(t *testing.T) {
	base := serving(t, uijeongbu(15, time.Now()))
	b := newBrowser(t)
	type place struct {
		At    int
		What  string
		Found []string
	}
	for _, path := range []string{"/", "/en/map", "/o/CS0001", "/o/CS0006", "/o/none", "/widget/CS0001"} {
		for _, s := range []size{handy(), desktop()} {
			p := b.open(t, s, base+path)
			n := eval[int](p, reachable+".length")
			if n == 0 {
				t.Fatalf("%s: nothing to reach", path)
			}
			for want := range n {
				p.run(chromedp.KeyEvent("\t"))
				at := eval[place](p, focused)
				if at.At != want {
					t.Fatalf("%s at %d: step %d leads to %d, %s", path, s.wide, want, at.At, at.What)
				}
				for _, found := range at.Found {
					t.Errorf("%s at %d: %s: %s", path, s.wide, at.What, found)
				}
			}
			p.run(chromedp.KeyEvent("\t"))
			if at := eval[place](p, focused); at.At > 0 {
				t.Errorf("%s: no way out of the page: after the last comes %d, %s", path, at.At, at.What)
			}
			p.close()
		}
	}
}

// The rule is one key away, and so is the way back.
func TestRuleByKeyboard(t *testing.T) {
	base := serving(t, uijeongbu(15, time.Now()))
	p := newBrowser(t).open(t, handy(), base+"/o/CS0001")
	p.run(chromedp.Focus(chromedp.CSS("button.level")), chromedp.KeyEvent("\r"))
	p.holds(`document.querySelector("#levels").matches(":popover-open")`)
	if said := eval[string](p, `document.querySelector("#levels").innerText`); !strings.Contains(said, fmt.Sprintf("%d분 초과", normalMinutes)) {
		t.Errorf("the rule says %q", said)
	}
	p.run(chromedp.KeyEvent("\t"))
	p.holds(`document.activeElement.closest("#levels")`)
	p.run(chromedp.KeyEvent("\r"))
	p.holds(`!document.querySelector("#levels").matches(":popover-open") && document.activeElement.matches("button.level")`)
	p.run(chromedp.KeyEvent("\r"), chromedp.KeyEvent("\x1b"))
	p.holds(`!document.querySelector("#levels").matches(":popover-open")`)
}
