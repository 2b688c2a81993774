package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
	"sunbeon/appliance/feed/uplink"
)

// asCityweb makes this test's own program be cityweb.
const asCityweb = "SUNBEON_TEST_AS_CITYWEB"

func TestMain(m *testing.M) {
	if os.Getenv(asCityweb) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// listens waits until a city has subscribed: what is told before is lost, and who
// does not go back, as an office does, must not tell it before.
func listens(t *testing.T, site string) {
	t.Helper()
	until(t, "the city listens", func() bool { return strings.Contains(fetch(t, site+"api/v1/offices"), `"connected":true`) })
}

// freeAddress is host:port on the loopback, for a process that must come back
// under the same address.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// mosquitto starts the broker with the configuration we ship, and gives its URL.
func mosquitto(t *testing.T) string {
	t.Helper()
	const path = "/usr/sbin/mosquitto"
	if _, err := os.Stat(path); err != nil {
		t.Skipf("NOTICE: REPLICAS ARE NOT TESTED: %v (apt-get install mosquitto)", err)
	}
	b, err := os.ReadFile("../../web/broker/mosquitto.conf")
	if err != nil {
		t.Fatal(err)
	}
	conf, dir, address := string(b), t.TempDir(), freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	for old, new := range map[string]string{
		"\nlistener 1883 127.0.0.1\n":                  "\nlistener " + port + " 127.0.0.1\n",
		"\npersistence_location /var/lib/mosquitto/\n": "\npersistence_location " + dir + "/\n",
	} {
		if strings.Count(conf, old) != 1 {
			t.Fatalf("mosquitto.conf has no line %q", old)
		}
		conf = strings.Replace(conf, old, new, 1)
	}
	if os.Getuid() == 0 {
		conf = "user root\n" + conf
	}
	file := filepath.Join(dir, "mosquitto.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cmd := exec.Command(path, "-c", file)
	cmd.Stderr = &log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("mosquitto: %s", &log)
		}
	})
	until(t, "mosquitto listens", func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	return "tcp://" + address
}

// replica is a process of cityweb that can be killed and comes back under the
// same name and address.
type replica struct {
	t       *testing.T
	name    string
	address string
	args    []string
	dsn     string
	cmd     *exec.Cmd
	log     *logged
}

func newReplica(t *testing.T, name, broker, dsn string) *replica {
	r := &replica{t: t, name: name, address: freeAddress(t), dsn: dsn, log: &logged{}}
	r.args = []string{"-listen", r.address, "-city", "sujeong", "-broker", broker, "-data", t.TempDir(), "-replica", name}
	r.start()
	t.Cleanup(func() {
		r.kill()
		if t.Failed() {
			t.Logf("replica %s: %s", name, r.log)
		}
	})
	return r
}

func (r *replica) start() {
	r.t.Helper()
	self, err := os.Executable()
	if err != nil {
		r.t.Fatal(err)
	}
	r.cmd = exec.Command(self, r.args...)
	r.cmd.Env = append(os.Environ(), asCityweb+"=1", "SUNBEON_STORE="+r.dsn)
	r.cmd.Stderr = r.log
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	said, err := r.cmd.StdoutPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	if line, err := bufio.NewReader(said).ReadString('\n'); err != nil {
		r.t.Fatalf("replica %s does not start: %q %v\n%s", r.name, line, err, r.log)
	}
}

func (r *replica) kill() {
	if r.cmd == nil {
		return
	}
	r.cmd.Process.Kill()
	r.cmd.Wait()
	r.cmd = nil
}

func (r *replica) url(path string) string { return "http://" + r.address + path }

// balancer hands requests to replicas in turn, as the city's own does. It knows
// nothing of them: a dead one's turn is a citizen's error.
func balancer(t *testing.T, replicas ...*replica) string {
	t.Helper()
	var n atomic.Uint64
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			r := replicas[n.Add(1)%uint64(len(replicas))]
			p.SetURL(&url.URL{Scheme: "http", Host: r.address})
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		srv.Serve(l)
	}()
	t.Cleanup(func() { srv.Close(); <-done })
	return "http://" + l.Addr().String()
}

// bureau is an office as the feed sees it: a record, a state and a desk that
// gives each request one number.
type bureau struct {
	address feed.Address
	journal string
	up      *uplink.Uplink

	mu     sync.Mutex
	all    []uplink.Record
	hash   [sha256.Size]byte
	cursor uint64
	issued int
	called int
	given  map[string]feed.Reply // by request
	tokens []string
	held   bool // no fact leaves the office
}

func newBureau(t *testing.T, id, broker string) *bureau {
	o := &bureau{address: feed.Address{City: "sujeong", Office: id}, journal: "j" + id, given: make(map[string]feed.Reply)}
	o.up = uplink.New(uplink.Config{Address: o.address, Source: o, Office: o, Epoch: 1, Software: "test",
		Link: link.Config{Brokers: []string{broker}, Username: id, ClientID: id, MinBackoff: 10 * time.Millisecond, MaxBackoff: 100 * time.Millisecond}})
	o.record("day_opened", `{"number":1,"config":{"services":[{"id":"passport","name":"여권","nameEn":"Passport"}],"rules":{"priorityRun":1,"latePlace":"end"}}}`)
	o.told()
	ctx, leave := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		o.up.Run(ctx)
	}()
	t.Cleanup(func() { leave(); <-done })
	return o
}

// record appends a fact; the caller holds the lock, or is alone.
func (o *bureau) record(kind, body string) {
	seq := uint64(len(o.all) + 1)
	raw := fmt.Appendf(nil, `{"day":1,"seq":%d,"at":{"wall":%d,"trusted":true,"mono":1,"boot":"b"},"kind":%q,"body":%s}`, seq, time.Now().UnixMilli(), kind, body)
	o.hash = sha256.Sum256(append(o.hash[:], raw...))
	o.all = append(o.all, uplink.Record{Day: 1, Seq: seq, Hash: hex.EncodeToString(o.hash[:]), Raw: raw})
}

func (o *bureau) issue(origin string) feed.Issued {
	o.issued++
	sum := sha256.Sum256(fmt.Append(nil, o.journal, o.issued))
	token := strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
	o.tokens = append(o.tokens, token)
	o.record("issued", fmt.Sprintf(`{"band":"passport","number":%d,"class":"ordinary","origin":%q,"token":%q,"place":{"after":%d}}`, o.issued, origin, token, o.issued))
	return feed.Issued{Label: fmt.Sprint(o.issued), Service: "passport", Day: 1, Token: token, Status: feed.StatusWaiting, Ahead: o.issued - o.called - 1}
}

// work presses the button once and calls the next.
func (o *bureau) work() {
	o.mu.Lock()
	o.issue("button")
	o.called++
	o.record("called", fmt.Sprintf(`{"band":"passport","number":%d,"counter":3}`, o.called))
	o.record("finished", fmt.Sprintf(`{"band":"passport","number":%d,"counter":3}`, o.called))
	o.mu.Unlock()
	o.told()
}

// told tells the city of what is new.
func (o *bureau) told() {
	o.mu.Lock()
	waiting := o.issued - o.called
	s := &feed.Snapshot{Journal: o.journal, Clock: true, Name: o.address.Office + " 주민센터", Day: 1, DayOpen: true, Seq: uint64(len(o.all)),
		Services: []feed.Service{{ID: "passport", Name: "여권", NameEn: "Passport", Waiting: &waiting, Issuing: feed.IssuingOpen, Counters: new(1), Online: true, OnlineNow: true}}}
	o.mu.Unlock()
	o.up.State(s)
	o.up.Facts()
}

// Handle gives a number, the same for the same request.
func (o *bureau) Handle(_ context.Context, r feed.Request) feed.Reply {
	o.mu.Lock()
	reply, ok := o.given[r.ID]
	if !ok {
		t := o.issue("online")
		reply = feed.Reply{V: 1, ID: r.ID, Ticket: &t}
		o.given[r.ID] = reply
	}
	o.mu.Unlock()
	o.told()
	return reply
}

func (o *bureau) After(_ context.Context, seq uint64, limit int) ([]uplink.Record, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.held || seq >= uint64(len(o.all)) {
		return nil, nil
	}
	rest := o.all[seq:]
	return append([]uplink.Record(nil), rest[:min(limit, len(rest))]...), nil
}

func (o *bureau) Cursor() (uint64, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.cursor, nil
}

func (o *bureau) SetCursor(seq uint64) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cursor = seq
	return nil
}

func (o *bureau) ID() string { return o.journal }

// acknowledged reports whether the city has said that it has everything.
func (o *bureau) acknowledged() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.cursor == uint64(len(o.all))
}

func (o *bureau) length() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.all)
}

// hold keeps the facts back, as a slow line may.
func (o *bureau) hold() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.held = true
}

func (o *bureau) release() {
	o.mu.Lock()
	o.held = false
	o.mu.Unlock()
	o.told()
}
