package voice

import (
	"strconv"
	"strings"
)

// chineseBelow is a number from 0 to 99. A ten that stands alone is 十, after a
// hundred it is 一十: 117 is 一百一十七.
func chineseBelow(n int, after bool) string {
	digits := []string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	if n < 10 {
		return digits[n]
	}
	text := "十"
	if n >= 20 || after {
		text = digits[n/10] + text
	}
	if n%10 > 0 {
		text += digits[n%10]
	}
	return text
}

// chineseNumber says a zero for the places left out between two that are said,
// once: 105 is 一百零五, 1005 一千零五, 1050 一千零五十.
func chineseNumber(n int) []string {
	if n < 100 {
		return hundreds(n)
	}
	thousand, hundred, rest := n/1000, n/100%10, n%100
	var out []string
	if thousand > 0 {
		out = append(out, strconv.Itoa(thousand*1000))
	}
	if hundred > 0 {
		out = append(out, strconv.Itoa(hundred*100))
	}
	if rest > 0 && (hundred == 0 || rest < 10) {
		out = append(out, "0")
	}
	switch {
	case rest >= 10 && rest < 20:
		out = append(out, "after-"+strconv.Itoa(rest))
	case rest > 0:
		out = append(out, strconv.Itoa(rest))
	}
	return out
}

// pinyin is a Chinese text in Latin letters with the numbers of its tones, as
// each character is said alone.
func pinyin(text string) string {
	sounds := map[rune]string{'零': "ling2", '一': "yi1", '二': "er4", '两': "liang3", '三': "san1", '四': "si4", '五': "wu3",
		'六': "liu4", '七': "qi1", '八': "ba1", '九': "jiu3", '十': "shi2", '百': "bai3", '千': "qian1", '请': "qing3",
		'号': "hao4", '顾': "gu4", '客': "ke4", '到': "dao4", '窗': "chuang1", '口': "kou3"}
	var out []string
	for _, r := range text {
		out = append(out, sounds[r])
	}
	// Tones that change with their neighbour: yi has the fourth before the third
	// and the first (yì bǎi, yì qiān), and of two thirds the former is a second.
	return strings.NewReplacer("yi1 bai3", "yi4 bai3", "yi1 qian1", "yi4 qian1", "wu3 bai3", "wu2 bai3",
		"jiu3 bai3", "jiu2 bai3", "liang3 bai3", "liang2 bai3").Replace(strings.Join(out, " "))
}

func chineseLines() []Line {
	var out []Line
	add := func(name, text string) { out = append(out, Line{Clip{"zh", name}, text, pinyin(text)}) }
	for n := range 100 {
		add(strconv.Itoa(n), chineseBelow(n, false))
	}
	for n := 10; n < 20; n++ {
		add("after-"+strconv.Itoa(n), chineseBelow(n, true))
	}
	for _, unit := range []struct {
		of   int
		word string
	}{{100, "百"}, {1000, "千"}} {
		for d := 1; d <= 9; d++ {
			text := chineseBelow(d, false)
			if d == 2 {
				text = "两" // as people count
			}
			add(strconv.Itoa(d*unit.of), text+unit.word)
		}
	}
	for r := 'A'; r <= 'Z'; r++ {
		out = append(out, Line{Clip{"zh", "letter-" + string(r)}, string(r), ""})
	}
	add("please", "请")
	add("customer", "号顾客")
	add("to", "到")
	add("window", "号窗口")
	add("counter", "到窗口")
	return out
}

func chineseCall(ticket []string, counter int) []Part {
	out := append(append([]Part{{"please", 0}}, said(ticket)...), Part{"customer", within})
	if counter == 0 {
		return append(out, Part{"counter", phrase})
	}
	out = append(append(out, Part{"to", phrase}), said(hundreds(counter))...)
	return append(out, Part{"window", within})
}
