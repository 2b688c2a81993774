package main

import (
	"context"
	"fmt"

	"sunbeon/appliance/config"
	"sunbeon/appliance/devices"
	"sunbeon/appliance/lobby"
	"sunbeon/display/voice"
)

// checkVoice reads the clip pack and speaks a call, for whoever listens.
func checkVoice(ctx context.Context, file *config.File, player voice.Player) devices.Result {
	r := devices.Result{Device: "voice", Ko: "음성 안내", En: "The spoken call", Verdict: devices.Look}
	v := file.Voice
	pack, err := voice.Open(v.Pack)
	if err != nil {
		return silent(r, voice.MissingClips, err)
	}
	if missing := pack.Missing(v.Languages, lobby.Need(file)); len(missing) > 0 {
		return silent(r, voice.MissingClips, fmt.Errorf("%d clips are missing, the first is %s", len(missing), missing[0]))
	}
	var call []voice.Sentence
	for _, code := range v.Languages {
		s, err := voice.Call(code, "1", file.Queue.Counters[0].Number)
		if err != nil {
			return silent(r, voice.MissingClips, err)
		}
		call = append(call, s)
	}
	sound, _ := pack.Compose(voice.Chime, call, v.Volume)
	if err := player.Play(ctx, sound); err != nil {
		return silent(r, voice.Condition(err), err)
	}
	r.Said = fmt.Sprintf("pack %s, spoken for %.1f s at %d %%", v.Pack, sound.Length().Seconds(), v.Volume)
	r.DoKo = "‘1번 고객님’ 하는 호출이 대기실 끝에서도 들렸는지 확인하십시오. 작으면 스피커와 voice.volume을 올리십시오."
	r.DoEn = "Did the call of number 1 reach the back of the hall? If it was faint, turn up the loudspeaker and voice.volume."
	return r
}

func silent(r devices.Result, condition string, err error) devices.Result {
	w, _ := lobby.Words(r.Device, condition)
	r.Verdict, r.Err, r.DoKo, r.DoEn = devices.Wrong, err, w.StaffKo, w.StaffEn
	return r
}
