package console

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"sunbeon/appliance"
)

// choice is a place one may sign in for.
type choice struct {
	Value string // counter number, or "manager"
	Name  string
	Note  string // the counter's own name
}

type frontPart struct {
	Counters []choice
	Manager  bool
	Chosen   string
	Mine     []choice // pages open to the present sign-in
}

func (c *Console) front(w http.ResponseWriter, r *http.Request) {
	c.showFront(w, r, http.StatusOK, r.URL.Query().Get("place"), nil)
}

func (c *Console) showFront(w http.ResponseWriter, r *http.Request, status int, chosen string, what *said) {
	f := c.frame(r, "로그인", "front")
	if what != nil {
		f.Said = what
	}
	part := frontPart{Chosen: chosen, Manager: c.opt.ManagerPIN != ""}
	v := c.opt.Views.Newest()
	for _, n := range c.places() {
		part.Counters = append(part.Counters, choiceOf(v, n))
	}
	if s := c.who(r, false); s != nil && v != nil {
		for _, k := range v.Counters {
			if s.may(k.Number) {
				part.Mine = append(part.Mine, choiceOf(v, k.Number))
			}
		}
	}
	f.Part = part
	c.show(w, status, f)
}

func choiceOf(v *appliance.View, n int) choice {
	k := choice{Value: strconv.Itoa(n), Name: placeName(n)}
	if v != nil {
		for _, d := range v.Counters {
			if d.Number == n {
				k.Note = d.Name
			}
		}
	}
	return k
}

// places lists the counters that have a PIN.
func (c *Console) places() []int {
	var out []int
	for n := range c.pins {
		if n != manager {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

func (c *Console) signIn(w http.ResponseWriter, r *http.Request) {
	form, p := readForm(r)
	if p == nil {
		p = form.only("place", "pin")
	}
	if p != nil {
		c.refuse(w, r, p)
		return
	}
	place, ok := placeOf(form.one("place"))
	hash, have := c.pins[place]
	if !ok || !have {
		p := trouble(http.StatusBadRequest, "no_place", "어디로 로그인할지 선택해 주십시오.", "Please choose where to sign in.")
		c.showFront(w, r, p.status, "", &p.said)
		return
	}
	if p := c.verify(r, hash, form.one("pin")); p != nil {
		if p.after > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(p.after))
		}
		c.showFront(w, r, p.status, form.one("place"), &p.said)
		return
	}
	if old, err := r.Cookie(cookieName); err == nil {
		c.sessions.close(old.Value)
	}
	id, _ := c.sessions.open(place, time.Now())
	setCookie(w, id, 0)
	c.opt.Log.Info("signed in", "place", place, "from", r.RemoteAddr)
	http.Redirect(w, r, addressOf(place), http.StatusSeeOther)
}

func placeOf(text string) (int, bool) {
	if text == "manager" {
		return manager, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n > 0
}

func addressOf(place int) string {
	if place == manager {
		return "/manager"
	}
	return fmt.Sprintf("/counter/%d", place)
}

// verify compares the PIN, one verification at a time, as fast as the gate
// allows.
func (c *Console) verify(r *http.Request, hash pinHash, pin string) *problem {
	from := sourceOf(r.RemoteAddr)
	if p := tooSoon(c.gate.wait(from, time.Now())); p != nil {
		return p
	}
	if len(pin) > 64 {
		return badForm("pin")
	}
	select {
	case c.gate.line <- struct{}{}:
		defer func() { <-c.gate.line }()
	default:
		return trouble(http.StatusServiceUnavailable, "busy", "로그인이 몰리고 있습니다. 잠시 후 다시 시도해 주십시오.",
			"Too many are signing in. Please try again in a moment.")
	}
	select {
	case c.gate.turn <- struct{}{}:
		defer func() { <-c.gate.turn }()
	case <-r.Context().Done():
		return refused(r.Context().Err())
	}
	// Again, because somebody of the same source may have failed meanwhile.
	if p := tooSoon(c.gate.wait(from, time.Now())); p != nil {
		return p
	}
	ok := hash.matches(pin)
	c.gate.tried(from, time.Now(), ok)
	if !ok {
		c.opt.Log.Warn("a wrong PIN was given", "from", r.RemoteAddr)
		return trouble(http.StatusForbidden, "wrong_pin", "비밀번호가 맞지 않습니다. 확인하고 다시 입력해 주십시오.",
			"The PIN is not right. Please check it and try again.")
	}
	return nil
}

// tooSoon words a wait; nil for none.
func tooSoon(wait time.Duration) *problem {
	if wait <= 0 {
		return nil
	}
	s := int(math.Ceil(wait.Seconds()))
	p := trouble(http.StatusTooManyRequests, "wait",
		fmt.Sprintf("비밀번호가 여러 번 맞지 않았습니다. %d초 후에 다시 시도해 주십시오.", s),
		fmt.Sprintf("Wrong PINs were given several times. Please try again in %d s.", s))
	p.after = s
	return p
}

func (c *Console) signOut(w http.ResponseWriter, r *http.Request) {
	if k, err := r.Cookie(cookieName); err == nil {
		c.sessions.close(k.Value)
	}
	setCookie(w, "", -1)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
