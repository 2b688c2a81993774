package box

import (
	"errors"

	"sunbeon/appliance/journal"
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

// words are the sentences for a device's condition.
func words(device, condition string) (ko, en string) {
	if device == "printer" {
		return paper.Words(condition)
	}
	switch condition {
	case diskFull:
		return "저장 공간이 가득 차서 번호표를 드릴 수 없습니다. 직원에게 문의해 주십시오.",
			"The disk is full and no ticket can be given. Please ask staff."
	case readOnly:
		return "저장 장치에 기록할 수 없어 번호표를 드릴 수 없습니다. 직원에게 문의해 주십시오.",
			"The disk cannot be written and no ticket can be given. Please ask staff."
	}
	return "저장 장치에 이상이 있어 번호표를 드릴 수 없습니다. 직원에게 문의해 주십시오.",
		"The disk has failed and no ticket can be given. Please ask staff."
}
