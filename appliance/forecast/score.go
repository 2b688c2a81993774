package forecast

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Sample is a forecast and how it ended. Day and Ahead are for those who
// choose which samples to score.
type Sample struct {
	Day      int64
	Service  string
	Ahead    int
	Forecast Range
	// LES is what the last one called before the ticket was issued had
	// waited, of the same service and class; LESKnown is false before the
	// day's first call.
	LES      time.Duration
	LESKnown bool
	Actual   time.Duration
}

// A Score says what forecasts were worth.
type Score struct {
	Service string // "" for all
	N       int    // forecasts that were known and of a wait
	Unknown int    // forecasts that were not; they count nowhere else
	// AtOnce counts tickets that found a counter idle and nobody ahead. There
	// was nothing to forecast and nothing to be wrong about: they count
	// nowhere else, lest a quiet office look clever.
	AtOnce int

	MAE time.Duration // mean absolute error of Mid

	// LES is the error of "as long as the last one called waited" on the NLES
	// samples that have it, Ratio that of the forecast on the same samples
	// over it: below 1 the forecast is better. Zero when there are none.
	NLES   int
	MAELES time.Duration
	Ratio  float64

	// Shares of N: the actual wait within Low and High, above High, below
	// Low. What is shown are whole minutes, these are exact.
	Inside, Above, Below float64

	Services []Score // by name, of the total only
}

// Evaluate scores samples, in total and by service.
func Evaluate(samples []Sample) Score {
	total := evaluate("", samples)
	by := map[string][]Sample{}
	for _, s := range samples {
		by[s.Service] = append(by[s.Service], s)
	}
	for name, of := range by {
		total.Services = append(total.Services, evaluate(name, of))
	}
	slices.SortFunc(total.Services, func(a, b Score) int { return strings.Compare(a.Service, b.Service) })
	return total
}

func evaluate(name string, samples []Sample) Score {
	s := Score{Service: name}
	var all, with, les time.Duration
	var inside, above, below int
	for _, x := range samples {
		f := x.Forecast
		if !f.Known {
			s.Unknown++
			continue
		}
		if f.Base == 0 && x.Ahead == 0 {
			s.AtOnce++
			continue
		}
		s.N++
		miss := (x.Actual - f.Mid).Abs()
		all += miss
		switch {
		case x.Actual > f.High:
			above++
		case x.Actual < f.Low:
			below++
		default:
			inside++
		}
		if x.LESKnown {
			s.NLES++
			with += miss
			les += (x.Actual - x.LES).Abs()
		}
	}
	if s.N > 0 {
		s.MAE = all / time.Duration(s.N)
		n := float64(s.N)
		s.Inside, s.Above, s.Below = float64(inside)/n, float64(above)/n, float64(below)/n
	}
	if s.NLES > 0 {
		s.MAELES = les / time.Duration(s.NLES)
	}
	if les > 0 {
		s.Ratio = float64(with) / float64(les)
	}
	return s
}

// String is the table that `kiosk forecast score` prints: one line a service
// and one for all, errors in minutes.
func (s Score) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-12s %6s %7s %7s %8s %8s %7s %7s %7s %7s\n",
		"service", "n", "at once", "unknown", "MAE min", "LES min", "ratio", "inside", "above", "below")
	for _, of := range s.Services {
		of.line(&b, of.Service)
	}
	s.line(&b, "all")
	return b.String()
}

func (s Score) line(b *strings.Builder, name string) {
	fmt.Fprintf(b, "%-12s %6d %7d %7d ", name, s.N, s.AtOnce, s.Unknown)
	if s.N == 0 {
		fmt.Fprintf(b, "%8s %8s %7s %7s %7s %7s\n", "-", "-", "-", "-", "-", "-")
		return
	}
	les, ratio := "-", "-"
	if s.NLES > 0 {
		les = fmt.Sprintf("%.1f", s.MAELES.Minutes())
	}
	if s.Ratio > 0 {
		ratio = fmt.Sprintf("%.2f", s.Ratio)
	}
	fmt.Fprintf(b, "%8.1f %8s %7s %6.1f%% %6.1f%% %6.1f%%\n",
		s.MAE.Minutes(), les, ratio, 100*s.Inside, 100*s.Above, 100*s.Below)
}
