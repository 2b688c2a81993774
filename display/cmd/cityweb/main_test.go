package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
)

// started runs the whole program on free ports and gives its address, that of
// its broker, and how to stop it.
func started(t *testing.T, args ...string) (site, mqtt string, stop func()) {
	t.Helper()
	site, mqtt, _, stop = startedWithLog(t, args...)
	return site, mqtt, stop
}

// startedWithLog gives what the program logs too.
func startedWithLog(t *testing.T, args ...string) (site, mqtt string, log *logged, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	said, says := io.Pipe()
	log = &logged{}
	done := make(chan error, 1)
	args = append([]string{"-listen", "127.0.0.1:0", "-mqtt", "127.0.0.1:0", "-data", filepath.Join(t.TempDir(), "facts"), "-city", "sujeong", "-name", "수정시/Sujeong"}, args...)
	go func() {
		err := run(ctx, args, surroundings{host: "시청.test"}, says, log)
		says.CloseWithError(err)
		done <- err
	}()
	line := make([]byte, 200)
	n, err := said.Read(line)
	if err != nil {
		t.Fatalf("it did not start: %v", err)
	}
	site, ok := strings.CutPrefix(strings.TrimSpace(string(line[:n])), "cityweb: ")
	if !ok {
		t.Fatalf("first line: %q", line[:n])
	}
	address := regexp.MustCompile(`broker"?[=:]"?(tcp://[0-9.:]+)`)
	until(t, "the broker's address in the log", func() bool {
		found := address.FindStringSubmatch(log.String())
		if found != nil {
			mqtt = found[1]
		}
		return found != nil
	})
	return site, mqtt, log, func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("it did not stop cleanly: %v", err)
		}
	}
}

type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	look, end := time.NewTicker(10*time.Millisecond), time.After(20*time.Second)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-end:
			t.Fatalf("never: %s", what)
		}
	}
}

func fetch(t *testing.T, address string) string {
	t.Helper()
	r, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// office speaks for an appliance: its state, and an answer to each request.
func office(ctx context.Context, broker string, s *feed.Snapshot) error {
	a := feed.Address{City: s.City, Office: s.Office}
	return link.Run(ctx, link.Config{Brokers: []string{broker}, ClientID: "office"}, func(ctx context.Context, c link.Conn) error {
		requests := make(chan link.Message, 8)
		if err := c.Subscribe(ctx, a.Requests(), 1, func(m link.Message) { requests <- m }); err != nil {
			return err
		}
		b, err := json.Marshal(s)
		if err != nil {
			return err
		}
		if err := c.Publish(ctx, a.State(), 1, true, b); err != nil {
			return err
		}
		for {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case m := <-requests:
				_, _, id, err := feed.ParseTopic(m.Topic)
				if err != nil {
					return err
				}
				q, err := feed.DecodeRequest(id, m.Payload)
				if err != nil {
					return err
				}
				b, err := json.Marshal(feed.Reply{V: 1, ID: id, Ticket: &feed.Issued{Label: "512", Service: q.Service, Day: 1, Token: "tokenoffxiiaaaaa", Status: "waiting", Ahead: 2}})
				if err != nil {
					return err
				}
				if err := c.Publish(ctx, a.Reply(id), 1, false, b); err != nil {
					return err
				}
			}
		}
	})
}

// TestOfficeToCitizen goes the whole way: an office speaks over MQTT, the page
// shows it, and a ticket asked for on the page comes back from the office.
func TestOfficeToCitizen(t *testing.T) {
	site, broker, stop := started(t)
	if page := fetch(t, site); !strings.Contains(page, "수정시") || !strings.Contains(page, "아직 연결된 민원실이 없습니다") {
		t.Errorf("an empty city: %s", page)
	}
	ctx, leave := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() {
		gone <- office(ctx, broker, &feed.Snapshot{V: 1, City: "sujeong", Office: "CS0001", Journal: "j", Epoch: 1, Rev: 1, AsOf: time.Now().UnixMilli(), Clock: true,
			Name: "수정1동 주민센터", Day: 1, DayOpen: true, Services: []feed.Service{{ID: "passport", Name: "여권", Waiting: new(3), Issuing: feed.IssuingOpen, Counters: new(1), Online: true, OnlineNow: true}}})
	}()
	until(t, "the office on the page", func() bool { return strings.Contains(fetch(t, site), "수정1동 주민센터") })
	r, err := http.PostForm(site+"o/CS0001/ticket", url.Values{"id": {"0123456789abcdef"}, "service": {"passport"}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	page, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if r.Request.URL.Path != "/t/tokenoffxiiaaaaa" || !strings.Contains(string(page), "앞에 2명") {
		t.Errorf("%s %s: %s", r.Status, r.Request.URL, page)
	}
	leave()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	stop()
}

// TestBadCommandLines: each error names what to write instead.
func TestBadCommandLines(t *testing.T) {
	for want, args := range map[string][]string{
		"cityweb -help":       {"-brokr", "x"},
		"tcp://host:1883":     {"-broker", "10.0.0.5"},
		"ssl://host:8883":     {"-broker", "tcp://a:1,http://b"},
		"lists them":          {"serve"},
		"letters, digits":     {"-city", "a/b"},
		`-listen "8480"`:      {"-listen", "8480"},
		`-mqtt "x"`:           {"-mqtt", "x"},
		"-data is empty":      {"-data", ""},
		"수정시/Sujeong City":    {"-name", "/Sujeong"},
		"-replica: write":     {"-replica", "a/b"},
		"-store":              {"-data", t.TempDir(), "-store", "postgres://127.0.0.1:1/city"},
		`-metrics "9100"`:     {"-metrics", "9100"},
		"text or json":        {"-log", "xml"},
		"a range like":        {"-trusted-proxy", "proxy.example"},
		"national-keys":       {"-data", t.TempDir(), "-national-keys", "/dev/null"},
		"another address":     {"-data", t.TempDir(), "-listen", "192.0.2.1:1"},
		"-outline":            {"-data", t.TempDir(), "-outline", "/dev/null/x"},
		"not GeoJSON":         {"-data", t.TempDir(), "-outline", "/dev/null"},
		"with -data":          {"-data", "/dev/null/x"},
		"city's own with -br": {"-data", t.TempDir(), "-listen", "127.0.0.1:0", "-mqtt", "192.0.2.1:1"},
	} {
		err := run(t.Context(), args, surroundings{host: "test"}, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "cityweb: ") {
			t.Errorf("%q: %v", args, err)
		}
	}
	var usage bytes.Buffer
	if err := run(t.Context(), []string{"-help"}, surroundings{}, io.Discard, &usage); !errors.Is(err, errHelp) || !strings.Contains(usage.String(), "-broker url") {
		t.Errorf("%v %s", err, usage.String())
	}
}

// TestOutlineIsOnTheMap: the file of -outline is drawn behind an office that has
// told where it is.
func TestOutlineIsOnTheMap(t *testing.T) {
	file := filepath.Join(t.TempDir(), "city.geojson")
	if err := os.WriteFile(file, []byte(`{"type":"Polygon","coordinates":[[[127,37.7],[127.1,37.7],[127.1,37.8],[127,37.8],[127,37.7]]]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	site, broker, stop := started(t, "-outline", file)
	ctx, leave := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() {
		gone <- office(ctx, broker, &feed.Snapshot{V: 1, City: "sujeong", Office: "CS0001", Journal: "j", Epoch: 1, Rev: 1, AsOf: time.Now().UnixMilli(), Clock: true,
			Name: "수정1동 주민센터", Day: 1, DayOpen: true, Where: &feed.Where{Lat: 37.75, Lon: 127.05},
			Services: []feed.Service{{ID: "civil", Name: "민원", Waiting: new(3), Issuing: feed.IssuingOpen, Counters: new(1)}}})
	}()
	until(t, "the outline behind the office", func() bool {
		page := fetch(t, site+"map")
		return strings.Contains(page, `<path class="border"`) && strings.Contains(page, "수정1동")
	})
	leave()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	stop()
}

func TestBrokersMayBeRepeatedOrListed(t *testing.T) {
	o, err := parse([]string{"-broker", "tcp://a:1883, ssl://b:8883", "-broker", "tcp://c"}, surroundings{host: "test"}, io.Discard)
	if err != nil || strings.Join(o.brokers, " ") != "tcp://a:1883 ssl://b:8883 tcp://c" || o.name.En != "Our City" {
		t.Errorf("%+v %v", o, err)
	}
}

func TestReplicaIsNamedAfterTheMachine(t *testing.T) {
	for host, want := range map[string]string{"web-1.city.example": "web-1-city-example", "시청": "--", "": "main"} {
		if o, err := parse(nil, surroundings{host: host}, io.Discard); err != nil || o.replica != want {
			t.Errorf("%q: %q %v, want %q", host, o.replica, err, want)
		}
	}
	if o, err := parse([]string{"-replica", "b"}, surroundings{host: "h"}, io.Discard); err != nil || o.replica != "b" {
		t.Errorf("%+v %v", o, err)
	}
}

func TestWhereTheStoreIs(t *testing.T) {
	dir := t.TempDir()
	if got := storeIn(dir); got != filepath.Join(dir, "city.db") {
		t.Error("a new one:", got)
	}
	old := filepath.Join(dir, "facts.db")
	if err := os.WriteFile(old, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := storeIn(dir); got != old {
		t.Error("of an earlier version:", got)
	}
	if err := os.WriteFile(filepath.Join(dir, "city.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := storeIn(dir); got != filepath.Join(dir, "city.db") {
		t.Error("with both:", got)
	}
	for want, args := range map[string][]string{"": nil, "from the environment": {}, "x": {"-store", "x"}} {
		around := surroundings{host: "h"}
		if args != nil {
			around.store = "from the environment"
		}
		if o, err := parse(args, around, io.Discard); err != nil || o.store != want {
			t.Errorf("%q: %q %v, want %q", args, o.store, err, want)
		}
	}
}

// TestNoPasswordInTheOpen: what cityweb says about a store does not show how to
// get in.
func TestNoPasswordInTheOpen(t *testing.T) {
	var said bytes.Buffer
	around := surroundings{host: "h", store: "postgres://sunbeon:hunter2@127.0.0.1:1/city"}
	err := run(t.Context(), []string{"-data", t.TempDir()}, around, &said, &said)
	if err == nil || strings.Contains(err.Error()+said.String(), "hunter2") {
		t.Errorf("%v %s", err, &said)
	}
}
