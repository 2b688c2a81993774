package web

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	permission "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// stands gives the browser a position and the site the leave to ask for it, or
// takes it.
func (p *tab) stands(origin string, leave permission.PermissionSetting, lat, lon float64) {
	p.t.Helper()
	geolocation := &permission.PermissionDescriptor{Name: "geolocation"}
	if _, err := chromedp.CallBrowser(p.ctx, permission.SetPermission, permission.SetPermissionParams{Permission: geolocation, Setting: leave, Origin: origin}); err != nil {
		p.t.Fatal(err)
	}
	at := emulation.SetGeolocationOverrideParams{Latitude: &lat, Longitude: &lon, Accuracy: new(10.0)}
	if lat == 0 { // it cannot be found
		at = emulation.SetGeolocationOverrideParams{}
	}
	if _, err := chromedp.Call(p.ctx, emulation.SetGeolocationOverride, at); err != nil {
		p.t.Fatal(err)
	}
}

const nearDone = `document.querySelector("#near-said").textContent === document.querySelector("#near").dataset.`

// TestNearestFirstAndThePositionStays: the offices are ordered by how far they
// are, and nothing that the browser sends, to whomever, tells where it is.
func TestNearestFirstAndThePositionStays(t *testing.T) {
	c := uijeongbu(15, time.Now())
	base := serving(t, c)
	p := newBrowser(t).open(t, handy(), base+"/?sort=wait")
	var mu sync.Mutex
	var sent []string
	if err := chromedp.Listen(p.ctx, func(ev any) {
		if _, ok := ev.(*network.EventRequestWillBeSent); ok {
			b, err := json.Marshal(ev)
			if err != nil {
				b = []byte(err.Error())
			}
			mu.Lock()
			sent = append(sent, string(b))
			mu.Unlock()
		}
	}); err != nil {
		t.Fatal(err)
	}
	p.stands(base, permission.PermissionSettingGranted, 37.71371, 127.04503) // beside CS0005
	p.run(chromedp.Click(chromedp.CSS("#near"), chromedp.NodeVisible))
	p.holds(nearDone + "done")
	if got := eval[[]string](p, `[...document.querySelectorAll(".offices > li")].map((el) => el.dataset.office)`); len(got) != 15 || got[0] != "CS0005" || got[1] != "CS0004" ||
		!strings.Contains(strings.Join(got[13:], " "), "CS0011") || !strings.Contains(strings.Join(got[13:], " "), "CS0015") {
		t.Errorf("nearest first, those without a position last: %v", got)
	}
	for id, want := range map[string]string{"CS0005": "약 50 m 남서쪽", "CS0004": "약 1.1 km 북쪽", "CS0011": ""} {
		if got := eval[string](p, `document.querySelector('[data-office="`+id+`"] .far')?.textContent ?? ""`); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
	if !eval[bool](p, `document.querySelector("#near").getAttribute("aria-pressed") === "true" && !document.querySelector(".sort [aria-current]")`) {
		t.Error("the order that holds is not marked")
	}

	// Whatever happens afterwards on the page, and what it leaves behind.
	c.say(hall("CS0001", time.Now()))
	p.holds(`document.querySelector('[data-office="CS0001"] h2').textContent === "수정동 주민센터"`)
	p.run(chromedp.Navigate(base + "/o/CS0005"))
	p.run(chromedp.Navigate(base + "/"))
	if kept := eval[string](p, `JSON.stringify([localStorage, sessionStorage, document.cookie, location.href, history.state])`); strings.Contains(kept, "37.71") || strings.Contains(kept, "127.04") {
		t.Errorf("the page has kept %s", kept)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(sent) < 2 {
		t.Fatalf("%d requests were seen: the test sees nothing", len(sent))
	}
	for _, s := range sent {
		if strings.Contains(s, "37.71") || strings.Contains(s, "127.04") || strings.Contains(s, "37,71") {
			t.Errorf("a request tells where the reader is: %s", s)
		}
	}
}

func TestPositionRefusedOrNotFound(t *testing.T) {
	base := serving(t, uijeongbu(15, time.Now()))
	b := newBrowser(t)
	order := `[...document.querySelectorAll(".offices > li")].map((el) => el.dataset.office).join(" ")`
	for _, c := range []struct {
		leave permission.PermissionSetting
		lat   float64
		says  string
	}{{permission.PermissionSettingDenied, 37.7, "refused"}, {permission.PermissionSettingGranted, 0, "failed"}} {
		p := b.open(t, handy(), base+"/en/")
		before := eval[string](p, order)
		p.stands(base, c.leave, c.lat, 127)
		p.run(chromedp.Click(chromedp.CSS("#near"), chromedp.NodeVisible))
		p.holds(nearDone + c.says)
		if said := eval[string](p, `document.querySelector("#near-said").innerText`); len(said) < 40 || !strings.HasSuffix(said, ".") {
			t.Errorf("%s: %q", c.says, said)
		}
		if after := eval[string](p, order); after != before {
			t.Errorf("%s: the order has changed", c.says)
		}
		p.close()
	}
}

// Without JavaScript there is no button that does nothing.
func TestNoButtonWithoutScript(t *testing.T) {
	s := newSite(t, uijeongbu(15, time.Now()))
	page := text(t, get(t, s, "/"))
	i := strings.Index(page, `id="near"`)
	if i < 0 || !strings.Contains(page[i:i+60], " hidden ") {
		t.Error("the button shows before the module has made it work")
	}
}
