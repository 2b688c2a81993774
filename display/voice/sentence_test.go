package voice_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sunbeon/display/voice"
)

func TestCallsAsTheyAreSaid(t *testing.T) {
	for _, c := range []struct {
		code, label string
		counter     int
		want        string
	}{
		{"ko", "117", 3, "백|십칠|번 고객님|삼번 창구로 오십시오"},
		{"ko", "A12", 16, "에이|십이|번 고객님|십육번 창구로 오십시오"},
		{"ko", "가-7", 0, "가|칠|번 고객님|창구로 오십시오"},
		{"ko", "b0", 1, "비|영|번 고객님|일번 창구로 오십시오"},
		{"ko", "12345", 1, "일|이|삼|사|오|번 고객님|일번 창구로 오십시오"},
		{"ko", "A1-12", 1, "에이|일|십이|번 고객님|일번 창구로 오십시오"},
		{"en", "P117", 21, "number|P|one hundred|seventeen|please come to counter|twenty-one"},
		{"en", "5", 0, "number|five|please come to the counter"},
		{"zh", "117", 12, "请|一百|一十七|号顾客|到|十二|号窗口"},
		{"zh", "1005", 0, "请|一千|零|五|号顾客|到窗口"},
		{"ja", "117", 4, "百|十七|番のお客様|四|番窓口へお越しください"},
		{"ja", "2", 0, "二|番のお客様|窓口へお越しください"},
		{"vi", "D1105", 0, "mời quý khách số|đê|một nghìn|một trăm|lẻ|năm|đến quầy"},
	} {
		if got := strings.Join(words(t, texts(c.code, false), c.code, c.label, c.counter), "|"); got != c.want {
			t.Errorf("%s %s at %d: %s, want %s", c.code, c.label, c.counter, got, c.want)
		}
	}
	for _, c := range []struct {
		code, label string
		counter     int
	}{{"fr", "1", 1}, {"ko", "", 1}, {"ko", "-", 1}, {"ko", "1#", 1}, {"en", "가1", 1}, {"ko", "1", 100}, {"ko", "1", -1}, {"ko", strings.Repeat("A", 13), 1}, {"ko", "\xff1", 1}} {
		if s, err := voice.Call(c.code, c.label, c.counter); err == nil || len(s.Parts) > 0 || !strings.HasPrefix(err.Error(), "voice: ") {
			t.Errorf("%v: %v, %v", c, s, err)
		}
	}
}

func TestPausesWithinASentence(t *testing.T) {
	for _, code := range voice.Languages() {
		s, err := voice.Call(code, "A1117", 16)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range s.Parts {
			if i > 0 && (p.Pause < 60*time.Millisecond || p.Pause > 120*time.Millisecond) {
				t.Errorf("%s: %v before %s", code, p.Pause, p.Clip)
			}
		}
	}
}

func TestScriptIsBoundedByWhatAnOfficeNeeds(t *testing.T) {
	whole := voice.Script(voice.Languages(), voice.Need{Kiosk: true})
	seen, files := map[voice.Clip]bool{}, map[string]bool{}
	for _, l := range whole {
		if seen[l.Clip] || l.Text == "" {
			t.Errorf("%v", l)
		}
		seen[l.Clip] = true
		files[strings.ToLower(l.String())] = true
	}
	if len(files) != len(whole) || len(whole) > 1000 {
		t.Errorf("%d clips, %d names where case does not count", len(whole), len(files))
	}
	small := voice.Script(nil, voice.Need{Counters: []int{1, 2, 16}, Prefixes: []string{"a", "P-"}, Highest: 800})
	var names []string
	for _, l := range small {
		if l.Language != "ko" {
			t.Errorf("%s is not Korean", l.Clip)
		}
		names = append(names, l.Name)
	}
	want := []string{"0"}
	for n := range 99 {
		want = append(want, strconv.Itoa(n+1))
	}
	want = append(want, "100", "200", "300", "400", "500", "600", "700", "800", "letter-A", "letter-P", "customer", "counter-1", "counter-2", "counter-16", "counter")
	if !slices.Equal(names, want) {
		t.Errorf("an office of three counters records %v", names[100:])
	}
	// Every call of such an office is in its script.
	for _, label := range []string{"A1", "P-16", "799", "800"} {
		for _, counter := range []int{0, 1, 16} {
			s, err := voice.Call("ko", label, counter)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range s.Parts {
				if !slices.Contains(names, p.Clip) {
					t.Errorf("%s at %d needs %s", label, counter, p.Clip)
				}
			}
		}
	}
	if n := len(voice.Script(nil, voice.Need{Prefixes: []string{}})); n != 100+18+1+99+1 {
		t.Errorf("%d clips without prefixes", n)
	}
}

func FuzzCall(f *testing.F) {
	for _, label := range []string{"117", "A12", "가1", "00007", "99999", "-", "Ａ1", "\xff", "1 2/3.4"} {
		f.Add(label, 3)
	}
	known := map[string]map[string]string{}
	for _, code := range voice.Languages() {
		known[code] = texts(code, false)
	}
	f.Fuzz(func(t *testing.T, label string, counter int) {
		for code, of := range known {
			s, err := voice.Call(code, label, counter)
			if (err == nil) != (len(s.Parts) > 0) || len(s.Parts) > 60 {
				t.Fatalf("%q: %v, %v", label, s, err)
			}
			for _, p := range s.Parts {
				if of[p.Clip] == "" {
					t.Fatalf("%q: no clip %s", label, p.Clip)
				}
			}
		}
	})
}
