package feed

import (
	"fmt"
	"strings"
)

// Root is the first levels of every topic.
const Root = "sunbeon/v1"

// Address names an office on the wire.
type Address struct{ City, Office string }

// Check reports whether both parts can be levels of a topic.
func (a Address) Check() error {
	for _, p := range []string{a.City, a.Office} {
		if !name(p, 1, 64) {
			return fmt.Errorf("%w: %q is no name for a topic: use letters, digits, - and _", ErrInvalid, p)
		}
	}
	return nil
}

func (a Address) topic(leaf string) string { return Root + "/" + a.City + "/" + a.Office + "/" + leaf }

func (a Address) State() string            { return a.topic("state") }
func (a Address) Status() string           { return a.topic("status") }
func (a Address) Facts() string            { return a.topic("facts") }
func (a Address) Cursor() string           { return a.topic("cursor") }
func (a Address) Request(id string) string { return a.topic("request/" + id) }
func (a Address) Reply(id string) string   { return a.topic("reply/" + id) }
func (a Address) Requests() string         { return a.topic("request/+") }

// Wildcard is the filter for one leaf of every office of a city.
func Wildcard(city, leaf string) string { return Root + "/" + city + "/+/" + leaf }

// ParseTopic takes a topic apart: the office, the leaf ("state", "request"...)
// and the id of a request or reply.
func ParseTopic(topic string) (a Address, leaf, id string, err error) {
	rest, ok := strings.CutPrefix(topic, Root+"/")
	parts := strings.Split(rest, "/")
	if !ok || len(parts) < 3 || len(parts) > 4 {
		return a, "", "", fmt.Errorf("%w: topic %.80q", ErrInvalid, topic)
	}
	a = Address{parts[0], parts[1]}
	leaf = parts[2]
	if len(parts) == 4 {
		id = parts[3]
	}
	switch leaf {
	case "state", "status", "facts", "cursor":
		ok = len(parts) == 3
	case "request", "reply":
		ok = name(id, 16, 64)
	default:
		ok = false
	}
	if err := a.Check(); err != nil || !ok {
		return Address{}, "", "", fmt.Errorf("%w: topic %.80q", ErrInvalid, topic)
	}
	return a, leaf, id, nil
}

// name reports whether s consists of letters, digits, - and _ within bounds.
func name(s string, least, most int) bool {
	if len(s) < least || len(s) > most {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}
