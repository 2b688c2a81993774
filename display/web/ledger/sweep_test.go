package ledger

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/web"
	"sunbeon/display/web/notify"
	"sunbeon/display/web/sqldb"
)

// TestNothingOutlivesItsDay but the keys.
func TestNothingOutlivesItsDay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.db")
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		db, err := sqldb.Open(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		l, err := Open(ctx, db)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		claim := web.Claim{Office: "CS0001", Service: "passport", Request: "r", Asked: now}
		_, err = l.Claim(ctx, web.Device{1}, claim, "")
		for _, err := range []error{err, l.Subscribe(ctx, web.Subscription{Token: "a", Lang: web.Ko, Endpoint: "https://push.example/"})} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if ok, err := l.Post(ctx, notify.Message{Kind: notify.Near, Token: "a"}, now); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if _, err := l.Keys(ctx, notify.Keys{Private: "x", Public: "y"}); err != nil {
			t.Fatal(err)
		}
		rows := func() (n int) {
			for _, table := range []string{"device", "asked", "subscription", "message", "parcel", "secret"} {
				var k int
				if err := db.QueryRow(ctx, `SELECT COUNT(*) FROM `+table).Scan(&k); err != nil {
					t.Fatal(err)
				}
				n += k
			}
			return n
		}
		done := make(chan error, 1)
		go func() { done <- l.Run(ctx, slog.New(slog.NewTextHandler(io.Discard, nil))) }()
		midnight := time.UnixMilli(ends(now))
		if k := midnight.In(feed.KST()); k.Hour() != 0 || k.Minute() != 0 || midnight.Sub(now) > 24*time.Hour || !midnight.After(now) {
			t.Errorf("the day of %v ends at %v", now, k)
		}
		time.Sleep(time.Until(midnight) - time.Second)
		synctest.Wait()
		if n := rows(); n != 6 {
			t.Errorf("before the day is over: %d rows", n)
		}
		time.Sleep(sweepEvery + time.Second)
		synctest.Wait()
		if n := rows(); n != 1 {
			t.Errorf("after: %d rows", n)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}
