package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sunbeon/appliance/config"
	"sunbeon/appliance/devices"
	"sunbeon/appliance/lobby"
	"sunbeon/appliance/sim"
	"sunbeon/display/voice"
	"sunbeon/display/voice/placeholder"
)

// benchPack is the clip pack of the bench's office, built once.
var benchPack = sync.OnceValues(func() (string, error) {
	programs, err := programs()
	if err != nil {
		return "", err
	}
	file, err := config.Parse("office.toml", sim.Office())
	if err != nil {
		return "", err
	}
	dir := filepath.Join(programs, "voice")
	return dir, placeholder.Build(context.Background(), dir, voice.Script(file.Voice.Languages, lobby.Need(file)))
})

// TestCallsAreSpoken: press, call, and what the hall's loudspeaker played is a
// sentence in both of the office's languages, not the chime alone.
func TestCallsAreSpoken(t *testing.T) {
	pack, err := benchPack()
	if err != nil {
		t.Fatal(err)
	}
	kiosk := start(t, "kiosk", "-sim", "-data", t.TempDir(), "-listen", "127.0.0.1:0", "-voice", pack)
	base := "http" + kiosk.said("kiosk: http")
	if _, err := press(base, "passport"); err != nil {
		t.Fatal(err)
	}
	if reply, err := http.PostForm(base+"bench/key", url.Values{"counter": {"4"}, "key": {"next"}}); err != nil || reply.StatusCode != http.StatusOK {
		t.Fatal(reply, err)
	} else {
		_ = reply.Body.Close()
	}
	var heard voice.Audio
	eventually(t, "the call", func() error {
		reply, err := http.Get(base + "bench/sound.wav?n=1")
		if err != nil {
			return err
		}
		defer reply.Body.Close()
		b, err := io.ReadAll(reply.Body)
		if err == nil && reply.StatusCode == http.StatusOK {
			heard, err = voice.DecodeWAV(b)
			return err
		}
		return fmt.Errorf("%s: %s", reply.Status, b)
	})
	empty, _ := voice.Open("")
	chime, _ := empty.Compose(voice.Chime, nil, 100)
	if heard.Length() < 3*chime.Length() {
		t.Errorf("%v were played; the chime alone is %v", heard.Length(), chime.Length())
	}
	kiosk.stop()
}

// ear is a player that may fail.
type ear struct {
	err   error
	heard time.Duration
}

func (e *ear) Play(_ context.Context, a voice.Audio) error {
	e.heard = a.Length()
	return e.err
}

func TestCheckOfTheVoice(t *testing.T) {
	file, err := config.Parse("office.toml", sim.Office())
	if err != nil {
		t.Fatal(err)
	}
	check := func(e *ear) devices.Result { return checkVoice(t.Context(), file, e) }
	file.Voice.Pack = filepath.Join(t.TempDir(), "none")
	if r := check(&ear{}); r.Verdict != devices.Wrong || r.Err == nil || !strings.Contains(r.DoKo, "voice.pack") {
		t.Errorf("no pack: %+v", r)
	}
	if file.Voice.Pack, err = benchPack(); err != nil {
		t.Fatal(err)
	}
	e := &ear{}
	if r := check(e); r.Verdict != devices.Look || e.heard < 3*time.Second || r.DoKo == "" || r.DoEn == "" {
		t.Errorf("a good pack: %+v, %v were played", r, e.heard)
	}
	for sentinel, remedy := range map[error]string{voice.ErrNoPlayer: "alsa-utils", voice.ErrNoCard: "스피커", voice.ErrHung: "다시 꽂으시고"} {
		if r := check(&ear{err: fmt.Errorf("test: %w", sentinel)}); r.Verdict != devices.Wrong || !errors.Is(r.Err, sentinel) || !strings.Contains(r.DoKo, remedy) {
			t.Errorf("%v: %+v", sentinel, r)
		}
	}
	file.Queue.Counters[0].Number = 77 // nobody recorded that
	if r := check(&ear{}); r.Verdict != devices.Wrong || r.Err == nil || !strings.Contains(r.Err.Error(), "missing") {
		t.Errorf("a counter without a clip: %+v", r)
	}
}
