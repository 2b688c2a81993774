package voice

// pick takes from the line what is to be spoken now, nil for nothing.
func (a *Announcer) pick() func() (Audio, []Clip) {
	for {
		now := a.opt.Now()
		call, behind, here, stale := a.line.next(now)
		a.drop(stale)
		if call == nil && here == nil {
			return nil
		}
		volume := volume(a.opt.Volume, a.opt.Periods, now)
		if a.mute(volume, call != nil) {
			continue
		}
		signal, sentences := a.words(call, behind, here)
		return func() (Audio, []Clip) { return a.pack.Compose(signal, sentences, volume) }
	}
}

// mute reports whether nothing is spoken now, and logs when that changes.
func (a *Announcer) mute(volume int, call bool) bool {
	why := ""
	switch {
	case a.failed != "":
		why = a.failed
	case volume == 0:
		why = "quiet hours"
	}
	if why != a.muted {
		if a.muted != "" {
			a.opt.Log.Info("calls were shown only", "why", a.muted, "calls", a.shown)
		}
		if why != "" {
			a.opt.Log.Info("calls are shown only", "why", why)
		}
		a.muted, a.shown = why, 0
	}
	if why != "" && call {
		a.shown++
	}
	return why != ""
}

// words are what is said of one thing in all languages for which there is time.
func (a *Announcer) words(call *waiting, behind int, here *utterance) (Signal, []Sentence) {
	if here != nil {
		if here.ticket == nil {
			return Beacon, place()
		}
		s, err := here.ticket.sentences()
		if err != nil {
			a.warn(err.Error())
		}
		return NoSignal, s
	}
	codes := append([]string{korean}, a.opt.Languages...)
	if behind >= crowd && len(codes) > 1 {
		a.opt.Log.Info("a call is spoken in Korean alone", "ticket", call.Ticket, "waiting", behind)
		codes = codes[:1]
	}
	var out []Sentence
	for _, code := range codes {
		s, err := Call(code, call.Ticket, call.Counter)
		if err != nil {
			a.warn(err.Error())
			continue
		}
		out = append(out, s)
	}
	return Chime, out
}
