package callunit

import "time"

// unit is what is known of a call unit.
//
//	            frame         the same within second       the same within Repeat
//	up ──────────────> seen ─────────────────────> told ─┐ (polled: until it is up)
//	 ^                (with one sighting: at once)   │ <─┘
//	 └── polled: says so twice, or is silent four times ──┘
type unit struct {
	counter int
	told    said // the last press that was told
	seen    said // waits for its second sighting
	ups     int  // how often in a row it said that no key is down
	lonely  int  // frames that waited in vain, up to lonelyMax
}

// said is a frame of a unit.
type said struct {
	code string
	at   time.Time
}

const (
	// second is within what time a frame must come again to be seen twice.
	second = 2 * time.Second
	// lonelyMax frames that never came again are a unit that says things once.
	lonelyMax = 3
	// upsByAnswer and upsBySilence are how often in a row a polled unit must say
	// that no key is down. A question that was damaged is answered by silence.
	upsByAnswer  = 2
	upsBySilence = 4
)

// meaning is what a frame of a key is.
type meaning int

const (
	first meaning = iota
	press
	repetition
)

// hear takes a frame of a key.
func (u *unit) hear(cfg Config, code string, now time.Time) meaning {
	u.ups = 0
	if u.told.code == code && (cfg.Poll != "" || now.Sub(u.told.at) < cfg.Repeat) {
		u.told.at, u.seen = now, said{}
		return repetition
	}
	if cfg.Sightings > 1 {
		fresh := now.Sub(u.seen.at) < second
		if u.seen.code != code || !fresh {
			if u.seen.code != "" && !fresh {
				u.lonely = min(u.lonely+1, lonelyMax+1)
			}
			u.seen = said{code, now}
			return first
		}
		u.lonely = 0
	}
	u.told, u.seen = said{code, now}, said{}
	return press
}

// up takes that no key is down; only enough in a row count.
func (u *unit) up(enough int) {
	if u.ups++; u.ups >= enough {
		u.told, u.seen, u.ups = said{}, said{}, 0
	}
}

// silent takes that a polled unit did not answer, where that means up.
func (u *unit) silent() { u.up(upsBySilence) }

// doubtful reports whether a polled unit is to be asked again at once: for a
// second sighting, or whether its key is up.
func (u *unit) doubtful() bool {
	return u.seen.code != "" || u.told.code != "" && u.ups > 0
}

// noise takes that something was damaged at a time: it may have been the
// repetition, and the next one must not pass for a press.
func (u *unit) noise(at time.Time, repeat time.Duration) {
	if u.told.code != "" && at.After(u.told.at) && at.Sub(u.told.at) < repeat {
		u.told.at = at
	}
}
