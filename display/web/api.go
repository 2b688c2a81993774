package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// apiOffices gives all offices, by id.
func (s *Site) apiOffices(w http.ResponseWriter, r *http.Request) {
	answer(w, r, struct {
		City    Words  `json:"city"`
		Link    link   `json:"link"`
		StaleS  int    `json:"staleAfter"` // seconds
		Offices []Card `json:"offices"`
	}{s.name, linkOf(s.city), int(StaleAfter / time.Second), cards(s.city, time.Now())})
}

func (s *Site) apiOffice(w http.ResponseWriter, r *http.Request) {
	o, ok := s.city.Office(r.PathValue("office"))
	if !ok {
		s.refuse(w, r, because(unknownOffice))
		return
	}
	connected, _ := s.city.Link()
	answer(w, r, detail(o, connected, time.Now()))
}

// apiTicket is for the ticket's own page; nobody else knows the token.
func (s *Site) apiTicket(w http.ResponseWriter, r *http.Request) {
	t, why := s.find(r.PathValue("token"))
	if why != "" {
		s.refuse(w, r, because(why))
		return
	}
	b, err := json.Marshal(s.view(t, time.Now()))
	if err != nil {
		panic("web: a ticket does not encode: " + err.Error()) // it holds plain data only
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(append(b, '\n')) // a reader that has gone
}

// answer sends public JSON with an ETag; the same figures give the same tag.
func answer(w http.ResponseWriter, r *http.Request, v any) { answerFor(w, r, v, 5*time.Second) }

// answerFor is answer for figures that hold a while.
func answerFor(w http.ResponseWriter, r *http.Request, v any, age time.Duration) {
	b, err := json.Marshal(v)
	if err != nil {
		panic("web: an answer does not encode: " + err.Error()) // it holds plain data only
	}
	sum := sha256.Sum256(b)
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", age/time.Second))
	h.Set("Access-Control-Allow-Origin", "*") // public figures, no credentials
	h.Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(append(b, '\n')))
}
