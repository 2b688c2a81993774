package web

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"time"
)

// Arriving is the page behind the code in an office's hall, for a holder who
// checks in. Ticket is the device's own; without it the page says how to find it.
// A number alone proves nothing: everybody in the hall sees numbers.
type Arriving struct {
	Office string
	Name   Words
	Code   string // "" when the address has none
	Ticket *TicketView
	Token  string
	Other  *TicketView // the device's ticket, when it is of another office
}

// arriving shows that page.
func (s *Site) arriving(w http.ResponseWriter, r *http.Request) {
	office := r.PathValue("office")
	o, ok := s.city.Office(office)
	if !ok {
		s.refuse(w, r, because(unknownOffice))
		return
	}
	now := time.Now()
	a := &Arriving{Office: office, Name: Words{office, office}}
	if o.Snapshot != nil {
		a.Name = named(cmp.Or(o.Snapshot.Name, office), o.Snapshot.NameEn)
	}
	if code, ok := arrivalCode(r.URL.Query().Get("code")); ok {
		a.Code = code
	}
	if d, ok := knownDevice(r); ok {
		c, has, err := s.ledger.Has(r.Context(), d)
		if err != nil {
			s.unkept(w, r, err)
			return
		}
		if has && c.Token != "" {
			if t, unknown := s.find(c.Token); unknown == "" {
				v := s.view(t, now)
				if t.Office == office {
					a.Ticket, a.Token = &v, c.Token
				} else if !v.Ended {
					a.Other, a.Token = &v, c.Token
				}
			}
		}
	}
	p := s.page(r, Words{"도착 확인", "Check in"})
	p.Arriving, p.Nonce = a, rand.Text()
	if a.Code != "" { // the same page in the other language, with its code
		p.Other += "?code=" + a.Code
	}
	s.render(w, "arrive.html", http.StatusOK, p)
}
