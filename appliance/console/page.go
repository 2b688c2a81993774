package console

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed page
var files embed.FS

// pages are the templates and what they load.
type pages struct {
	html    *template.Template
	version string // changes with the assets, so that browsers may keep them
}

func newPages() (*pages, error) {
	p := &pages{}
	sum := sha256.New()
	for _, name := range []string{"console.css", "console.js", "icon.svg"} {
		b, err := fs.ReadFile(files, "page/"+name)
		if err != nil {
			return nil, fmt.Errorf("console: %w", err)
		}
		sum.Write(b)
	}
	p.version = hex.EncodeToString(sum.Sum(nil))[:12]
	var err error
	p.html, err = template.New("").Funcs(template.FuncMap{
		"long": longFor, "secs": seconds, "list": func(x ...any) []any { return x },
	}).ParseFS(files, "page/*.html")
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	return p, nil
}

// asset serves a file under an address that names its version.
func (p *pages) asset(w http.ResponseWriter, r *http.Request) {
	kinds := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	name := r.PathValue("name")
	kind := kinds[path.Ext(name)]
	b, err := fs.ReadFile(files, "page/"+name)
	if kind == "" || err != nil {
		http.NotFound(w, r)
		return
	}
	if r.PathValue("version") == p.version {
		w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(b) // a reader that has gone
}

// frame is what every page has around its own part.
type frame struct {
	Title   string
	Version string
	Office  string
	Page    string // counter, manager, figures, preview, front or problem
	Events  string // address of the live updates, "" for none
	Place   string // whose page it is, "" before the sign-in
	Manager bool   // the manager is signed in
	// Pictures says that there is a page of them.
	Pictures bool
	Said     *said
	Part     any
}

func (c *Console) frame(r *http.Request, title, page string) frame {
	f := frame{Title: title, Page: page, Version: c.pages.version, Pictures: c.opt.Pictures != nil}
	if v := c.opt.Views.Newest(); v != nil {
		f.Office = v.Public.Name
	}
	if s := c.who(r, false); s != nil {
		f.Place, f.Manager = placeName(s.place), s.place == manager
		f.Said = s.heard()
	}
	return f
}

// placeName is "3번 창구" or "담당자".
func placeName(place int) string {
	if place == manager {
		return "담당자"
	}
	return fmt.Sprintf("%d번 창구", place)
}

func (c *Console) show(w http.ResponseWriter, status int, f frame) {
	var b bytes.Buffer
	if err := c.pages.html.ExecuteTemplate(&b, f.Page+".html", f); err != nil {
		c.opt.Log.Error("a page cannot be made", "page", f.Page, "err", err)
		http.Error(w, failed().Ko+" "+failed().En, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // a reader that has gone
}

// refuse answers with a problem: as JSON to the pages' script, as a page to
// everybody else.
func (c *Console) refuse(w http.ResponseWriter, r *http.Request, p *problem) {
	if wantsJSON(r) {
		c.reply(w, p.status, p.said)
		return
	}
	f := c.frame(r, "안내", "problem")
	f.Said = nil
	f.Part = p.said
	c.show(w, p.status, f)
}

func (c *Console) reply(w http.ResponseWriter, status int, what any) {
	b, err := json.Marshal(what)
	if err != nil {
		panic("console: an answer does not encode: " + err.Error()) // it holds plain data only
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b) // a reader that has gone
}

func wantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

// seconds rounds a duration down; -1 is unknown.
func seconds(d time.Duration) int {
	if d < 0 {
		return -1
	}
	return int(d / time.Second)
}

// longFor words a duration as the script does: "45초", "3분 20초", "1시간 5분".
func longFor(d time.Duration) string {
	s := seconds(d)
	switch {
	case s < 0:
		return "시간 모름"
	case s < 60:
		return fmt.Sprintf("%d초", s)
	case s < 3600:
		return fmt.Sprintf("%d분 %d초", s/60, s%60)
	}
	return fmt.Sprintf("%d시간 %d분", s/3600, s/60%60)
}
