package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/feed/identity"
	"sunbeon/appliance/feed/link"
)

// said carries out a command line.
func said(t *testing.T, args ...string) string {
	t.Helper()
	var b bytes.Buffer
	if err := run(t.Context(), args, surroundings{}, &b, io.Discard); err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	return b.String()
}

func TestEnrollCommand(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ca")
	out := said(t, "enroll", "-ca", dir, "-init", "-city", "sujeong", "-host", "mqtt.example.go.kr, 10.0.0.5", "-replicas", "2")
	for _, want := range []string{"authority of sujeong", "chgrp -R mosquitto " + dir + "/broker", "/city@2 "} {
		if !strings.Contains(out, want) {
			t.Errorf("-init does not say %q:\n%s", want, out)
		}
	}
	out = said(t, "enroll", "-ca", dir, "-office", "CS0001")
	code, err := identity.ParseCode(strings.Split(out, "\n")[1])
	if err != nil || !strings.Contains(out, "-code "+code.String()) || !strings.Contains(out, "systemctl reload mosquitto") {
		t.Errorf("-office: %v\n%s", err, out)
	}
	if out := said(t, "enroll", "-ca", dir, "-list"); !strings.Contains(out, "CS0001  no certificate, code open until ") ||
		!strings.Contains(out, "broker  certificate until "+time.Now().AddDate(2, 0, 0).Format("2006-")) || !strings.Contains(out, "city@2  certificate until ") {
		t.Errorf("-list:\n%s", out)
	}
	site, _, stop := started(t, "-ca", dir)
	if _, err := identity.Folder(t.TempDir()).Enrol(t.Context(), http.DefaultClient, site, "CS0001", code); err != nil {
		t.Errorf("against the running website: %v", err)
	}
	stop()
	if out := said(t, "enroll", "-ca", dir, "-list"); !strings.Contains(out, "CS0001  certificate until "+time.Now().AddDate(2, 0, 0).Format("2006-")) {
		t.Errorf("-list:\n%s", out)
	}
	if out := said(t, "enroll", "-ca", dir, "-revoke", "CS0001"); !strings.Contains(out, "is revoked") {
		t.Errorf("-revoke:\n%s", out)
	}
	if out := said(t, "enroll", "-ca", dir, "-list"); !strings.Contains(out, "CS0001  revoked") {
		t.Errorf("-list:\n%s", out)
	}
}

// Without -ca the website knows nothing of enrolment.
func TestEnrolmentIsOffWithoutAFolder(t *testing.T) {
	site, _, stop := started(t)
	defer stop()
	_, err := identity.Folder(t.TempDir()).Enrol(t.Context(), http.DefaultClient, site, "CS0001", identity.NewCode())
	if err == nil || !strings.Contains(err.Error(), "with -ca") {
		t.Errorf("got %v", err)
	}
}

func TestBadEnrollCommands(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	dir := filepath.Join(t.TempDir(), "ca")
	said(t, "enroll", "-ca", dir, "-init", "-city", "sujeong", "-host", "h")
	for want, args := range map[string][]string{
		"say one of":               {"enroll"},
		"of -init, -office ID":     {"enroll", "-list", "-office", "CS0001"},
		"lists the flags":          {"enroll", "-offic", "x"},
		"-revoke ID and -list":     {"enroll", "-list", "more"},
		"make one with `cityweb":   {"enroll", "-ca", none, "-office", "CS0001"},
		"with -host":               {"enroll", "-ca", none, "-init"},
		"is no office's id":        {"enroll", "-ca", dir, "-office", "a b"},
		"no office \"CS0001\"":     {"enroll", "-ca", dir, "-revoke", "CS0001"},
		"of the city \"sujeong\"":  {"-ca", dir, "-city", "other", "-data", t.TempDir(), "-listen", "127.0.0.1:0", "-mqtt", "127.0.0.1:0"},
		"-identity " + none:        {"-identity", none, "-data", t.TempDir(), "-listen", "127.0.0.1:0", "-mqtt", "127.0.0.1:0"},
		"-ca: enrol: no authority": {"-ca", none, "-data", t.TempDir(), "-listen", "127.0.0.1:0", "-mqtt", "127.0.0.1:0"},
	} {
		if err := run(t.Context(), args, surroundings{}, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", args, err, want)
		}
	}
	if left, err := os.ReadDir(filepath.Dir(none)); err != nil || len(left) != 0 {
		t.Errorf("something was made: %v %v", left, err)
	}
}

// Two processes of the website have two names, and with them two client ids.
func TestReplicasHaveNamesOfTheirOwn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ca")
	said(t, "enroll", "-ca", dir, "-init", "-city", "sujeong", "-host", "h", "-replicas", "2")
	one, err := identified(link.Config{}, filepath.Join(dir, "city@1"))
	if err != nil || one.ClientID != "city@1" || one.TLS == nil {
		t.Errorf("%+v %v", one, err)
	}
	two, err := identified(link.Config{}, filepath.Join(dir, "city@2"))
	if err != nil || two.ClientID == one.ClientID {
		t.Errorf("%+v %v", two, err)
	}
}
