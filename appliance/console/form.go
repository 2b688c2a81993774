package console

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"sunbeon/appliance/queue"
)

// form is what a page sent: each field once.
type form map[string]string

func readForm(r *http.Request) (form, *problem) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, trouble(http.StatusUnsupportedMediaType, "bad_type", "이 화면의 단추로 보내 주십시오.", "Please use the buttons of the page.")
	}
	b, err := io.ReadAll(r.Body)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, tooLarge()
	case err != nil:
		return nil, badForm("body")
	}
	return parseForm(string(b))
}

// parseForm reads a URL-encoded body. A field given twice, text that is no
// UTF-8 and control characters are refused: no page sends them.
func parseForm(body string) (form, *problem) {
	values, err := url.ParseQuery(body)
	if err != nil {
		return nil, badForm("body")
	}
	f := form{}
	for name, v := range values {
		if !clean(name) {
			return nil, badForm("body")
		}
		if len(v) != 1 || !clean(v[0]) {
			return nil, badForm(name)
		}
		f[name] = v[0]
	}
	return f, nil
}

func clean(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

func (f form) one(name string) string { return f[name] }

// only refuses fields that the form does not have. A name that ends with "."
// stands for all that begin with it.
func (f form) only(names ...string) *problem {
	for name := range f {
		known := slices.ContainsFunc(names, func(n string) bool {
			return n == name || strings.HasSuffix(n, ".") && strings.HasPrefix(name, n)
		})
		if !known {
			return badForm(name)
		}
	}
	return nil
}

// request is the id that makes a repetition of the command harmless, as the
// page made it; its owner goes before it, so that no page can answer for
// another.
func (f form) request(place int) (string, *problem) {
	id := f.one("id")
	good := func(r rune) bool {
		return r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	if len(id) < 8 || len(id) > 64 || strings.ContainsFunc(id, func(r rune) bool { return !good(r) }) {
		return "", badForm("id")
	}
	return "console/" + strconv.Itoa(place) + "/" + id, nil
}

// ticket reads a ticket of the page's lists: "civil/118".
func (f form) ticket() (queue.Ref, *problem) {
	text := f.one("ticket")
	i := strings.LastIndexByte(text, '/')
	if i < 1 {
		return queue.Ref{}, badForm("ticket")
	}
	n, ok := number(text[i+1:])
	if !ok {
		return queue.Ref{}, badForm("ticket")
	}
	return queue.Ref{Band: text[:i], Number: n}, nil
}

// label reads a number as printed, typed by staff: "118", "p7".
func (f form) label(c *queue.Config) (queue.Ref, *problem) {
	text := strings.TrimSuffix(strings.TrimSpace(f.one("number")), "번")
	for _, s := range c.Services {
		if len(text) < len(s.Prefix) || !strings.EqualFold(text[:len(s.Prefix)], s.Prefix) {
			continue
		}
		if n, ok := number(text[len(s.Prefix):]); ok && s.First <= n && n <= s.Last {
			return queue.Ref{Band: s.ID, Number: n}, nil
		}
	}
	return queue.Ref{}, refused(&queue.Refusal{Code: queue.UnknownTicket, Detail: text})
}

// number reads a number as it is printed: without leading zeros or sign.
func number(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n > 0 && strconv.Itoa(n) == text
}
