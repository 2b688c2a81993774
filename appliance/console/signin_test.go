package console

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestSignIn(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		b := r.browser()
		wantStatus(t, b.get("/"), http.StatusOK, "3번 창구")
		if strings.Contains(b.get("/").Body.String(), "5번 창구") {
			t.Error("counter 5 has no PIN and is offered")
		}
		if w := b.get("/counter/3"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/?place=3" {
			t.Errorf("not signed in: %d %q", w.Code, w.Header().Get("Location"))
		}
		if w := b.get("/manager"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/?place=manager" {
			t.Errorf("not signed in: %d %q", w.Code, w.Header().Get("Location"))
		}
		wantStatus(t, b.press("/counter/3/next"), http.StatusUnauthorized, "로그인이 필요합니다.")
		wantStatus(t, b.post("/signin", "place", "3", "pin", "9999"), http.StatusForbidden, "비밀번호가 맞지 않습니다.")
		if b.cookie != "" {
			t.Fatal("a wrong PIN gave a session")
		}
		wantStatus(t, b.post("/signin", "place", "5", "pin", ""), http.StatusBadRequest, "선택해 주십시오.")
		wantStatus(t, b.post("/signin", "place", "0", "pin", "9999"), http.StatusBadRequest, "선택해 주십시오.")
		wantStatus(t, b.post("/signin", "pin", "9999"), http.StatusBadRequest, "선택해 주십시오.")
		wantStatus(t, b.post("/signin", "place", "3", "pin", "1234", "more", "x"), http.StatusBadRequest, "(more)")

		w := b.post("/signin", "place", "3", "pin", "1234")
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/counter/3" {
			t.Fatalf("right PIN: %d %q", w.Code, w.Header().Get("Location"))
		}
		set := w.Header().Get("Set-Cookie")
		for _, want := range []string{"HttpOnly", "SameSite=Strict", "Path=/"} {
			if !strings.Contains(set, want) {
				t.Errorf("cookie %q lacks %s", set, want)
			}
		}
		if len(b.cookie) != 64 {
			t.Errorf("session id of %d hex digits, want 256 bits", len(b.cookie))
		}
		wantStatus(t, b.get("/counter/3"), http.StatusOK, "다음 호출")

		old := *b
		b.post("/signout")
		if w := old.get("/counter/3"); w.Code != http.StatusSeeOther {
			t.Errorf("the session outlives the sign-out: %d", w.Code)
		}
	})
}

// A clerk acts for one counter, the manager for all.
func TestWhoMay(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		r.issue("civil", 3)
		clerk, boss := r.as("3"), r.as("manager")
		from := r.mem.count()
		for _, path := range []string{"/counter/4", "/counter/4/events", "/manager", "/manager/events", "/manager/figures", "/manager/figures.csv", "/manager/figures.svg"} {
			wantStatus(t, clerk.get(path), http.StatusForbidden, "이 로그인으로는 사용할 수 없는 화면입니다.")
		}
		for _, path := range []string{"/counter/4/next", "/counter/04/next", "/manager/close_day", "/manager/close_issuing"} {
			if w := clerk.press(path); w.Code != http.StatusForbidden && w.Code != http.StatusNotFound {
				t.Errorf("%s: %d", path, w.Code)
			}
		}
		if got := r.mem.kinds(from); len(got) > 0 {
			t.Fatalf("facts %q", got)
		}
		boss.press("/counter/4/next")
		if got := r.mem.kinds(from); len(got) != 2 || got[1] != "called manager" {
			t.Fatalf("the manager at counter 4: %q", got)
		}
		wantStatus(t, boss.get("/counter/5"), http.StatusOK, "5번 창구")
		wantStatus(t, boss.get("/counter/9"), http.StatusNotFound, "없는 창구입니다.")
	})
}

func TestNoManagerWithoutAPIN(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		c, err := New(Options{Loop: r.loop, Views: r.hub, PINs: map[int]string{3: hash1234}})
		if err != nil {
			t.Fatal(err)
		}
		r.mux = http.NewServeMux()
		c.Register(r.mux)
		b := r.browser()
		wantStatus(t, b.post("/signin", "place", "manager", "pin", ""), http.StatusBadRequest, "선택해 주십시오.")
		if strings.Contains(b.get("/").Body.String(), `value="manager"`) {
			t.Error("the manager is offered")
		}
	})
}

func TestSessionsEndAfterTwelveIdleHours(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		b := r.as("3")
		for range 3 {
			time.Sleep(11*time.Hour + 59*time.Minute)
			wantStatus(t, b.get("/counter/3"), http.StatusOK, "다음 호출")
		}
		time.Sleep(12*time.Hour + time.Second)
		if w := b.get("/counter/3"); w.Code != http.StatusSeeOther {
			t.Fatalf("after 12 idle hours: %d", w.Code)
		}
		if n := len(r.con.sessions.byID); n != 0 {
			t.Errorf("%d sessions are kept", n)
		}
	})
}

func TestSessionsAreBounded(t *testing.T) {
	ss := newSessions()
	now := time.Unix(1, 0)
	first, _ := ss.open(3, now)
	for i := range sessionsKept {
		ss.open(3, now.Add(time.Duration(i+1)*time.Second))
	}
	if len(ss.byID) != sessionsKept || ss.find(first, now, false) != nil {
		t.Fatalf("%d sessions, the oldest kept: %v", len(ss.byID), ss.byID[first] != nil)
	}
}

// Guessing gets slower and never locks anybody out for long.
func TestWrongPINsMustWait(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		b := r.browser()
		wrong := func() int { return b.post("/signin", "place", "3", "pin", "0000").Code }
		for range freeTries {
			if wrong() != http.StatusForbidden {
				t.Fatal("the first tries must not wait")
			}
		}
		for _, wait := range []time.Duration{1, 2, 4, 8, 16, 30, 30, 30} {
			w := b.post("/signin", "place", "3", "pin", "1234") // even the right one
			wantStatus(t, w, http.StatusTooManyRequests, fmt.Sprintf("%d초 후에 다시", wait))
			if got := w.Header().Get("Retry-After"); got != fmt.Sprint(int(wait)) {
				t.Errorf("Retry-After %q, want %d", got, wait)
			}
			time.Sleep(wait*time.Second - time.Millisecond)
			if wrong() != http.StatusTooManyRequests {
				t.Fatalf("a try within %d s was taken", wait)
			}
			time.Sleep(time.Millisecond)
			if got := wrong(); got != http.StatusForbidden {
				t.Fatalf("after %d s: %d", wait, got)
			}
		}
		// Another machine is not concerned, and the right PIN clears the account.
		other := r.browser()
		other.from = "10.0.0.8:99"
		if w := other.post("/signin", "place", "3", "pin", "1234"); w.Code != http.StatusSeeOther {
			t.Fatalf("another machine: %d", w.Code)
		}
		time.Sleep(30 * time.Second)
		if w := b.post("/signin", "place", "3", "pin", "1234"); w.Code != http.StatusSeeOther {
			t.Fatalf("the right PIN: %d", w.Code)
		}
		for range freeTries {
			if wrong() != http.StatusForbidden {
				t.Fatal("after a success the count begins anew")
			}
		}
	})
}

// Many machines guessing together share one try in four seconds, and do not
// slow those that signed in before.
func TestManySourcesMustWaitTogether(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		r.as("3") // 10.0.0.7 is known from here on
		b := r.browser()
		taken := 0
		for i := range 100 {
			b.from = fmt.Sprintf("10.1.0.%d:5", i)
			if b.post("/signin", "place", "3", "pin", "0000").Code == http.StatusForbidden {
				taken++
			}
		}
		if taken != globalTries {
			t.Fatalf("%d guesses were taken, want %d", taken, globalTries)
		}
		b.from = "10.0.0.7:2000"
		if w := b.post("/signin", "place", "4", "pin", "1234"); w.Code != http.StatusSeeOther {
			t.Fatalf("a known machine: %d", w.Code)
		}
		b.from = "10.2.0.1:1"
		wantStatus(t, b.post("/signin", "place", "3", "pin", "1234"), http.StatusTooManyRequests, "4초 후에")
		time.Sleep(globalWait)
		if w := b.post("/signin", "place", "3", "pin", "1234"); w.Code != http.StatusSeeOther {
			t.Fatalf("a new machine after the wait: %d", w.Code)
		}
	})
}

func TestSources(t *testing.T) {
	for addr, want := range map[string]string{
		"10.0.0.7:1": "10.0.0.7/32", "[::ffff:10.0.0.7]:1": "10.0.0.7/32",
		"[fd00:1:2:3:4:5:6:7]:1": "fd00:1:2:3::/64", "[fe80::1%eth0]:1": "fe80::/64", "@": "invalid Prefix",
	} {
		if got := sourceOf(addr); got.String() != want {
			t.Errorf("%s: got %s want %s", addr, got, want)
		}
	}
}

func TestGateIsBounded(t *testing.T) {
	g := newGate()
	now := time.Unix(1e9, 0)
	g.tried(sourceOf("10.9.9.9:1"), now, true)
	for i := range 3 * sourcesKept {
		a := netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)})
		g.tried(netip.PrefixFrom(a, 32), now.Add(time.Duration(i)*time.Millisecond), false)
	}
	if len(g.sources) > sourcesKept {
		t.Errorf("%d sources are kept", len(g.sources))
	}
	if s := g.sources[sourceOf("10.9.9.9:1")]; s == nil || !s.known {
		t.Error("guesses pushed out a source that had signed in")
	}
	g.wait(sourceOf("10.9.9.9:1"), now.Add(time.Hour))
	if len(g.sources) != 1 || g.all != 0 {
		t.Errorf("after an hour %d sources and %d failures are kept", len(g.sources), g.all)
	}
}

// One verification runs at a time, and few wait for it.
func TestOneVerificationAtATime(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		r.con.gate.turn <- struct{}{} // somebody is being verified
		codes := make([]int, verifyWaiting+4)
		var all sync.WaitGroup
		for i := range codes {
			all.Go(func() {
				b := r.browser()
				b.from = fmt.Sprintf("10.3.0.%d:1", i)
				codes[i] = b.post("/signin", "place", "3", "pin", "1234").Code
			})
		}
		synctest.Wait()
		busy := 0
		for _, c := range codes {
			if c == http.StatusServiceUnavailable {
				busy++
			} else if c != 0 {
				t.Errorf("answered %d while another is verified", c)
			}
		}
		if busy != 4 {
			t.Errorf("%d were sent away, want 4", busy)
		}
		<-r.con.gate.turn
		all.Wait()
		for _, c := range codes {
			if c != http.StatusSeeOther && c != http.StatusServiceUnavailable {
				t.Errorf("got %d", c)
			}
		}
	})
}

func TestNewRefusesBadHashes(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		for _, c := range []struct {
			opt  Options
			want string
		}{
			{Options{}, "Options.Loop"},
			{Options{Loop: r.loop, Views: r.hub, ManagerPIN: "9999"}, "manager_pin"},
			{Options{Loop: r.loop, Views: r.hub, PINs: map[int]string{7: "1234"}}, "counter 7"},
			{Options{Loop: r.loop, Views: r.hub, PINs: map[int]string{0: hash1234}}, "counters begin with 1"},
		} {
			if _, err := New(c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want %q, got %v", c.want, err)
			}
		}
	})
}
