package hall

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"sunbeon/appliance/feed"
)

const (
	streamPath = "/hall/stream"
	healthPath = "/hall/health"

	// Beat is how often a Server says that it lives.
	Beat = 3 * time.Second

	lineLimit   = 1 << 20 // bytes
	healthLimit = 2 << 10 // bytes
	writeWithin = 10 * time.Second
)

// line is one line of the stream: exactly one field is set.
type line struct {
	Now  int64      `json:"now,omitempty"` // Unix ms
	Hall *feed.Hall `json:"hall,omitempty"`
}

var errLine = errors.New("hall: a line of the stream that is neither a hall nor a time")

// decode reads a line. Fields that it does not know are those of a newer kiosk.
func decode(b []byte) (line, error) {
	var l line
	if err := json.Unmarshal(b, &l); err != nil {
		return line{}, fmt.Errorf("hall: %w", err)
	}
	if (l.Now == 0) == (l.Hall == nil) {
		return line{}, errLine
	}
	if l.Hall != nil && l.Hall.Snapshot.V != 1 {
		return line{}, fmt.Errorf("hall: a snapshot of version %d; this screen knows version 1: update its software", l.Hall.Snapshot.V)
	}
	return l, nil
}

// health is the body of a report.
type health struct {
	Conditions []string `json:"conditions"`
}
