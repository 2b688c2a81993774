package web

import (
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"time"

	"sunbeon/appliance/feed"
)

// A device is known again by a random cookie, of which only the hash is kept. It
// says nothing about who uses it, and is made when a ticket is first asked for.
const (
	deviceCookie = "device"
	deviceFor    = 24 * time.Hour
	deviceChars  = 26 // of rand.Text
)

// device is the one that a request comes from; a new one if it has not said.
func device(w http.ResponseWriter, r *http.Request) Device {
	if d, ok := knownDevice(r); ok {
		return d
	}
	value := rand.Text()
	http.SetCookie(w, &http.Cookie{Name: deviceCookie, Value: value, Path: "/", MaxAge: int(deviceFor / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"})
	return sha256.Sum256([]byte(value))
}

// knownDevice is the one whose cookie a request has.
func knownDevice(r *http.Request) (Device, bool) {
	c, err := r.Cookie(deviceCookie)
	if err != nil || len(c.Value) != deviceChars {
		return Device{}, false
	}
	return sha256.Sum256([]byte(c.Value)), true
}

// outlived reports whether a device's ticket leaves room for another one: it has
// ended, its holder may not come back, or it is of a day that is over. A ticket
// that nobody has heard of yet does not.
func (s *Site) outlived(c Claim, now time.Time) bool {
	if over, known := s.ended(c.Token, now); known {
		return over
	}
	o, _ := s.city.Office(c.Office)
	return o.Snapshot != nil && o.Snapshot.Day > c.Day || now.Sub(c.Asked) >= bridged
}

// ended reports whether a ticket is over for its holder; false, false is that
// nothing is known of it.
func (s *Site) ended(token string, now time.Time) (over, known bool) {
	t, unknown := s.find(token)
	if unknown != "" {
		return false, false
	}
	return t.ended() || t.Status == feed.StatusNoShow && gone(t.Ticket, now), true
}

// gone reports whether the time in which the holder of a missed ticket may come
// back is over.
func gone(t Ticket, now time.Time) bool {
	within := time.Duration(t.Rules.LateWithin) * time.Minute
	return t.Rules.LatePlace != "" && within > 0 && !t.Changed.IsZero() && now.After(t.Changed.Add(within))
}
