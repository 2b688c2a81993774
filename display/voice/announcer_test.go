package voice_test

import (
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/display/voice"
)

func TestACrowdHearsKoreanAlone(t *testing.T) {
	run(t, beeps(t), english, func(h *hall) {
		h.tell()
		for n := 1; n <= 4; n++ {
			h.call(n, n%4)
		}
		// 1 alone, 2 with two behind it, 3 with one, 4 with none.
		h.want("1>1 en", "2>2", "3>3 en", "4>0 en")
		if h.logged("Korean alone", "ticket=2") != 1 {
			t.Error(h.log.String())
		}
	})
}

func TestVolumeAndQuietHours(t *testing.T) {
	periods := func(o *voice.Options) {
		o.Periods = []voice.Period{{From: 12 * time.Hour, To: 13 * time.Hour, Volume: 30}, {From: 22 * time.Hour, To: 6 * time.Hour}}
	}
	run(t, beeps(t), periods, func(h *hall) { // the bubble begins at midnight
		until := func(hour, minute int) {
			now := time.Now().UTC()
			time.Sleep(time.Date(now.Year(), now.Month(), now.Day(), hour, minute, 0, 0, time.UTC).Sub(now))
		}
		h.tell()
		h.call(1, 1)
		h.call(2, 2)
		h.a.Locate()
		h.want()
		until(6, 0)
		h.call(3, 1)
		h.want("3>1")
		until(12, 0)
		h.call(4, 1)
		h.want("4>1 at 30")
		until(13, 0)
		h.call(5, 1)
		h.want("5>1")
		until(22, 0)
		h.call(6, 1)
		h.want()
		if h.logged("calls are shown only", "quiet hours") != 2 || h.logged("calls were shown only", "quiet hours", "calls=2") != 1 || h.logged("not spoken") != 0 {
			t.Error(h.log.String())
		}
	})
}

func TestTickets(t *testing.T) {
	run(t, beeps(t), nil, func(h *hall) {
		h.tell()
		h.a.Ticket(voice.Ticket{Label: "7", Ahead: 2, Paper: true})
		h.want("ticket 7")
		h.a.Ticket(voice.Ticket{Label: "8", Ahead: 0})
		h.want("no paper 8")
		h.a.Ticket(voice.Ticket{Label: "9", Ahead: 100, Paper: true})
		h.want("ticket 9 of many")
		h.a.Ticket(voice.Ticket{Label: "9", Ahead: -1, Paper: true})
		h.want("ticket 9 alone")
		h.a.Locate()
		h.want("place")
		// It waits for the call that is spoken, goes before those that wait, and does
		// not keep them waiting twice.
		h.call(1, 1)
		h.call(2, 2)
		h.call(3, 3)
		h.a.Ticket(voice.Ticket{Label: "7", Ahead: 2, Paper: true})
		h.a.Locate()
		h.want("1>1", "ticket 7", "2>2", "place", "3>3")
		// Who took it has gone before it can be said.
		h.failing(func() error { time.Sleep(7 * time.Second); return nil })
		h.call(4, 1)
		h.a.Ticket(voice.Ticket{Label: "7", Ahead: 2, Paper: true})
		h.want("4>1")
		// Of a busy dispenser only the newest are said.
		h.failing(nil)
		h.call(5, 1)
		for n := 1; n <= 6; n++ {
			h.a.Ticket(voice.Ticket{Label: strconv.Itoa(n), Ahead: 2, Paper: true})
			synctest.Wait()
		}
		h.want("5>1", "ticket 3", "ticket 4", "ticket 5", "ticket 6")
	})
}

func TestOptionsThatAreRefused(t *testing.T) {
	for what, o := range map[string]voice.Options{
		"no language \"fr\"": {Languages: []string{"ko", "fr"}},
		"twice":              {Languages: []string{"en", "en"}},
		"Korean first":       {Languages: []string{"en", "ko"}},
		"volume 101":         {Volume: 101},
		"volume -1":          {Volume: -1},
		"period":             {Periods: []voice.Period{{From: time.Hour, To: time.Hour}}},
		"volume 200":         {Periods: []voice.Period{{To: time.Hour, Volume: 200}}},
	} {
		if _, err := voice.New(o); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestPeriodsAreRead(t *testing.T) {
	if p, err := voice.ParsePeriod("12:00-13:30 30%"); err != nil || p != (voice.Period{From: 12 * time.Hour, To: 13*time.Hour + 30*time.Minute, Volume: 30}) {
		t.Errorf("%+v, %v", p, err)
	}
	for _, s := range []string{"", "12:00-13:00", "12:00 30%", "12:00-12:00 30%", "12:00-24:00 30%", "12:00-13:00 30", "12:00-13:00 101%", "12:00-13:00 -1%", "a-b 3%"} {
		if p, err := voice.ParsePeriod(s); err == nil || !strings.HasPrefix(err.Error(), "voice: ") {
			t.Errorf("%q: %+v, %v", s, p, err)
		}
	}
}
