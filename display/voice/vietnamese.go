package voice

import "strconv"

// vietnameseBelow is a number from 0 to 99: after a ten, five is lăm; after
// twenty and more, one is mốt and ten is mươi.
func vietnameseBelow(n int) string {
	digits := []string{"không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"}
	if n < 10 {
		return digits[n]
	}
	text := "mười"
	if n >= 20 {
		text = digits[n/10] + " mươi"
	}
	switch ones := n % 10; {
	case ones == 0:
		return text
	case ones == 1 && n > 20:
		return text + " mốt"
	case ones == 5:
		return text + " lăm"
	default:
		return text + " " + digits[ones]
	}
}

// vietnameseNumber names a hundred that is none and an odd one by lẻ: 105 is
// một trăm lẻ năm, 1005 một nghìn không trăm lẻ năm.
func vietnameseNumber(n int) []string {
	thousand, hundred, rest := n/1000, n/100%10, n%100
	if thousand == 0 && hundred == 0 {
		return hundreds(n)
	}
	var out []string
	if thousand > 0 {
		out = append(out, strconv.Itoa(thousand*1000))
	}
	switch {
	case hundred > 0:
		out = append(out, strconv.Itoa(hundred*100))
	case rest > 0:
		out = append(out, "no-hundred")
	}
	if rest > 0 && rest < 10 {
		out = append(out, "odd")
	}
	if rest > 0 {
		out = append(out, strconv.Itoa(rest))
	}
	return out
}

func vietnameseLines() []Line {
	var out []Line
	add := func(name, text string) { out = append(out, Line{Clip{"vi", name}, text, ""}) }
	for n := range 100 {
		add(strconv.Itoa(n), vietnameseBelow(n))
	}
	for d := 1; d <= 9; d++ {
		add(strconv.Itoa(d*100), vietnameseBelow(d)+" trăm")
	}
	for d := 1; d <= 9; d++ {
		add(strconv.Itoa(d*1000), vietnameseBelow(d)+" nghìn")
	}
	add("no-hundred", "không trăm")
	add("odd", "lẻ")
	for _, l := range latin([]string{"a", "bê", "xê", "đê", "e", "ép", "giê", "hát", "i", "gi", "ca", "e lờ", "em mờ",
		"en nờ", "o", "pê", "quy", "e rờ", "ét xì", "tê", "u", "vê", "vê kép", "ích xì", "i dài", "dét"}) {
		add("letter-"+string(l.is), l.said)
	}
	add("please", "mời quý khách số")
	add("window", "đến quầy số")
	add("counter", "đến quầy")
	return out
}

func vietnameseCall(ticket []string, counter int) []Part {
	out := append([]Part{{"please", 0}}, said(ticket)...)
	if counter == 0 {
		return append(out, Part{"counter", comma})
	}
	return append(append(out, Part{"window", comma}), said(hundreds(counter))...)
}
