package voice_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/voice"
)

// beeps is a pack of one tone a clip: what an office of three counters and nine
// tickets needs, in Korean and English, but for what is left out.
func beeps(t *testing.T, without ...string) string {
	t.Helper()
	files := map[string][]byte{}
	var manifest strings.Builder
	manifest.WriteString(strings.Replace(head, "22050", "8000", 1))
	i, language := 0, "ko"
	for _, l := range voice.Script([]string{"en"}, voice.Need{Counters: []int{1, 2, 3}, Prefixes: []string{}, Highest: 9, Kiosk: true}) {
		if slices.Contains(without, l.String()) {
			continue
		}
		if l.Language != language {
			language = l.Language
			fmt.Fprintf(&manifest, "[[voices]]\nlanguage = %q\nby = \"a\"\nlicence = \"b\"\n", language)
		}
		i++
		files[l.String()+".wav"] = tone(8000, 300+float64(10*i), 0.3, 60*time.Millisecond).WAV()
		manifest.WriteString(entry(l.Name, l.String()+".wav"))
	}
	files[voice.ManifestName] = []byte(manifest.String())
	return folder(t, files)
}

// hall is an announcer that runs, with a loudspeaker whose sounds are known.
type hall struct {
	t    *testing.T
	a    *voice.Announcer
	says *says
	s    feed.Snapshot

	mu      sync.Mutex
	fails   func() error // of the player; nil plays
	heard   []string     // bytes of sounds
	tries   []time.Time  // of silence
	playing bool
	told    [][]string
	log     strings.Builder
}

// run makes a hall within a bubble; o may change its options.
func run(t *testing.T, pack string, o func(*voice.Options), body func(h *hall)) {
	t.Helper()
	says := sounds(t, pack)
	synctest.Test(t, func(t *testing.T) {
		h := &hall{t: t, says: says}
		h.s = feed.Snapshot{Journal: "j", Epoch: 1, Day: 3, DayOpen: true}
		for n := 1; n <= 3; n++ {
			h.s.Counters = append(h.s.Counters, feed.Counter{Number: n, State: feed.CounterOpen})
		}
		opt := voice.Options{Pack: pack, Player: h, Volume: 100, Now: time.Now, Need: voice.Need{Counters: []int{1}, Prefixes: []string{}, Highest: 9},
			Tell: func(c []string) { h.mu.Lock(); h.told = append(h.told, c); h.mu.Unlock() },
			Log:  slog.New(slog.NewTextHandler(lockedWriter{h}, &slog.HandlerOptions{ReplaceAttr: noTime}))}
		if o != nil {
			o(&opt)
		}
		var err error
		if h.a, err = voice.New(opt); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- h.a.Run(ctx) }()
		synctest.Wait()
		h.rest(time.Second) // the first try
		body(h)
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Run ends with %v", err)
		}
	})
}

func noTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

type lockedWriter struct{ h *hall }

func (w lockedWriter) Write(b []byte) (int, error) {
	w.h.mu.Lock()
	defer w.h.mu.Unlock()
	return w.h.log.Write(b)
}

// says knows sounds by name, which it composes when it is asked.
type says struct {
	compose map[string]func() voice.Audio
	bytes   map[string]string
}

func sounds(t *testing.T, dir string) *says {
	pack, _ := voice.Open(dir)
	out := &says{map[string]func() voice.Audio{}, map[string]string{}}
	add := func(name string, signal voice.Signal, s ...voice.Sentence) {
		for volume, suffix := range map[int]string{100: "", 30: " at 30"} {
			out.compose[name+suffix] = func() voice.Audio { a, _ := pack.Compose(signal, s, volume); return a }
		}
	}
	for n := 1; n <= 9; n++ {
		for counter := range 4 {
			ko, err := voice.Call("ko", strconv.Itoa(n), counter)
			en, err2 := voice.Call("en", strconv.Itoa(n), counter)
			if err := errors.Join(err, err2); err != nil {
				t.Fatal(err)
			}
			add(fmt.Sprintf("%d>%d en", n, counter), voice.Chime, ko, en)
			add(fmt.Sprintf("%d>%d", n, counter), voice.Chime, ko)
		}
		say := func(clips ...string) (s voice.Sentence) {
			s.Language = "ko"
			for _, c := range clips {
				s.Parts = append(s.Parts, voice.Part{Clip: c, Pause: 60 * time.Millisecond})
			}
			return s
		}
		number := strconv.Itoa(n)
		add("ticket "+number, voice.NoSignal, say(number, "is"), say("ahead-2"))
		add("ticket "+number+" of many", voice.NoSignal, say(number, "is"), say("ahead-many"))
		add("ticket "+number+" alone", voice.NoSignal, say(number, "is"))
		add("no paper "+number, voice.NoSignal, say("unprinted"), say(number, "remember"), say("ahead-0"))
	}
	add("place", voice.Beacon, voice.Sentence{Language: "ko", Parts: []voice.Part{{Clip: "dispenser"}}})
	add("chime", voice.Chime)
	return out
}

// is reports whether a sound is what the name says.
func (s *says) is(sound, name string) bool {
	compose, ok := s.compose[name]
	if !ok {
		return false
	}
	if s.bytes[name] == "" {
		s.bytes[name] = string(compose().Bytes())
	}
	return s.bytes[name] == sound
}

func (s *says) name(sound string) string {
	for name := range s.compose {
		if s.is(sound, name) {
			return name
		}
	}
	return fmt.Sprintf("%d bytes of something", len(sound))
}

// Play is the loudspeaker.
func (h *hall) Play(ctx context.Context, a voice.Audio) error {
	h.mu.Lock()
	if h.playing {
		h.t.Error("two sounds overlap")
	}
	h.playing = true
	fails := h.fails
	if peak(a.Samples) == 0 {
		h.tries = append(h.tries, time.Now())
	}
	h.mu.Unlock()
	defer func() { h.mu.Lock(); h.playing = false; h.mu.Unlock() }()
	if fails != nil {
		if err := fails(); err != nil {
			return err
		}
	}
	if peak(a.Samples) > 0 {
		h.mu.Lock()
		h.heard = append(h.heard, string(a.Bytes()))
		h.mu.Unlock()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(a.Length()):
		return nil
	}
}

// call calls a ticket to a counter, as a snapshot tells it; counter 0 is not known.
func (h *hall) call(ticket, counter int) { h.calls(ticket, counter, false) }

func (h *hall) calls(ticket, counter int, recall bool) {
	h.s.CallSeq++
	c := feed.Call{Seq: h.s.CallSeq, Ticket: strconv.Itoa(ticket), Service: "civil", Counter: counter, At: time.Now().UnixMilli(), Recall: recall}
	h.s.Calls = append([]feed.Call{c}, h.s.Calls...)
	h.serves(counter, ticket)
}

// serves puts a ticket at a counter, 0 for none.
func (h *hall) serves(counter, ticket int) {
	h.s.Counters = slices.Clone(h.s.Counters)
	for i, k := range h.s.Counters {
		if k.Number == counter {
			h.s.Counters[i].Ticket = strings.TrimPrefix(strconv.Itoa(ticket), "0")
		}
	}
	h.tell()
}

func (h *hall) tell() {
	h.s.Rev++
	s := h.s
	h.a.Follow(&s)
	synctest.Wait()
}

// failing has the player do so, or what else f does, from now on.
func (h *hall) failing(f func() error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fails = f
}

// rest lets time go by.
func (h *hall) rest(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// want waits for what is playing and compares all that was heard since.
func (h *hall) want(want ...string) {
	h.t.Helper()
	h.rest(time.Minute)
	h.mu.Lock()
	defer h.mu.Unlock()
	same := len(h.heard) == len(want)
	for i, sound := range h.heard {
		same = same && h.says.is(sound, want[i])
	}
	if !same {
		var names []string
		for _, sound := range h.heard {
			names = append(names, h.says.name(sound))
		}
		h.t.Errorf("heard %q, want %q", names, want)
	}
	h.heard = nil
}

// health compares all that was told.
func (h *hall) health(want string) {
	h.t.Helper()
	synctest.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	if fmt.Sprint(h.told) != want {
		h.t.Errorf("told %v, want %s", h.told, want)
	}
}

// logged counts lines of the log that hold all of the words.
func (h *hall) logged(words ...string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for line := range strings.Lines(h.log.String()) {
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) }) {
			n++
		}
	}
	return n
}

func english(o *voice.Options) { o.Languages = []string{"ko", "en"} }

func TestCallsQueueAndNeverOverlap(t *testing.T) {
	run(t, beeps(t), english, func(h *hall) {
		h.tell()
		h.call(1, 1)
		h.want("1>1 en")
		h.call(2, 1)
		h.call(3, 2)
		h.call(4, 3)
		h.want("2>1 en", "3>2 en", "4>3 en")
		h.tell() // the same calls again
		h.want()
		h.call(5, 0)
		h.want("5>0 en")
	})
}

func TestARecallJumpsNoQueue(t *testing.T) {
	run(t, beeps(t), nil, func(h *hall) {
		h.tell()
		h.call(1, 1)
		h.call(2, 2)
		h.calls(1, 1, true) // while it is spoken: again, at the end
		h.calls(2, 2, true) // while it waits: once
		h.want("1>1", "2>2", "1>1")
		if n := h.logged("ticket=2", "still waits"); n != 1 {
			t.Errorf("%d lines say that a recall was not spoken", n)
		}
	})
}

func TestStaleCallsAreDropped(t *testing.T) {
	run(t, beeps(t), nil, func(h *hall) {
		h.tell()
		h.call(1, 1)
		h.call(2, 2)
		h.serves(2, 0) // finished before it was spoken
		h.call(3, 3)
		h.serves(3, 0)
		h.call(3, 2) // transferred, and called there
		h.call(4, 1) // who is at 1 has been spoken
		h.want("1>1", "3>2", "4>1")
		for _, why := range []string{"ticket=2 counter=2 why=\"the ticket is no longer", "ticket=3 counter=3 why=\"called to another"} {
			if h.logged("not spoken", why) != 1 {
				t.Errorf("no line says %s in\n%s", why, h.log.String())
			}
		}
		if h.logged("not spoken") != 2 {
			t.Error(h.log.String())
		}
	})
}

// TestOldCallsGiveWay: of a player that is slow, calls of which the counter is
// not known wait longer and longer.
func TestOldCallsGiveWay(t *testing.T) {
	run(t, beeps(t), nil, func(h *hall) {
		h.tell()
		h.failing(func() error { time.Sleep(20 * time.Second); return nil })
		for n := 1; n <= 4; n++ {
			h.call(n, 0)
		}
		time.Sleep(time.Minute)
		// 1 at once, 2 after 21 s; then 3 is 42 s old and 4 waits; 4 alone may be.
		h.want("1>0", "2>0", "4>0")
		if h.logged("ticket=3", "while others wait") != 1 {
			t.Error(h.log.String())
		}
		h.failing(func() error { time.Sleep(3 * time.Minute); return nil })
		h.call(5, 0)
		h.call(6, 0)
		time.Sleep(4 * time.Minute)
		h.want("5>0")
		if h.logged("ticket=6", "too long ago\"") != 1 {
			t.Error(h.log.String())
		}
	})
}

func TestWhatAStartSpeaks(t *testing.T) {
	run(t, beeps(t), nil, func(h *hall) {
		h.call(1, 1) // the first snapshot, of a call just now
		h.want("1>1")
	})
	run(t, beeps(t), nil, func(h *hall) {
		h.s.Calls = []feed.Call{
			{Seq: 3, Ticket: "3", Counter: 3, At: time.Now().Add(time.Hour).UnixMilli()}, // the clock was set back
			{Seq: 2, Ticket: "2", Counter: 2, At: time.Now().Add(-3 * time.Second).UnixMilli()},
			{Seq: 1, Ticket: "1", Counter: 1, At: time.Now().Add(-6 * time.Second).UnixMilli()}}
		h.s.CallSeq = 3
		for i := range h.s.Counters {
			h.s.Counters[i].Ticket = strconv.Itoa(i + 1)
		}
		h.tell()
		h.want("2>2")
		h.call(4, 1)
		h.want("4>1")
		// The kiosk restarts: a new epoch, the same calls. Nothing is repeated, and
		// what is called then is spoken.
		h.s.Epoch, h.s.Rev = 2, 0
		h.tell()
		h.want()
		h.call(5, 2)
		h.want("5>2")
		// A late snapshot of before does no harm.
		old := h.s
		old.Epoch, old.Rev, old.CallSeq, old.Calls = 1, 99, 0, nil
		h.a.Follow(&old)
		synctest.Wait()
		h.tell()
		h.want()
		// A new day counts its calls from one.
		h.s.Day, h.s.CallSeq, h.s.Calls = 4, 0, nil
		h.call(6, 3)
		h.want("6>3")
		// So does one whose first calls were not heard of, though it has more.
		h.s.Day, h.s.CallSeq, h.s.Calls = 5, 0, nil
		h.s.Calls = []feed.Call{{Seq: 1, Ticket: "1", At: time.Now().Add(-20 * time.Second).UnixMilli()}}
		h.s.CallSeq = 1
		h.call(2, 0)
		h.want("1>0", "2>0")
		// A new record: what is in it has been spoken, unless it is new.
		h.s.Journal, h.s.Epoch, h.s.Rev = "k", 1, 0
		h.tell()
		h.want()
		// Calls taken back in a day, by a record from a backup.
		h.call(7, 1)
		h.want("7>1")
		h.s.Calls, h.s.CallSeq = h.s.Calls[2:], h.s.CallSeq-2
		h.s.Epoch++
		h.call(8, 1)
		h.want("8>1")
	})
}

// TestAfterAnOutage: a screen gets the snapshot after minutes without one.
func TestAfterAnOutage(t *testing.T) {
	run(t, beeps(t), nil, func(h *hall) {
		h.tell()
		rev := h.s.Rev
		h.s.Calls = []feed.Call{
			{Seq: 2, Ticket: "2", Counter: 2, At: time.Now().Add(-2 * time.Second).UnixMilli()},
			{Seq: 1, Ticket: "1", Counter: 1, At: time.Now().Add(-5 * time.Minute).UnixMilli()}}
		h.s.CallSeq, h.s.Rev = 2, rev+50
		h.s.Counters[0].Ticket, h.s.Counters[1].Ticket = "1", "2"
		h.tell()
		h.want("2>2")
		if h.logged("ticket=1", "too long ago") != 1 {
			t.Error(h.log.String())
		}
	})
}

func TestACrowdHearsKoreanAlone(t *testing.T) {
	run(t, beeps(t), english, func(h *hall) {
		h.tell()
		for n := 1; n <= 4; n++ {
			h.call(n, n%4)
		}
		// 1 alone, 2 with two behind it, 3 with one, 4 with none.
		h.want("1>1 en", "2>2", "3>3 en", "4>0 en")
		if h.logged("Korean alone", "ticket=2") != 1 {
			t.Error(h.log.String())
		}
	})
}

func TestTooManyCalls(t *testing.T) {
	run(t, beeps(t), nil, func(h *hall) {
		h.tell()
		h.failing(func() error { time.Sleep(time.Second); return nil })
		for i := range 40 {
			h.s.CallSeq++
			h.s.Calls = append([]feed.Call{{Seq: h.s.CallSeq, Ticket: strconv.Itoa(i%9 + 1), Service: "s" + strconv.Itoa(i), At: time.Now().UnixMilli()}}, h.s.Calls...)
		}
		h.tell()
		if n := h.logged("too many calls wait"); n != 8 {
			t.Errorf("%d calls dropped", n)
		}
	})
}

func TestVolumeAndQuietHours(t *testing.T) {
	periods := func(o *voice.Options) {
		o.Periods = []voice.Period{{From: 12 * time.Hour, To: 13 * time.Hour, Volume: 30}, {From: 22 * time.Hour, To: 6 * time.Hour}}
	}
	run(t, beeps(t), periods, func(h *hall) { // the bubble begins at midnight
		until := func(hour, minute int) {
			now := time.Now().UTC()
			time.Sleep(time.Date(now.Year(), now.Month(), now.Day(), hour, minute, 0, 0, time.UTC).Sub(now))
		}
		h.tell()
		h.call(1, 1)
		h.call(2, 2)
		h.a.Locate()
		h.want()
		until(6, 0)
		h.call(3, 1)
		h.want("3>1")
		until(12, 0)
		h.call(4, 1)
		h.want("4>1 at 30")
		until(13, 0)
		h.call(5, 1)
		h.want("5>1")
		until(22, 0)
		h.call(6, 1)
		h.want()
		if h.logged("calls are shown only", "quiet hours") != 2 || h.logged("calls were shown only", "quiet hours", "calls=2") != 1 || h.logged("not spoken") != 0 {
			t.Error(h.log.String())
		}
	})
}

func TestTickets(t *testing.T) {
	run(t, beeps(t), nil, func(h *hall) {
		h.tell()
		h.a.Ticket(voice.Ticket{Label: "7", Ahead: 2, Paper: true})
		h.want("ticket 7")
		h.a.Ticket(voice.Ticket{Label: "8", Ahead: 0})
		h.want("no paper 8")
		h.a.Ticket(voice.Ticket{Label: "9", Ahead: 100, Paper: true})
		h.want("ticket 9 of many")
		h.a.Ticket(voice.Ticket{Label: "9", Ahead: -1, Paper: true})
		h.want("ticket 9 alone")
		h.a.Locate()
		h.want("place")
		// It waits for the call that is spoken, goes before those that wait, and does
		// not keep them waiting twice.
		h.call(1, 1)
		h.call(2, 2)
		h.call(3, 3)
		h.a.Ticket(voice.Ticket{Label: "7", Ahead: 2, Paper: true})
		h.a.Locate()
		h.want("1>1", "ticket 7", "2>2", "place", "3>3")
		// Who took it has gone before it can be said.
		h.failing(func() error { time.Sleep(7 * time.Second); return nil })
		h.call(4, 1)
		h.a.Ticket(voice.Ticket{Label: "7", Ahead: 2, Paper: true})
		h.want("4>1")
		// Of a busy dispenser only the newest are said.
		h.failing(nil)
		h.call(5, 1)
		for n := 1; n <= 6; n++ {
			h.a.Ticket(voice.Ticket{Label: strconv.Itoa(n), Ahead: 2, Paper: true})
			synctest.Wait()
		}
		h.want("5>1", "ticket 3", "ticket 4", "ticket 5", "ticket 6")
	})
}

// TestNothingToPlayOn: health says so at once and says when it is over, a dead
// card is not tried at every call, and calls do not pile up.
func TestNothingToPlayOn(t *testing.T) {
	with := func(err error) func() error { return func() error { return fmt.Errorf("x: %w", err) } }
	dead := func(o *voice.Options) { o.Player.(*hall).failing(with(voice.ErrNoCard)) }
	run(t, beeps(t), dead, func(h *hall) {
		h.health("[[no-card]]")
		h.tell()
		for n := 1; n <= 9; n++ {
			h.call(n, n%4)
			h.rest(10 * time.Second)
		}
		h.rest(10 * time.Minute)
		var gaps []time.Duration
		for i := 1; i < len(h.tries); i++ {
			gaps = append(gaps, h.tries[i].Sub(h.tries[i-1]))
		}
		if want := []time.Duration{5e9, 10e9, 20e9, 40e9, 60e9, 60e9}; !slices.Equal(gaps[:6], want) {
			t.Errorf("tried after %v", gaps)
		}
		h.health("[[no-card]]")
		if h.logged("nothing is heard", "no-card") != 1 {
			t.Error(h.log.String())
		}
		h.failing(nil)
		h.rest(time.Minute)
		h.health("[[no-card] []]")
		h.call(1, 1)
		h.want("1>1")
		if h.logged("calls were shown only", "calls=9") != 1 {
			t.Error(h.log.String())
		}
		// It is lost within a call, in another way.
		h.failing(with(voice.ErrHung))
		h.call(2, 1)
		h.want()
		h.failing(with(voice.ErrNoPlayer))
		h.rest(time.Minute)
		h.health("[[no-card] [] [hung] [no-player]]")
		// The pause begins anew after it was well.
		if gap := h.tries[len(h.tries)-1].Sub(h.tries[len(h.tries)-2]); gap > 40*time.Second {
			t.Errorf("tried after %v", gap)
		}
	})
}

// TestAHungPlayerHoldsUpNobody: Follow, Ticket and Locate return while it hangs,
// and so does Run when it is to end.
func TestAHungPlayerHoldsUpNobody(t *testing.T) {
	run(t, beeps(t), nil, func(h *hall) {
		h.tell()
		block := make(chan struct{})
		h.failing(func() error { <-block; return nil })
		h.call(1, 1)
		before := time.Now()
		for i := range 500 {
			h.call(i%9+1, i%4)
			h.a.Ticket(voice.Ticket{Label: "1"})
			h.a.Locate()
		}
		if time.Now() != before {
			t.Error("time went by")
		}
		close(block)
	})
}

func TestMissingClipsAreToldAndWarnedOfOnce(t *testing.T) {
	run(t, beeps(t, "ko/4", "ko/5"), english, func(h *hall) {
		h.health("[[missing-clips]]")
		if h.logged("lacks clips", "first=ko/4") != 1 {
			t.Error(h.log.String())
		}
		h.tell()
		h.call(4, 1)
		h.want("4>1 en") // of which the Korean is left out
		h.call(4, 2)
		h.want("4>2 en")
		if n := h.logged("no usable clip ko/4"); n != 1 {
			t.Errorf("%d warnings", n)
		}
		h.call(1, 1)
		h.want("1>1 en")
	})
	// An office whose pack cannot be read has its chime.
	run(t, t.TempDir(), nil, func(h *hall) {
		h.health("[[missing-clips]]")
		h.tell()
		h.call(1, 1)
		h.want("chime")
		h.a.Ticket(voice.Ticket{Label: "#"})
		h.want("chime")
		if h.logged("the clip pack has faults", "make voice") != 1 || h.logged("#", "cannot be said") != 1 {
			t.Error(h.log.String())
		}
	})
}

func TestOptionsThatAreRefused(t *testing.T) {
	for what, o := range map[string]voice.Options{
		"no language \"fr\"": {Languages: []string{"ko", "fr"}},
		"twice":              {Languages: []string{"en", "en"}},
		"Korean first":       {Languages: []string{"en", "ko"}},
		"volume 101":         {Volume: 101},
		"volume -1":          {Volume: -1},
		"period":             {Periods: []voice.Period{{From: time.Hour, To: time.Hour}}},
		"volume 200":         {Periods: []voice.Period{{To: time.Hour, Volume: 200}}},
	} {
		if _, err := voice.New(o); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestPeriodsAreRead(t *testing.T) {
	if p, err := voice.ParsePeriod("12:00-13:30 30%"); err != nil || p != (voice.Period{From: 12 * time.Hour, To: 13*time.Hour + 30*time.Minute, Volume: 30}) {
		t.Errorf("%+v, %v", p, err)
	}
	for _, s := range []string{"", "12:00-13:00", "12:00 30%", "12:00-12:00 30%", "12:00-24:00 30%", "12:00-13:00 30", "12:00-13:00 101%", "12:00-13:00 -1%", "a-b 3%"} {
		if p, err := voice.ParsePeriod(s); err == nil || !strings.HasPrefix(err.Error(), "voice: ") {
			t.Errorf("%q: %+v, %v", s, p, err)
		}
	}
}

// TestAClipThatIsLostIsTold: the pack was whole when it was opened.
func TestAClipThatIsLostIsTold(t *testing.T) {
	dir := beeps(t)
	whole := func(o *voice.Options) {
		o.Need = voice.Need{Counters: []int{1}, Prefixes: []string{}, Highest: 9, Kiosk: true}
	}
	run(t, dir, whole, func(h *hall) {
		h.health("[[]]")
		h.tell()
		if err := os.Remove(filepath.Join(dir, "ko/4.wav")); err != nil {
			t.Fatal(err)
		}
		h.call(4, 1)
		h.want("chime")
		h.health("[[] [missing-clips]]")
		h.call(3, 1)
		h.want("3>1")
		h.health("[[] [missing-clips]]")
	})
}
