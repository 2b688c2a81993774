package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/backgroundservice"
	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/chromedp"

	"sunbeon/appliance/feed"
)

// passports is an office whose online tickets are called after their holders have
// checked in.
func passports() Office {
	o := hall("CS0001", time.Now())
	o.Rules = feed.Rules{PriorityRun: 1, LateWithin: 10, LatePlace: feed.LateAfter, LateAfter: 2, DelayMost: 5}
	o.Snapshot.Services[1].Arrival, o.Snapshot.Services[1].OnlineLeft = true, new(12)
	return o
}

// online is a ticket of such an office, as facts tell it.
func online(ahead int, seq uint64) Ticket {
	return Ticket{Office: "CS0001", Label: "502", Service: "passport", Name: "여권", NameEn: "Passports", Day: 1, Online: true, Status: feed.StatusWaiting, Ahead: ahead,
		Away: true, DelayLeft: 5, Issued: time.Now(), Changed: time.Now(), Told: &feed.Range{Low: 1500, Mid: 2100, High: 3900}, Journal: "j", Seq: seq, Rules: passports().Rules}
}

// point is one of P-256, as a public key is written.
const point = "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"

// TestTicketOnAPhone goes the way of a citizen: the office's page, a ticket, the
// line getting shorter, checking in, the call.
func TestTicketOnAPhone(t *testing.T) {
	c := newTown(passports())
	c.away = true
	s := newSite(t, c)
	s.pushKey = point
	p := newPhone(t, serveReal(t, s))
	p.open("/o/CS0001")
	p.says(".online .left", "12매 남음")
	p.fits("office")
	p.click(".online button")
	p.says(".taking .terms", "도착 확인 전에 차례가 오면 다음 분을 먼저 모십니다. 차례가 지난 경우 10분 안에 도착 확인을 하시면 기다리시는 2명 다음 순서로 모십니다")
	p.fits("taking")
	p.click(".taking button")
	p.says(".ticket .number", "502")
	token := strings.TrimPrefix(p.eval("location.pathname"), "/t/")
	tell := func(v Ticket) {
		c.tell(token, v)
		o := passports()
		c.say(o)
	}
	tell(online(9, 11))
	p.says(".ticket .head", "앞에 9명")
	p.open("/t/" + token)
	p.says(".ticket .text", "도착하시면 순번 표시판의 코드로")
	p.hidden(".ticket .go")
	p.says(".checkin summary", "도착하셨습니까")
	p.hidden(".checkin input[name=code]")
	p.fits("waiting")

	// The way to the office stays in the browser.
	soon := online(6, 12)
	soon.Issued = time.Now().Add(-8 * time.Minute) // 17 minutes are left at least
	tell(soon)
	p.says(".ticket .head", "앞에 6명")
	p.hidden(".ticket .go")
	p.do(`document.getElementById("travel").value = "20"; document.getElementById("travel").dispatchEvent(new Event("change"))`)
	p.says(".ticket .go", "지금 출발하십시오")
	p.holds(`document.title.includes("지금 출발하십시오")`)
	p.fits("go")
	p.open("/t/" + token)
	p.says(".ticket .go", "지금 출발하십시오")
	if kept := p.eval(`document.getElementById("travel").value`); kept != "20" {
		t.Errorf("the way is forgotten: %s", kept)
	}

	// A wrong code, then the right one.
	c.wrong = "9999"
	p.run(chromedp.SendKeys(chromedp.CSS(".checkin input[name=code]"), "9999")) // it is open by now
	p.click(".checkin button")
	p.says(".refusal .text", "코드가 맞지 않습니다")
	p.fits("refused")
	p.click(".refusal .back a")
	p.run(chromedp.SendKeys(chromedp.CSS(".checkin input[name=code]"), "4711"))
	p.click(".checkin button")
	p.says(".ticket .arrived", "도착이 확인되었습니다")
	p.hidden(".checkin")
	here := online(2, 13)
	here.Away = false
	tell(here)
	p.says(".ticket .head", "앞에 2명")
	p.fits("arrived")

	next := here
	next.Ahead, next.Seq = 0, 14
	tell(next)
	p.says(".ticket .head", "다음 차례입니다")
	p.fits("next")
	p.do(`window.trembled = 0; Object.defineProperty(navigator, "vibrate", {value: () => { window.trembled++; return true }})`)
	called := next
	called.Status, called.Counter, called.Seq = feed.StatusCalled, 7, 15
	tell(called)
	p.says(".ticket .head", "7번 창구로 오십시오")
	p.holds(`document.title.startsWith("● 7번 창구로 오십시오")`)
	p.holds(`window.trembled === 1`)
	p.holds(`document.querySelector(".ticket [aria-live=assertive]").textContent.includes("7번 창구로 오십시오")`)
	p.fits("called")
	for _, x := range []struct {
		name, status, want string
	}{
		{"held", feed.StatusHeld, "보류 중"},
		{"missed", feed.StatusNoShow, "호출에 오시지 않았습니다"},
		{"finished", feed.StatusFinished, "완료"},
	} {
		called.Status = x.status
		called.Seq++
		called.Changed = time.Now()
		tell(called)
		p.says(".ticket .head", x.want)
		p.holds(`!document.title.startsWith("●")`)
		p.fits(x.name)
	}
	p.hidden(".ticket .options")
}

// TestDelayAndCancelOnAPhone: with the page's module the buttons follow what the
// office's rule leaves.
func TestDelayAndCancelOnAPhone(t *testing.T) {
	c := newTown(passports())
	s := newSite(t, c)
	p := newPhone(t, serveReal(t, s))
	v := online(4, 11)
	v.Away = false
	c.tell(paper, v)
	p.open("/t/" + paper)
	p.click(".pass summary")
	p.says(".pass button", "5명 먼저")
	p.fits("pass")
	p.click(".pass button[value='3']")
	p.says(".ticket .head", "앞에 7명") // the office's answer, before its fact
	if q := c.requests(); len(q) != 1 || q[0].Kind != feed.RequestDelay || q[0].Pass != 3 || q[0].Token != paper {
		t.Fatalf("%+v", q)
	}
	v.Ahead, v.Seq, v.DelayLeft, v.Moved = 7, 12, 2, true
	c.tell(paper, v)
	c.say(passports())
	p.holds(`[...document.querySelectorAll(".pass button")].filter(b => !b.hidden).length === 1`)
	p.click(".giveup summary")
	p.click(".giveup button")
	p.says(".ticket .head", "취소됨")
	p.fits("cancelled")
}

// TestTurnBeforeArrivalOnAPhone: what the page says to who was not there in time.
func TestTurnBeforeArrivalOnAPhone(t *testing.T) {
	c := newTown(passports())
	p := newPhone(t, serveReal(t, newSite(t, c)))
	v := online(0, 11)
	c.tell(paper, v)
	p.open("/t/" + paper)
	p.says(".ticket .head", "다음 차례입니다")
	p.says(".ticket .go", "지금 출발하십시오")
	p.fits("next-away")
	v.Status, v.Seq = feed.StatusNoShow, 12
	c.tell(paper, v)
	c.say(passports())
	p.says(".ticket .head", "차례가 지났습니다")
	p.says(".ticket .text", "도착 확인 전에 차례가 와서 다음 분을 먼저 모셨습니다")
	p.says(".checkin button", "도착 확인")
	p.fits("skipped")
	v.Changed, v.Seq = time.Now().Add(-11*time.Minute), 13
	c.tell(paper, v)
	c.say(passports())
	p.says(".ticket .text", "번호표를 새로 받아 주십시오")
	p.hidden(".checkin")
	p.fits("too-late")
}

// TestArrivalOnAPhone: the code on the hall's board leads the device's own ticket
// through with one button, and nobody else's.
func TestArrivalOnAPhone(t *testing.T) {
	c := newTown(passports(), hall("CS0002", time.Now()))
	c.away = true
	s := newSite(t, c)
	p := newPhone(t, serveReal(t, s))
	p.open("/o/CS0001/arrive?code=4711")
	p.says(".arrive .head", "번호표를 찾지 못하였습니다")
	p.says(".arrive .code", "4711")
	p.fits("arrive-unknown")
	p.open("/o/CS0001/ticket?service=passport")
	p.click(".taking button")
	p.says(".ticket .number", "502")
	p.open("/o/CS0001/arrive?code=4711")
	p.says(".arrive .number", "502")
	p.fits("arrive")
	p.open("/o/CS0002/arrive?code=4711")
	p.says(".arrive .head", "다른 민원실의 번호표")
	p.open("/en/o/CS0001/arrive?code=4711")
	p.click(".arrive button")
	p.says(".ticket .arrived", "You have checked in")
	if q := c.requests(); q[len(q)-1].Kind != feed.RequestArrive || q[len(q)-1].Code != "4711" {
		t.Errorf("%+v", q)
	}
	p.open("/o/CS0001/arrive?code=4712")
	p.says(".arrive .text", "도착이 확인되었습니다")
}

// TestPushOnAPhone: the browser's own push service is out of reach, so that its
// answer is put in; all else is the browser's.
func TestPushOnAPhone(t *testing.T) {
	c := newTown(passports())
	ledger := NewMemory()
	s := newSite(t, c)
	s.ledger = ledger
	s.pushKey = point
	base := serveReal(t, s)
	p := newPhone(t, base)
	c.tell(paper, online(9, 11))
	p.open("/t/" + paper)
	if _, err := chromedp.CallBrowser(p.ctx, cdpbrowser.SetPermission, cdpbrowser.SetPermissionParams{
		Permission: &cdpbrowser.PermissionDescriptor{Name: "notifications"}, Setting: cdpbrowser.PermissionSettingGranted, Origin: base}); err != nil {
		t.Fatal(err)
	}
	p.says(".push [data-push=start]", "알림 받기")
	p.do(`PushManager.prototype.subscribe = async () => { throw new DOMException("no push service") }`)
	p.click("[data-push=start]")
	p.says(".push .said", "알림을 켜지 못하였습니다")
	p.do(`
		const made = { endpoint: "https://push.example/send/abc", getKey: (name) => Uint8Array.from(atob(name === "auth" ? "AAECAwQFBgcICQoLDA0ODw==" : "BGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfU="), c => c.charCodeAt(0)).buffer };
		PushManager.prototype.subscribe = async (o) => { window.subscribed = o; return made };
		PushManager.prototype.getSubscription = async () => made;`)
	p.click("[data-push=start]")
	p.says(".push .said", "알림을 켰습니다")
	if got := p.eval("window.subscribed.userVisibleOnly && window.subscribed.applicationServerKey.length"); got != "65" {
		t.Errorf("subscribed with %s", got)
	}
	ledger.mu.Lock()
	if n := len(ledger.subs); n != 1 || ledger.subs[0].Token != paper || ledger.subs[0].Endpoint != "https://push.example/send/abc" || ledger.subs[0].Lang != Ko {
		t.Errorf("%+v", ledger.subs)
	}
	ledger.mu.Unlock()
	p.fits("push")

	// The worker shows what the push service brings, whatever it is.
	registered, displayed := make(chan serviceworker.RegistrationID, 16), make(chan string, 16)
	if err := chromedp.Listen(p.ctx, func(e any) {
		switch e := e.(type) {
		case *serviceworker.EventWorkerRegistrationUpdated:
			for _, r := range e.Registrations {
				select {
				case registered <- r.RegistrationID:
				default:
				}
			}
		case *backgroundservice.EventBackgroundServiceEventReceived:
			if b := e.BackgroundServiceEvent; b.EventName == "Notification displayed" {
				displayed <- b.InstanceID
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	p.holds(`navigator.serviceWorker.controller?.state === "activated"`)
	call(p, serviceworker.Enable, cdp.Empty{})
	call(p, backgroundservice.StartObserving, backgroundservice.StartObservingParams{Service: backgroundservice.ServiceNameNotifications})
	call(p, backgroundservice.SetRecording, backgroundservice.SetRecordingParams{ShouldRecord: true, Service: backgroundservice.ServiceNameNotifications})
	id := <-registered
	shows := func(data, want string) {
		t.Helper()
		call(p, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{Origin: base, RegistrationID: id, Data: data})
		select { // a look before that would take the message away
		case <-displayed:
		case <-time.After(patience):
			t.Fatalf("%s is not shown", data)
		}
		got, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`navigator.serviceWorker.ready.then(r => r.getNotifications()).then(
			all => all.map(n => [n.title, n.body, n.data.page, n.requireInteraction].join("|")).join("; "))`, chromedp.EvalAwaitPromise))
		if err != nil || got != want {
			t.Errorf("%s: %q %v", data, got, err)
		}
	}
	shows(`{"title":"7번 창구로 오십시오","body":"502번","lang":"ko","tag":"ticket","page":"/t/`+paper+`","urgent":true}`, "7번 창구로 오십시오|502번|"+base+"/t/"+paper+"|true")
	shows(`{"title":"elsewhere","page":"https://evil.example/t/x","tag":"ticket"}`, "elsewhere||"+base+"/|false")
	shows("no JSON", "순번 / Queue||"+base+"/|false")

	p.click("[data-push=stop]")
	p.says(".push .said", "알림을 껐습니다")
	ledger.mu.Lock()
	if len(ledger.subs) != 0 {
		t.Errorf("%+v", ledger.subs)
	}
	ledger.mu.Unlock()
}

// TestPagesWithoutTheModule: everything works by forms.
func TestTicketWithoutTheModule(t *testing.T) {
	c := newTown(passports())
	c.away = true
	s := newSite(t, c)
	at := post(t, s, "/o/CS0001/ticket", wanted()).Header.Get("Location")
	page := text(t, get(t, s, at))
	if !contains(page, `<noscript><meta http-equiv="refresh" content="20">`, `action="`+at+`/arrive"`, `action="`+at+`/cancel"`) {
		t.Error(page)
	}
	if r := post(t, s, at+"/arrive", url.Values{"id": {pageID}, "code": {"47 11"}}); r.StatusCode != 303 || r.Header.Get("Location") != at {
		t.Errorf("%s", r.Status)
	}
	if page := visible(text(t, get(t, s, at))); !contains(page, "도착이 확인되었습니다") {
		t.Error(page)
	}
}
