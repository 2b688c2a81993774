package voice

import "strconv"

// japaneseBelow is a number from 0 to 99, written and in kana, in the readings
// that go before 番: よん, なな and きゅう.
func japaneseBelow(n int) (text, kana string) {
	digits := []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	sounds := []string{"", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう"}
	if n == 0 {
		return "〇", "ゼロ"
	}
	if n >= 20 {
		text, kana = digits[n/10], sounds[n/10]
	}
	if n >= 10 {
		text, kana = text+"十", kana+"じゅう"
	}
	return text + digits[n%10], kana + sounds[n%10]
}

func japaneseLines() []Line {
	var out []Line
	add := func(name, text, kana string) { out = append(out, Line{Clip{"ja", name}, text, kana}) }
	for n := range 100 {
		text, kana := japaneseBelow(n)
		add(strconv.Itoa(n), text, kana)
	}
	// Their sounds change where they meet: さんびゃく, ろっぴゃく, はっせん.
	for i, kana := range []string{"ひゃく", "にひゃく", "さんびゃく", "よんひゃく", "ごひゃく", "ろっぴゃく", "ななひゃく", "はっぴゃく", "きゅうひゃく"} {
		add(strconv.Itoa((i+1)*100), japaneseUnit(i+1)+"百", kana)
	}
	for i, kana := range []string{"せん", "にせん", "さんぜん", "よんせん", "ごせん", "ろくせん", "ななせん", "はっせん", "きゅうせん"} {
		add(strconv.Itoa((i+1)*1000), japaneseUnit(i+1)+"千", kana)
	}
	for _, l := range latin([]string{"エー", "ビー", "シー", "ディー", "イー", "エフ", "ジー", "エイチ", "アイ", "ジェー", "ケー", "エル", "エム",
		"エヌ", "オー", "ピー", "キュー", "アール", "エス", "ティー", "ユー", "ブイ", "ダブリュー", "エックス", "ワイ", "ゼット"}) {
		add("letter-"+string(l.is), string(l.is), l.said)
	}
	add("customer", "番のお客様", "ばんのおきゃくさま")
	add("window", "番窓口へお越しください", "ばん まどぐちえ おこしください")
	add("counter", "窓口へお越しください", "まどぐちえ おこしください")
	return out
}

// japaneseUnit is what stands before 百 and 千: nothing for one.
func japaneseUnit(d int) string {
	if d == 1 {
		return ""
	}
	text, _ := japaneseBelow(d)
	return text
}

func japaneseCall(ticket []string, counter int) []Part {
	out := append(said(ticket), Part{"customer", within})
	if counter == 0 {
		return append(out, Part{"counter", comma})
	}
	at := said(hundreds(counter))
	at[0].Pause = comma
	return append(append(out, at...), Part{"window", within})
}
