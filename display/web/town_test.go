package web

import (
	"fmt"
	"time"

	"sunbeon/appliance/feed"
)

// uijeongbu is a city of n offices around a middle, in every state that a page
// shows.
func uijeongbu(n int, now time.Time) *town {
	names := []struct {
		ko, en   string
		lat, lon float64
	}{
		{"시청 종합민원실", "City Hall", 37.7381, 127.0337}, {"의정부1동 주민센터", "Uijeongbu 1-dong", 37.7392, 127.0455}, {"의정부2동 주민센터", "Uijeongbu 2-dong", 37.7395, 127.0370},
		{"호원1동 주민센터", "Howon 1-dong", 37.7237, 127.0463}, {"호원2동 주민센터", "Howon 2-dong", 37.7137, 127.0450}, {"장암동 주민센터", "Jangam-dong", 37.7232, 127.0545},
		{"신곡1동 주민센터", "Singok 1-dong", 37.7369, 127.0586}, {"신곡2동 주민센터", "Singok 2-dong", 37.7417, 127.0713}, {"송산1동 주민센터", "Songsan 1-dong", 37.7376, 127.0905},
		{"송산2동 주민센터", "Songsan 2-dong", 37.7455, 127.0985}, {"송산3동 주민센터", "Songsan 3-dong", 37.7520, 127.1070}, {"자금동 주민센터", "Jageum-dong", 37.7565, 127.0720},
		{"가능동 주민센터", "Ganeung-dong", 37.7475, 127.0330}, {"흥선동 주민센터", "Heungseon-dong", 37.7460, 127.0385}, {"녹양동 주민센터", "Nogyang-dong", 37.7600, 127.0330},
	}
	c := newTown()
	for i := range n {
		o := hall(fmt.Sprintf("CS%04d", i+1), now.Add(-time.Duration(i%20)*time.Second))
		base := names[i%len(names)]
		s := o.Snapshot
		s.Name, s.NameEn = base.ko, base.en
		if i >= len(names) {
			s.Name, s.NameEn = fmt.Sprintf("%d %s", i/len(names)+1, base.ko), fmt.Sprintf("%s %d", base.en, i/len(names)+1)
		}
		s.Where.Lat, s.Where.Lon = base.lat+float64(i/len(names))*0.009, base.lon+float64(i/len(names))*0.004
		s.Where.Road = fmt.Sprintf("의정부시 시민로 %d", i+1)
		w := 3 + i*7%40
		s.Services = []feed.Service{
			{ID: "civil", Name: "민원 발급", NameEn: "Certificates", Waiting: new(w), Wait: &feed.Range{Low: w * 40, Mid: w * 60, High: w * 95}, Issuing: feed.IssuingOpen,
				Counters: new(2), Called: fmt.Sprint(100 + i), CalledAt: 2, Hours: "00:00-24:00"},
			{ID: "move", Name: "전입·인감", NameEn: "Moving in, seals", Waiting: new(i % 3), Issuing: feed.IssuingOpen, Counters: new(1), Called: "301", CalledAt: 4, Hours: "00:00-24:00"},
		}
		s.Counters = []feed.Counter{{Number: 2, State: feed.CounterOpen, Ticket: fmt.Sprint(100 + i), Services: []string{"civil"}}, {Number: 4, State: feed.CounterPaused, Services: []string{"move", "civil"}}}
		s.Calls[0].Ticket = fmt.Sprint(100 + i)
		if i == 0 {
			s.Services = append(s.Services, feed.Service{ID: "passport", Name: "여권", NameEn: "Passports", Waiting: new(14), Wait: &feed.Range{Low: 1500, Mid: 2100, High: 3900},
				Issuing: feed.IssuingOpen, Counters: new(1), Called: "501", CalledAt: 7, Online: true, OnlineNow: true, Hours: "00:00-24:00"})
		}
		switch i {
		case 4: // closed early
			for k := range s.Services {
				s.Services[k].Issuing = feed.IssuingEarly
			}
		case 6: // closing soon
			end := seoul(now).Add(20 * time.Minute).Format("15:04")
			if end < seoul(now).Format("15:04") {
				end = "24:00"
			}
			for k := range s.Services {
				s.Services[k].Hours = "00:00-" + end
			}
		case 8: // stale
			o.Received = now.Add(-2 * time.Hour)
		case 10: // observed, and without a position
			seen := heardHall(o.ID, now)
			seen.Snapshot.Name, seen.Snapshot.NameEn, seen.Snapshot.Where = s.Name, s.NameEn, nil
			o = seen
		case 12: // closed
			for k := range s.Services {
				s.Services[k].Issuing, s.Services[k].Hours = feed.IssuingClosed, "00:00-00:01"
			}
		case 14: // never spoke
			o = Office{ID: o.ID}
		}
		c.offices[o.ID] = o
	}
	return c
}
