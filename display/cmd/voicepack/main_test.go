package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sunbeon/display/voice"
)

// TestAPackFromScriptToSound is the way of whoever makes a pack.
func TestAPackFromScriptToSound(t *testing.T) {
	dir, wav := filepath.Join(t.TempDir(), "pack"), filepath.Join(t.TempDir(), "a.wav")
	office := []string{"-languages", "zh", "-counters", "2", "-prefixes", "P", "-highest", "100", "-kiosk=false"}
	call := func(args ...string) (string, error) {
		var out strings.Builder
		err := run(t.Context(), args, &out)
		return out.String(), err
	}
	with := func(command string, more ...string) []string {
		return append(append([]string{command}, office...), more...)
	}

	script, err := call(with("script")...)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ko/16.wav\t십육  [심뉵]\n", "ko/counter-2.wav\t이번 창구로 오십시오\n", "zh/100.wav\t一百  [yi4 bai3]\n", "ko/letter-P.wav\t피\n"} {
		if !strings.Contains(script, want) {
			t.Errorf("the script lacks %q", want)
		}
	}
	for _, not := range []string{"counter-3", "letter-A", "200", "ahead", "en/"} {
		if strings.Contains(script, not) {
			t.Errorf("the script has %q", not)
		}
	}
	if _, err := call(with("build", "-out", dir)...); err != nil {
		t.Fatal(err)
	}
	if out, err := call(with("check", dir)...); err != nil || out != "" {
		t.Errorf("%s, %v", out, err)
	}
	if out, err := call("check", "-languages", "", "-counters", "3", "-prefixes", "-", "-highest", "100", "-kiosk=false", dir); err == nil || out != "missing: ko/counter-3\n" || !strings.Contains(err.Error(), "1 clips are missing") {
		t.Errorf("%s, %v", out, err)
	}
	if _, err := call("say", "-languages", "zh", "-out", wav, dir, "P16", "2"); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(wav)
	if err != nil {
		t.Fatal(err)
	}
	if a, err := voice.DecodeWAV(b); err != nil || a.Length().Seconds() < 4 {
		t.Errorf("%v, %v", a.Length(), err)
	}
}

func TestWhatIsNotUnderstood(t *testing.T) {
	for _, args := range [][]string{nil, {"sing"}, {"build"}, {"check"}, {"say", "x"}, {"say", "-out", "a", "b", "1", "c"}, {"script", "-what"}, {"check", filepath.Join(t.TempDir(), "none")}} {
		if err := run(t.Context(), args, &strings.Builder{}); err == nil {
			t.Errorf("%v is taken", args)
		}
	}
}
