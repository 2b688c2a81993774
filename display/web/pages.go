package web

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"
)

//go:embed page
var files embed.FS

// pages are the templates, a set for each language, and the files they load.
type pages struct {
	sets    map[Lang]*template.Template
	assets  map[string][]byte
	version string // of the assets: a part of their address, so that they may be kept for ever
	worker  string // the service worker
}

func loadPages() (pages, error) {
	p := pages{sets: map[Lang]*template.Template{}, assets: map[string][]byte{}}
	sum := sha256.New()
	for _, name := range []string{"city.css", "curves.css", "ticket.css", "widget.css", "city.js", "curves.js", "near.js", "ticket.js", "icon.svg"} {
		b, err := files.ReadFile("page/" + name)
		if err != nil {
			return p, fmt.Errorf("web: load: %w", err)
		}
		p.assets[name] = b
		sum.Write(b)
	}
	b, err := files.ReadFile("page/sw.js")
	if err != nil {
		return p, fmt.Errorf("web: load: %w", err)
	}
	p.worker = string(b)
	p.version = hex.EncodeToString(sum.Sum(nil)[:6])
	for _, l := range []Lang{Ko, En} {
		set := template.New("").Funcs(template.FuncMap{
			// L chooses between two texts of a template, W words, R puts a row of a
			// live list beside what it may need of the page.
			"L": func(ko, en string) string { return Words{ko, en}.In(l) },
			"W": func(w Words) string { return w.In(l) },
			"R": func(p *page, row any) live { return live{p, row} },
			// H puts hours as the language writes them.
			"H": func(hours string) string {
				return strings.NewReplacer("-", Words{"~", "–"}.In(l), "~", Words{"~", "–"}.In(l)).Replace(hours)
			},
			"nearbyRule": nearbyRule,
			"directions": directions,
			// Blank rows are the patterns from which the module makes new ones.
			"lang":         func() Lang { return l },
			"people":       count,
			"minutes":      func(seconds int) string { return minutesWords(seconds).In(l) },
			"blankService": func() Service { return Service{} },
			"blankCounter": func() Counter { return Counter{} },
			"blankCall":    func() Call { return Call{} },
			"blankNotice":  func() Words { return Words{} },
			"blankNear":    func() Elsewhere { return Elsewhere{} },
		})
		set, err := set.ParseFS(files, "page/*.html")
		if err != nil {
			return p, fmt.Errorf("web: load: %w", err)
		}
		p.sets[l] = set
	}
	return p, nil
}

type live struct {
	P   *page
	Row any
}

// page is what a template gets.
type page struct {
	Lang    Lang
	Base    string // "" or "/en", before every link
	Other   string // this page in the other language
	City    Words
	Title   Words
	Version string
	Link    link
	Now     int64 // Unix ms
	StaleS  int
	SmoothM int
	NormalM int
	Events  string // address of the page's live updates
	Refresh int    // seconds, for readers without the module; 0 is never
	Nonce   string // request id of the page's forms
	Public  bool   // the same for everybody: without a Nonce, anybody's cache may keep it

	Cards  []Card
	List   *listing // of Cards
	Map    *chart
	Near   []Elsewhere
	Still  bool // a widget that does not load itself again
	Detail *Detail
	Wanted *Service // of Detail: an online ticket of it is offered
	Ticket *TicketView
	Token  string // of Ticket
	// OneOnly: the device asked for another ticket while it has this. TextsOn: it
	// has just been entered for text messages.
	OneOnly, TextsOn bool
	PushKey          string
	Texts            bool // text messages are offered
	Arriving         *Arriving
	Why              *refusal
	Retry            int // seconds after which the notice may be out of date; 0 is never
	Again            *again
}

// Ago words the age of a figure.
func (p *page) Ago(heard int64) Words {
	return ago(time.Duration(p.Now-heard) * time.Millisecond)
}

// Observed reports whether an office of the page keeps its own ticket machine.
func (p *page) Observed() bool {
	return p.Detail != nil && p.Detail.Observed || slices.ContainsFunc(p.Cards, func(c Card) bool { return c.Observed })
}

func (s *Site) page(r *http.Request, title Words) *page {
	l, base := lang(r.URL.Path)
	other := "/en" + r.URL.Path
	if l == En {
		other = "/" + strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/en"), "/")
	}
	if r.Method == http.MethodPost { // its address has no page
		other = map[Lang]string{Ko: "/en/", En: "/"}[l]
	}
	return &page{Lang: l, Base: base, Other: other, City: s.name, Title: title, Version: s.pages.version,
		Link: linkOf(s.city), Now: time.Now().UnixMilli(), StaleS: int(StaleAfter / time.Second),
		SmoothM: smoothMinutes, NormalM: normalMinutes}
}

func (s *Site) render(w http.ResponseWriter, name string, status int, p *page) {
	var b bytes.Buffer
	if err := s.pages.sets[p.Lang].ExecuteTemplate(&b, name, p); err != nil {
		s.log.Error("a page does not render", "page", name, "err", err)
		http.Error(w, "화면을 만들지 못했습니다. / The page could not be made.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(p.Lang))
	h.Set("Cache-Control", "no-store") // a page of somebody's own, or with a request id
	if p.Public && p.Nonce == "" && status == http.StatusOK {
		h.Set("Cache-Control", publicly)
	}
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // a reader that has gone
}

// publicly lets a shared cache answer for the site: it fetches a page at most
// every 5 s, however many ask, and hands out one of at most 10 s while it
// fetches. Ages are then at most as much too young until the page's module hears
// the city's time; figures are called old after 90 s.
const publicly = "public, max-age=5, stale-while-revalidate=5"

// events is the address of the updates after what a page shows now. Call it
// before the page's figures are read.
func (s *Site) events(path string) string {
	return path + "?after=" + s.hub.id(s.hub.number.Load())
}

// asset serves a file of the pages. Under an old version's address it is not
// kept, so that a page from before an update still looks right.
func (p pages) asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	b, ok := p.assets[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	types := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	w.Header().Set("Content-Type", types[name[strings.LastIndexByte(name, '.'):]])
	w.Header().Set("Cache-Control", "no-cache")
	if r.PathValue("version") == p.version {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
}

func (s *Site) office(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("office")
	events := s.events("/o/" + id + "/events")
	o, ok := s.city.Office(id)
	if !ok {
		s.refuse(w, r, because(unknownOffice))
		return
	}
	p := s.page(r, Words{})
	d := detail(o, p.Link.Connected, time.UnixMilli(p.Now))
	d.Curves = s.curves(r.Context(), o, &d, time.UnixMilli(p.Now))
	p.Title, p.Detail = d.Name, &d
	p.Near = nearby(d.Card, cards(s.city, time.UnixMilli(p.Now)))
	p.Events, p.Refresh, p.Public = events, 60, true
	s.render(w, "office.html", http.StatusOK, p)
}

func (s *Site) ticket(w http.ResponseWriter, r *http.Request) {
	token := r.PathValue("token")
	found, why := s.find(token)
	if why != "" {
		s.refuse(w, r, because(why))
		return
	}
	p := s.page(r, Words{})
	t := s.view(found, time.UnixMilli(p.Now))
	p.Title, p.Ticket, p.Token, p.Nonce = Words{t.Label + "번", "Ticket " + t.Label}, &t, token, rand.Text()
	p.OneOnly, p.TextsOn = r.URL.RawQuery == oneOnly && !t.Ended, r.URL.RawQuery == textsOn
	p.PushKey, p.Texts = s.pushKey, s.gateway != nil
	if !t.Ended {
		p.Events, p.Refresh = "/t/"+token+"/events", 20
	}
	s.render(w, "ticket.html", http.StatusOK, p)
}
