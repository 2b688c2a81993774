package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"sunbeon/drivers/rs485/rs485test"
	"sunbeon/printer/virtual"
)

// wiredOffice has a printer and a bus on serial lines, here pseudo-terminals. The
// PINs are those of the bench.
const wiredOffice = `[office]
id = "CS0001"
city = "test"
name = "민원실"
[[services]]
id = "civil"
name = "민원"
numbers = "1-300"
handling = "4m"
[[counters]]
number = 1
services = ["civil"]
[[counters]]
number = 2
services = ["civil"]
[printer]
port = %q
[[buses]]
port = %q
baud = 38400
[[buses.units]]
address = 1
counter = 1
keys = { 0 = "next" }
sign = { register = 7, digits = 4 }
[[buses.units]]
address = 2
counter = 2
keys = { 0 = "next", 1 = "no_show" }
sign = { register = 7, digits = 4 }
[console]
manager_pin = "$argon2id$v=19$m=8192,t=3,p=1$o92ATjDL254M5shpuPGBog$JDde2hAYsh8/KQnjO8kvjuc5hjKUWK/rdZJPpkyBneA"
`

// wired are the devices at the other ends of the lines.
type wired struct {
	printer *virtual.Printer
	line    *rs485test.Line
	units   []*rs485test.Unit
	config  string
}

func wire(t *testing.T) *wired {
	t.Helper()
	w := &wired{printer: virtual.New(virtual.Config{Width: 576, Baud: 115200, ProcessID: true, ASB: true, Answers: true, ROM: virtual.KSX1001, NativeQR: true})}
	paper, _, err := w.printer.ListenPTY(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		w.units = append(w.units, &rs485test.Unit{Registers: map[uint16]uint16{}, Delay: 2 * time.Millisecond})
	}
	w.line = rs485test.New(38400, w.units...)
	w.config = filepath.Join(t.TempDir(), "office.toml")
	text := fmt.Sprintf(wiredOffice, paper, w.bridge(t))
	if err := os.WriteFile(w.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

// bridge offers the line as a pseudo-terminal.
func (w *wired) bridge(t *testing.T) (path string) {
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	end, err := w.line.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	copied := make(chan struct{}, 2)
	go func() { io.Copy(end, master); copied <- struct{}{} }()
	go func() { io.Copy(master, end); copied <- struct{}{} }()
	t.Cleanup(func() {
		w.line.Unplug()
		slave.Close() // what reads the master ends with the last slave
		<-copied
		<-copied
		master.Close()
	})
	return slave.Name()
}

func (w *wired) sign(unit int) (n uint16) {
	w.line.Do(func() { n = w.units[unit].Registers[7] })
	return n
}

// shows waits until the signs show these numbers.
func (w *wired) shows(t *testing.T, numbers ...uint16) {
	t.Helper()
	eventually(t, fmt.Sprintf("the signs show %d", numbers), func() error {
		for i, n := range numbers {
			if got := w.sign(i); got != n {
				return fmt.Errorf("sign %d shows %d", i+1, got)
			}
		}
		return nil
	})
}

// key presses a key until the unit's keys have been read.
func (w *wired) key(t *testing.T, unit, input int) {
	t.Helper()
	for _, press := range []func(*rs485test.Unit, int){w.line.Press, w.line.Release} {
		var before, now int
		w.line.Do(func() { before = w.units[unit].Reads })
		press(w.units[unit], input)
		eventually(t, "the keys are read", func() error {
			if w.line.Do(func() { now = w.units[unit].Reads }); now < before+3 {
				return fmt.Errorf("read %d times", now-before)
			}
			return nil
		})
	}
}

// papers waits for so many tickets and gives the lines of the last one.
func (w *wired) papers(t *testing.T, n int) string {
	t.Helper()
	var last virtual.Piece
	eventually(t, fmt.Sprintf("%d tickets are printed", n), func() error {
		all := w.printer.Pieces()
		if len(all) != n {
			return fmt.Errorf("%d pieces of paper", len(all))
		}
		last = all[n-1]
		return nil
	})
	var text strings.Builder
	for _, l := range last.Lines {
		fmt.Fprintln(&text, l.Text)
	}
	return text.String()
}

// manager signs in and gives tickets at the manager's page.
type manager struct {
	t    *testing.T
	base string
	http.Client
}

func signIn(t *testing.T, base string) *manager {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	m := &manager{t: t, base: base, Client: http.Client{Jar: jar, Timeout: patience}}
	m.post("/signin", url.Values{"place": {"manager"}, "pin": {"9999"}})
	return m
}

func (m *manager) post(path string, form url.Values) {
	m.t.Helper()
	resp, err := m.PostForm(m.base+path, form)
	if err != nil {
		m.t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	_, said, _ := strings.Cut(string(body), `id="said"`)
	said, _, _ = strings.Cut(said, "</p>")
	if err != nil || resp.StatusCode != http.StatusOK || strings.Contains(said, `data-ok="false"`) {
		m.t.Fatalf("%s: %s, %v: %s", path, resp.Status, err, said)
	}
}

func (m *manager) issue() {
	m.t.Helper()
	m.post("/manager/issue", url.Values{"id": {rand.Text()}, "service": {"civil"}, "class": {"ordinary"}})
}

// open opens the day where the clock of this machine is not confirmed, and the
// schedule does not.
func (m *manager) open() {
	m.t.Helper()
	resp, err := m.PostForm(m.base+"/manager/open_day", url.Values{"id": {rand.Text()}})
	if err != nil {
		m.t.Fatal(err)
	}
	resp.Body.Close()
}

// A real kiosk on real serial lines: the ticket comes out of the printer, a key
// of a call unit calls, the sign shows it; after the program was killed, the
// signs of that moment are on the line again, and the next ticket is the next.
func TestRealKioskOnSerialLines(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes")
	}
	w := wire(t)
	data := t.TempDir()
	kiosk := func() (*process, *manager) {
		p := start(t, "kiosk", "-config", w.config, "-data", data, "-listen", "127.0.0.1:0")
		return p, signIn(t, strings.TrimSuffix("http"+p.said("kiosk: http"), "/"))
	}
	p, m := kiosk()
	m.open()
	m.issue()
	if text := w.papers(t, 1); !strings.Contains(text, "민원") {
		t.Errorf("the ticket says:\n%s", text)
	}
	m.issue()
	m.issue()
	w.papers(t, 3)
	w.key(t, 1, 0)
	w.shows(t, 0, 1)
	w.key(t, 0, 0)
	w.shows(t, 2, 1)

	p.kill()
	w.line.Do(func() { clear(w.units[0].Registers); clear(w.units[1].Registers) }) // the office's power was out
	p, m = kiosk()
	w.shows(t, 2, 1)
	w.key(t, 1, 1) // did not come
	w.key(t, 1, 0)
	w.shows(t, 2, 3)
	m.issue()
	if text := w.papers(t, 4); strings.Contains(text, "재발행") {
		t.Errorf("the next ticket is a copy:\n%s", text)
	}
	p.stop()
}

// The technician's command against the same devices.
func TestCheckOfRealSerialLines(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes")
	}
	w := wire(t)
	w.line.Do(func() { w.units[0].Mute = true })
	p := start(t, "kiosk", "check", "-config", w.config, "-print", "-for", "0s")
	if err := p.cmd.Wait(); err == nil {
		t.Error("a dead unit is no failure")
	}
	said, _ := p.out.look()
	for _, want := range []string{
		"[확인 look ] 프린터 / The printer", "confirms by process-id",
		"[이상 wrong] 1번 창구 호출기·표시기(주소 1)", "응답하지 않습니다",
		"[정상 good ] 2번 창구 호출기·표시기(주소 2)", "정상 1, 확인 1, 이상 1",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if w.sign(1) != 2 {
		t.Errorf("sign 2 shows %d", w.sign(1))
	}
	if text := w.papers(t, 1); !strings.Contains(text, "generic80, ksx1001") {
		t.Errorf("the test ticket says:\n%s", text)
	}
	if t.Failed() {
		t.Log(said)
	}
}
