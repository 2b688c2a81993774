package board

import (
	"fmt"
	"image"
	"math/rand/v2"
	"strings"
	"testing"

	"rsc.io/qr"

	"sunbeon/appliance/feed"
)

// without is an office whose printer is stopped, and the numbers that it offers.
func without(services, counters int, tickets ...string) (*feed.Snapshot, []feed.Offer) {
	s := office(services, counters)
	s.Faults = []feed.Fault{{Device: "printer", Condition: "paper-end",
		Ko: "지금은 번호표가 인쇄되지 않습니다. 번호는 드리오니 직원에게 문의해 주십시오.",
		En: "Tickets are not being printed. Numbers are still given: please ask staff."}}
	var offers []feed.Offer
	for i, t := range tickets {
		s.Unprinted = append(s.Unprinted, t)
		offers = append(offers, feed.Offer{Ticket: t, Service: s.Services[(i+1)%services].ID,
			Page: "https://min.example.go.kr/t/" + "abcdefghijklmnop"[i:] + "abcdefghijklmnop"[:i]})
	}
	return s, offers
}

// someOffers are numbers without paper of an office, none at all for every
// second one, with pages or without, and some too old to be large.
func someOffers(rng *rand.Rand, s *feed.Snapshot) []feed.Offer {
	var offers []feed.Offer
	for i := range rng.IntN(2) * rng.IntN(9) {
		ticket := fmt.Sprint(rng.IntN(9999) + 1)
		if rng.IntN(6) == 0 {
			ticket = "여권-" + ticket
		}
		s.Unprinted = append(s.Unprinted, ticket)
		if i > 6 {
			continue
		}
		o := feed.Offer{Ticket: ticket, Service: s.Services[rng.IntN(len(s.Services))].ID}
		if rng.IntN(3) > 0 {
			o.Page = "https://min.example.go.kr/t/" + strings.Repeat("abcdefghijklmnop", 1+rng.IntN(3))
		}
		if rng.IntN(30) == 0 {
			o.Service, o.Page = "gone", strings.Repeat("x", 4000) // no service, no code
		}
		offers = append(offers, o)
	}
	if rng.IntN(5) == 0 {
		offers = nil
	}
	return offers
}

// ems are the largest em of each text, px.
func ems(sc *scene) map[string]int {
	out := map[string]int{}
	for _, o := range texts(sc) {
		out[o.text] = max(out[o.text], o.size)
	}
	return out
}

// TestTheCallComesFirst: on no layout is a number without paper larger than the
// one that is called, and both are there.
func TestTheCallComesFirst(t *testing.T) {
	for _, size := range []image.Point{{1280, 720}, {1920, 1080}, {1080, 1920}, {1024, 768}} {
		for _, layout := range layouts {
			b := board(t, Options{Width: size.X, Height: size.Y, Layout: layout})
			for _, counters := range []int{4, 8, 30} {
				for n := 1; n <= 3; n++ {
					s, offers := without(3, counters, []string{"7", "3142", "1029"}[:n]...)
					got := ems(b.compose(show(s, offers, Live()), noon, hotDeep))
					call, offer := got[s.Calls[0].Ticket], got["7"]
					if call < offer || offer*14 < size.Y && offer*14 < size.X {
						t.Errorf("%v %v, %d counters, %d offers: the call has %d px, the newest number %d px", size, layout, counters, n, call, offer)
					}
				}
			}
		}
	}
}

// TestOffersTakeTurns: the newest number is always large, every other one in its
// turn, and all are written somewhere at every instant.
func TestOffersTakeTurns(t *testing.T) {
	for _, opt := range []Options{{Width: 1280, Height: 720}, {Width: 1080, Height: 1920}} {
		b := board(t, opt)
		s, offers := without(4, 4, "2031", "3042", "1029", "4055")
		turns := map[string]int{}
		for at := noon; at.Before(noon.Add(3 * pageTurn)); at = at.Add(pageTurn) {
			got := ems(b.compose(show(s, offers, Live()), at, hotDeep))
			var listed string
			for text := range got {
				if strings.Contains(text, " · ") {
					listed = text
				}
			}
			for _, o := range offers {
				large := got[o.Ticket] > b.opt.Height/20
				if large {
					turns[o.Ticket]++
				}
				if large == strings.Contains(listed, o.Ticket) {
					t.Errorf("%v: %s large: %v, listed in %q", at, o.Ticket, large, listed)
				}
			}
		}
		if turns["2031"] != 3 || turns["3042"] != 1 || turns["1029"] != 1 || turns["4055"] != 1 {
			t.Errorf("large in three turns: %v", turns)
		}
	}
}

func TestOffersAreSaid(t *testing.T) {
	b := board(t, Options{Width: 1280, Height: 720})
	say := func(change func(*feed.Snapshot, *[]feed.Offer)) string {
		s, offers := without(3, 4, "2031")
		change(s, &offers)
		var all []string
		for _, o := range texts(b.compose(show(s, offers, Live()), noon, hotDeep)) {
			all = append(all, o.text)
		}
		return strings.Join(all, "\n")
	}
	const public, stopped, over = "지금은 번호표가 인쇄되지", "번호표가 인쇄되지 않습니다.", "번호표를 받지 못하셨습니까?"
	for _, c := range []struct {
		what   string
		change func(*feed.Snapshot, *[]feed.Offer)
		say    []string
		never  []string
	}{
		{"stopped", func(*feed.Snapshot, *[]feed.Offer) {}, []string{stopped, "번호를 기억해 주십시오.", "2031", "QR 코드를 찍으시면"}, []string{public, over}},
		{"repaired", func(s *feed.Snapshot, _ *[]feed.Offer) { s.Faults = nil }, []string{over, "번호를 기억해 주십시오.", "2031"}, []string{stopped}},
		{"before the first call", func(s *feed.Snapshot, _ *[]feed.Offer) { s.Calls = nil }, []string{"번호를 기억하고 기다려 주십시오"}, []string{"번호표를 받고"}},
		{"no page", func(_ *feed.Snapshot, o *[]feed.Offer) { (*o)[0].Page = "" }, []string{"2031"}, []string{"QR"}},
		{"another device's fault", func(s *feed.Snapshot, _ *[]feed.Offer) {
			s.Faults = append(s.Faults, feed.Fault{Device: "sign:3", Ko: "3번 창구 표시기 고장"})
		}, []string{stopped, "3번 창구 표시기 고장"}, []string{public}},
		{"another device's fault alone", func(s *feed.Snapshot, _ *[]feed.Offer) {
			s.Faults[0].Device = "button:civil"
		}, []string{public, over}, []string{"\n" + stopped}},
		{"nobody without paper yet", func(s *feed.Snapshot, o *[]feed.Offer) { s.Unprinted, *o = nil, nil }, []string{public}, []string{"기억", "2031"}},
		{"too old to be large", func(_ *feed.Snapshot, o *[]feed.Offer) { *o = nil }, []string{public, "미인쇄", "2031", "번호를 기억해 주십시오"}, []string{"QR"}},
		{"the day is over", func(s *feed.Snapshot, _ *[]feed.Offer) { s.DayOpen = false }, nil, []string{"2031", "기억"}},
	} {
		got := say(c.change)
		for _, text := range c.say {
			if !strings.Contains(got, text) {
				t.Errorf("%s: %q is not on the board:\n%s", c.what, text, got)
			}
		}
		for _, text := range c.never {
			if strings.Contains(got, text) {
				t.Errorf("%s: %q is on the board:\n%s", c.what, text, got)
			}
		}
	}
	if got := ems(b.compose(show(nil, []feed.Offer{{Ticket: "2031"}}, Live()), noon, hotDeep)); got["2031"] > 0 {
		t.Error("a board without a snapshot offers a number")
	}
}

// TestCodeOfAnOffer reads the modules back from the picture: they are those of
// the ticket's own page, with four modules of quiet around.
func TestCodeOfAnOffer(t *testing.T) {
	for _, opt := range []Options{{Width: 1280, Height: 720}, {Width: 1920, Height: 1080}, {Width: 1080, Height: 1920}} {
		b := board(t, opt)
		for n := 1; n <= 2; n++ {
			s, offers := without(4, 4, []string{"2031", "3042"}[:n]...)
			picture := b.Draw(show(s, offers, Live()), noon)
			var areas []image.Rectangle
			for _, o := range b.compose(show(s, offers, Live()), noon, hotDeep).ops {
				if o.kind == opFill && o.col == alarm {
					areas = append(areas, o.rect)
				}
			}
			if len(areas) != n {
				t.Fatalf("%v: %d codes for %d offers", opt, len(areas), n)
			}
			for i, area := range areas {
				want, err := qr.Encode(offers[i].Page, qr.L)
				if err != nil {
					t.Fatal(err)
				}
				side := want.Size + 8
				module := area.Dx() / side
				if module < 3 || area.Dx() != module*side || area.Dy() != area.Dx() {
					t.Fatalf("%v: the code of %d modules takes %v", opt, side, area)
				}
				for y := range side {
					for x := range side {
						dark := picture.RGBAAt(area.Min.X+x*module+module/2, area.Min.Y+y*module+module/2) == hotInk
						if dark != want.Black(x-4, y-4) {
							t.Fatalf("%v: module %d, %d is wrong", opt, x-4, y-4)
						}
					}
				}
			}
		}
	}
	b := board(t, Options{Width: 640, Height: 360})
	for i := range 3 * pagesKept {
		b.page(fmt.Sprint("https://min.example.go.kr/t/", i))
	}
	if len(b.pages) > pagesKept {
		t.Errorf("the board keeps %d codes", len(b.pages))
	}
}
