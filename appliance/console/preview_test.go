package console

import (
	"errors"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"sunbeon/appliance"
)

// easel draws a picture as wide as what it was asked for is long.
type easel struct{ err error }

func (e easel) Board(*appliance.View) (image.Image, error) {
	return image.NewGray(image.Rect(0, 0, 1, 1)), e.err
}

func (e easel) Ticket(_ *appliance.View, service string) (image.Image, error) {
	return image.NewGray(image.Rect(0, 0, len(service), 1)), e.err
}

func TestPreview(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		r.con.opt.Pictures = easel{}
		if w := r.browser().get("/manager/preview/board.png"); w.Code != http.StatusSeeOther {
			t.Errorf("without a sign-in: %d", w.Code)
		}
		if w := r.as("3").get("/manager/preview/ticket.png?service=civil"); w.Code != http.StatusForbidden {
			t.Errorf("a clerk: %d", w.Code)
		}
		boss := r.as("manager")
		wantStatus(t, boss.get("/manager/preview"), http.StatusOK, `src="/manager/preview/ticket.png?service=passport"`)
		wantStatus(t, boss.get("/manager"), http.StatusOK, `href="/manager/preview"`)
		for path, wide := range map[string]int{"board.png": 1, "ticket.png?service=passport": 8} {
			w := boss.get("/manager/preview/" + path)
			m, err := png.Decode(w.Body)
			if err != nil || m.Bounds().Dx() != wide {
				t.Errorf("%s: %d %v", path, w.Code, err)
			}
		}
		wantStatus(t, boss.get("/manager/preview/ticket.png?service=none"), http.StatusNotFound, "없는 주소")
		r.con.opt.Pictures = easel{errors.New("no faces")}
		wantStatus(t, boss.get("/manager/preview/board.png"), http.StatusInternalServerError, "화면을 만들지 못했습니다")
		r.con.opt.Pictures = nil
		wantStatus(t, boss.get("/manager/preview"), http.StatusNotFound, "없는 주소")
		if w := boss.get("/manager"); strings.Contains(w.Body.String(), "/manager/preview") {
			t.Error("a page that is not there is linked")
		}
	})
}
