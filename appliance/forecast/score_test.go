package forecast

import (
	"math"
	"strings"
	"testing"
	"time"
)

// TestOffices lets every kind of office live for 25 days and scores the 30
// after them. The limits are the promise; the table is in the package's doc.
func TestOffices(t *testing.T) {
	for _, o := range kinds() {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			s := o.scored(2, 25, 30)
			t.Logf("\n%v", s)
			ratio, least, most := 0.85, 0.75, 0.85
			if o.name == "lunch" {
				ratio, least, most = 0.75, 0.78, 0.82
			}
			if s.N < 1000 || s.NLES < s.N*9/10 {
				t.Fatalf("%d samples, %d with LES: the office is no test", s.N, s.NLES)
			}
			if s.Ratio > ratio {
				t.Errorf("error is %.2f of LES, limit %.2f", s.Ratio, ratio)
			}
			if s.Inside < least || s.Inside > most {
				t.Errorf("%.3f inside the range, want %.2f to %.2f", s.Inside, least, most)
			}
			if s.Unknown > 0 {
				t.Errorf("%d unknown in an office that always serves", s.Unknown)
			}
		})
	}
}

// TestServices asks the same of every service of the city hall: the average
// must not be bought by the large ones.
func TestServices(t *testing.T) {
	t.Parallel()
	for _, o := range kinds() {
		if o.name != "cityhall" {
			continue
		}
		for _, s := range o.scored(5, 25, 40).Services {
			if s.N < 500 || s.Ratio > 0.85 || s.Inside < 0.74 || s.Inside > 0.86 {
				t.Errorf("%s: n %d, error %.2f of LES, inside %.3f", s.Service, s.N, s.Ratio, s.Inside)
			}
		}
	}
}

// TestFirstDay: an office that has never been seen, with figures configured at
// half, right and twice the truth, gets a range that is honest from the first
// day on, and still better than the naive one.
func TestFirstDay(t *testing.T) {
	t.Parallel()
	for _, factor := range []float64{0.5, 1, 2} {
		for _, o := range kinds() {
			for i := range o.trades {
				o.trades[i].prior = ms(o.trades[i].mean * 60_000 * factor)
			}
			var first []Sample
			for seed := range uint64(12) {
				first = append(first, o.run(o.model(), seed+40, 1)...)
			}
			s := Evaluate(first)
			t.Logf("%s x%.1f: inside %.3f, %.2f of LES", o.name, factor, s.Inside, s.Ratio)
			if s.Inside < 0.78 || s.Inside > 0.95 {
				t.Errorf("%s, configured x%.1f: %.3f inside on the first day", o.name, factor, s.Inside)
			}
			if s.Ratio > 1 {
				t.Errorf("%s, configured x%.1f: error %.2f of LES on the first day", o.name, factor, s.Ratio)
			}
		}
	}
}

// TestNewHabits: from one day to the next everything takes half as long again.
// Two weeks later the range is right again.
func TestNewHabits(t *testing.T) {
	t.Parallel()
	for _, o := range kinds() {
		if o.name != "dong" && o.name != "heavy" {
			continue
		}
		var after []Sample
		for seed := range uint64(4) {
			m := o.model()
			o.run(m, 70+seed, 25)
			slow := o
			slow.trades = append([]trade(nil), o.trades...)
			slow.perHour = append([]float64(nil), o.perHour...)
			for i := range slow.trades {
				slow.trades[i].mean *= 1.5
			}
			for i := range slow.perHour {
				slow.perHour[i] /= 1.5
			}
			for d := range 24 {
				got := slow.day(m, seeded(90+seed*100+uint64(d)), int64(100+d))
				if m.StartDay(int64(200 + d)); d >= 14 {
					after = append(after, got...)
				}
			}
		}
		if s := Evaluate(after); s.Inside < 0.75 || s.Inside > 0.85 || s.Ratio > 0.85 {
			t.Errorf("%s: inside %.3f, error %.2f of LES two weeks after the change", o.name, s.Inside, s.Ratio)
		}
	}
}

func TestEvaluate(t *testing.T) {
	r := func(low, mid, high int) Range {
		return Range{ms(float64(low) * 60_000), ms(float64(mid) * 60_000), ms(float64(high) * 60_000), true, time.Minute}
	}
	min := func(n int) time.Duration { return time.Duration(n) * time.Minute }
	got := Evaluate([]Sample{
		{Service: "b", Ahead: 3, Forecast: r(5, 10, 20), LES: min(18), LESKnown: true, Actual: min(12)}, // 2, LES 6
		{Service: "b", Ahead: 3, Forecast: r(5, 10, 20), LES: min(19), LESKnown: true, Actual: min(21)}, // 11, LES 2
		{Service: "a", Ahead: 1, Forecast: r(5, 10, 20), Actual: min(3)},                                // 7
		{Service: "a", Ahead: 1, Forecast: r(5, 10, 20), Actual: min(20)},                               // 10, on the edge
		{Service: "a", Ahead: 9, Actual: min(50)},                                                       // unknown
		{Service: "a", Forecast: Range{High: min(1), Known: true}, Actual: 0},                           // at once
	})
	if got.N != 4 || got.Unknown != 1 || got.AtOnce != 1 || got.NLES != 2 {
		t.Errorf("n %d, unknown %d, at once %d, with LES %d", got.N, got.Unknown, got.AtOnce, got.NLES)
	}
	if got.MAE != 30*time.Minute/4 || got.MAELES != min(4) || got.Ratio != 13.0/8 {
		t.Errorf("MAE %v, LES %v, ratio %v", got.MAE, got.MAELES, got.Ratio)
	}
	if got.Inside != 0.5 || got.Above != 0.25 || got.Below != 0.25 {
		t.Errorf("inside %v, above %v, below %v", got.Inside, got.Above, got.Below)
	}
	if len(got.Services) != 2 || got.Services[0].Service != "a" || got.Services[0].N != 2 || got.Services[1].Ratio != 13.0/8 {
		t.Errorf("services %+v", got.Services)
	}
	const table = `
service           n at once unknown  MAE min  LES min   ratio  inside   above   below
a                 2       1       1      8.5        -       -   50.0%    0.0%   50.0%
b                 2       0       0      6.5      4.0    1.62   50.0%   50.0%    0.0%
all               4       1       1      7.5      4.0    1.62   50.0%   25.0%   25.0%
`
	if got := "\n" + got.String(); got != table {
		t.Errorf("got:%s\nwant:%s", got, table)
	}
	empty := Evaluate(nil)
	if math.IsNaN(empty.Ratio) || math.IsNaN(empty.Inside) || !strings.Contains(empty.String(), "-") {
		t.Errorf("nothing scored as %+v", empty)
	}
}
