package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sunbeon/display/web"
	"sunbeon/display/web/ledger"
	"sunbeon/display/web/notify"
	"sunbeon/display/web/sqldb"
	"sunbeon/display/web/sqldb/pgtest"
)

// noon is in the middle of a day in Korea.
var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.FixedZone("KST", 9*3600))

// replicas opens a store n times over, as n processes do.
func replicas(t *testing.T, dsn string, n int) (all []*ledger.Ledger) {
	t.Helper()
	for range n {
		db, err := sqldb.Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		l, err := ledger.Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

// alone are the tests that any web.Ledger passes, together those of several
// replicas on one store.
func alone() map[string]func(*testing.T, web.Ledger) {
	return map[string]func(*testing.T, web.Ledger){
		"DeviceHasOneTicket": deviceHasOneTicket, "FirstTapHasNoCookie": firstTapHasNoCookie,
		"RequestWithoutAnswerIsGivenBack": requestWithoutAnswerIsGivenBack, "SubscriptionsAreBounded": subscriptionsAreBounded,
	}
}

func together() map[string]func(*testing.T, []*ledger.Ledger) {
	return map[string]func(*testing.T, []*ledger.Ledger){
		"AtOnce": replicasAtOnce, "ParcelsOutliveWhoTookThem": parcelsOutliveWhoTookThem,
		"EndOfATicketLeavesNothing": endOfATicketLeavesNothing, "KeysAreMadeOnce": keysAreMadeOnce,
	}
}

func TestInMemory(t *testing.T) {
	for name, test := range alone() {
		t.Run(name, func(t *testing.T) { test(t, web.NewMemory()) })
	}
}

func TestInSQLite(t *testing.T) {
	stores(t, func(t *testing.T) string { return filepath.Join(t.TempDir(), "city.db") })
}

func TestInPostgreSQL(t *testing.T) {
	server := pgtest.New(t)
	stores(t, func(*testing.T) string { return server.Database() })
}

// stores runs everything, each on a store of its own.
func stores(t *testing.T, dsn func(*testing.T) string) {
	for name, test := range alone() {
		t.Run(name, func(t *testing.T) { test(t, replicas(t, dsn(t), 1)[0]) })
	}
	for name, test := range together() {
		t.Run(name, func(t *testing.T) { test(t, replicas(t, dsn(t), 3)) })
	}
}

func device(n byte) web.Device { return web.Device{0: n} }

func asks(request string) web.Claim {
	return web.Claim{Office: "CS0001", Service: "passport", Request: request, Asked: noon}
}

func claim(t *testing.T, l web.Ledger, d web.Device, c web.Claim, over string) web.Claim {
	t.Helper()
	has, err := l.Claim(t.Context(), d, c, over)
	if err != nil {
		t.Fatal(err)
	}
	return has
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func deviceHasOneTicket(t *testing.T, l web.Ledger) {
	ctx, d := t.Context(), device(1)
	if _, ok, err := l.Has(ctx, d); ok || err != nil {
		t.Fatal(ok, err)
	}
	if has := claim(t, l, d, asks("one"), ""); has.Request != "one" || has.Token != "" {
		t.Errorf("the first: %+v", has)
	}
	if has := claim(t, l, d, asks("two"), ""); has.Request != "one" {
		t.Errorf("while it is asked: %+v", has)
	}
	if has := claim(t, l, device(2), asks("two"), ""); has.Request != "two" {
		t.Errorf("another device: %+v", has)
	}
	must(t, l.Settle(ctx, "CS0001", "one", "token", 7))
	for _, request := range []string{"one", "two"} {
		if has := claim(t, l, d, asks(request), "another"); has.Token != "token" || has.Day != 7 || has.Request != "one" {
			t.Errorf("%s while it has a ticket: %+v", request, has)
		}
	}
	if has, ok, err := l.Has(ctx, d); !ok || err != nil || has.Token != "token" || !has.Asked.Equal(noon) || has.Service != "passport" {
		t.Errorf("%+v %v %v", has, ok, err)
	}
	if has := claim(t, l, d, asks("three"), "token"); has.Request != "three" || has.Token != "" {
		t.Errorf("when it is over: %+v", has)
	}
	must(t, l.Settle(ctx, "CS0001", "three", "", 0)) // refused
	if has, ok, err := l.Has(ctx, d); ok || err != nil {
		t.Errorf("after a refusal: %+v %v", has, err)
	}
}

// firstTapHasNoCookie: two taps before the cookie is there are two devices,
// and one request.
func firstTapHasNoCookie(t *testing.T, l web.Ledger) {
	claim(t, l, device(1), asks("one"), "")
	claim(t, l, device(2), asks("one"), "")
	must(t, l.Settle(t.Context(), "CS0001", "one", "token", 1))
	must(t, l.Settle(t.Context(), "CS0001", "one", "token", 1))
	for n := range byte(2) {
		if has, _, err := l.Has(t.Context(), device(n+1)); err != nil || has.Token != "token" {
			t.Errorf("%+v %v", has, err)
		}
	}
	if g, due, err := l.Due(t.Context(), noon.Add(time.Hour)); due || err != nil {
		t.Errorf("%+v is to be given back: %v", g, err)
	}
}

func requestWithoutAnswerIsGivenBack(t *testing.T, l web.Ledger) {
	ctx, d := t.Context(), device(1)
	claim(t, l, d, asks("one"), "")
	due := func(at time.Time) (web.Regret, bool) {
		g, ok, err := l.Due(ctx, at)
		must(t, err)
		return g, ok
	}
	if g, ok := due(noon.Add(web.RegretAfter - time.Millisecond)); ok {
		t.Errorf("too early: %+v", g)
	}
	again := asks("one") // pressed once more: the time begins anew
	again.Asked = noon.Add(10 * time.Second)
	claim(t, l, d, again, "")
	if g, ok := due(noon.Add(web.RegretAfter)); ok {
		t.Errorf("pressed again: %+v", g)
	}
	at := again.Asked.Add(web.RegretAfter)
	if g, ok := due(at); !ok || g != (web.Regret{Office: "CS0001", Service: "passport", Request: "one", Tries: 1}) {
		t.Errorf("%+v %v", g, ok)
	}
	if g, ok := due(at); ok {
		t.Errorf("given out twice: %+v", g)
	}
	// From here on the request leads to nothing that anybody is shown.
	if err := l.Settle(ctx, "CS0001", "one", "token", 1); !errors.Is(err, web.ErrSpent) {
		t.Errorf("a late answer: %v", err)
	}
	if has, _, _ := l.Has(ctx, d); has.Token != "" {
		t.Errorf("a late answer: %+v", has)
	}
	if _, err := l.Claim(ctx, d, asks("one"), ""); !errors.Is(err, web.ErrSpent) {
		t.Errorf("the same again: %v", err)
	}
	if has := claim(t, l, d, asks("two"), ""); has.Request != "two" {
		t.Errorf("another: %+v", has)
	}
	for try := 2; try <= web.RegretTries; try++ {
		at = at.Add(web.RegretAgain)
		if g, ok := due(at); !ok || g.Request != "one" && g.Request != "two" {
			t.Errorf("try %d: %+v %v", try, g, ok)
		} else if g.Request == "two" {
			must(t, l.Closed(ctx, g))
			try--
			at = at.Add(-web.RegretAgain)
		}
	}
	if g, ok := due(at.Add(time.Hour)); ok {
		t.Errorf("for ever: %+v", g)
	}
	if _, ok, _ := l.Has(ctx, d); ok {
		t.Error("a closed regret leaves the device taken")
	}
	if _, err := l.Claim(ctx, d, asks("two"), ""); !errors.Is(err, web.ErrSpent) {
		t.Errorf("closed, and asked again: %v", err)
	}
}

func subscriptionsAreBounded(t *testing.T, l web.Ledger) {
	ctx := t.Context()
	one := func(token string, n int) web.Subscription {
		return web.Subscription{Token: token, Lang: web.Ko, Endpoint: fmt.Sprint("https://push.example/", n), P256dh: "k", Auth: "a"}
	}
	for n := range web.PerTicket {
		must(t, l.Subscribe(ctx, one("a", n)))
		must(t, l.Subscribe(ctx, one("a", n))) // the same again
	}
	if err := l.Subscribe(ctx, one("a", 9)); !errors.Is(err, web.ErrFull) {
		t.Errorf("one too many: %v", err)
	}
	must(t, l.Subscribe(ctx, one("b", 9)))
	must(t, l.Unsubscribe(ctx, "a", one("a", 1).Endpoint))
	must(t, l.Subscribe(ctx, one("a", 9)))
}

// replicasAtOnce: whatever several processes do at the same moment, a device
// has one request, a regret and a message one owner.
func replicasAtOnce(t *testing.T, all []*ledger.Ledger) {
	ctx := t.Context()
	var wg sync.WaitGroup
	for round := range 10 {
		d := device(byte(round))
		var won atomic.Int64
		for i, l := range all {
			for tap := range 3 {
				wg.Go(func() {
					c := asks(fmt.Sprint(round, "-", i, "-", tap))
					has, err := l.Claim(ctx, d, c, "")
					if err != nil {
						t.Error(err)
					} else if has.Request == c.Request {
						won.Add(1)
					}
				})
			}
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d claims of one device won", won.Load())
		}
	}
	var regrets, posted, taken atomic.Int64
	must(t, all[0].Subscribe(ctx, web.Subscription{Token: "a", Lang: web.Ko, Endpoint: "https://push.example/1"}))
	must(t, all[0].Subscribe(ctx, web.Subscription{Token: "a", Lang: web.En, Endpoint: web.GatewayEndpoint}))
	for _, l := range all {
		wg.Go(func() {
			for range 20 {
				_, ok, err := l.Due(ctx, noon.Add(web.RegretAfter))
				if err != nil {
					t.Error(err)
				}
				if ok {
					regrets.Add(1)
				}
			}
		})
		wg.Go(func() {
			for _, k := range []notify.Kind{notify.Near, notify.Next, notify.Missed, notify.Call} {
				ok, err := l.Post(ctx, notify.Message{Kind: k, Token: "a"}, noon)
				if err != nil {
					t.Error(err)
				}
				if ok {
					posted.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if regrets.Load() != 10 || posted.Load() != notify.Most {
		t.Errorf("%d regrets of 10, %d messages of %d", regrets.Load(), posted.Load(), notify.Most)
	}
	for _, l := range all {
		wg.Go(func() {
			for {
				p, ok, err := l.Take(ctx, noon, time.Minute)
				if err != nil {
					t.Error(err)
					return
				}
				if !ok {
					return
				}
				if p.Token != "a" || p.To.Token != "a" || p.Tries != 1 || p.ID == "" {
					t.Errorf("%+v", p)
				}
				taken.Add(1)
			}
		})
	}
	wg.Wait()
	// Somebody may have stopped because the others were faster each time.
	for {
		_, ok, err := all[0].Take(ctx, noon, time.Minute)
		must(t, err)
		if !ok {
			break
		}
		taken.Add(1)
	}
	if taken.Load() != 2*notify.Most {
		t.Errorf("%d parcels were taken of %d", taken.Load(), 2*notify.Most)
	}
}

func parcelsOutliveWhoTookThem(t *testing.T, both []*ledger.Ledger) {
	ctx := t.Context()
	to := web.Subscription{Token: "a", Lang: web.En, Endpoint: "https://push.example/1", P256dh: "key", Auth: "secret"}
	must(t, both[0].Subscribe(ctx, to))
	m := notify.Message{Kind: notify.Call, Token: "a", Office: "CS0001", Label: "502", Counter: 7, Title: web.Words{Ko: "가", En: "go"}}
	if ok, err := both[0].Post(ctx, m, noon); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if ok, err := both[1].Post(ctx, m, noon); ok || err != nil {
		t.Fatalf("the same message again: %v %v", ok, err)
	}
	take := func(l *ledger.Ledger, at time.Time) (notify.Parcel, bool) {
		p, ok, err := l.Take(ctx, at, 30*time.Second)
		must(t, err)
		return p, ok
	}
	first, ok := take(both[0], noon)
	if !ok || first.Message != m || first.To != to || !first.Made.Equal(noon) {
		t.Fatalf("%+v %v", first, ok)
	}
	if p, ok := take(both[1], noon.Add(29*time.Second)); ok {
		t.Errorf("while it is carried: %+v", p)
	}
	second, ok := take(both[1], noon.Add(30*time.Second))
	if !ok || second.ID != first.ID || second.Tries != 2 {
		t.Fatalf("%+v %v", second, ok)
	}
	must(t, both[0].Put(ctx, first, noon)) // whose time is over has no say
	if p, ok := take(both[0], noon.Add(31*time.Second)); ok {
		t.Errorf("%+v", p)
	}
	must(t, both[1].Put(ctx, second, noon.Add(40*time.Second)))
	third, ok := take(both[0], noon.Add(40*time.Second))
	if !ok || third.Tries != 3 {
		t.Fatalf("%+v %v", third, ok)
	}
	must(t, both[0].Put(ctx, third, time.Time{}))
	if p, ok := take(both[1], noon.Add(time.Hour)); ok {
		t.Errorf("delivered, and again: %+v", p)
	}
}

func endOfATicketLeavesNothing(t *testing.T, both []*ledger.Ledger) {
	ctx := t.Context()
	for _, e := range []string{"https://push.example/1", web.GatewayEndpoint} {
		must(t, both[0].Subscribe(ctx, web.Subscription{Token: "a", Lang: web.Ko, Endpoint: e}))
		must(t, both[0].Subscribe(ctx, web.Subscription{Token: "b", Lang: web.Ko, Endpoint: e}))
	}
	for _, token := range []string{"a", "b"} {
		if _, err := both[0].Post(ctx, notify.Message{Kind: notify.Near, Token: token}, noon); err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range both {
		must(t, l.Forget(ctx, notify.Message{Kind: notify.End, Token: "a"}, noon))
	}
	if tokens, err := both[1].Watched(ctx); err != nil || len(tokens) != 1 || tokens[0] != "b" {
		t.Errorf("%v %v", tokens, err)
	}
	var left []string
	for {
		p, ok, err := both[1].Take(ctx, noon, time.Minute)
		must(t, err)
		if !ok {
			break
		}
		left = append(left, p.Token+" "+string(p.Kind)+" "+p.To.Endpoint)
	}
	n := 0
	for _, s := range left {
		if s == "a end "+web.GatewayEndpoint {
			n++
		} else if s[0] == 'a' {
			t.Errorf("left: %s", s)
		}
	}
	if n != 1 || len(left) != 3 {
		t.Errorf("%q", left)
	}
}

func keysAreMadeOnce(t *testing.T, both []*ledger.Ledger) {
	var got [3]notify.Keys
	var wg sync.WaitGroup
	for i, l := range both {
		wg.Go(func() {
			fresh, err := notify.NewKeys()
			if err != nil {
				t.Error(err)
			}
			if got[i], err = l.Keys(context.Background(), fresh); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got[0] != got[1] || got[0] != got[2] || got[0].Public == "" || got[0].Private == "" {
		t.Error("two pairs of keys, or none")
	}
}
