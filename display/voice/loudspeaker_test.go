package voice_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
