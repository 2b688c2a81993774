package console

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"slices"

	"sunbeon/appliance"
	"sunbeon/appliance/feed"
)

// Pictures draws what citizens get to see. It is called by requests' goroutines,
// one call at a time.
type Pictures interface {
	// Board is what a screen of the hall shows of a view.
	Board(v *appliance.View) (image.Image, error)
	// Ticket is the paper that a service's button would give now, with the number
	// that comes next.
	Ticket(v *appliance.View, service string) (image.Image, error)
}

// previewPart is the page of pictures.
type previewPart struct {
	Observed bool // no tickets are given here
	Services []feed.Service
}

func (c *Console) preview(w http.ResponseWriter, r *http.Request) {
	v := c.mayPreview(w, r)
	if v == nil {
		return
	}
	f := c.frame(r, "미리 보기", "preview")
	f.Part = previewPart{v.Public.Observed, v.Public.Services}
	c.show(w, http.StatusOK, f)
}

// mayPreview is the newest view for a manager; nil when it was refused.
func (c *Console) mayPreview(w http.ResponseWriter, r *http.Request) *appliance.View {
	_, p := c.asManager(r, true)
	v := c.opt.Views.Newest()
	switch {
	case p != nil && p.status == http.StatusUnauthorized:
		http.Redirect(w, r, "/?place=manager", http.StatusSeeOther)
		return nil
	case p != nil:
	case c.opt.Pictures == nil:
		p = notFound()
	case v == nil:
		p = starting()
	default:
		return v
	}
	c.refuse(w, r, p)
	return nil
}

func (c *Console) boardPNG(w http.ResponseWriter, r *http.Request) {
	if v := c.mayPreview(w, r); v != nil {
		c.picture(w, r, func() (image.Image, error) { return c.opt.Pictures.Board(v) })
	}
}

func (c *Console) ticketPNG(w http.ResponseWriter, r *http.Request) {
	v := c.mayPreview(w, r)
	if v == nil {
		return
	}
	service := r.URL.Query().Get("service")
	if !slices.ContainsFunc(v.Public.Services, func(s feed.Service) bool { return s.ID == service }) {
		c.refuse(w, r, notFound())
		return
	}
	c.picture(w, r, func() (image.Image, error) { return c.opt.Pictures.Ticket(v, service) })
}

// picture answers with a PNG. Pictures are drawn one at a time: they cost memory
// that a ticket must never wait for.
func (c *Console) picture(w http.ResponseWriter, r *http.Request, draw func() (image.Image, error)) {
	c.drawing.Lock()
	defer c.drawing.Unlock()
	m, err := draw()
	var b bytes.Buffer
	if err == nil {
		err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, m)
	}
	if err != nil {
		c.opt.Log.Warn("a picture of the preview cannot be drawn", "address", r.URL.Path, "err", err)
		c.refuse(w, r, failed())
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(b.Bytes()) // a reader that has gone
}
