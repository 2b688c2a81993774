package uplink

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/feed"
)

// TestForgedRequests: what is not for this office, not whole, repeated from a
// broker's memory, too late or too large never reaches the loop, and only what
// is late is answered.
func TestForgedRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		handled := 0
		office := officeFunc(func(ctx context.Context, r feed.Request) feed.Reply {
			handled++
			return ticket(ctx, r)
		})
		session(t, Config{Office: office}, l, func(u *Uplink) {
			const id = "0123456789abcdef"
			request := func(change func(*feed.Request)) feed.Request {
				r := feed.Request{V: 1, ID: id, Kind: feed.RequestIssue, Service: "civil", Deadline: time.Now().Add(time.Minute).UnixMilli()}
				change(&r)
				return r
			}
			good := request(func(*feed.Request) {})
			large, err := json.Marshal(good)
			if err != nil {
				t.Fatal(err)
			}
			other := feed.Address{City: address.City, Office: "CS0666"}
			bad := u.Stats().Bad
			for i, m := range []struct {
				what, topic string
				retained    bool
				body        any
			}{
				{"for another office", other.Request(id), false, good},
				{"of another city", feed.Address{City: "elsewhere", Office: address.Office}.Request(id), false, good},
				{"on a reply's topic", address.Reply(id), false, good},
				{"from the broker's memory", address.Request(id), true, good},
				{"with another id in its topic", address.Request(id + "0"), false, good},
				{"of another version", address.Request(id), false, request(func(r *feed.Request) { r.V = 2 })},
				{"of no kind", address.Request(id), false, request(func(r *feed.Request) { r.Kind = "" })},
				{"that passes nobody", address.Request(id), false, request(func(r *feed.Request) { r.Kind, r.Token = feed.RequestDelay, "abcdefghijkl2345" })},
				{"with a long token", address.Request(id), false, request(func(r *feed.Request) { r.Kind, r.Token = feed.RequestCancel, strings.Repeat("a", 65) })},
				{"too large", address.Request(id), false, json.RawMessage(`{"pad":"` + strings.Repeat("x", feed.MaxMessage) + `",` + string(large[1:]))},
				{"a list", address.Request(id), false, []feed.Request{good}},
			} {
				l.say(t, address.Requests(), m.topic, m.retained, m.body)
				synctest.Wait()
				if n := u.Stats().Bad; n != bad+uint64(i)+1 {
					t.Errorf("%s: %d refused, want %d", m.what, n-bad, i+1)
				}
			}
			late := request(func(r *feed.Request) { r.ID, r.Deadline = "late-"+id, time.Now().UnixMilli()-1 })
			l.say(t, address.Requests(), address.Request(late.ID), false, late)
			synctest.Wait()
			if ms, _ := l.carried("reply/late-"); len(ms) != 1 || !strings.Contains(string(ms[0].Payload), `"code":"expired"`) {
				t.Errorf("late: %+v", ms)
			}
			if ms, _ := l.carried("reply"); handled != 0 || len(ms) != 1 {
				t.Errorf("%d reached the loop, %d were answered", handled, len(ms))
			}
			// Replayed: the same answer, and nothing is done twice.
			for range 3 {
				l.say(t, address.Requests(), address.Request(id), false, good)
				synctest.Wait()
			}
			time.Sleep(2 * time.Minute)
			l.say(t, address.Requests(), address.Request(id), false, good)
			synctest.Wait()
			ms, _ := l.carried("reply/" + id)
			if handled != 1 || len(ms) != 4 || string(ms[0].Payload) != string(ms[3].Payload) {
				t.Errorf("replayed: %d handled, %d answers", handled, len(ms))
			}
		})
	})
}
