package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// browser is a real Chromium with a tab for each page that a person has open.
type browser struct {
	t   *testing.T
	ctx context.Context
}

const chromium = "/usr/bin/chromium"

func newBrowser(t *testing.T) *browser {
	t.Helper()
	if _, err := os.Stat(chromium); err != nil {
		t.Skipf("NOTICE: THE PAGES ARE NOT TESTED IN A BROWSER: %v (apt-get install chromium)", err)
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1440, 1000), chromedp.WSURLReadTimeout(patience),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, done := chromedp.NewContext(alloc)
	t.Cleanup(func() { done(); cancel() })
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return &browser{t, ctx}
}

// page is a tab.
type page struct {
	t    *testing.T
	name string
	ctx  context.Context
}

func (b *browser) open(name, url string) *page {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	p := &page{b.t, name, ctx}
	p.run("open "+url, chromedp.Navigate(url))
	return p
}

func (p *page) run(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.t.Fatalf("%s: %s: %v", p.name, what, err)
	}
}

func (p *page) click(selector string) {
	p.t.Helper()
	p.run("click "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// holds waits until the JavaScript expression is true on the page.
func (p *page) holds(what, js string) {
	p.t.Helper()
	eventually(p.t, p.name+": "+what, func() error {
		ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("Boolean("+js+")"))
		if err == nil && !ok {
			text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string]("document.body.innerText"))
			err = fmt.Errorf("not so on the page:\n%s", text)
		}
		return err
	})
}

// says waits until the element's text contains want.
func (p *page) says(selector, want string) {
	p.t.Helper()
	p.holds(fmt.Sprintf("%s says %q", selector, want),
		fmt.Sprintf("document.querySelector(%q)?.textContent.includes(%q)", selector, want))
}

// picture keeps a screenshot where SUNBEON_PICTURES names a folder, for people
// to look at.
func (p *page) picture(name string) {
	dir := os.Getenv("SUNBEON_PICTURES")
	if dir == "" {
		return
	}
	b, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		p.t.Fatalf("%s: picture: %v", p.name, err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), b, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// pixels is a sum over the board's picture: another picture has another sum,
// and none has 0.
func (p *page) pixels() float64 {
	p.t.Helper()
	sum, err := chromedp.Run(p.ctx, chromedp.Evaluate[float64](`(() => {
		const img = document.querySelector("#board");
		if (!img.naturalWidth) return 0; // the next picture is on its way
		const c = document.createElement("canvas");
		c.width = img.naturalWidth; c.height = img.naturalHeight;
		const g = c.getContext("2d"); g.drawImage(img, 0, 0);
		return g.getImageData(0, 0, c.width, c.height).data.reduce((s, v, i) => (s * 31 + v) % 2147483647, 7);
	})()`))
	if err != nil {
		p.t.Fatal(err)
	}
	return sum
}

// mosquitto is the city's broker, a real one.
func mosquitto(t *testing.T, addr string) *process {
	t.Helper()
	if _, err := exec.LookPath("/usr/sbin/mosquitto"); err != nil {
		t.Skipf("NOTICE: THE WAY TO THE CITY IS NOT TESTED: %v (apt-get install mosquitto)", err)
	}
	host, port, _ := strings.Cut(addr, ":")
	conf := filepath.Join(t.TempDir(), "mosquitto.conf")
	text := fmt.Sprintf("listener %s %s\nallow_anonymous true\npersistence false\n", port, host)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return start(t, "/usr/sbin/mosquitto", "-c", conf)
}

// cityOffice is what the city's JSON says of an office.
type cityOffice struct {
	Waiting int  `json:"waiting"`
	Stale   bool `json:"stale"`
}

// office asks the city's JSON about the office.
func office(base string) (cityOffice, error) {
	var o cityOffice
	reply, err := http.Get(base + "api/v1/offices/CS0001")
	if err != nil {
		return o, err
	}
	defer reply.Body.Close()
	return o, json.NewDecoder(reply.Body).Decode(&o)
}

// The whole thing as people see it: press, paper, call, sign, board, city page;
// the kiosk killed and started again, the broker killed and started again.
func TestFromPressToTheCityPage(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes and a browser")
	}
	data, broker, listen := t.TempDir(), freeAddr(t), freeAddr(t)
	mqtt := mosquitto(t, broker)
	web := start(t, "cityweb", "-listen", freeAddr(t), "-city", "uijeongbu", "-name", "의정부시/Uijeongbu",
		"-broker", "tcp://"+broker, "-data", filepath.Join(data, "city"))
	cityBase := "http" + web.said("cityweb: http")
	runKiosk := func() *process {
		k := start(t, "kiosk", "-sim", "-data", filepath.Join(data, "kiosk"), "-listen", listen, "-broker", "tcp://"+broker)
		k.said("kiosk: http://" + listen)
		return k
	}
	kiosk := runKiosk()
	b := newBrowser(t)
	bench := b.open("bench", "http://"+listen+"/bench")
	city := b.open("city page", cityBase)

	// Press: the lamp is lit, the paper says 1.
	bench.holds("the lamp is lit", `document.querySelector('[data-lamp="civil"]').className === "lamp ready"`)
	bench.click(`button[data-service="civil"][data-class="ordinary"]`)
	bench.says("#said", "1번")
	bench.holds("the paper came out and is a picture", `document.querySelector('#roll img[data-piece="1"]')?.naturalWidth === 576`)
	if text := get(t, "http://"+listen+"/bench/paper.txt?n=1"); !strings.Contains(text, "제증명 발급") || !strings.Contains(text, "\n1\n") {
		t.Errorf("the paper says:\n%s", text)
	}
	city.says(`[data-office="CS0001"] .total strong`, "1명")
	plan := b.open("city map", cityBase+"map")
	plan.holds("the office is drawn", `document.querySelector('.map [data-office="CS0001"] circle')`)
	plan.says(`li[data-office="CS0001"] .total`, "1명")
	bench.holds("the board has a picture", `document.querySelector("#board").naturalWidth === 1280`)
	before := bench.pixels()

	// Call it from the counter's page.
	counter := b.open("counter page", "http://"+listen+"/")
	counter.click(`input[name="place"][value="1"] + span`)
	counter.run("sign in", chromedp.SendKeys(chromedp.CSS("#pin"), "1111\r"))
	counter.says("#mine", "1명")
	counter.picture("counter-waiting")
	counter.click("#b-next")
	counter.holds("the number is at the counter", `document.querySelector("#current").textContent.trim() === "1"`)
	bench.holds("the sign shows it", `document.querySelector('[data-sign="1"]').textContent === "1"`)
	eventually(t, "the board's picture changes", func() error {
		if now := bench.pixels(); now == 0 || now == before {
			return errors.New("it is the same")
		}
		return nil
	})
	city.says(`[data-office="CS0001"] .total strong`, "0명")
	city.holds("the city sees the call", `document.querySelector('[data-office="CS0001"] [data-t="calledText"]').textContent.trim() === "1"`)
	plan.says(`li[data-office="CS0001"] .total`, "0명")
	if text := get(t, cityBase+"widget/CS0001"); !strings.Contains(text, "<b>0명</b>") {
		t.Errorf("the widget says:\n%s", text)
	}
	bench.picture("bench")
	counter.picture("counter-serving")
	city.picture("city")

	// The kiosk is killed and comes back where it was.
	kiosk.kill()
	counter.holds("the counter page says that the link is lost", `!document.querySelector("#link").hidden`)
	kiosk = runKiosk()
	bench.holds("the bench is back, the sign too", `document.querySelector('[data-sign="1"]').textContent === "1"`)
	bench.click(`button[data-service="civil"][data-class="ordinary"]`)
	bench.says("#said", "2번")
	city.says(`[data-office="CS0001"] .total strong`, "1명")

	// The broker is killed: nothing local changes, the page says since when.
	mqtt.kill()
	city.holds("the city says that the link is lost, and since when",
		`!document.querySelector("#link").hidden && /\d+:\d+/.test(document.querySelector("#link").textContent)`)
	bench.click(`button[data-service="passport"][data-class="ordinary"]`)
	bench.says("#said", "601번")
	city.picture("city-lost")
	mosquitto(t, broker)
	city.holds("the link is back", `document.querySelector("#link").hidden`)
	city.says(`[data-office="CS0001"] .total strong`, "2명")
	if o, err := office(cityBase); err != nil || o.Waiting != 2 || o.Stale {
		t.Errorf("the city's JSON: %+v %v", o, err)
	}

	// A passport ticket from home.
	home := b.open("home", cityBase+"o/CS0001")
	home.click(`form[data-show="onlineNow"]:not([hidden]) button`)
	home.click(`.taking button`)
	home.says("h1 .number", "602")
	home.picture("ticket")
	city.says(`[data-office="CS0001"] .total strong`, "3명")

	// It is not called before its holder has come, which staff can say as well.
	bench.holds("the hall shows the code of arrivals", `/^\d{4}$/.test(document.querySelector("#arrival:not([hidden]) #code").textContent)`)
	next := `[data-counter="4"] [data-key="next"]`
	bench.click(next)
	bench.says("#said", "4번 창구: 601번")
	bench.click(next)
	bench.says("#said", "도착한 고객이 없습니다.")
	bench.picture("bench-away")
	manager := b.open("manager's page", "http://"+listen+"/?place=manager")
	manager.click(`input[name="place"][value="manager"] + span`)
	manager.run("sign in", chromedp.SendKeys(chromedp.CSS("#pin"), "9999\r"))
	manager.says("#away", "온라인 도착 전 1명")
	manager.picture("manager-away")
	// By keyboard: a pointer's press right after the list has moved is refused.
	manager.run("check in", chromedp.SendKeys(chromedp.CSS(`[aria-label="602번 도착 확인"]`), "\r"))
	manager.holds("nobody is awaited", `!document.querySelector("#away")`)
	bench.click(next)
	bench.says("#said", "4번 창구: 602번")

	kiosk.stop()
	web.stop()
}

func get(t *testing.T, url string) string {
	t.Helper()
	reply, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	b, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
