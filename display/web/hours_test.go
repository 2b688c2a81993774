package web

import (
	"testing"
	"time"

	"sunbeon/appliance/feed"
)

// seoulAt is a moment of the day in the tests' calendar.
func seoulAt(t *testing.T, clock string) time.Time {
	t.Helper()
	h, err := time.Parse("15:04", clock)
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(2026, 11, 23, h.Hour(), h.Minute(), 0, 0, feed.KST())
}

func TestClosingSoon(t *testing.T) {
	for _, c := range []struct{ hours, now, until, again string }{
		{"09:00-18:00", "17:29", "", ""}, {"09:00-18:00", "17:30", "18:00", ""}, {"09:00-18:00", "17:59", "18:00", ""},
		{"09:00-18:00", "18:00", "", ""}, {"09:00-18:00", "08:45", "", ""},
		{"09:00-12:00, 13:00-18:00", "11:45", "12:00", "13:00"}, {"13:00-18:00, 09:00-12:00", "11:45", "12:00", "13:00"},
		{"09:00-12:00, 12:00-18:00", "11:45", "", ""}, {"09:00-12:00, 11:30-18:00", "11:45", "", ""},
		{"00:00-24:00", "23:45", "24:00", ""}, {"", "17:45", "", ""}, {"nonsense", "17:45", "", ""}, {"9:00-18:00", "17:45", "", ""},
	} {
		until, again, ok := closing(c.hours, seoulAt(t, c.now))
		if until != c.until || again != c.again || ok != (c.until != "") {
			t.Errorf("%q at %s: %q, again %q, %v", c.hours, c.now, until, again, ok)
		}
	}
}

// An office closes soon when no service of it goes on.
func TestOfficeClosesSoonWithItsLastService(t *testing.T) {
	now := seoulAt(t, "17:40")
	o := hall("CS0001", now)
	o.Snapshot.Services[0].Hours, o.Snapshot.Services[1].Hours = "09:00-18:00", "09:00-20:00"
	c := card(o, true, now)
	if c.Soon || c.StateText.Ko != "접수 중" || !c.Services[0].Soon || c.Services[0].StateText.Ko != "18:00 마감 임박" || c.Services[0].State != Open || c.Services[1].Soon {
		t.Errorf("one goes on: %+v", c)
	}
	o.Snapshot.Services[1].Hours = "09:00-18:00"
	if c := card(o, true, now); !c.Soon || c.State != Open || c.StateText.Ko != "18:00 마감 임박" || c.StateText.En != "Closing at 18:00" {
		t.Errorf("none goes on: %+v", c)
	}
	o.Snapshot.Services[0].Issuing, o.Snapshot.Services[1].Issuing = feed.IssuingEarly, feed.IssuingEarly
	if c := card(o, true, now); c.Soon || c.State != Early || c.StateText.Ko != "조기마감" {
		t.Errorf("closed already: %+v", c)
	}
	lunch := hall("CS0001", seoulAt(t, "11:50"))
	lunch.Snapshot.Services = lunch.Snapshot.Services[:1]
	lunch.Snapshot.Services[0].Hours = "09:00-12:00, 13:00-18:00"
	if c := card(lunch, true, seoulAt(t, "11:50")); c.StateText.Ko != "12:00까지, 13:00 재개" {
		t.Errorf("before lunch: %+v", c.StateText)
	}
}

// FuzzClosing: whatever an office calls its hours, the end is later than now and
// within half an hour, and what it says of going on comes after.
func FuzzClosing(f *testing.F) {
	f.Add("09:00-12:20, 13:00-18:00")
	f.Add("12:00-24:00")
	f.Fuzz(func(t *testing.T, hours string) {
		until, again, ok := closing(hours, noon)
		if ok && (until <= "12:00" || until > "12:30" || again != "" && again <= until) {
			t.Errorf("%q: until %q, again %q", hours, until, again)
		}
	})
}
