package voice_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/voice"
)

// loud is an announcer with a real child process, and what it tells.
func loud(t *testing.T, p *voice.Process) (a *voice.Announcer, told chan []string) {
	t.Helper()
	told = make(chan []string, 100)
	a, err := voice.New(voice.Options{Player: p, Volume: 100, Need: voice.Need{Counters: []int{}, Prefixes: []string{}, Highest: 1}, Pack: beeps(t),
		Now: time.Now, Tell: func(c []string) { told <- c }, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	return a, told
}

func next(t *testing.T, told chan []string, want ...string) {
	t.Helper()
	select {
	case got := <-told:
		if !slices.Equal(got, want) {
			t.Fatalf("told %v, want %v", got, want)
		}
	case <-time.After(30 * time.Second):
		t.Fatalf("nothing was told, want %v", want)
	}
}

// calling is a hall in which a ticket is called now.
func calling(seq uint64, ticket string) *feed.Snapshot {
	return &feed.Snapshot{Journal: "j", Epoch: 1, Rev: seq, CallSeq: seq,
		Calls: []feed.Call{{Seq: seq, Ticket: ticket, At: time.Now().UnixMilli()}}}
}

// TestACallGoesThroughAChild is the whole way, from a snapshot to the bytes that
// a player gets.
func TestACallGoesThroughAChild(t *testing.T) {
	command, dir := script(t, `cat >"$dir/$$"; mv "$dir/$$" "$dir/sound"`)
	a, told := loud(t, &voice.Process{Command: command})
	next(t, told)
	pack, err := voice.Open(beeps(t))
	if err != nil {
		t.Fatal(err)
	}
	s, err := voice.Call("ko", "7", 0)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := pack.Compose(voice.Chime, []voice.Sentence{s}, 100)
	a.Follow(calling(1, "7"))
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		got, _ := os.ReadFile(filepath.Join(dir, "sound"))
		if bytes.Equal(got, want.Bytes()) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d bytes of sound, want %d", len(got), len(want.Bytes()))
		}
	}
}

// TestNoSoundCard is a machine without one, and one without a player.
func TestNoSoundCard(t *testing.T) {
	a, told := loud(t, &voice.Process{Command: voice.Aplay("hw:CARD=absent")})
	next(t, told, voice.NoCard)
	a.Follow(calling(1, "7"))
	_, told = loud(t, &voice.Process{Command: []string{filepath.Join(t.TempDir(), "aplay")}})
	next(t, told, voice.NoPlayer)
}

// TestACardIsPulledAndPutBack: a file stands for the card.
func TestACardIsPulledAndPutBack(t *testing.T) {
	t.Parallel()
	command, dir := script(t, `[ -e "$dir/card" ] && cat >/dev/null || { echo "audio open error: No such device" >&2; exit 1; }`)
	card := filepath.Join(dir, "card")
	if err := os.WriteFile(card, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	a, told := loud(t, &voice.Process{Command: command})
	next(t, told)
	if err := os.Remove(card); err != nil {
		t.Fatal(err)
	}
	a.Follow(calling(1, "7"))
	next(t, told, voice.NoCard)
	if err := os.WriteFile(card, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	next(t, told) // tried again by itself
}

// TestACardThatHangs: the player and its child are gone before the next try.
func TestACardThatHangs(t *testing.T) {
	t.Parallel()
	command, dir := script(t, hangs)
	a, told := loud(t, &voice.Process{Command: command, Slack: 200 * time.Millisecond})
	a.Follow(calling(1, "7"))
	next(t, told, voice.Hung)
	dead(t, pids(t, dir, 2))
}
