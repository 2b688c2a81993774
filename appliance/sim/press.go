package sim

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"sunbeon/appliance"
	"sunbeon/appliance/queue"
)

// form reads what a button of the page sends; every field is short.
func form(w http.ResponseWriter, r *http.Request) bool {
	const longest = 64 // bytes of a field
	if err := r.ParseForm(); err != nil {
		http.Error(w, "요청이 올바르지 않습니다. The request is not right.", http.StatusBadRequest)
		return false
	}
	for _, values := range r.PostForm {
		for _, v := range values {
			if len(v) > longest {
				http.Error(w, "요청이 올바르지 않습니다. The request is not right.", http.StatusBadRequest)
				return false
			}
		}
	}
	return true
}

func (p *Page) press(w http.ResponseWriter, r *http.Request) {
	if !form(w, r) {
		return
	}
	c := queue.Issue{Service: r.PostForm.Get("service"), Class: queue.Class(r.PostForm.Get("class")), Origin: queue.Button}
	p.do(w, r, c, "button:"+c.Service, "번호표를 발급하지 못하였습니다. ", func(res appliance.Result) string {
		return res.Label + "번 표를 발급하였습니다."
	})
}

func (p *Page) key(w http.ResponseWriter, r *http.Request) {
	if !form(w, r) {
		return
	}
	v := p.hub.Newest()
	if v == nil {
		http.Error(w, "키오스크가 시작되고 있습니다. The kiosk is starting.", http.StatusServiceUnavailable)
		return
	}
	counter, err := strconv.Atoi(r.PostForm.Get("counter"))
	c, refused := v.Press(counter, appliance.Key(r.PostForm.Get("key")), 0)
	if err != nil || refused != nil {
		http.Error(w, "없는 키입니다. There is no such key.", http.StatusBadRequest)
		return
	}
	who := fmt.Sprintf("%d번 창구: ", counter)
	p.do(w, r, c, fmt.Sprintf("counter:%d", counter), who, func(res appliance.Result) string {
		if res.Notice != nil {
			return who + res.Notice.Korean()
		}
		if res.Label == "" {
			return who + "처리하였습니다."
		}
		return who + res.Label + "번"
	})
}

// do carries out a press and says what came of it; before goes before the reason
// of a refusal.
func (p *Page) do(w http.ResponseWriter, r *http.Request, c queue.Command, by, before string, say func(appliance.Result) string) {
	res, err := p.kiosk.Do(r.Context(), appliance.Command{Command: c, Request: r.PostForm.Get("request"), By: by})
	var refusal *queue.Refusal
	switch {
	case errors.As(err, &refusal):
		http.Error(w, before+refusal.Korean(), http.StatusConflict)
	case err != nil:
		p.log.Warn("bench: a press came to nothing", "by", by, "err", err)
		http.Error(w, before+p.why(), http.StatusServiceUnavailable)
	default:
		_, _ = fmt.Fprintln(w, say(res)) // a reader that has gone
	}
}

// why is the sentence of what keeps the kiosk from working.
func (p *Page) why() string {
	if v := p.hub.Newest(); v != nil && v.Broken != "" {
		for _, f := range v.Faults {
			if f.Device == "journal" {
				return f.Ko
			}
		}
	}
	return "키오스크가 응답하지 않습니다. 직원에게 문의해 주십시오."
}

// locate is a person who cannot see and asks where the dispenser is.
func (p *Page) locate(w http.ResponseWriter, r *http.Request) {
	if !form(w, r) {
		return
	}
	select {
	case p.bench.Located <- struct{}{}:
	default: // it has been asked and not yet answered
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("위치 안내를 요청하였습니다. 음성 묶음(make voice)이 있으면 들립니다.")) // a reader that has gone
}

// fault carries out one of the scenario's steps on the printer or the disk.
func (p *Page) fault(w http.ResponseWriter, r *http.Request) {
	if !form(w, r) {
		return
	}
	printer, disk := p.bench.Printer, &p.bench.Disk
	switch r.PostForm.Get("what") {
	case "paper out":
		printer.PaperOut()
	case "paper in":
		printer.LoadPaper()
	case "cover open":
		printer.OpenCover()
	case "cover close":
		printer.CloseCover()
	case "cutter jam":
		printer.JamCutter()
	case "cutter clear":
		printer.ClearCutter()
	case "printer silent":
		printer.Silence(true)
	case "printer answers":
		printer.Silence(false)
	case "disk full":
		disk.Fill(true)
	case "disk free":
		disk.Fill(false)
	default:
		http.Error(w, "없는 고장입니다. There is no such fault.", http.StatusBadRequest)
		return
	}
	_, _ = fmt.Fprintln(w, "상태를 바꾸었습니다.") // a reader that has gone
}
