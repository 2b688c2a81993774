package sim

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"image/png"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/feed"
	"sunbeon/display/board"
	"sunbeon/display/typeface"
	"sunbeon/printer/virtual"
)

//go:embed page
var files embed.FS

// Page is the bench in a browser, under /bench.
type Page struct {
	bench *Bench
	kiosk appliance.Handler
	hub   *appliance.Hub
	hall  func(*appliance.View) *feed.Hall
	city  string
	log   *slog.Logger
	html  *template.Template

	mu     sync.Mutex // of the board, which draws for one at a time
	board  *board.Board
	drawn  *appliance.View
	turn   int64  // at which it was drawn
	code   string // with which it was drawn
	pixels []byte // PNG of drawn

	rollMu sync.Mutex
	pieces []virtual.Piece // as of the last look: looking copies them all
}

// NewPage is the page of a bench with a running kiosk, of whose views hall shows
// what a screen would get. City is the address of the city's pages, "" for none.
func NewPage(b *Bench, kiosk appliance.Handler, hub *appliance.Hub, hall func(*appliance.View) *feed.Hall, faces *typeface.Set, city string, log *slog.Logger) (*Page, error) {
	html, err := template.ParseFS(files, "page/bench.html")
	if err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	picture, err := board.New(faces, board.Options{Width: 1280, Height: 720})
	if err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	return &Page{bench: b, kiosk: kiosk, hub: hub, hall: hall, city: city, log: log, html: html, board: picture}, nil
}

// Register adds the page's addresses.
func (p *Page) Register(mux *http.ServeMux) {
	h := p.handler()
	mux.Handle("/bench", h)
	mux.Handle("/bench/", h)
}

// bodyLimit is more than any button of the page sends.
const bodyLimit = 2 << 10

// handler answers everything under /bench. Other sites can neither press its
// buttons nor frame it.
func (p *Page) handler() http.Handler {
	mux := http.NewServeMux()
	static := func(name, kind string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			b, err := files.ReadFile("page/" + name)
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Type", kind+"; charset=utf-8")
			_, _ = w.Write(b) // a reader that has gone
		}
	}
	mux.HandleFunc("GET /bench", p.index)
	mux.HandleFunc("GET /bench/bench.css", static("bench.css", "text/css"))
	mux.HandleFunc("GET /bench/bench.js", static("bench.js", "text/javascript"))
	mux.HandleFunc("GET /bench/events", p.events)
	mux.HandleFunc("GET /bench/board.png", p.boardPNG)
	mux.HandleFunc("GET /bench/paper.png", p.paperPNG)
	mux.HandleFunc("GET /bench/paper.txt", p.paperText)
	mux.HandleFunc("GET /bench/sound.wav", p.sound)
	mux.HandleFunc("POST /bench/press", p.press)
	mux.HandleFunc("POST /bench/locate", p.locate)
	mux.HandleFunc("POST /bench/key", p.key)
	mux.HandleFunc("POST /bench/fault", p.fault)
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "다른 누리집에서 온 요청은 받지 않습니다. Requests from other sites are refused.", http.StatusForbidden)
	}))
	guarded := guard.Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "+
			"media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
		guarded.ServeHTTP(w, r)
	})
}

func (p *Page) index(w http.ResponseWriter, r *http.Request) {
	v := p.hub.Newest()
	if v == nil {
		http.Error(w, "키오스크가 시작되고 있습니다. The kiosk is starting.", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	var page bytes.Buffer
	err := p.html.Execute(&page, map[string]any{
		"Office": v.Public.Name, "Services": v.Public.Services, "Counters": v.Public.Counters, "City": p.city})
	if err != nil {
		p.log.Error("bench page", "err", err)
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(page.Bytes()) // a reader that has gone
}

// state is what the page shows, sent whole with every change.
type state struct {
	Lamps   map[string]appliance.Lamp `json:"lamps"`
	Signs   map[int]string            `json:"signs"`
	Faults  []string                  `json:"faults"`
	Clock   string                    `json:"clock"`
	Version string                    `json:"version"` // of the board's picture
	Pieces  int                       `json:"pieces"`
	Sounds  int                       `json:"sounds"`
	Code    string                    `json:"code"` // with which people check in, "" for none
}

func (p *Page) state(v *appliance.View) state {
	at := p.bench.Clock.Now()
	s := state{
		Lamps: map[string]appliance.Lamp{}, Signs: map[int]string{}, Faults: []string{},
		Clock:  at.Time().Format("2006-01-02 15:04"),
		Code:   p.hall(v).CheckInCode,
		Pieces: p.bench.Printer.State().Pieces,
	}
	s.Version = fmt.Sprintf("%d.%d.%d.%s", v.Public.Seq, len(v.Faults), turn(v, at.Time()), s.Code)
	s.Sounds, _ = p.bench.Speaker.Heard()
	if !at.Trusted {
		s.Clock += " (시계 미확인)"
	}
	for _, service := range v.Public.Services {
		s.Lamps[service.ID] = v.LampOf(service.ID)
	}
	for _, c := range v.Public.Counters {
		s.Signs[c.Number], _ = p.bench.Sign(c.Number)
	}
	for _, f := range v.Faults {
		s.Faults = append(s.Faults, f.Ko)
	}
	return s
}

// writeWithin is how long a browser may take to read a change.
const writeWithin = 10 * time.Second

// heartbeat renews clock and link while nothing happens.
const heartbeat = 10 * time.Second

// turn counts the heartbeats while numbers without paper take turns on the board:
// it is drawn anew with each, though nothing has happened. At rest it is not.
func turn(v *appliance.View, at time.Time) int64 {
	if len(v.Offers) == 0 {
		return 0
	}
	return at.Unix() / int64(heartbeat/time.Second)
}

func (p *Page) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	_ = out.SetReadDeadline(time.Time{}) // the server's is for requests; a stream lasts
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	views := p.hub.Watch(ctx)
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	var v *appliance.View
	for {
		printed := p.bench.Printer.Changed()
		_, signed := p.bench.Sign(0)
		_, sounded := p.bench.Speaker.Heard()
		if v != nil {
			b, err := json.Marshal(p.state(v))
			if err != nil {
				p.log.Error("bench events", "err", err)
				return
			}
			_ = out.SetWriteDeadline(time.Now().Add(writeWithin)) // a recorder of a test has none
			if _, err := fmt.Fprintf(w, "data: %s\n\n", b); err != nil || out.Flush() != nil {
				return
			}
		}
		select {
		case v = <-views:
		case <-printed:
		case <-signed:
		case <-sounded:
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (p *Page) boardPNG(w http.ResponseWriter, r *http.Request) {
	v := p.hub.Newest()
	if v == nil {
		http.Error(w, "no picture yet", http.StatusServiceUnavailable)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	at, hall := p.bench.Clock.Now().Time(), p.hall(v)
	if p.drawn != v || p.turn != turn(v, at) || p.code != hall.CheckInCode {
		picture := p.board.Draw(board.Show{Hall: hall}, at)
		var b bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, picture); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		p.drawn, p.turn, p.code, p.pixels = v, turn(v, at), hall.CheckInCode, b.Bytes()
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(p.pixels) // a reader that has gone
}

// paper is the piece that the request names.
func (p *Page) paper(w http.ResponseWriter, r *http.Request) (piece virtual.Piece, ok bool) {
	n, err := strconv.Atoi(r.URL.Query().Get("n"))
	pieces := p.roll()
	i := slices.IndexFunc(pieces, func(piece virtual.Piece) bool { return piece.Seq == n })
	if err != nil || i < 0 {
		http.Error(w, "그 번호의 용지가 없습니다. There is no such piece of paper.", http.StatusNotFound)
		return virtual.Piece{}, false
	}
	return pieces[i], true
}

// roll is what has come out of the printer, copied only when there is more.
func (p *Page) roll() []virtual.Piece {
	p.rollMu.Lock()
	defer p.rollMu.Unlock()
	last := len(p.pieces) - 1
	if last < 0 || p.bench.Printer.State().Pieces != p.pieces[last].Seq {
		p.pieces = p.bench.Printer.Pieces()
	}
	return p.pieces
}

func (p *Page) paperPNG(w http.ResponseWriter, r *http.Request) {
	if piece, ok := p.paper(w, r); ok {
		w.Header().Set("Content-Type", "image/png")
		if err := piece.PNG(w); err != nil {
			p.log.Debug("bench paper", "err", err)
		}
	}
}

// sound is a call as a browser plays it.
func (p *Page) sound(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.URL.Query().Get("n"))
	a, ok := p.bench.Speaker.Sound(n)
	if err != nil || !ok {
		http.Error(w, "그 번호의 소리가 없습니다. There is no such sound.", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "audio/wav")
	_, _ = w.Write(a.WAV()) // a reader that has gone
}

func (p *Page) paperText(w http.ResponseWriter, r *http.Request) {
	if piece, ok := p.paper(w, r); ok {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = fmt.Fprintln(w, piece.Text()) // a reader that has gone
	}
}
