package lobby

import (
	"strings"

	"sunbeon/appliance"
)

// Words are the sentences for the conditions of screens and loudspeaker, for
// staff: citizens see the tickets and the signs. False is that the device is none
// of this package's.
func Words(device, condition string) (appliance.Words, bool) {
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
