package lobby

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/checkin"
	"sunbeon/appliance/config"
	"sunbeon/appliance/feed"
)

// tape is a screen that keeps the halls it is sent.
type tape struct {
	header http.Header
	mu     sync.Mutex
	halls  []feed.Hall
}

func (s *tape) Header() http.Header { return s.header }
func (s *tape) WriteHeader(int)     {}
func (s *tape) Flush()              {}

func (s *tape) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for line := range bytes.Lines(b) {
		var l struct {
			Hall *feed.Hall `json:"hall"`
		}
		if err := json.Unmarshal(line, &l); err != nil {
			return 0, err
		}
		if l.Hall != nil {
			s.halls = append(s.halls, *l.Hall)
		}
	}
	return len(b), nil
}

func (s *tape) take() []feed.Hall {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.halls
	s.halls = nil
	return out
}

func asking(arrival bool) *appliance.View {
	v := &appliance.View{}
	v.Public.V, v.Public.Office = 1, "CS0001"
	v.Public.Services = []feed.Service{{ID: "civil"}, {ID: "passport", Online: true, Arrival: arrival}}
	return v
}

// TestTheHallSeesEveryCode: screens get another code each minute though nothing
// happens in the line, and none when nobody is asked for it.
func TestTheHallSeesEveryCode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		code := checkin.New(checkin.Options{Now: func() time.Duration { return time.Since(start) }})
		l, err := New(Options{Board: config.Board{CheckIn: "https://min.example/o/CS0001/arrive"}, CheckIn: code, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		var b book
		var views appliance.Hub
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() { _ = l.Run(ctx, &b, &views) })
		screen := &tape{header: http.Header{}}
		all.Go(func() {
			r := httptest.NewRequest(http.MethodGet, "/hall/stream?screen=hall", nil).WithContext(ctx)
			l.Screens().Local().ServeHTTP(screen, r)
		})
		one := func() feed.Hall {
			t.Helper()
			synctest.Wait()
			halls := screen.take()
			if len(halls) != 1 {
				t.Fatalf("the screen got %d halls: %+v", len(halls), halls)
			}
			shown, _ := code.Shown()
			if h := halls[0]; h.CheckInCode != shown || h.CheckIn != "https://min.example/o/CS0001/arrive?code="+shown {
				t.Fatalf("shown is %q at %q, good is %q", h.CheckInCode, h.CheckIn, shown)
			}
			return halls[0]
		}
		time.Sleep(10 * time.Second)
		views.Publish(asking(true))
		last := one()
		time.Sleep(20 * time.Second)
		views.Publish(asking(true)) // something happens: the minute goes on
		if h := one(); h.CheckInCode != last.CheckInCode || h.Snapshot.Rev != last.Snapshot.Rev+1 {
			t.Errorf("%s became %s within its minute", last.CheckInCode, h.CheckInCode)
		}
		time.Sleep(30*time.Second - time.Millisecond)
		synctest.Wait()
		if halls := screen.take(); len(halls) > 0 {
			t.Errorf("early: %+v", halls)
		}
		last.Snapshot.Rev++
		time.Sleep(time.Millisecond)
		for range 5 {
			h := one()
			if h.CheckInCode == last.CheckInCode || h.Snapshot.Rev != last.Snapshot.Rev+1 {
				t.Errorf("after %s came %s, revision %d", last.CheckInCode, h.CheckInCode, h.Snapshot.Rev)
			}
			last = h
			time.Sleep(time.Minute)
		}
		one()
		views.Publish(asking(false))
		synctest.Wait()
		if halls := screen.take(); len(halls) != 1 || halls[0].CheckInCode != "" || halls[0].CheckIn != "https://min.example/o/CS0001/arrive" {
			t.Errorf("nobody is asked: %+v", halls)
		}
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if halls := screen.take(); len(halls) > 0 {
			t.Errorf("and the screen gets %d halls", len(halls))
		}
		cancel()
		all.Wait()
	})
}

func TestCheckInAddress(t *testing.T) {
	for _, c := range []struct{ address, code, want string }{
		{"https://a.example/o/x/arrive", "0042", "https://a.example/o/x/arrive?code=0042"},
		{"https://a.example/arrive?o=x", "0042", "https://a.example/arrive?o=x&code=0042"},
		{"https://a.example/arrive", "gate-7", "https://a.example/arrive?code=gate-7"},
	} {
		if got := withCode(c.address, c.code); got != c.want {
			t.Errorf("%s with %s is %s", c.address, c.code, got)
		}
	}
}
