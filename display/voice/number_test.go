package voice_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"sunbeon/display/voice"
)

// texts are what is read for every clip of a language.
func texts(code string, read bool) map[string]string {
	out := map[string]string{}
	for _, l := range voice.Script([]string{code}, voice.Need{Kiosk: true}) {
		if l.Language != code {
			continue
		}
		out[l.Name] = l.Text
		if read && l.Read != "" {
			out[l.Name] = l.Read
		}
	}
	return out
}

// words are what a call says, clip by clip.
func words(t testing.TB, of map[string]string, code, label string, counter int) []string {
	t.Helper()
	s, err := voice.Call(code, label, counter)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range s.Parts {
		text, ok := of[p.Clip]
		if !ok {
			t.Fatalf("%s %s: no clip %q", code, label, p.Clip)
		}
		out = append(out, text)
	}
	return out
}

// hear reads a spoken Sino-Korean number back, as somebody does who knows the
// language and not this program: a digit counts for the unit that follows it,
// a unit alone for one of it. It refuses what nobody says.
func hear(s string) (int, error) {
	if s == "영" {
		return 0, nil
	}
	total, digit, last := 0, -1, 10000
	for _, r := range s {
		unit := map[rune]int{'천': 1000, '백': 100, '십': 10}[r]
		switch d := strings.IndexRune("영일이삼사오육칠팔구", r) / 3; {
		case unit > 0 && (digit == 1 || unit >= last):
			return 0, fmt.Errorf("nobody says %s", s)
		case unit > 0 && digit < 0:
			total, last = total+unit, unit
		case unit > 0:
			total, digit, last = total+digit*unit, -1, unit
		case d < 1 || digit >= 0 || last == 1:
			return 0, fmt.Errorf("%s is no number at %c", s, r)
		default:
			digit = d
		}
	}
	if digit >= 0 {
		total += digit
	}
	return total, nil
}

func TestKoreanNumbersAreHeard(t *testing.T) {
	for s, want := range map[string]int{"영": 0, "십": 10, "백십칠": 117, "구천구백구십구": 9999, "천이": 1002, "이만": -1, "일백": -1, "십백": -1, "일이": -1, "일십칠": -1} {
		if got, err := hear(s); (err != nil) != (want < 0) || err == nil && got != want {
			t.Fatalf("the ear itself hears %d in %s (%v)", got, s, err)
		}
	}
	ko := texts("ko", false)
	for n := range 10000 {
		w := words(t, ko, "ko", strconv.Itoa(n), n%100)
		number := strings.Join(w[:len(w)-2], "")
		if got, err := hear(number); err != nil || got != n {
			t.Fatalf("%d is said %s, heard %d (%v)", n, number, got, err)
		}
		if w[len(w)-2] != "번 고객님" {
			t.Fatalf("%d: %q", n, w)
		}
		counter := strings.TrimSuffix(w[len(w)-1], "번 창구로 오십시오")
		if n%100 == 0 {
			if counter != "창구로 오십시오" {
				t.Fatalf("no counter is said %q", counter)
			}
		} else if got, err := hear(counter); err != nil || got != n%100 {
			t.Fatalf("counter %d is said %s, heard %d (%v)", n%100, counter, got, err)
		}
	}
}

// TestSixteenIsSaidAsPeopleDo: the six after a ten takes an n, and no other does.
func TestSixteenIsSaidAsPeopleDo(t *testing.T) {
	ko, read := texts("ko", false), texts("ko", true)
	for n := 1; n < 100; n++ {
		is, said := ko[strconv.Itoa(n)], read[strconv.Itoa(n)]
		if want := regexp.MustCompile("십육$").ReplaceAllString(is, "심뉵"); said != want {
			t.Errorf("%d is read %s, want %s", n, said, want)
		}
		if want := strings.Replace(ko["counter-"+strconv.Itoa(n)], "십육번", "심뉵번", 1); read["counter-"+strconv.Itoa(n)] != want {
			t.Errorf("counter %d is read %s, want %s", n, read["counter-"+strconv.Itoa(n)], want)
		}
	}
}

// TestPeopleAreCountedInNativeNumbers reads the native numbers back by adding up
// the names of tens and ones.
func TestPeopleAreCountedInNativeNumbers(t *testing.T) {
	names := strings.NewReplacer("스무", "+20", "스물", "+20", "열", "+10", "서른", "+30", "마흔", "+40", "쉰", "+50", "예순", "+60", "일흔", "+70",
		"여든", "+80", "아흔", "+90", "한", "+1", "두", "+2", "세", "+3", "네", "+4", "다섯", "+5", "여섯", "+6", "일곱", "+7", "여덟", "+8", "아홉", "+9")
	ko := texts("ko", false)
	for n := 1; n < 100; n++ {
		said := ko["ahead-"+strconv.Itoa(n)]
		word := strings.TrimSuffix(strings.TrimPrefix(said, "앞에 "), " 분이 기다리고 계십니다")
		sum := 0
		for _, v := range strings.Split(names.Replace(word), "+")[1:] {
			add, err := strconv.Atoi(v)
			if err != nil {
				t.Fatalf("%d: %s", n, said)
			}
			sum += add
		}
		if sum != n || strings.HasSuffix(word, "스물") || strings.HasPrefix(word, "스무") && n != 20 {
			t.Errorf("%d people are said %q", n, said)
		}
	}
}

// TestChineseNumbers builds each by its places and closes the gaps afterwards.
func TestChineseNumbers(t *testing.T) {
	t.Parallel()
	zh := texts("zh", false)
	for n := range 10000 {
		var want string
		for i, r := range fmt.Sprintf("%04d", n) {
			want += string([]rune("零一二三四五六七八九")[r-'0']) + []string{"千", "百", "十", ""}[i]
		}
		want = regexp.MustCompile("(零[千百十]?)+").ReplaceAllString(want, "零")
		want = strings.TrimPrefix(strings.TrimSuffix(want, "零"), "零")
		want = regexp.MustCompile("^一十").ReplaceAllString(want, "十")
		want = regexp.MustCompile("二([千百])").ReplaceAllString(want, "两$1")
		if n == 0 {
			want = "零"
		}
		if got := strings.Join(words(t, zh, "zh", strconv.Itoa(n), 3), ""); got != "请"+want+"号顾客到三号窗口" {
			t.Fatalf("%d is said %s, want %s", n, got, want)
		}
	}
}

// TestVietnameseNumbers spells each digit with its unit, then applies the
// changes of sound that schoolbooks list.
func TestVietnameseNumbers(t *testing.T) {
	t.Parallel()
	digits := strings.Fields("không một hai ba bốn năm sáu bảy tám chín")
	vi := texts("vi", false)
	type change struct {
		from *regexp.Regexp
		to   string
	}
	var changes []change
	for _, c := range [][2]string{
		{"không trăm không mươi không$", ""}, {"không mươi không$", ""}, {"không mươi", "lẻ"}, {"một mươi", "mười"}, {"mươi một$", "mươi mốt"},
		{"(mươi|mười) năm$", "$1 lăm"}, {"(mươi|mười) không$", "$1"},
	} {
		changes = append(changes, change{regexp.MustCompile(c[0]), c[1]})
	}
	for n := range 10000 {
		s := ""
		if n >= 1000 {
			s += digits[n/1000] + " nghìn "
		}
		if n >= 100 {
			s += digits[n/100%10] + " trăm "
		}
		if n >= 10 {
			s += digits[n/10%10] + " mươi "
		}
		s += digits[n%10]
		for _, c := range changes {
			s = strings.TrimSpace(c.from.ReplaceAllString(s, c.to))
		}
		if got := strings.Join(words(t, vi, "vi", strconv.Itoa(n), 5), " "); got != "mời quý khách số "+s+" đến quầy số năm" {
			t.Fatalf("%d is said %q, want %q", n, got, s)
		}
	}
}

// TestEnglishNumbers reads them back by adding up the words.
func TestEnglishNumbers(t *testing.T) {
	en := texts("en", false)
	value := map[string]int{}
	for i, w := range strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen") {
		value[w] = i
	}
	for i, w := range strings.Fields("twenty thirty forty fifty sixty seventy eighty ninety") {
		value[w] = 10 * (i + 2)
	}
	for n := range 10000 {
		w := words(t, en, "en", strconv.Itoa(n), 12)
		said := strings.Join(w, " ")
		inner := strings.TrimSuffix(strings.TrimPrefix(said, "number "), " please come to counter twelve")
		total, last := 0, 0
		for _, word := range strings.FieldsFunc(inner, func(r rune) bool { return r == ' ' || r == '-' }) {
			v, known := value[word]
			switch {
			case word == "thousand":
				total, last = total-last+last*1000, 0
			case word == "hundred":
				total, last = total-last+last*100, 0
			case !known:
				t.Fatalf("%d is said %q", n, said)
			default:
				total, last = total+v, v
			}
		}
		if total != n || strings.HasSuffix(inner, "-zero") {
			t.Fatalf("%d is said %q", n, said)
		}
	}
}

// TestJapaneseNumbers derives the kana of each place by the rules of the sounds,
// and the rest from the places.
func TestJapaneseNumbers(t *testing.T) {
	kana := texts("ja", true)
	ones := strings.Split(" いち に さん よん ご ろく なな はち きゅう", " ")
	for n := range 10000 {
		s := ""
		for i, unit := range []string{"せん", "ひゃく", "じゅう", ""} {
			d := n / []int{1000, 100, 10, 1}[i] % 10
			switch {
			case d == 0:
				continue
			case d == 1 && unit != "":
				s += unit
			default:
				s += ones[d] + unit
			}
		}
		s = strings.NewReplacer("さんせん", "さんぜん", "はちせん", "はっせん", "さんひゃく", "さんびゃく", "ろくひゃく", "ろっぴゃく", "はちひゃく", "はっぴゃく").Replace(s)
		if n == 0 {
			s = "ゼロ"
		}
		if got := strings.Join(words(t, kana, "ja", strconv.Itoa(n), 9), ""); got != s+"ばんのおきゃくさまきゅうばん まどぐちえ おこしください" {
			t.Fatalf("%d is said %s, want %s", n, got, s)
		}
	}
	ja := texts("ja", false)
	for n, want := range map[int]string{300: "三百", 117: "百十七", 8040: "八千四十"} {
		if got := strings.Join(words(t, ja, "ja", strconv.Itoa(n), 1), ""); got != want+"番のお客様一番窓口へお越しください" {
			t.Errorf("%d is written %s", n, got)
		}
	}
}
