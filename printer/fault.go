package printer

// Fault is a reason why paper does not come, or soon will not. The value is
// stable: it goes into facts and health reports. The zero value is no fault.
type Fault string

const (
	PaperNearEnd Fault = "paper-near-end" // a warning: tickets still print
	PaperEnd     Fault = "paper-end"
	CoverOpen    Fault = "cover-open"
	CutterJam    Fault = "cutter-jam"
	HeadHot      Fault = "head-hot" // the printer goes on by itself
	Broken       Fault = "broken"   // an error that the printer cannot leave by itself
	Offline      Fault = "offline"  // the printer says no more than that
	NoAnswer     Fault = "no-answer"
	Unplugged    Fault = "unplugged" // the port or the connection is gone
)

// texts says what is wrong and what to do.
func (f Fault) texts() (korean, english string) {
	switch f {
	case PaperNearEnd:
		return "용지가 얼마 남지 않았습니다. 새 용지를 준비하십시오.",
			"Paper is running low. Have a new roll ready."
	case PaperEnd:
		return "용지가 없습니다. 덮개를 열고 새 용지를 넣으십시오.",
			"Out of paper. Open the cover and put in a new roll."
	case CoverOpen:
		return "덮개가 열려 있습니다. 소리가 날 때까지 눌러 닫으십시오.",
			"The cover is open. Press it shut until it clicks."
	case CutterJam:
		return "절단기에 용지가 걸렸습니다. 덮개를 열고 걸린 용지를 빼낸 뒤 닫으십시오.",
			"The cutter is jammed. Open the cover, take the paper out, close it."
	case HeadHot:
		return "인쇄 헤드가 뜨겁습니다. 식으면 저절로 이어집니다. 기다리십시오.",
			"The print head is hot. It goes on by itself when cool. Please wait."
	case Broken:
		return "프린터에 장애가 있습니다. 전원을 껐다 켜고, 되풀이되면 점검을 요청하십시오.",
			"The printer has failed. Switch it off and on; if that does not help, call for service."
	case Offline:
		return "프린터가 멈추어 있습니다. 덮개와 용지를 확인하고 급지 단추에서 손을 떼십시오.",
			"The printer is off line. Check cover and paper, let go of the feed button."
	case NoAnswer:
		return "프린터가 응답하지 않습니다. 전원과 케이블을 확인하십시오.",
			"The printer does not answer. Check its power and cable."
	case Unplugged:
		return "프린터와 연결이 끊어졌습니다. 케이블을 다시 꽂으십시오.",
			"The printer is unplugged. Put its cable back."
	}
	return "", ""
}

// Korean says what is wrong and what to do, for the screen and the lamp's label.
func (f Fault) Korean() string { k, _ := f.texts(); return k }

// English says the same in English.
func (f Fault) English() string { _, e := f.texts(); return e }

// Stops reports whether tickets wait because of f; a warning does not stop them.
func (f Fault) Stops() bool { return f != "" && f != PaperNearEnd }

// spoils reports whether a ticket that met f on its way may be torn or
// incomplete. A hot head or a held feed button only delays it.
func (f Fault) spoils() bool { return f.Stops() && f != HeadHot && f != Offline }
