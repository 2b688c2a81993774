package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sunbeon/appliance/feed/identity"
	"sunbeon/appliance/sim"
)

// ends waits for a program that is to end well, and gives what it said.
func ends(t *testing.T, name string, args ...string) string {
	t.Helper()
	p := start(t, name, args...)
	err := p.cmd.Wait()
	text, _ := p.out.look()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, text)
	}
	return text
}

// The whole way of an office to its city, as docs/enrol.md tells it: authority,
// broker with certificates, website, code, kiosk; then the office is revoked.
func TestEnrolledOfficeOnTheCityPage(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes")
	}
	if _, err := os.Stat("/usr/sbin/mosquitto"); err != nil {
		t.Skipf("NOTICE: ENROLMENT IS NOT TESTED AGAINST MOSQUITTO: %v (apt-get install mosquitto)", err)
	}
	data, broker := t.TempDir(), freeAddr(t)
	ca := filepath.Join(data, "ca")
	ends(t, "cityweb", "enroll", "-ca", ca, "-init", "-city", "uijeongbu", "-host", "127.0.0.1,localhost")

	conf, err := os.ReadFile(filepath.Join(ca, "broker", "sunbeon-tls.conf"))
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(broker)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(conf), "\nlistener 8883\n", "\nlistener "+port+" 127.0.0.1\n", 1)
	if os.Getuid() == 0 {
		text += "user root\n" // or it cannot read the test's folder
	}
	mosquitto := start(t, "/usr/sbin/mosquitto", "-c", file(t, "mosquitto.conf", text))
	reload := func(times int) {
		mosquitto.cmd.Process.Signal(syscall.SIGHUP)
		eventually(t, "mosquitto reads its lists again", func() error {
			if text, _ := mosquitto.out.look(); strings.Count(text, "Reloading config") < times {
				return errors.New("not yet")
			}
			return nil
		})
	}
	web := start(t, "cityweb", "-listen", freeAddr(t), "-city", "uijeongbu", "-name", "의정부시/Uijeongbu",
		"-broker", "ssl://"+broker, "-identity", filepath.Join(ca, "city@1"), "-ca", ca, "-data", filepath.Join(data, "city"))
	site := "http" + web.said("cityweb: http")

	code := strings.Split(ends(t, "cityweb", "enroll", "-ca", ca, "-office", "CS0001"), "\n")[1]
	reload(1)

	plain := file(t, "office.toml", string(sim.Office()))
	kioskData := filepath.Join(data, "kiosk")
	said := ends(t, "kiosk", "enroll", "-config", plain, "-data", kioskData, "-city", site, "-code", code)
	if !strings.Contains(said, "enrolled as CS0001 until ") {
		t.Fatalf("kiosk enroll said:\n%s", said)
	}
	// It prints the lines for office.toml.
	_, lines, found := strings.Cut(said, "start the kiosk again:\n")
	if !found || strings.Count(lines, "\n") != 3 {
		t.Fatalf("kiosk enroll said:\n%s", said)
	}
	enrolled := file(t, "office.toml", fmt.Sprintf("%s\n[feed]\nbrokers = [%q]\n%s", sim.Office(), "ssl://"+broker, lines))
	kiosk := start(t, "kiosk", "-sim", "-config", enrolled, "-data", kioskData, "-listen", "127.0.0.1:0")
	kiosk.said("kiosk: http://")
	eventually(t, "the office is on the city's page", func() error {
		if page := get(t, site); !strings.Contains(page, `data-office="CS0001"`) {
			return errors.New(page)
		}
		o, err := office(site)
		if err == nil && o.Stale {
			err = errors.New("it is stale")
		}
		return err
	})
	// A ticket from home: a request and its reply.
	reply, err := http.PostForm(site+"o/CS0001/ticket", url.Values{"id": {"0123456789abcdef"}, "service": {"passport"}})
	if err != nil {
		t.Fatal(err)
	}
	reply.Body.Close()
	if !strings.HasPrefix(reply.Request.URL.Path, "/t/") {
		t.Errorf("a ticket from home: %s at %s", reply.Status, reply.Request.URL)
	}

	// A second code renews the certificate while the kiosk runs.
	files := identity.Folder(kioskData)
	first, err := files.Leaf()
	if err != nil {
		t.Fatal(err)
	}
	code = strings.Split(ends(t, "cityweb", "enroll", "-ca", ca, "-office", "CS0001"), "\n")[1]
	ends(t, "kiosk", "enroll", "-config", enrolled, "-data", kioskData, "-city", site, "-code", strings.ToLower(code))
	second, err := files.Leaf()
	if err != nil || second.Equal(first) {
		t.Errorf("the certificate is the old one: %v", err)
	}

	kiosk.stop()

	// Revoked: the broker reads its lists again, and the office is out. Its line
	// goes on without the city.
	ends(t, "cityweb", "enroll", "-ca", ca, "-revoke", "CS0001")
	reload(2)
	kiosk = start(t, "kiosk", "-sim", "-config", enrolled, "-data", kioskData, "-listen", "127.0.0.1:0")
	kiosk.said("kiosk: http://")
	eventually(t, "the broker refuses it, and it says why", func() error {
		if text, _ := kiosk.out.look(); !strings.Contains(text, "revoked certificate") {
			return errors.New(text)
		}
		return nil
	})
	kiosk.stop()
	web.stop()
	mosquitto.kill()
}
