package web

import (
	"testing"
	"time"

	"sunbeon/appliance/feed"
)

// TestNewPagesAreLive: what an office says reaches the list, the map and its page
// without a reload, in a real browser.
func TestNewPagesAreLive(t *testing.T) {
	c := uijeongbu(15, time.Now())
	base := serving(t, c)
	b := newBrowser(t)
	front, plan, office := b.open(t, handy(), base+"/"), b.open(t, handy(), base+"/map"), b.open(t, handy(), base+"/o/CS0002")
	for _, p := range []*tab{front, plan, office} {
		p.holds(`document.querySelector('[data-office="CS0002"]').dataset.state === "open"`)
		eval[bool](p, "window.same = true")
	}
	said, _ := c.Office("CS0002")
	next := *said.Snapshot
	next.Services = append([]feed.Service(nil), next.Services...)
	next.Services[0].Waiting, next.Services[0].Wait = new(97), &feed.Range{Low: 3000, Mid: 4000, High: 5000}
	next.Services = append(next.Services, feed.Service{ID: "new", Name: "새 업무", NameEn: "New", Waiting: new(1), Issuing: feed.IssuingOpen, Counters: new(1), Hours: "00:00-24:00"})
	c.say(Office{ID: "CS0002", Received: time.Now(), Live: true, Snapshot: &next})
	card := `document.querySelector('li[data-office="CS0002"]').innerText`
	front.holds(card + `.includes("99명") && ` + card + `.includes("50~84분") && ` + card + `.includes("혼잡") && ` + card + `.includes("새 업무")`)
	plan.holds(`document.querySelector('.map [data-office="CS0002"]').dataset.level === "busy" && ` + card + `.includes("99명")`)
	office.holds(`document.querySelector(".one > .total").innerText.includes("50~84분") && document.querySelectorAll(".wide > .line").length === 3`)

	early := next
	early.Services = append([]feed.Service(nil), next.Services...)
	for i := range early.Services {
		early.Services[i].Issuing = feed.IssuingEarly
	}
	c.say(Office{ID: "CS0002", Received: time.Now(), Live: true, Snapshot: &early})
	front.holds(card + `.includes("조기마감") && !` + card + `.includes("50~84분")`)
	plan.holds(`document.querySelector('.map [data-office="CS0002"]').dataset.state === "early"`)

	// What stood still is marked without any message.
	for _, p := range []*tab{front, plan} {
		eval[bool](p, `document.querySelectorAll('[data-office="CS0002"]').forEach((el) => el.dataset.heard = "1"), true`)
		p.holds(`[...document.querySelectorAll('[data-office="CS0002"]')].every((el) => el.dataset.stale === "true")`)
	}
	for _, p := range []*tab{front, plan, office} {
		if !eval[bool](p, "window.same === true") {
			t.Error("the page was loaded again")
		}
	}
}

// A page of some offices lets news of the others pass.
func TestPartOfTheListStaysWhatItIs(t *testing.T) {
	c := uijeongbu(15, time.Now())
	base := serving(t, c)
	p := newBrowser(t).open(t, handy(), base+"/?q=%ED%98%B8%EC%9B%90") // two of them
	eval[bool](p, "window.same = true")
	c.say(hall("CS0001", time.Now()))
	other := hall("CS0004", time.Now())
	other.Snapshot.Name = "호원1동"
	c.say(other) // after the first, so that both have come
	p.holds(`document.querySelector('[data-office="CS0004"] h2').textContent === "호원1동"`)
	if !eval[bool](p, `window.same === true && document.querySelectorAll(".office").length === 2`) {
		t.Error("news of another office have changed the page")
	}
}

// The nearby offices are asked for anew while somebody looks.
func TestNearbyIsAskedForAnew(t *testing.T) {
	c := uijeongbu(15, time.Now())
	base := serving(t, c)
	p := newBrowser(t).open(t, handy(), base+"/o/CS0006")
	p.holds(`document.querySelector(".ways").innerText.includes("시청")`)
	o, _ := c.Office("CS0004") // a kilometre away, and suddenly without a line
	next := *o.Snapshot
	next.Services = append([]feed.Service(nil), next.Services...)
	next.Services[0].Waiting, next.Services[0].Wait = new(0), nil
	c.set(Office{ID: "CS0004", Received: time.Now(), Live: true, Snapshot: &next})
	eval[bool](p, `import(document.querySelector('script[src*="city.js"]').src).then((m) => m.ask(document.querySelector("[data-fetch]"))).then(() => true)`)
	p.holds(`document.querySelectorAll(".ways > li").length === 2 && document.querySelector(".ways > li").innerText.includes("호원1동") && document.querySelector(".ways a").getAttribute("href") === "/o/CS0004"`)
	o, _ = c.Office("CS0006")
	free := *o.Snapshot
	free.Services = append([]feed.Service(nil), free.Services...)
	free.Services[0].Waiting, free.Services[0].Wait = new(0), nil
	c.set(Office{ID: "CS0006", Received: time.Now(), Live: true, Snapshot: &free})
	eval[bool](p, `import(document.querySelector('script[src*="city.js"]').src).then((m) => m.ask(document.querySelector("[data-fetch]"))).then(() => true)`)
	p.holds(`document.querySelector(".nearby").hidden`)
}
