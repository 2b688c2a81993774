package voice

import (
	"strconv"
	"strings"
)

// korean is spoken first, always, and alone at the dispenser.
const korean = "ko"

// Names of Korean clips beside the numbers.
const (
	koCustomer  = "customer" // 번 고객님
	koCounter   = "counter"  // 창구로 오십시오, where the counter is not known
	koIs        = "is"       // 번입니다
	koAhead     = "ahead-"   // and a number of people
	koMany      = "ahead-many"
	koUnprinted = "unprinted" // 번호표가 인쇄되지 않았습니다
	koRemember  = "remember"  // 번을 기억해 주십시오
	koDispenser = "dispenser" // 번호표 발급기입니다
)

// mostAhead is the largest number of people that is said exactly.
const mostAhead = 99

// kiosks reports whether a clip is said at the dispenser only.
func kiosks(c Clip) bool {
	switch c.Name {
	case koIs, koUnprinted, koRemember, koDispenser:
		return c.Language == korean
	}
	return strings.HasPrefix(c.Name, koAhead)
}

// koreanBelow is a Sino-Korean number from 1 to 99, as written and as said: 16
// is written 십육 and said 심뉵, for an n comes between the two and turns ㅂ to ㅁ
// (표준 발음법 29 and 18).
func koreanBelow(n int) (text, said string) {
	digits := []string{"", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"}
	tens, ones := n/10, n%10
	if tens > 1 {
		text = digits[tens] // 이십, but never 일십
	}
	said = text
	switch {
	case tens > 0 && ones == 6:
		return text + "십육", said + "심뉵"
	case tens > 0:
		text += "십"
	}
	return text + digits[ones], ""
}

// koreanPeople is how many people there are from 1 to 99: people are counted in
// native numbers, 세 분, and in the form that stands before a noun.
func koreanPeople(n int) string {
	tens := []string{"", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔"}
	ones := []string{"", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉"}
	if n == 20 {
		return "스무"
	}
	return tens[n/10] + ones[n%10]
}

// koreanLetters are the prefixes that are said, with their names.
func koreanLetters() []letter {
	out := latin([]string{"에이", "비", "씨", "디", "이", "에프", "지", "에이치", "아이", "제이", "케이", "엘", "엠",
		"엔", "오", "피", "큐", "알", "에스", "티", "유", "브이", "더블유", "엑스", "와이", "제트"})
	for _, r := range hangulLetters {
		out = append(out, letter{r, string(r)})
	}
	return out
}

// hangulLetters are the syllables that lists are lettered with.
const hangulLetters = "가나다라마바사아자차카타파하"

func koreanLines() []Line {
	var out []Line
	add := func(name, text, read string) { out = append(out, Line{Clip{korean, name}, text, read}) }
	add("0", "영", "")
	for n := 1; n < 100; n++ {
		text, said := koreanBelow(n)
		add(strconv.Itoa(n), text, said)
	}
	for _, unit := range []struct {
		of   int
		word string
	}{{100, "백"}, {1000, "천"}} {
		for d := 1; d <= 9; d++ {
			text, _ := koreanBelow(d)
			if d == 1 {
				text = "" // 백, never 일백
			}
			add(strconv.Itoa(d*unit.of), text+unit.word, "")
		}
	}
	for _, l := range koreanLetters() {
		add("letter-"+string(l.is), l.said, "")
	}
	add(koCustomer, "번 고객님", "")
	for n := 1; n < 100; n++ {
		text, said := koreanBelow(n)
		if said != "" {
			said += "번 창구로 오십시오"
		}
		add("counter-"+strconv.Itoa(n), text+"번 창구로 오십시오", said)
	}
	add(koCounter, "창구로 오십시오", "")
	add(koIs, "번입니다", "")
	add(koAhead+"0", "앞에 기다리시는 분이 없습니다", "")
	for n := 1; n <= mostAhead; n++ {
		add(koAhead+strconv.Itoa(n), "앞에 "+koreanPeople(n)+" 분이 기다리고 계십니다", "")
	}
	add(koMany, "앞에 백 분 넘게 기다리고 계십니다", "")
	add(koUnprinted, "번호표가 인쇄되지 않았습니다", "")
	add(koRemember, "번을 기억해 주십시오", "")
	add(koDispenser, "번호표 발급기입니다", "")
	return out
}

func koreanCall(ticket []string, counter int) []Part {
	out := append(said(ticket), Part{koCustomer, within})
	if counter == 0 {
		return append(out, Part{koCounter, comma})
	}
	return append(out, Part{"counter-" + strconv.Itoa(counter), comma})
}
