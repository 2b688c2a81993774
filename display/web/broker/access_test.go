package broker_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/identity"
	"sunbeon/appliance/feed/link"
	"sunbeon/display/web/enrol"
)

// authority is a city's, as `cityweb enroll` makes it, with its website.
type authority struct {
	t   *testing.T
	dir string
	*enrol.Authority
	site string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, dir: filepath.Join(t.TempDir(), "ca")}
	var err error
	if a.Authority, err = enrol.Init(a.dir, cityName, []string{"127.0.0.1"}, 2, time.Now); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(a.Handler(slog.New(slog.DiscardHandler)))
	t.Cleanup(web.Close)
	a.site = web.URL
	return a
}

// office enrols one, as `kiosk enroll` does.
func (a *authority) office(id string) func() (*tls.Config, error) {
	a.t.Helper()
	code, err := a.Offer(id)
	if err != nil {
		a.t.Fatal(err)
	}
	files := identity.Folder(a.t.TempDir())
	if _, err := files.Enrol(a.t.Context(), http.DefaultClient, a.site, id, code); err != nil {
		a.t.Fatal(err)
	}
	return files.TLS
}

func (a *authority) website(replica int) func() (*tls.Config, error) {
	return identity.Folder(filepath.Join(a.dir, fmt.Sprint("city@", replica))).TLS
}

// secured is a broker whose clients have certificates.
type secured interface {
	server
	reload() // reads its lists again
}

// eachSecured runs a test against every broker that knows its clients by their
// certificates, as shipped.
func eachSecured(t *testing.T, test func(t *testing.T, ca *authority, start func() secured)) {
	t.Parallel()
	t.Run("mosquitto", func(t *testing.T) {
		t.Parallel()
		ca := newAuthority(t)
		test(t, ca, func() secured { return newSecuredMosquitto(t, ca) })
	})
	t.Run("nats", func(t *testing.T) {
		t.Parallel()
		ca := newAuthority(t)
		test(t, ca, func() secured { return &securedCluster{newCluster(t, ca.dir)} })
	})
}

// securedMosquitto has the listener that the authority's folder describes.
type securedMosquitto struct {
	*mosquitto
	tlsAddress string
}

func newSecuredMosquitto(t *testing.T, ca *authority) *securedMosquitto {
	t.Helper()
	conf, err := os.ReadFile(filepath.Join(ca.dir, "broker", "sunbeon-tls.conf"))
	if err != nil {
		t.Fatal(err)
	}
	s := &securedMosquitto{tlsAddress: freeAddress(t)}
	_, port, err := net.SplitHostPort(s.tlsAddress)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(conf), "\nlistener 8883\n", "\nlistener "+port+" 127.0.0.1\n", 1)
	if text == string(conf) {
		t.Fatal("sunbeon-tls.conf has no line listener 8883")
	}
	s.mosquitto = newMosquitto(t, text)
	return s
}

func (s *securedMosquitto) url() string { return "ssl://" + s.tlsAddress }

func (s *securedMosquitto) reload() { s.cmd.Process.Signal(syscall.SIGHUP) }

type securedCluster struct{ *cluster }

func (s *securedCluster) url() string { return strings.ReplaceAll(s.cluster.url(), "tcp://", "ssl://") }

func (s *securedCluster) reload() {
	for _, n := range s.nodes {
		n.cmd.Process.Signal(syscall.SIGHUP)
	}
}

// heard collects what a reader is given.
type heard struct {
	mu  sync.Mutex
	all map[string]string // payload to topic
}

func (h *heard) take(m link.Message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all[string(m.Payload)] = m.Topic
}

func (h *heard) has(payload string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, ok := h.all[payload]
	return ok
}

func (h *heard) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.all)
}

// offices is how many said their state, those of marks not counted.
func (h *heard) offices() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	seen := map[string]bool{}
	for _, topic := range h.all {
		if a, _, _, err := feed.ParseTopic(topic); err == nil && a.Office != "CS9999" {
			seen[a.Office] = true
		}
	}
	return len(seen)
}

// hears subscribes to filters; it says which were refused.
func (s *stranger) hears(filters ...string) (*heard, int) {
	s.t.Helper()
	h := &heard{all: map[string]string{}}
	refused := 0
	for _, f := range filters {
		if err := s.conn.Subscribe(s.t.Context(), f, 1, h.take); err != nil {
			refused++
		}
	}
	return h, refused
}

const someID = "0123456789abcdef"

func leaves(a feed.Address) map[string]string {
	return map[string]string{"state": a.State(), "status": a.Status(), "facts": a.Facts(), "cursor": a.Cursor(),
		"request": a.Request(someID), "reply": a.Reply(someID)}
}

// TestAnOfficeWritesItsOwnTopicsOnly has an office try every topic, its own and
// another's, every way a message can be sent. A broker answers what it denies
// with success, so that only what the others hear counts.
func TestAnOfficeWritesItsOwnTopicsOnly(t *testing.T) {
	eachSecured(t, func(t *testing.T, ca *authority, start func() secured) {
		victim, thief := ca.office("CS0001"), ca.office("CS0002")
		b := start()
		own, other := feed.Address{City: cityName, Office: "CS0002"}, feed.Address{City: cityName, Office: "CS0001"}
		city := newStrangerWith(t, b.url(), "city@1", ca.website(1))
		atCity, refused := city.hears(feed.Wildcard(cityName, "state"), feed.Wildcard(cityName, "status"), feed.Wildcard(cityName, "facts"), feed.Wildcard(cityName, "reply/+"))
		if refused != 0 {
			t.Fatalf("%d subscriptions of the city are refused", refused)
		}
		office := newStrangerWith(t, b.url(), "CS0001", victim)
		atOffice, refused := office.hears(other.Status(), other.Cursor(), other.Requests())
		if refused != 0 {
			t.Fatalf("%d subscriptions of the office are refused", refused)
		}
		liar := newStrangerWith(t, b.url(), "CS0002", thief)
		atLiar, refused := liar.hears(own.Status(), own.Cursor(), own.Requests())
		if refused != 0 {
			t.Fatalf("%d subscriptions of the other office are refused", refused)
		}

		may := map[string]bool{"own state": true, "own status": true, "own facts": true, "own reply": true}
		tried := 0
		for whose, a := range map[string]feed.Address{"own": own, "another's": other, "of another city": {City: "elsewhere", Office: "CS0002"}} {
			for leaf, topic := range leaves(a) {
				for _, qos := range []byte{0, 1} {
					for _, retained := range []bool{false, true} {
						what := fmt.Sprintf("%s %s, QoS %d, retained %v", whose, leaf, qos, retained)
						if err := liar.conn.Publish(t.Context(), topic, qos, retained, []byte(what)); err != nil {
							t.Fatalf("%s: %v", what, err)
						}
						tried++
					}
				}
			}
		}
		if tried != 72 {
			t.Errorf("%d ways were tried", tried)
		}
		last := "the last word"
		liar.say(own.Facts(), false, []byte(last))
		eventually(t, "the city hears what is allowed", func() bool { return atCity.has(last) })
		city.say(other.Cursor(), false, []byte(last))
		city.say(own.Cursor(), false, []byte(last))
		eventually(t, "the offices hear the city", func() bool { return atOffice.has(last) && atLiar.has(last) })
		for who, h := range map[string]*heard{"the city": atCity, "the other office": atOffice, "the office itself": atLiar} {
			for payload, topic := range h.all {
				what, _, _ := strings.Cut(payload, ",")
				if payload != last && !may[what] {
					t.Errorf("%s hears %q on %s", who, payload, topic)
				}
			}
		}
		if n := atCity.count(); n != 16+1 {
			t.Errorf("the city hears %d of 16 allowed messages: %v", n-1, atCity.all)
		}
	})
}

// TestAnOfficeReadsItsOwnTopicsOnly: a ticket's token travels in facts and
// replies, which an office must not hear of another.
func TestAnOfficeReadsItsOwnTopicsOnly(t *testing.T) {
	eachSecured(t, func(t *testing.T, ca *authority, start func() secured) {
		victim, curious := ca.office("CS0001"), ca.office("CS0002")
		b := start()
		a := feed.Address{City: cityName, Office: "CS0001"}
		spy := newStrangerWith(t, b.url(), "CS0002", curious)
		var filters []string
		for _, topic := range leaves(a) {
			filters = append(filters, topic)
		}
		filters = append(filters, "#", "sunbeon/#", "+/+/+/+/+", feed.Wildcard(cityName, "facts"), feed.Wildcard(cityName, "request/+"), a.Requests(), "$SYS/#", "$MQTT/#", "$MQTT/sub/#", "$MQTT/sub/+")
		found, _ := spy.hears(filters...)
		office, city := newStrangerWith(t, b.url(), "CS0001", victim), newStrangerWith(t, b.url(), "city@1", ca.website(1))
		office.say(a.State(), true, []byte("state"))
		office.say(a.Status(), true, []byte("status"))
		office.say(a.Facts(), false, []byte("facts"))
		office.say(a.Reply(someID), false, []byte("reply"))
		city.say(a.Cursor(), true, []byte("cursor"))
		city.say(a.Request(someID), false, []byte("request"))
		own := feed.Address{City: cityName, Office: "CS0002"}
		mine, _ := spy.hears(own.Cursor())
		city.say(own.Cursor(), true, []byte("own cursor"))
		eventually(t, "it hears its own", func() bool { return mine.has("own cursor") })
		for payload, topic := range found.all {
			if payload != "own cursor" {
				t.Errorf("it hears %q on %s", payload, topic)
			}
		}
	})
}

// TestFeedWithCertificates goes the whole way between an office and the website
// with certificates, beside a kiosk that has another office's and claims to be
// this one.
func TestFeedWithCertificates(t *testing.T) {
	eachSecured(t, func(t *testing.T, ca *authority, start func() secured) {
		office, other := ca.office("CS0001"), ca.office("CS0002")
		b := start()
		c := newCityWith(t, b.url(), ca.website(1))
		k := newKioskWith(t, "CS0001", b.url(), office)
		k.grow(100)
		c.whole(k.rec, "CS0001")
		eventually(t, "it is allowed", func() bool { return k.up.Stats().Proven })
		k.show(2)
		eventually(t, "the state", func() bool { return c.waiting("CS0001") == 2 })
		reply, err := c.city.Ask(t.Context(), "CS0001", feed.Request{Kind: feed.RequestIssue, Service: "passport"})
		if err != nil || reply.Ticket == nil {
			t.Errorf("a request: %+v, %v", reply, err)
		}

		thief := &kiosk{t: t, id: "CS0001", name: "CS0002", url: b.url(), tls: other, rec: newRecord("j-CS0001"), desk: new(counterDesk), epoch: 1000}
		t.Cleanup(thief.off)
		thief.on()
		eventually(t, "it is connected", thief.up.Connected)
		thief.show(99)
		honest := newKioskWith(t, "CS0003", b.url(), ca.office("CS0003"))
		b.reload()
		eventually(t, "an office that was enrolled since", func() bool { return honest.up.Stats().Proven && c.waiting("CS0003") == 1 })
		k.show(3)
		eventually(t, "the true one goes on", func() bool { return c.waiting("CS0001") == 3 })
		if thief.up.Stats().Proven {
			t.Error("another office's certificate passed for this one's")
		}
	})
}

// TestAWillIsWrittenAsItsOwner: a last will is a message like any other.
func TestAWillIsWrittenAsItsOwner(t *testing.T) {
	eachSecured(t, func(t *testing.T, ca *authority, start func() secured) {
		ca.office("CS0001")
		thief := ca.office("CS0002")
		b := start()
		own, other := feed.Address{City: cityName, Office: "CS0002"}, feed.Address{City: cityName, Office: "CS0001"}
		city := newStrangerWith(t, b.url(), "city@1", ca.website(1))
		h, _ := city.hears(feed.Wildcard(cityName, "status"))
		for _, a := range []feed.Address{other, own} { // its own last: when that is heard, so is the other's
			p := newProxy(t, b)
			newStrangerWill(t, strings.Replace(p.url(), "tcp", "ssl", 1), "CS0002", thief,
				&link.Message{Topic: a.Status(), Payload: []byte("will of " + a.Office), QoS: 1, Retained: true})
			p.cut(true)
		}
		eventually(t, "its own will", func() bool { return h.has("will of CS0002") })
		if h.has("will of CS0001") {
			t.Error("an office said another's last will")
		}
	})
}

// TestAnotherOfficesClientID: an office that connects with another's client id
// gets nothing of it. mosquitto takes the id from the certificate; a NATS cluster
// takes what the client says, and ends the other's connection, which comes back.
func TestAnotherOfficesClientID(t *testing.T) {
	eachSecured(t, func(t *testing.T, ca *authority, start func() secured) {
		victim, thief := ca.office("CS0001"), ca.office("CS0002")
		b := start()
		office := newStrangerWith(t, b.url(), "CS0001", victim)
		liar := newStrangerWith(t, b.url(), "CS0001", thief)
		own := feed.Address{City: cityName, Office: "CS0002"}
		h, _ := liar.hears(feed.Address{City: cityName, Office: "CS0001"}.Cursor(), own.Cursor())
		city := newStrangerWith(t, b.url(), "city@1", ca.website(1))
		city.say(feed.Address{City: cityName, Office: "CS0001"}.Cursor(), true, []byte("not yours"))
		city.say(own.Cursor(), true, []byte("yours"))
		eventually(t, "it hears its own", func() bool { return h.has("yours") })
		if h.has("not yours") {
			t.Error("it hears what is another's")
		}
		ended := false
		select {
		case <-office.conn.Done():
			ended = true
		default:
		}
		if promised := b.promises().ownID; ended == promised {
			t.Errorf("the other's connection was ended: %v; %s", ended, improved)
		}
	})
}

// TestTwoWebsites: each process of the website has a name of its own, and neither
// ends the other's connection.
func TestTwoWebsites(t *testing.T) {
	eachSecured(t, func(t *testing.T, ca *authority, start func() secured) {
		office := ca.office("CS0001")
		b := start()
		one, two := newStrangerWith(t, b.url(), "city@1", ca.website(1)), newStrangerWith(t, b.url(), "city@2", ca.website(2))
		atOne, _ := one.hears(feed.Wildcard(cityName, "facts"))
		atTwo, _ := two.hears(feed.Wildcard(cityName, "facts"))
		newStrangerWith(t, b.url(), "CS0001", office).say(feed.Address{City: cityName, Office: "CS0001"}.Facts(), false, []byte("fact"))
		eventually(t, "both hear it", func() bool { return atOne.has("fact") && atTwo.has("fact") })
	})
}

// TestRevoked: an office that is revoked says nothing more once the broker has
// read its lists again, not even on the connection that it has.
func TestRevoked(t *testing.T) {
	eachSecured(t, func(t *testing.T, ca *authority, start func() secured) {
		bad, good := ca.office("CS0001"), ca.office("CS0002")
		b := start()
		city := newStrangerWith(t, b.url(), "city@1", ca.website(1))
		h, _ := city.hears(feed.Wildcard(cityName, "facts"))
		old, other := newStrangerWith(t, b.url(), "CS0001", bad), newStrangerWith(t, b.url(), "CS0002", good)
		facts := feed.Address{City: cityName, Office: "CS0001"}.Facts()
		old.say(facts, false, []byte("before"))
		eventually(t, "it is heard before", func() bool { return h.has("before") })
		if err := ca.Revoke("CS0001"); err != nil {
			t.Fatal(err)
		}
		b.reload()
		n := 0
		eventually(t, "it is heard no more", func() bool {
			n++
			said := fmt.Sprint("after-", n)
			if old.conn.Publish(t.Context(), facts, 1, false, []byte(said)) != nil {
				return true // it was ended
			}
			mark := fmt.Sprint("mark-", n)
			other.say(feed.Address{City: cityName, Office: "CS0002"}.Facts(), false, []byte(mark))
			eventually(t, "the other office is heard", func() bool { return h.has(mark) })
			return !h.has(said)
		})
		c, err := bad()
		if err != nil {
			t.Fatal(err)
		}
		if welcome(b, c) {
			t.Error("a revoked certificate is welcome")
		}
	})
}

// TestNobodyWithoutACertificate: nor with that of another authority.
func TestNobodyWithoutACertificate(t *testing.T) {
	eachSecured(t, func(t *testing.T, ca *authority, start func() secured) {
		b := start()
		good, err := ca.website(1)()
		if err != nil {
			t.Fatal(err)
		}
		none, foreign := good.Clone(), good.Clone()
		none.Certificates = nil
		elsewhere, err := newAuthority(t).office("CS0001")()
		if err != nil {
			t.Fatal(err)
		}
		foreign.Certificates = elsewhere.Certificates
		eventually(t, "a good one is welcome", func() bool { return welcome(b, good) })
		if welcome(b, none) {
			t.Error("without a certificate")
		}
		if welcome(b, foreign) {
			t.Error("with the certificate of another city")
		}
	})
}

// welcome reports whether a broker takes a client that shows this.
func welcome(b secured, c *tls.Config) bool {
	c = c.Clone()
	c.ServerName = "127.0.0.1"
	first, _, _ := strings.Cut(strings.TrimPrefix(b.url(), "ssl://"), ",")
	conn, err := tls.Dial("tcp", first, c)
	if err != nil {
		return false
	}
	defer conn.Close()
	connect := "\x10\x12\x00\x04MQTT\x04\x02\x00\x3c\x00\x06office"
	answer := make([]byte, 4) // CONNACK, its last byte is 0
	if conn.SetDeadline(time.Now().Add(20*time.Second)) != nil {
		return false
	}
	if _, err := io.WriteString(conn, connect); err != nil {
		return false
	}
	_, err = io.ReadFull(conn, answer)
	return err == nil && answer[3] == 0
}
