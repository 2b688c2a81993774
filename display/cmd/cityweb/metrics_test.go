package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
)

// TestMetricsAndProbes runs the whole program: what it counts is served on a
// listener of its own, and not on the public one.
func TestMetricsAndProbes(t *testing.T) {
	keys := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(keys, []byte("first\nsecond\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	site, broker, log, stop := startedWithLog(t, "-metrics", "127.0.0.1:0", "-https", "-national-keys", keys)
	defer stop()
	var metrics string
	until(t, "the address of the metrics in the log", func() bool {
		_, rest, found := strings.Cut(log.String(), "msg=metrics address=")
		metrics, _, _ = strings.Cut(rest, "\n")
		return found
	})
	listens(t, site)
	a := feed.Address{City: "sujeong", Office: "CS0001"}
	snapshot := &feed.Snapshot{V: 1, City: a.City, Office: a.Office, Journal: "j", Epoch: 1, Rev: 1, AsOf: time.Now().UnixMilli(), Clock: true, Name: "수정1동"}
	say := func(topic string, v any) {
		t.Helper()
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		ctx, leave := context.WithCancel(t.Context())
		err = link.Run(ctx, link.Config{Brokers: []string{broker}, ClientID: "office"}, func(ctx context.Context, c link.Conn) error {
			defer leave()
			return c.Publish(ctx, topic, 1, false, b)
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	say(a.State(), snapshot)
	say(a.State(), snapshot)
	say(a.Facts(), "no fact")
	read := func() string { return fetch(t, "http://"+metrics+"/metrics") }
	until(t, "the messages in the metrics", func() bool {
		page := read()
		for _, want := range []string{`sunbeon_states_total{outcome="taken"} 1`, `sunbeon_states_total{outcome="older"} 1`, `sunbeon_messages_refused_total{kind="fact"} 1`,
			"sunbeon_offices_fresh 1\n", "sunbeon_broker_connected 1\n", "sunbeon_store_failures_total 0\n", `sunbeon_messages_told_total{outcome="sent"} 0`, "sunbeon_build_info{"} {
			if !strings.Contains(page, want) {
				return false
			}
		}
		return true
	})
	fetch(t, site+"t/abcdefghijklmnop")
	if page := read(); !strings.Contains(page, `sunbeon_http_requests_total{class="4xx",route="/t/{token}"} 1`) || strings.Contains(page, "abcdefgh") {
		t.Error(page)
	}
	if body := fetch(t, site+"readyz"); body != `{"ready":true,"why":[]}`+"\n" {
		t.Error(body)
	}
	r, err := http.Get(site + "metrics")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusNotFound || r.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("on the public listener: %s %v", r.Status, r.Header)
	}
	for key, want := range map[string]string{"": "K30", "third": "K30", "second": "K0"} {
		if body := fetch(t, site+"B551982/cso_v2/cso_info_v2?serviceKey="+key); key != "second" && !strings.Contains(body, `"`+want+`"`) || key == "second" && strings.Contains(body, "K30") {
			t.Errorf("key %q: %s", key, body)
		}
	}
}

func TestLogAsJSON(t *testing.T) {
	_, _, log, stop := startedWithLog(t, "-log", "json")
	stop()
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	for _, line := range lines {
		var v struct{ Time, Level string }
		if err := json.Unmarshal([]byte(line), &v); err != nil || v.Time == "" || v.Level == "" {
			t.Errorf("%q: %v", line, err)
		}
	}
}

func TestFileOfKeys(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte(" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{empty, empty + "-none"} {
		if _, err := nationalKeys(path); err == nil {
			t.Errorf("%s is taken", path)
		}
	}
}
