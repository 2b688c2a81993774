package proxy

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/web"
)

// town is a city with one office.
type town struct {
	mu     sync.Mutex
	office web.Office
	watch  chan string
}

func (c *town) Offices() []web.Office { o, _ := c.Office("CS0001"); return []web.Office{o} }

func (c *town) Office(id string) (web.Office, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.office, id == c.office.ID
}

func (c *town) Watch(context.Context) <-chan string { return c.watch }
func (c *town) Link() (bool, time.Time)             { return true, time.Time{} }
func (c *town) Ticket(string) (web.Ticket, bool)    { return web.Ticket{}, false }

func (c *town) Ask(context.Context, string, feed.Request) (feed.Reply, error) {
	return feed.Reply{}, web.ErrOffline
}

// waits makes n people wait, and tells the readers.
func (c *town) waits(n int) {
	c.mu.Lock()
	c.office = web.Office{ID: "CS0001", Received: time.Now(), Live: true, Snapshot: &feed.Snapshot{V: 1, City: "c", Office: "CS0001", Name: "수정동", Day: 1, DayOpen: true, Clock: true,
		Services: []feed.Service{{ID: "civil", Name: "민원", Waiting: &n, Issuing: feed.IssuingOpen}}}}
	c.mu.Unlock()
	c.watch <- "CS0001"
}

// origin counts what the website is asked.
type origin struct {
	mu   sync.Mutex
	next http.Handler
	n    map[string]int
}

func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	o.n[r.Method+" "+r.URL.Path]++
	o.mu.Unlock()
	o.next.ServeHTTP(w, r)
}

func (o *origin) asked(what string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.n[what]
}

// behindNginx runs a website behind the real nginx with the configuration that
// we ship.
func behindNginx(t *testing.T) (c *town, o *origin, base string) {
	t.Helper()
	const nginx = "/usr/sbin/nginx"
	if _, err := os.Stat(nginx); err != nil {
		t.Skipf("NOTICE: THE CACHE IS NOT TESTED WITH NGINX: %v (apt-get install nginx-light)", err)
	}
	c = &town{watch: make(chan string)}
	site, err := web.New(web.Options{Name: web.Words{Ko: "수정시", En: "Sujeong"}, City: c, Tickets: c, Desk: c, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- site.Run(ctx) }()
	c.waits(7)
	o = &origin{next: site.Handler(), n: map[string]int{}}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: o}
	go srv.Serve(ln)
	t.Cleanup(func() {
		cancel()
		<-ran
		srv.Close()
	})

	dir := t.TempDir()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := free.Addr().String()
	free.Close()
	conf, err := os.ReadFile("nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	for old, new := range map[string]string{"listen 127.0.0.1:8080;": "listen " + at + ";", "server 127.0.0.1:8480;": "server " + ln.Addr().String() + ";",
		"/var/cache/nginx/sunbeon": dir + "/cache"} {
		if bytes.Count(conf, []byte(old)) != 1 {
			t.Fatalf("nginx.conf has no %q", old)
		}
		conf = bytes.Replace(conf, []byte(old), []byte(new), 1)
	}
	user := ""
	if os.Getuid() == 0 {
		user = "user root;\n" // or it cannot write to the test's folder
	}
	conf = fmt.Appendf(nil, "%spid %s/pid;\nerror_log stderr;\ndaemon off;\nworker_processes 1;\nevents { worker_connections 4000; }\nhttp {\naccess_log off;\nclient_body_temp_path %s/b;\nproxy_temp_path %s/p;\nfastcgi_temp_path %s/f;\nuwsgi_temp_path %s/u;\nscgi_temp_path %s/s;\n%s}\n",
		user, dir, dir, dir, dir, dir, dir, conf)
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, conf, 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := exec.Command(nginx, "-c", file, "-p", dir)
	cmd.Stderr = &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
		if t.Failed() {
			t.Logf("nginx: %s", said.Bytes())
		}
	})
	eventually(t, "nginx listens", func() bool {
		conn, err := net.Dial("tcp", at)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	return c, o, "http://" + at
}

func eventually(t *testing.T, what string, ok func() bool) {
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

// TestOriginSeesOneOfThousands: however many ask for a public page, the website
// is asked at most once in the 5 s that its answer holds.
func TestOriginSeesOneOfThousands(t *testing.T) {
	_, o, base := behindNginx(t)
	const people, views = 20, 100
	begin := time.Now()
	for _, path := range []string{"/", "/en/", "/api/v1/offices", "/api/v1/offices/CS0001"} {
		var wg sync.WaitGroup
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: people}}
		bodies := make([]string, people)
		for i := range people {
			wg.Go(func() {
				for range views {
					r, err := client.Get(base + path)
					if err != nil {
						t.Error(err)
						return
					}
					b, err := io.ReadAll(r.Body)
					r.Body.Close()
					if err != nil || r.StatusCode != http.StatusOK || r.Header.Get("Set-Cookie") != "" {
						t.Errorf("%s: %s %v %v", path, r.Status, err, r.Header)
						return
					}
					bodies[i] = string(b)
				}
			})
		}
		wg.Wait()
		client.CloseIdleConnections()
		if !strings.Contains(bodies[0], "수정") && !strings.Contains(bodies[0], "Sujeong") {
			t.Errorf("%s: %s", path, bodies[0])
		}
		most := 1 + int(time.Since(begin)/(5*time.Second))
		if n := o.asked("GET " + path); n == 0 || n > most {
			t.Errorf("%s: %d views are %d requests to the website, want at most %d", path, people*views, n, most)
		}
	}
}

// TestCacheKeepsNothingOfOnes own, and hands every event on at once.
func TestCacheKeepsNothingOfOnesOwn(t *testing.T) {
	c, o, base := behindNginx(t)
	for range 3 {
		r, err := http.Get(base + "/t/aaaaaaaaaaaaaaaa")
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		form := url.Values{"id": {"0123456789abcdef"}, "service": {"civil"}}
		rq, err := http.NewRequest("POST", base+"/o/CS0001/ticket", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		rq.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		rq.Header.Set("Origin", base) // what a browser says when the form was on this site
		p, err := http.DefaultClient.Do(rq)
		if err != nil {
			t.Fatal(err)
		}
		p.Body.Close()
		if r.StatusCode != http.StatusNotFound || p.StatusCode == http.StatusForbidden {
			t.Errorf("%s, %s", r.Status, p.Status)
		}
	}
	if n, m := o.asked("GET /t/aaaaaaaaaaaaaaaa"), o.asked("POST /o/CS0001/ticket"); n != 3 || m != 3 {
		t.Errorf("the website was asked for a ticket's page %d times, and for a ticket %d times", n, m)
	}
	ctx, leave := context.WithCancel(t.Context())
	rq, err := http.NewRequestWithContext(ctx, "GET", base+"/o/CS0001/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.DefaultClient.Do(rq)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	lines := bufio.NewReader(r.Body)
	for _, n := range []int{7, 41, 42} { // the next is said when the one before has come
		if n != 7 {
			c.waits(n)
		}
		for line := ""; !strings.Contains(line, fmt.Sprintf(`"waiting":%d,`, n)); {
			if line, err = lines.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
	}
	leave()
	if _, err := io.Copy(io.Discard, lines); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
