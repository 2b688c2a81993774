package main

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
	"sunbeon/display/web/intake"
	"sunbeon/display/web/sqldb"
	"sunbeon/display/web/sqldb/pgtest"
)

// cursors listens to what the city says to an office.
type cursors struct {
	mu   sync.Mutex
	said []feed.Cursor
}

func listenToCursors(t *testing.T, broker string, a feed.Address) *cursors {
	t.Helper()
	c := new(cursors)
	ctx, leave := context.WithCancel(context.Background())
	done, up := make(chan struct{}), make(chan struct{})
	var once sync.Once
	go func() {
		defer close(done)
		link.Run(ctx, link.Config{Brokers: []string{broker}, ClientID: "listener", Username: "listener"}, func(ctx context.Context, conn link.Conn) error {
			err := conn.Subscribe(ctx, a.Cursor(), 1, func(m link.Message) {
				cur, err := feed.DecodeCursor(m.Payload)
				if err != nil {
					t.Error(err)
					return
				}
				c.mu.Lock()
				defer c.mu.Unlock()
				c.said = append(c.said, cur)
			})
			once.Do(func() { close(up) })
			<-ctx.Done()
			return err
		})
	}()
	t.Cleanup(func() { leave(); <-done })
	<-up
	return c
}

// neverBack fails if a cursor was heard that is behind one before it.
func (c *cursors) neverBack(t *testing.T) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := 1; i < len(c.said); i++ {
		if c.said[i].Seq < c.said[i-1].Seq {
			t.Errorf("the cursor went back from %d to %d", c.said[i-1].Seq, c.said[i].Seq)
		}
	}
	t.Logf("%d cursors were said", len(c.said))
}

// citizen wants a ticket and does not give up: the same form again, until it
// leads to a page.
func citizen(ctx context.Context, site, office string) (token string, tries int, err error) {
	client := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	form := url.Values{"id": {rand.Text()}, "service": {"passport"}}
	for again := time.NewTicker(50 * time.Millisecond); ; {
		tries++
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, site+"/o/"+office+"/ticket", strings.NewReader(form.Encode()))
		if err != nil {
			return "", tries, err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if r, err := client.Do(req); err == nil {
			io.Copy(io.Discard, r.Body)
			r.Body.Close()
			if token, ok := strings.CutPrefix(r.Header.Get("Location"), "/t/"); ok && r.StatusCode == http.StatusSeeOther {
				again.Stop()
				return token, tries, nil
			}
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return "", tries, ctx.Err()
		}
	}
}

// sameAnswers compares what two replicas say, byte by byte, once the traffic is
// over.
func sameAnswers(t *testing.T, a, b *replica, tokens []string) {
	t.Helper()
	paths := []string{"/api/v1/offices", "/api/v1/offices/CS0001", "/B551982/cso_v2/cso_realtime_v2", "/B551982/cso_v2/cso_info_v2"}
	for _, token := range tokens {
		paths = append(paths, "/api/v1/tickets/"+token)
	}
	for _, path := range paths {
		var one, other string
		until(t, "the same answer of both to "+path, func() bool {
			one, other = fetch(t, a.url(path)), fetch(t, b.url(path))
			return one == other && !strings.Contains(one, `"connected":false`)
		})
		if strings.HasPrefix(path, "/api") && !strings.Contains(one, "CS0001") && !strings.Contains(one, "CS0002") && !strings.Contains(one, `"label"`) {
			t.Errorf("%s: %s", path, one)
		}
	}
}

// TestAReplicaDiesUnderLoad: two processes behind one broker, on one database.
// Whichever dies, citizens get one number each, no fact is lost, doubled or out
// of order, no office sees its cursor go back, and both say the same in the end.
func TestAReplicaDiesUnderLoad(t *testing.T) {
	broker, dsn := mosquitto(t), pgtest.New(t).Database()
	offices := []*bureau{newBureau(t, "CS0001", broker), newBureau(t, "CS0002", broker)}
	said := []*cursors{listenToCursors(t, broker, offices[0].address)}
	a, b := newReplica(t, "a", broker, dsn), newReplica(t, "b", broker, dsn)
	site := balancer(t, a, b)
	for _, r := range []*replica{a, b} {
		until(t, "both offices on "+r.name, func() bool {
			page := fetch(t, r.url("/"))
			return strings.Contains(page, "CS0001 주민센터") && strings.Contains(page, "CS0002 주민센터")
		})
	}

	ctx, stop := context.WithCancel(t.Context())
	var load sync.WaitGroup
	defer load.Wait()
	defer stop()
	for _, o := range offices { // the offices work
		load.Go(func() {
			for tick := time.NewTicker(5 * time.Millisecond); ; {
				select {
				case <-tick.C:
					o.work()
				case <-ctx.Done():
					tick.Stop()
					return
				}
			}
		})
	}
	var tickets, retries atomic.Int64
	var mu sync.Mutex
	tokens := make(map[string]bool)
	for i := range 4 { // citizens take tickets
		load.Go(func() {
			for ctx.Err() == nil {
				token, tries, err := citizen(t.Context(), site, offices[i%2].address.Office)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if tokens[token] {
					t.Errorf("two citizens have ticket %s", token)
				}
				tokens[token] = true
				mu.Unlock()
				tickets.Add(1)
				retries.Add(int64(tries - 1))
			}
		})
	}
	var pages, refused atomic.Int64
	for i := range 4 { // readers read
		load.Go(func() {
			for n := i; ctx.Err() == nil; n++ {
				path := []string{"/", "/api/v1/offices", "/o/CS0001", "/en/o/CS0002"}[n%4]
				r, err := http.Get(site + path)
				if err != nil {
					continue // the proxy lost a connection to the dead one
				}
				io.Copy(io.Discard, r.Body)
				r.Body.Close()
				switch r.StatusCode {
				case http.StatusOK:
					pages.Add(1)
				case http.StatusBadGateway, http.StatusNotFound: // dead, or just back and not told of all offices
					refused.Add(1)
				default:
					t.Errorf("%s: %s", path, r.Status)
				}
			}
		})
	}
	more := func(what string, by int64) {
		t.Helper()
		from, facts := tickets.Load(), offices[0].length()
		until(t, what, func() bool { return tickets.Load() >= from+by && offices[0].length() >= facts+100 })
	}
	more("tickets with both", 20)
	for _, r := range []*replica{a, b, a} {
		other := a
		if r == a {
			other = b
		}
		r.kill()
		for range 20 {
			if v := fetch(t, other.url("/api/v1/offices/CS0001")); !strings.Contains(v, `"stale":false`) || !strings.Contains(v, `"onlineNow":true`) {
				t.Errorf("%s, without %s: %s", other.name, r.name, v)
			}
		}
		more("tickets without "+r.name, 20)
		r.start()
		more("tickets with "+r.name+" again", 10)
	}
	stop()
	load.Wait()
	t.Logf("%d tickets, %d retries, %d pages, %d errors of the proxy", tickets.Load(), retries.Load(), pages.Load(), refused.Load())
	if retries.Load() == 0 || pages.Load() == 0 {
		t.Error("nobody noticed: there was no load")
	}

	db, err := sqldb.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	store, err := intake.OpenStore(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	given := 0
	for _, o := range offices {
		until(t, "the cursor at the end of "+o.address.Office, o.acknowledged)
		facts, err := store.Facts(t.Context(), o.address.Office, o.journal, 0, len(o.all)+1)
		if err != nil || len(facts) != len(o.all) {
			t.Fatalf("%s: %d facts are stored of %d, %v", o.address.Office, len(facts), len(o.all), err)
		}
		for i, f := range facts {
			if w := o.all[i]; f.Seq != w.Seq || f.Hash != w.Hash || string(f.Raw) != string(w.Raw) {
				t.Fatalf("%s: fact %d differs: %+v", o.address.Office, w.Seq, f)
			}
		}
		given += len(o.given)
	}
	if given != len(tokens) {
		t.Errorf("%d citizens have %d numbers", len(tokens), given)
	}
	for _, c := range said {
		c.neverBack(t)
	}
	var some []string
	for token := range tokens {
		if some = append(some, token); len(some) == 30 {
			break
		}
	}
	sameAnswers(t, a, b, append(some, offices[0].tokens[len(offices[0].tokens)-5:]...))
	for _, r := range []*replica{a, b} {
		if strings.Contains(r.log.String(), pgtest.Password) || strings.Contains(r.log.String(), url.QueryEscape(pgtest.Password)) {
			t.Errorf("replica %s writes the password into its log", r.name)
		}
	}
}

// TestThePageIsOnTheOtherReplica: the citizen is led to it before any fact of the
// ticket has come to the city, and the other replica answers.
func TestThePageIsOnTheOtherReplica(t *testing.T) {
	broker, dsn := mosquitto(t), pgtest.New(t).Database()
	o := newBureau(t, "CS0001", broker)
	a, b := newReplica(t, "a", broker, dsn), newReplica(t, "b", broker, dsn)
	for _, r := range []*replica{a, b} {
		until(t, "the office on "+r.name, func() bool { return strings.Contains(fetch(t, r.url("/")), "CS0001 주민센터") })
	}
	o.hold()
	token, _, err := citizen(t.Context(), a.url(""), "CS0001")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []*replica{a, b} {
		until(t, "the page on "+r.name, func() bool { return strings.Contains(fetch(t, r.url("/api/v1/tickets/"+token)), `"label":"1"`) })
	}
	o.release()
	until(t, "the facts", o.acknowledged)
	sameAnswers(t, a, b, []string{token})
}

// TestAFrozenSpeaker: the replica that says the cursors stands still, as a machine
// that is suspended, perhaps with rows locked; another speaks in its place. When it
// goes on it has nothing more to say.
func TestAFrozenSpeaker(t *testing.T) {
	broker, dsn := mosquitto(t), pgtest.New(t).Database()
	o := newBureau(t, "CS0001", broker)
	said := listenToCursors(t, broker, o.address)
	a, b := newReplica(t, "a", broker, dsn), newReplica(t, "b", broker, dsn)
	speaks := func(r *replica) bool { return strings.Contains(r.log.String(), "this replica says the cursors") }
	until(t, "one speaks", func() bool { return speaks(a) || speaks(b) })
	speaker, other := a, b
	if speaks(b) {
		speaker, other = b, a
	}
	work := func() {
		for range 50 {
			o.work()
		}
	}
	work()
	until(t, "the first facts", o.acknowledged)
	for range 3 {
		work()
	}
	if err := speaker.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	until(t, "the other speaks", func() bool { return speaks(other) })
	work()
	until(t, "the facts without it", o.acknowledged)
	if err := speaker.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	until(t, "it sees that it is another's turn", func() bool {
		o.work()
		return strings.Contains(speaker.log.String(), "another replica says the cursors") || strings.Contains(speaker.log.String(), "no connection")
	})
	work()
	until(t, "all facts", o.acknowledged)
	sameAnswers(t, a, b, o.tokens[:3])
	said.neverBack(t)
}
