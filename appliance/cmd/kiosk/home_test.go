package main

import (
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// A ticket from home in a real browser, on the real kiosk through a real broker:
// the line gets shorter, others are let pass, the holder comes and checks in by
// the hall's code, is called, and takes another afterwards.
func TestTicketFromHome(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes and a browser")
	}
	data, broker, listen := t.TempDir(), freeAddr(t), freeAddr(t)
	mosquitto(t, broker)
	web := start(t, "cityweb", "-listen", freeAddr(t), "-city", "uijeongbu", "-name", "의정부시/Uijeongbu",
		"-broker", "tcp://"+broker, "-data", filepath.Join(data, "city"), "-push", "queue@city.example")
	city := "http" + web.said("cityweb: http")
	kiosk := start(t, "kiosk", "-sim", "-data", filepath.Join(data, "kiosk"), "-listen", listen, "-broker", "tcp://"+broker)
	kiosk.said("kiosk: http://" + listen)
	b := newBrowser(t)
	bench := b.open("bench", "http://"+listen+"/bench")
	press := func(number string) {
		bench.click(`button[data-service="passport"][data-class="ordinary"]`)
		bench.says("#said", number)
	}
	next := func(said string) {
		bench.click(`[data-counter="4"] [data-key="next"]`)
		bench.says("#said", said)
	}
	press("601번")
	press("602번")
	home := b.open("home", city+"o/CS0001")
	take := `form[data-show="onlineNow"]:not([hidden]) button`
	home.click(take)
	home.says(`.taking .terms`, "도착 확인 전에 차례가 오면 다음 분을 먼저 모십니다")
	home.click(`.taking button`)
	home.says("h1 .number", "603")
	home.says(".ticket .head", "앞에 2명")
	press("604번")
	home.holds("somebody may be let pass", `document.querySelector(".pass:not([hidden])")`)
	home.click(".pass summary")
	home.click(`.pass button[value="1"]`)
	home.says(".ticket .head", "앞에 3명")
	next("4번 창구: 601번")
	home.says(".ticket .head", "앞에 2명")

	// The same device asks again, on the office's page: it is led to what it has.
	home.run("the office's page", chromedp.Navigate(city+"o/CS0001"))
	home.click(take)
	home.click(`.taking button`)
	home.says(".one-only", "이미 이 번호표가 있습니다")
	home.says("h1 .number", "603")

	// In the hall: the code on the board, one press.
	bench.holds("the hall shows the code", `/^\d{4}$/.test(document.querySelector("#arrival:not([hidden]) #code").textContent)`)
	code, err := chromedp.Run(bench.ctx, chromedp.Evaluate[string](`document.querySelector("#arrival #code").textContent`))
	if err != nil {
		t.Fatal(err)
	}
	home.run("scan the code", chromedp.Navigate(city+"o/CS0001/arrive?code="+code))
	home.says(".arrive .number", "603")
	home.picture("home-arrive")
	home.click(".arrive button")
	home.says(".ticket .arrived", "도착이 확인되었습니다")
	next("4번 창구: 602번")
	next("4번 창구: 604번")
	home.says(".ticket .head", "다음 차례입니다")
	next("4번 창구: 603번")
	home.says(".ticket .head", "4번 창구로 오십시오")
	home.holds("the title says so", `document.title.includes("4번 창구로 오십시오")`)
	home.picture("home-called")
	press("605번")
	next("4번 창구: 605번") // and with that 603 is finished
	home.says(".ticket .head", "완료")

	// Another one, given up.
	home.run("the office's page", chromedp.Navigate(city+"o/CS0001"))
	home.click(take)
	home.click(`.taking button`)
	home.says("h1 .number", "606")
	home.click(".giveup summary")
	home.click(".giveup button")
	home.says(".ticket .head", "취소됨")

	kiosk.stop()
	web.stop()
}
