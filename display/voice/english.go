package voice

import "strconv"

// englishBelow is a number from 0 to 99.
func englishBelow(n int) string {
	small := []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
		"thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"}
	tens := []string{"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}
	switch {
	case n < 20:
		return small[n]
	case n%10 == 0:
		return tens[n/10]
	}
	return tens[n/10] + "-" + small[n%10]
}

func englishLines() []Line {
	var out []Line
	add := func(name, text string) { out = append(out, Line{Clip{"en", name}, text, ""}) }
	for n := range 100 {
		add(strconv.Itoa(n), englishBelow(n))
	}
	for d := 1; d <= 9; d++ {
		add(strconv.Itoa(d*100), englishBelow(d)+" hundred")
	}
	for d := 1; d <= 9; d++ {
		add(strconv.Itoa(d*1000), englishBelow(d)+" thousand")
	}
	for r := 'A'; r <= 'Z'; r++ {
		add("letter-"+string(r), string(r))
	}
	add("number", "number")
	add("go", "please come to counter")
	add("counter", "please come to the counter")
	return out
}

func englishCall(ticket []string, counter int) []Part {
	out := append([]Part{{"number", 0}}, said(ticket)...)
	if counter == 0 {
		return append(out, Part{"counter", comma})
	}
	return append(append(out, Part{"go", comma}), said(hundreds(counter))...)
}
