package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	perPage    = 60 // a city has fewer offices; a page of all of Korea's would be megabytes
	soughtMost = 40 // characters of a search
)

// Orders of the page of all offices. By distance is the browser's own: the
// citizen's position never comes here.
const (
	byName = "name"
	byWait = "wait"
)

// listing is what the page of all offices shows of them, and the ways to the
// other pages of the same search.
type listing struct {
	Path  string // of the page, for links that stay in its language
	Q     string // searched for
	Sort  string
	Page  int // from 1
	Pages int
	All   int // offices of the city
	Found int
}

// To is the address of the page in an order, or at another page.
func (l *listing) To(sort string, page int) string { return l.Path + l.query(sort, page) }

func (l *listing) query(sort string, page int) string {
	v := url.Values{}
	if l.Q != "" {
		v.Set("q", l.Q)
	}
	if sort != byName {
		v.Set("sort", sort)
	}
	if page > 1 {
		v.Set("page", strconv.Itoa(page))
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

// Back and On are the numbers of the pages beside this one, 0 is none.
func (l *listing) Back() int { return l.Page - 1 }
func (l *listing) On() int {
	if l.Page >= l.Pages {
		return 0
	}
	return l.Page + 1
}

// Whole reports whether the page shows every office of the city.
func (l *listing) Whole() bool { return l.Found == l.All && l.Pages <= 1 }

// sought reads a search: one line, short, without spaces at its ends.
func sought(q string) string {
	r := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(q, "")), " "))
	return strings.TrimSpace(string(r[:min(len(r), soughtMost)]))
}

// bare is a name as it is compared in a search.
func bare(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }

// search gives the offices whose name contains q, or else those that have such a
// service; of tells the services that were meant, whose wait counts then.
func search(all []Card, q string) (found []Card, of func(Service) bool) {
	q = bare(q)
	has := func(w Words) bool { return strings.Contains(bare(w.Ko), q) || strings.Contains(bare(w.En), q) }
	for _, c := range all {
		if has(c.Name) {
			found = append(found, c)
		}
	}
	if len(found) > 0 {
		return found, func(Service) bool { return true }
	}
	of = func(v Service) bool { return has(v.Name) }
	for _, c := range all {
		if slices.ContainsFunc(c.Services, of) {
			found = append(found, c)
		}
	}
	return found, of
}

// order sorts offices: by their names as people count, so that 2동 comes before
// 10동, or by the wait of their services that count.
func order(all []Card, by string, l Lang, counts func(Service) bool) {
	silent := func(c Card) int { // it has not told its name yet
		if c.State == Unheard {
			return 1
		}
		return 0
	}
	names := func(a, b Card) int {
		return cmp.Or(cmp.Compare(silent(a), silent(b)), natural(a.Name.In(l), b.Name.In(l)), cmp.Compare(a.ID, b.ID))
	}
	if by != byWait {
		slices.SortFunc(all, names)
		return
	}
	slices.SortFunc(all, func(a, b Card) int {
		ra, wa := waitRank(a, counts)
		rb, wb := waitRank(b, counts)
		return cmp.Or(cmp.Compare(ra, rb), cmp.Compare(wa, wb), names(a, b))
	})
}

// waitRank orders an office among others: those whose wait is known come first,
// then those that are open, then those that are not, then those whose figures are
// old. The wait is that of the longest of its open services that count.
func waitRank(c Card, counts func(Service) bool) (rank int, wait float64) {
	switch {
	case c.Stale:
		return 3, 0
	case c.State != Open:
		return 2, 0
	}
	wait = -1
	for _, v := range c.Services {
		if mid, known := median(v); known && counts(v) {
			wait = max(wait, mid)
		}
	}
	if wait < 0 {
		return 1, 0
	}
	return 0, wait
}

// natural compares names; runs of digits count as numbers.
func natural(a, b string) int {
	for a != "" && b != "" {
		na, nb := digits(a), digits(b)
		if na == 0 || nb == 0 {
			ra, size := utf8.DecodeRuneInString(a)
			rb, other := utf8.DecodeRuneInString(b)
			if ra != rb {
				return cmp.Compare(ra, rb)
			}
			a, b = a[size:], b[other:]
			continue
		}
		x, y := strings.TrimLeft(a[:na], "0"), strings.TrimLeft(b[:nb], "0")
		if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
			return c
		}
		a, b = a[na:], b[nb:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits counts those at the beginning.
func digits(s string) int {
	return len(s) - len(strings.TrimLeft(s, "0123456789"))
}

func (s *Site) front(w http.ResponseWriter, r *http.Request) {
	p := s.page(r, Words{"전체 민원실", "All offices"})
	p.Events, p.Refresh, p.Public = s.events("/events"), 60, true
	all := cards(s.city, time.UnixMilli(p.Now))
	l := &listing{Path: p.Base + "/", Sort: byName, Page: 1, All: len(all)}
	form := r.URL.Query()
	if form.Get("sort") == byWait {
		l.Sort = byWait
	}
	counts := func(Service) bool { return true }
	if l.Q = sought(form.Get("q")); l.Q != "" {
		all, counts = search(all, l.Q)
	}
	order(all, l.Sort, p.Lang, counts)
	l.Found = len(all)
	l.Pages = max((len(all)+perPage-1)/perPage, 1)
	if n, err := strconv.Atoi(form.Get("page")); err == nil {
		l.Page = min(max(n, 1), l.Pages)
	}
	first := (l.Page - 1) * perPage
	p.Cards, p.List = all[first:min(first+perPage, len(all))], l
	p.Other += l.query(l.Sort, l.Page)
	s.render(w, "front.html", http.StatusOK, p)
}
