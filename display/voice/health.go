package voice

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Conditions of the voice, as Tell gives them.
const (
	NoPlayer     = "no-player"     // the player's program cannot be started
	NoCard       = "no-card"       // the player finds no card, or lost it
	Hung         = "hung"          // the player did not end in time
	MissingClips = "missing-clips" // the pack lacks clips that the office needs
)

// Condition is that of a player which returned err; "" is that it plays.
func Condition(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, ErrNoPlayer):
		return NoPlayer
	case errors.Is(err, ErrHung):
		return Hung
	}
	return NoCard
}

// Back-off of a player that fails.
const (
	firstPause = 5 * time.Second
	mostPause  = time.Minute
	probe      = 100 * time.Millisecond // of silence
)

// open reads the pack and says what it lacks.
func (a *Announcer) open() {
	pack, err := Open(a.opt.Pack)
	if a.pack = pack; err != nil {
		a.opt.Log.Warn("the clip pack has faults", "pack", a.opt.Pack, "err", err)
	}
	if missing := pack.Missing(a.opt.Languages, a.opt.Need); len(missing) > 0 {
		a.lacks = true
		a.opt.Log.Warn("the clip pack lacks clips: what needs them is a chime only", "pack", a.opt.Pack,
			"clips", len(missing), "first", missing[0].String())
	}
}

// heard takes what became of a sound, and tells what changed.
func (a *Announcer) heard(p played) {
	for _, c := range p.missing {
		a.lacks = true
		a.warn(fmt.Sprintf("voice: the pack has no usable clip %s; record it", c))
	}
	was := a.failed
	if a.failed = Condition(p.err); a.failed == "" {
		a.pause = 0
	} else {
		a.pause = min(max(2*a.pause, firstPause), mostPause)
	}
	if a.failed != was {
		if a.failed != "" {
			a.opt.Log.Warn("nothing is heard", "condition", a.failed, "err", p.err)
		} else {
			a.opt.Log.Info("the player plays")
		}
	}
	a.tell()
}

func (a *Announcer) tell() {
	now := []string{}
	if a.failed != "" {
		now = append(now, a.failed)
	}
	if a.lacks {
		now = append(now, MissingClips)
	}
	slices.Sort(now)
	if a.told != nil && slices.Equal(*a.told, now) {
		return
	}
	a.told = &now
	a.opt.Tell(now)
}

// warn says a thing once.
func (a *Announcer) warn(what string) {
	if len(a.warned) > 2000 {
		clear(a.warned)
	}
	if !a.warned[what] {
		a.warned[what] = true
		a.opt.Log.Warn("a chime stands for words", "why", what)
	}
}
