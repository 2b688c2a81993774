package box

import (
	"errors"

	"sunbeon/appliance"
	"sunbeon/appliance/config"
	"sunbeon/appliance/devices"
	"sunbeon/appliance/journal"
	"sunbeon/appliance/lobby"
	"sunbeon/appliance/paper"
)

// Conditions of the record.
const (
	diskFull = "disk_full"
	readOnly = "read_only"
	failed   = "failed"
)

// condition names what an error of the record means for people.
func condition(err error) string {
	switch {
	case errors.Is(err, journal.ErrFull):
		return diskFull
	case errors.Is(err, journal.ErrReadOnly):
		return readOnly
	}
	return failed
}

// words gives the sentences for a device's condition.
func words(f *config.File) func(device, condition string) appliance.Words {
	wired := devices.Words(f)
	return func(device, condition string) appliance.Words {
		if device == "printer" {
			return paper.Words(condition)
		}
		if device == certificateDevice {
			return ofCertificate(condition)
		}
		if w, ok := wired(device, condition); ok {
			return w
		}
		if w, ok := lobby.Words(device, condition); ok {
			return w
		}
		return ofRecord(condition)
	}
}

// ofRecord are the sentences for a condition of the record.
func ofRecord(condition string) appliance.Words {
	w := appliance.Words{
		StaffKo:  "저장 장치에 이상이 있습니다. 전원과 저장 장치를 확인하시고, 되풀이되면 점검을 요청하십시오.",
		StaffEn:  "The disk has failed. Check power and card; if it happens again, call for service.",
		PublicKo: "지금은 번호표를 드릴 수 없습니다. 직원에게 문의해 주십시오.",
		PublicEn: "No ticket can be given at the moment. Please ask staff.",
	}
	switch condition {
	case diskFull:
		w.StaffKo = "저장 공간이 가득 찼습니다. 공간을 비우시면 저절로 이어집니다."
		w.StaffEn = "The disk is full. Free some space and it goes on by itself."
	case readOnly:
		w.StaffKo = "저장 장치에 기록할 수 없습니다. 저장 장치의 쓰기 방지와 마운트를 확인하십시오."
		w.StaffEn = "The disk cannot be written. Check its write protection and mount."
	}
	return w
}
