package lobby

import (
	"strings"

	"sunbeon/appliance"
	"sunbeon/display/voice"
)

// Words are the sentences for the conditions of screens and loudspeaker, for
// staff: citizens see the tickets and the signs. False is that the device is none
// of this package's.
func Words(device, condition string) (appliance.Words, bool) {
	if device == voiceDevice {
		ko, en := silence(condition)
		return appliance.Words{StaffKo: ko + " 그동안 호출은 화면과 표시기에만 나옵니다.", StaffEn: en + " Meanwhile calls are shown only."}, true
	}
	name, screen := strings.CutPrefix(device, screenPrefix)
	if !screen {
		return appliance.Words{}, false
	}
	ko, en := remedy(condition)
	return appliance.Words{StaffKo: "화면 ‘" + name + "’" + ko + " 번호표와 호출은 그대로 됩니다.",
		StaffEn: "Screen \"" + name + "\" " + en + " Tickets and calls go on."}, true
}

func remedy(condition string) (ko, en string) {
	switch condition {
	case noOutput:
		return "에 모니터가 연결되어 있지 않습니다. 모니터의 전원과 HDMI 케이블을 확인하십시오.",
			"has no monitor. Check the monitor's power and its HDMI cable."
	case slides:
		return "의 홍보 그림을 읽을 수 없습니다. 그림 폴더와 파일(PNG, JPEG)을 확인하십시오.",
			"cannot read its slides. Check their folder and files (PNG, JPEG)."
	case gone:
		return "이 연결되어 있지 않습니다. 화면 장치의 전원과 통신선을 확인하십시오.",
			"is not connected. Check the power and network of its machine."
	}
	return "에 이상이 있습니다(" + condition + "). 전산 담당자에게 알려 주십시오.",
		"has a fault (" + condition + "). Tell the IT staff."
}

func silence(condition string) (ko, en string) {
	switch condition {
	case voice.MissingClips:
		return "음성 안내 녹음이 빠져 있어 일부 호출은 알림음만 나옵니다. 녹음 폴더(voice.pack)를 확인하십시오.",
			"Recordings are missing: some calls are a chime only. Check the folder of voice.pack."
	case voice.NoPlayer:
		return "음성 안내를 재생할 프로그램(aplay)이 없습니다. alsa-utils를 설치하십시오.",
			"The player (aplay) is missing: install alsa-utils."
	case voice.Hung:
		return "음성 안내 재생이 멈추었습니다. 소리 장치를 다시 꽂으시고, 되풀이되면 점검을 요청하십시오.",
			"The voice's player hangs. Put the sound card back; if it happens again, call for service."
	}
	return "음성 안내의 소리 장치를 찾을 수 없습니다. 소리 장치와 스피커의 연결을 확인하십시오.",
		"The voice finds no sound card. Check that it and the loudspeaker are connected."
}
