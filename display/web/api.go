package web

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
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
	tell(w, http.StatusOK, s.view(t, time.Now()))
}

//go:embed openapi.yaml
var openapi []byte

// apiDocument gives the description of this interface, OpenAPI 3.1.
func (s *Site) apiDocument(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "application/yaml; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=300")
	h.Set("ETag", tag(openapi))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(openapi))
}

// open lets pages of other sites read an answer, which holds public figures and
// needs no credentials, and compresses a longer one. Nothing that a ticket's
// holder alone may know goes this way: its length would tell of it.
func (s *Site) open(of http.HandlerFunc) http.Handler {
	return s.zip(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		foreign(w.Header())
		of(w, r)
	}))
}

// foreign lets pages of other sites read an answer.
func foreign(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "ETag, Retry-After")
}

// tag is the ETag of an answer. It is a weak one: the compressed form has it too.
func tag(b []byte) string {
	sum := sha256.Sum256(b)
	return `W/"` + hex.EncodeToString(sum[:8]) + `"`
}

// answer sends public JSON with an ETag; the same figures give the same tag.
func answer(w http.ResponseWriter, r *http.Request, v any) { answerFor(w, r, v, 5*time.Second) }

// answerFor is answer for figures that hold a while.
func answerFor(w http.ResponseWriter, r *http.Request, v any, age time.Duration) {
	b, err := json.Marshal(v)
	if err != nil {
		panic("web: an answer does not encode: " + err.Error()) // it holds plain data only
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", age/time.Second))
	h.Set("ETag", tag(b))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(append(b, '\n')))
}
