package sim

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"image/png"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/queue"
	"sunbeon/display/board"
	"sunbeon/display/typeface"
)

//go:embed page
var files embed.FS

// Page is the bench in a browser, under /bench.
type Page struct {
	bench *Bench
	kiosk appliance.Handler
	hub   *appliance.Hub
	city  string
	log   *slog.Logger
	html  *template.Template

	mu     sync.Mutex // of the board, which draws for one at a time
	board  *board.Board
	drawn  *appliance.View
	pixels []byte // PNG of drawn
}

// NewPage is the page of a bench with a running kiosk. City is the address of
// the city's pages, "" for none.
func NewPage(b *Bench, kiosk appliance.Handler, hub *appliance.Hub, faces *typeface.Set, city string, log *slog.Logger) (*Page, error) {
	html, err := template.ParseFS(files, "page/bench.html")
	if err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	picture, err := board.New(faces, board.Options{Width: 1280, Height: 720})
	if err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	return &Page{bench: b, kiosk: kiosk, hub: hub, city: city, log: log, html: html, board: picture}, nil
}

// Register adds the page's addresses.
func (p *Page) Register(mux *http.ServeMux) {
	static := func(name, kind string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			b, err := files.ReadFile("page/" + name)
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Type", kind+"; charset=utf-8")
			w.Write(b)
		}
	}
	mux.HandleFunc("GET /bench", p.index)
	mux.HandleFunc("GET /bench/bench.css", static("bench.css", "text/css"))
	mux.HandleFunc("GET /bench/bench.js", static("bench.js", "text/javascript"))
	mux.HandleFunc("GET /bench/events", p.events)
	mux.HandleFunc("GET /bench/board.png", p.boardPNG)
	mux.HandleFunc("GET /bench/paper.png", p.paperPNG)
	mux.HandleFunc("GET /bench/paper.txt", p.paperText)
	mux.HandleFunc("POST /bench/press", p.press)
	mux.HandleFunc("POST /bench/key", p.key)
	mux.HandleFunc("POST /bench/fault", p.fault)
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
	w.Write(page.Bytes())
}

// state is what the page shows, sent whole with every change.
type state struct {
	Lamps   map[string]appliance.Lamp `json:"lamps"`
	Signs   map[int]string            `json:"signs"`
	Faults  []string                  `json:"faults"`
	Clock   string                    `json:"clock"`
	Version string                    `json:"version"` // of the board's picture
	Pieces  int                       `json:"pieces"`
}

func (p *Page) state(v *appliance.View) state {
	at := p.bench.Clock.Now()
	s := state{
		Lamps: map[string]appliance.Lamp{}, Signs: map[int]string{}, Faults: []string{},
		Clock:   at.Time().Format("2006-01-02 15:04"),
		Version: fmt.Sprintf("%d.%d", v.Public.Seq, len(v.Public.Faults)),
		Pieces:  len(p.bench.Printer.Pieces()),
	}
	if !at.Trusted {
		s.Clock += " (시계 미확인)"
	}
	for _, service := range v.Public.Services {
		s.Lamps[service.ID] = v.LampOf(service.ID)
	}
	for _, c := range v.Public.Counters {
		s.Signs[c.Number], _ = p.bench.Sign(c.Number)
	}
	for _, f := range v.Public.Faults {
		s.Faults = append(s.Faults, f.Ko)
	}
	return s
}

// heartbeat renews clock and link while nothing happens.
const heartbeat = 10 * time.Second

func (p *Page) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	views := p.hub.Watch(ctx)
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	var v *appliance.View
	for {
		printed := p.bench.Printer.Changed()
		_, signed := p.bench.Sign(0)
		if v != nil {
			b, err := json.Marshal(p.state(v))
			if err != nil {
				p.log.Error("bench events", "err", err)
				return
			}
			if _, err := fmt.Fprintf(w, "data: %s\n\n", b); err != nil || out.Flush() != nil {
				return
			}
		}
		select {
		case v = <-views:
		case <-printed:
		case <-signed:
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
	if p.drawn != v {
		picture := p.board.Draw(&v.Public, p.bench.Clock.Now().Time(), board.Live())
		var b bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, picture); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		p.drawn, p.pixels = v, b.Bytes()
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "no-store")
	w.Write(p.pixels)
}

// paper is the piece that the request names.
func (p *Page) paper(w http.ResponseWriter, r *http.Request) (n int, ok bool) {
	n, err := strconv.Atoi(r.FormValue("n"))
	if err != nil || n < 1 || n > len(p.bench.Printer.Pieces()) {
		http.Error(w, "그 번호의 용지가 없습니다. There is no such piece of paper.", http.StatusNotFound)
		return 0, false
	}
	return n - 1, true
}

func (p *Page) paperPNG(w http.ResponseWriter, r *http.Request) {
	if n, ok := p.paper(w, r); ok {
		w.Header().Set("Content-Type", "image/png")
		if err := p.bench.Printer.Pieces()[n].PNG(w); err != nil {
			p.log.Warn("bench paper", "err", err)
		}
	}
}

func (p *Page) paperText(w http.ResponseWriter, r *http.Request) {
	if n, ok := p.paper(w, r); ok {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintln(w, p.bench.Printer.Pieces()[n].Text())
	}
}

func (p *Page) press(w http.ResponseWriter, r *http.Request) {
	c := queue.Issue{Service: r.FormValue("service"), Class: queue.Class(r.FormValue("class")), Origin: queue.Button}
	p.do(w, r, c, "button:"+c.Service, func(res appliance.Result) string { return res.Label + "번 표를 발급하였습니다." })
}

func (p *Page) key(w http.ResponseWriter, r *http.Request) {
	counter, _ := strconv.Atoi(r.FormValue("counter"))
	v := p.hub.Newest()
	if v == nil {
		http.Error(w, "키오스크가 시작되고 있습니다.", http.StatusServiceUnavailable)
		return
	}
	c, ok := v.Press(counter, appliance.Key(r.FormValue("key")))
	if !ok {
		http.Error(w, "없는 키입니다. There is no such key.", http.StatusBadRequest)
		return
	}
	p.do(w, r, c, fmt.Sprintf("counter:%d", counter), func(res appliance.Result) string {
		if res.Notice != nil {
			return res.Notice.Korean()
		}
		if res.Label == "" {
			return fmt.Sprintf("%d번 창구 처리하였습니다.", counter)
		}
		return fmt.Sprintf("%d번 창구: %s번", counter, res.Label)
	})
}

func (p *Page) do(w http.ResponseWriter, r *http.Request, c queue.Command, by string, say func(appliance.Result) string) {
	res, err := p.kiosk.Do(r.Context(), appliance.Command{Command: c, Request: r.FormValue("request"), By: by})
	var refusal *queue.Refusal
	switch {
	case errors.As(err, &refusal):
		http.Error(w, refusal.Korean(), http.StatusConflict)
	case err != nil:
		http.Error(w, "처리하지 못했습니다. 직원에게 문의해 주십시오: "+err.Error(), http.StatusServiceUnavailable)
	default:
		fmt.Fprintln(w, say(res))
	}
}

// fault carries out one of the scenario's steps on the printer.
func (p *Page) fault(w http.ResponseWriter, r *http.Request) {
	step := map[string]func(){
		"paper out": p.bench.Printer.PaperOut, "paper in": p.bench.Printer.LoadPaper,
		"cover open": p.bench.Printer.OpenCover, "cover close": p.bench.Printer.CloseCover,
		"cutter jam": p.bench.Printer.JamCutter, "cutter clear": p.bench.Printer.ClearCutter,
		"printer silent": func() { p.bench.Printer.Silence(true) }, "printer answers": func() { p.bench.Printer.Silence(false) },
	}[strings.TrimSpace(r.FormValue("what"))]
	if step == nil {
		http.Error(w, "없는 고장입니다. There is no such fault.", http.StatusBadRequest)
		return
	}
	step()
	fmt.Fprintln(w, "프린터 상태를 바꾸었습니다.")
}
