package broker_test

import (
	"encoding/json"
	"testing"
	"time"

	"sunbeon/appliance/feed"
)

// TestReplaysOfTheBroker: a request that somebody made the broker keep, or an old
// state that it hands out as new, is what it is to a kiosk and a city that come
// later. What is larger than any message the broker does not pass on.
func TestReplaysOfTheBroker(t *testing.T) {
	eachBroker(t, func(t *testing.T, b server) {
		const id = "0123456789abcdef"
		a := feed.Address{City: cityName, Office: "CS0001"}
		s := newStranger(t, b.url())
		body, err := json.Marshal(feed.Request{V: 1, ID: id, Kind: feed.RequestIssue, Service: "passport", Deadline: time.Now().Add(time.Hour).UnixMilli()})
		if err != nil {
			t.Fatal(err)
		}
		s.say(a.Request(id), true, body)
		s.say(a.Facts(), true, []byte(`{"v":1}`))

		k := newKiosk(t, "CS0001", b.url())
		eventually(t, "the kept request is refused", func() bool { return k.up.Stats().Bad >= 1 })
		c := newCity(t, b.url())
		k.grow(5)
		c.whole(k.rec, "CS0001")
		eventually(t, "the kept fact is refused", func() bool { return c.city.Refused()["fact"] >= 1 })
		for range 2 { // every connection hears it again
			k.off()
			k.on()
			eventually(t, "the kept request is refused again", func() bool { return k.up.Stats().Bad >= 1 })
		}
		if _, asked := k.desk.numbers(); asked != 0 {
			t.Errorf("%d requests reached the loop", asked)
		}

		large := append([]byte(`{"v":1,"online":false}`), make([]byte, 300<<10)...)
		other := newStrangerWith(t, b.url(), "other", nil)
		err = other.conn.Publish(t.Context(), a.Status(), 1, false, large)
		eventually(t, "whoever sends it is cut off, or not heard", func() bool {
			select {
			case <-other.conn.Done():
				return true
			default:
				return err != nil || c.city.Refused()["status"] > 0
			}
		})
		k.show(7)
		eventually(t, "the others go on", func() bool { return c.waiting("CS0001") == 7 })
		if o, _ := c.city.Office("CS0001"); o.Status == nil || !o.Status.Online {
			t.Errorf("%+v", o.Status)
		}
	})
}
