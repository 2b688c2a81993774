package printer

import (
	"slices"
	"strings"
	"testing"
)

func TestProfiles(t *testing.T) {
	names := ProfileNames()
	for _, want := range []string{"generic58", "generic80", "epson-tm-t20", "epson-tm-t82", "epson-tm-t88",
		"bixolon-srp-350", "bixolon-srp-350iii", "sewoo-lk-t"} {
		if !slices.Contains(names, want) {
			t.Errorf("no profile %s in %v", want, names)
		}
	}
	for _, n := range names {
		if _, err := LoadProfile(n); err != nil {
			t.Error(err)
		}
	}
}

func TestUnknownProfileListsTheNames(t *testing.T) {
	_, err := LoadProfile("laser")
	for _, n := range ProfileNames() {
		if err == nil || !strings.Contains(err.Error(), n) {
			t.Fatalf("%v does not name %s", err, n)
		}
	}
}

func TestProfileMistakesAreNamed(t *testing.T) {
	good := func() string {
		raw, err := profileFiles.ReadFile("profiles/generic58.toml")
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}()
	if _, err := parseProfile("generic58", []byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to, want string }{
		{"columns = 32", "columns = 320", "columns"},
		{"columns = 32", "colums = 32", "generic58"},
		{"dots = 384", "dots = 100", "dots"},
		{`charset = "ksx1001"`, `charset = "utf-8"`, "charset"},
		{"digit_size = 8", "digit_size = 9", "digit_size"},
		{"hangul_size = 2", "hangul_size = 0", "hangul_size"},
		{"receive_buffer = 4096", "receive_buffer = 0", "receive_buffer"},
		{`name = "generic58"`, `name = "other"`, "name"},
		{`source = "`, `source = "" # "`, "source"},
	} {
		if !strings.Contains(good, c.from) {
			t.Fatalf("the profile has no %s", c.from)
		}
		_, err := parseProfile("generic58", []byte(strings.Replace(good, c.from, c.to, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.to, err)
		}
	}
}

func FuzzProfile(f *testing.F) {
	raw, err := profileFiles.ReadFile("profiles/generic58.toml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := parseProfile("generic58", raw)
		if err != nil {
			return
		}
		// What is accepted lays a ticket out.
		if _, err := Encode(p, registry(), nil); err != nil {
			t.Fatal(err)
		}
	})
}
