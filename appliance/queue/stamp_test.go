package queue_test

import (
	"testing"
	"time"

	"sunbeon/appliance/queue"
)

func TestSince(t *testing.T) {
	at := func(wall int64, trusted bool, mono int64, boot string) queue.Stamp {
		return queue.Stamp{Wall: wall, Trusted: trusted, Mono: mono, Boot: boot}
	}
	for _, c := range []struct {
		name     string
		from, to queue.Stamp
		want     time.Duration
		known    bool
	}{
		{"one boot goes by mono", at(0, true, 5, "a"), at(99, true, 8, "a"), 3 * time.Millisecond, true},
		{"whatever the wall does", at(50, true, 5, "a"), at(0, false, 8, "a"), 3 * time.Millisecond, true},
		{"mono never goes back", at(0, true, 8, "a"), at(9, true, 5, "a"), 0, false},
		{"two boots go by trusted walls", at(1, true, 900, "a"), at(4, true, 1, "b"), 3 * time.Millisecond, true},
		{"a wall that went back is unknown", at(4, true, 1, "a"), at(1, true, 1, "b"), 0, false},
		{"an untrusted wall is unknown", at(1, false, 1, "a"), at(4, true, 1, "b"), 0, false},
		{"now untrusted is unknown", at(1, true, 1, "a"), at(4, false, 1, "b"), 0, false},
	} {
		if got, known := c.to.Since(c.from); got != c.want || known != c.known {
			t.Errorf("%s: %v, %v", c.name, got, known)
		}
	}
}

func TestHours(t *testing.T) {
	at := func(text string) queue.Stamp {
		when, err := time.ParseInLocation("2006-01-02 15:04:05", text, queue.KST())
		if err != nil {
			t.Fatal(err)
		}
		return queue.Stamp{Wall: when.UnixMilli(), Trusted: true}
	}
	h := queue.Hours{Days: []int{1, 2}, Off: []string{"2026-11-24"}, Spans: []queue.Span{{From: 540, To: 720}, {From: 780, To: 1440}}}
	for text, want := range map[string]bool{
		"2026-11-23 08:59:59": false, "2026-11-23 09:00:00": true, "2026-11-23 11:59:59": true, "2026-11-23 12:00:00": false,
		"2026-11-23 13:00:00": true, "2026-11-23 23:59:59": true, "2026-11-24 00:00:00": false, "2026-11-24 10:00:00": false,
		"2026-11-25 10:00:00": false, "2026-11-30 10:00:00": true,
	} {
		if got := h.Contains(at(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
		if !(queue.Hours{}).Contains(at(text)) {
			t.Errorf("%s: not within always", text)
		}
	}
	if !h.OnDay(at("2026-11-23 03:00:00")) || h.OnDay(at("2026-11-24 10:00:00")) {
		t.Error("OnDay")
	}
}
