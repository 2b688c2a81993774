package web

import (
	"fmt"

	"sunbeon/appliance/feed"
)

// left words how many online tickets a service still has today; "" without a
// limit.
func left(v feed.Service) Words {
	switch {
	case !v.Online || v.OnlineLeft == nil || *v.OnlineLeft == 0: // 0 is told by why there is no button
		return Words{}
	case *v.OnlineLeft == 1:
		return Words{"오늘 온라인 번호표 1매 남음", "1 online ticket left today"}
	}
	return Words{fmt.Sprintf("오늘 온라인 번호표 %d매 남음", *v.OnlineLeft), fmt.Sprintf("%d online tickets left today", *v.OnlineLeft)}
}

// terms are what somebody should know before taking an online ticket; r are the
// office's rules, with no LatePlace when they are not known.
func terms(v feed.Service, r feed.Rules) Words {
	switch {
	case !v.Online:
		return Words{}
	case !v.Arrival:
		w := Words{"호출되면 바로 창구로 오실 수 있게 미리 와 계십시오.", "Please be at the office before your turn comes."}
		l := lateRule(r, Words{"호출에 오지 못하신 경우", "If you miss your call"}, Words{"직원에게 말씀하시면", "tell the staff"})
		return Words{w.Ko + l.Ko, w.En + l.En}
	}
	w := Words{"민원실에 도착하시면 순번 표시판의 코드로 도착 확인을 하여 주십시오. 도착 확인 전에 차례가 오면 다음 분을 먼저 모십니다.",
		"When you arrive, please check in with the code on the board in the hall. If your turn comes before that, the next person is called first."}
	l := lateRule(r, Words{"차례가 지난 경우", "If your turn has passed"}, Words{"도착 확인을 하시면", "check in"})
	return Words{w.Ko + l.Ko, w.En + l.En}
}

// lateRule words an office's late rule for somebody whom it has not hit yet: if,
// as what is to be done then.
func lateRule(r feed.Rules, cond, do Words) Words {
	if r.LatePlace == "" {
		return Words{}
	}
	place := latePlace(r)
	if r.LateWithin == 0 {
		return Words{fmt.Sprintf(" %s 오늘 업무 시간 안에 %s%s", cond.Ko, do.Ko, place.Ko),
			fmt.Sprintf(" %s, %s until the office closes today:%s", cond.En, do.En, place.En)}
	}
	return Words{fmt.Sprintf(" %s %d분 안에 %s%s 그 뒤에는 번호표를 새로 받으셔야 합니다.", cond.Ko, r.LateWithin, do.Ko, place.Ko),
		fmt.Sprintf(" %s, %s within %d minutes:%s After that you need a new ticket.", cond.En, do.En, r.LateWithin, place.En)}
}

// latePlace says where in the line who was late comes back.
func latePlace(r feed.Rules) Words {
	switch r.LatePlace {
	case feed.LateFront:
		return Words{" 바로 다음 차례로 모십니다.", " you will be called next."}
	case feed.LateAfter:
		return Words{fmt.Sprintf(" 기다리시는 %d명 다음 순서로 모십니다.", r.LateAfter), fmt.Sprintf(" your turn comes after %d others.", r.LateAfter)}
	}
	return Words{" 맨 뒤에서 다시 기다리시게 됩니다.", " you will wait at the end of the line."}
}
