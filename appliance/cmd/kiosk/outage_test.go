package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/feed/link/badline"
	"sunbeon/appliance/journal"
	"sunbeon/appliance/queue"
	"sunbeon/display/web/intake"
	"sunbeon/display/web/sqldb"
)

// shippedMosquitto is the city's broker with the configuration that we ship.
func shippedMosquitto(t *testing.T, addr, folder string) *process {
	t.Helper()
	if _, err := exec.LookPath("/usr/sbin/mosquitto"); err != nil {
		t.Skipf("NOTICE: OUTAGES ON THE WAY TO THE CITY ARE NOT TESTED: %v (apt-get install mosquitto)", err)
	}
	b, err := os.ReadFile("../../../display/web/broker/mosquitto.conf")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for old, new := range map[string]string{
		"\nlistener 1883 127.0.0.1\n":                  "\nlistener " + port + " 127.0.0.1\n",
		"\npersistence_location /var/lib/mosquitto/\n": "\npersistence_location " + folder + "/\n",
	} {
		if strings.Count(text, old) != 1 {
			t.Fatalf("mosquitto.conf has no line %q", old)
		}
		text = strings.Replace(text, old, new, 1)
	}
	if os.Getuid() == 0 {
		text = "user root\n" + text // or it cannot write to the test's folder
	}
	conf := filepath.Join(folder, "mosquitto.conf")
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, "/usr/sbin/mosquitto", "-c", conf)
	eventually(t, "the broker listens", func() error {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			c.Close()
		}
		return err
	})
	return p
}

// goodLine is a line to the broker that is well, for now.
func goodLine(t *testing.T, broker string) *badline.Line {
	t.Helper()
	l, err := badline.Listen(broker)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

// work is a while at the office: people come, and some are called.
func work(t *testing.T, base string, r *rand.Rand) {
	t.Helper()
	for range 3 + r.IntN(8) {
		if _, err := press(base, []string{"civil", "register", "passport"}[r.IntN(3)]); err != nil {
			t.Fatal(err)
		}
		if r.IntN(2) == 0 {
			reply, err := http.PostForm(base+"bench/key", url.Values{"counter": {fmt.Sprint(1 + r.IntN(3))}, "key": {"next"}})
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, reply.Body)
			reply.Body.Close()
		}
	}
}

// TestNoFactIsLostBetweenRealProcesses kills the broker, the kiosk and the city,
// and lets the lines between them fail in every way, in an order by chance, while
// the office works. Afterwards the city has the office's record, byte for byte.
func TestNoFactIsLostBetweenRealProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes, and their real patience")
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	data, addr, listen := t.TempDir(), freeAddr(t), freeAddr(t)
	config := filepath.Join(data, "office.toml")
	sim, err := os.ReadFile("../../sim/office.toml")
	if err != nil {
		t.Fatal(err)
	}
	// The broker as we ship it takes nobody without a name.
	if err := os.WriteFile(config, append(sim, "\n[feed]\nusername = \"CS0001\"\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	broker := shippedMosquitto(t, addr, data)
	up, down := goodLine(t, addr), goodLine(t, addr)
	city := func() (*process, string) {
		p := start(t, "cityweb", "-listen", "127.0.0.1:0", "-city", "uijeongbu", "-broker", "tcp://"+down.Addr(), "-data", filepath.Join(data, "city"))
		return p, "http" + p.said("cityweb: http")
	}
	kiosk := func() *process {
		p := start(t, "kiosk", "-sim", "-config", config, "-data", filepath.Join(data, "kiosk"), "-listen", listen, "-broker", "tcp://"+up.Addr(), "-speed", "0")
		p.said("kiosk: http://" + listen)
		return p
	}
	base := "http://" + listen + "/"
	web, page := city()
	bench := kiosk()
	work(t, base, r)
	eventually(t, "the city has heard of the office", func() error { _, err := office(page); return err })

	// One line of each end goes bad in a way that its ends must find out by
	// themselves, which takes them their time.
	bad := []badline.Condition{
		{SwallowUp: true}, {SwallowDown: true}, {SwallowUp: true, SwallowDown: true}, {Refuse: true}, {Rate: 4000, Delay: 400 * time.Millisecond},
	}
	officeBad, cityBad := bad[r.IntN(5)], bad[r.IntN(4)]
	faults := map[string]func(){
		"the broker is killed": func() {
			broker.kill()
			work(t, base, r)
			broker = shippedMosquitto(t, addr, data)
		},
		"the kiosk is killed": func() { bench.kill(); bench = kiosk() },
		"the city is killed": func() {
			web.kill()
			work(t, base, r)
			web, page = city()
		},
		"the office's line is torn":                        up.Tear,
		"the city's line is torn":                          down.Tear,
		fmt.Sprintf("the office's line is %+v", officeBad): func() { up.Set(officeBad) },
		fmt.Sprintf("the city's line is %+v", cityBad):     func() { down.Set(cityBad) },
	}
	names := slices.Sorted(maps.Keys(faults)) // so that the seed tells the order
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names {
		t.Log(name)
		faults[name]()
		work(t, base, r)
		<-time.After(time.Duration(r.IntN(1000)) * time.Millisecond) // anywhere within what was begun
		up.Set(badline.Condition{})
		down.Set(badline.Condition{})
	}
	work(t, base, r)
	t.Log("all is well")

	own, err := journal.OpenReader(t.Context(), filepath.Join(data, "kiosk", "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	db, err := sqldb.Open(t.Context(), filepath.Join(data, "city", "city.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	eventually(t, "the city has the whole record", func() error {
		record, err := own.After(t.Context(), 0, 100_000)
		if err != nil {
			return err
		}
		store, err := intake.OpenStore(t.Context(), db)
		if err != nil {
			return err
		}
		stored, err := store.Facts(t.Context(), "CS0001", own.ID(), 0, 100_000)
		if err != nil {
			return err
		}
		for i, f := range stored {
			if want := record[i]; f.Seq != want.Seq || f.Day != want.Day || f.Hash != want.Hash || !bytes.Equal(f.Raw, want.Raw) {
				t.Fatalf("fact %d of the city is %+v, the office has %+v", i+1, f, want)
			}
		}
		if len(stored) != len(record) {
			return fmt.Errorf("it has %d facts of %d", len(stored), len(record))
		}
		t.Logf("%d facts; the office's line: %+v; the city's: %+v", len(stored), up.Counts(), down.Counts())
		return nil
	})
	eventually(t, "the city shows the office's present state", func() error {
		state := queue.New()
		if err := own.Replay(state.Apply); err != nil {
			return err
		}
		waiting := 0
		for _, v := range state.Config.Services {
			waiting += state.Waiting(v.ID)
		}
		o, err := office(page)
		if err == nil && (o.Waiting != waiting || o.Stale) {
			err = fmt.Errorf("it shows %+v, %d wait", o, waiting)
		}
		return err
	})
	web.stop()
	bench.stop()
	after, err := journal.OpenReader(t.Context(), filepath.Join(data, "kiosk", "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer after.Close()
	if cursor, err := after.Cursor(); err != nil || cursor == 0 || cursor > after.Last() {
		t.Errorf("the kiosk's cursor is %d of %d (%v)", cursor, after.Last(), err)
	}
}
