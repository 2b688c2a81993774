package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// measurement is one budget and how to find out whether it is kept.
type measurement struct {
	name   string
	unit   string
	budget float64 // 0: measured only
	run    func(context.Context, *place) (result, error)
}

// result is what was found; note says of how many, the spread and what is in it.
type result struct {
	value float64
	note  string
}

// table has every budget, in the order in which they are measured. A new subject
// is a line here and a file of its own.
func table() []measurement {
	return []measurement{
		{"press_to_byte_vs_fdatasync", "ratio", 1.3, pressToByte},
		{"press_to_paper_vs_floor", "ratio", 1.05, pressToPaper},
		{"issue_cpu_ms", "ms", 0.3, issueCPU},
		{"call_to_sign_ms", "ms", 1, callToSign},
		{"key_to_sign_cycles", "cycles", 1, keyToSign},
		{"dead_unit_cycle_ratio", "ratio", 1.05, deadUnit},
		{"bus_idle_core_percent", "%", 2, busIdle},
		{"hung_printer_call_ratio", "ratio", 1.2, hungPrinter},
		{"replay_day_ms", "ms", 20, replayDay},
		{"replay_day_5y_ms", "ms", 20, replayYears},
		{"kiosk_idle_core_percent", "%", 0.3, kioskIdle},
		{"kiosk_rss_mb", "MB", 40, kioskMemory},
		{"board_idle_core_percent", "%", 1, boardIdle},
		{"board_redraw_1080p_ms", "ms", 5, boardRedraw},
		{"fact_to_glass_frames", "frames", 2, factToGlass},
		{"board_rss_mb", "MB", 130, boardMemory},
		{"journal_bytes_per_fact", "B", 0, bytesPerFact},
		{"fact_to_reader_p99_ms", "ms", 250, factToReader},
		{"broker_core_percent", "%", 0, brokerCore},
		{"cityweb_core_percent", "%", 0, citywebCore},
		{"reader_cost_growth", "ratio", 1.3, readerGrowth},
		{"change_cost_growth", "ratio", 1.3, changeGrowth},
		{"reader_kb", "kB", 9, readerMemory},
		{"origin_fetches_per_max_age", "ratio", 1, originFetches},
	}
}

// line is what is printed of a measurement.
func (m measurement) line(r result, err error) string {
	budget, verdict, value := "measured", "measured", "-"
	if m.budget > 0 {
		budget, verdict = strconv.FormatFloat(m.budget, 'f', -1, 64), "ok"
		if r.value > m.budget {
			verdict = "over"
		}
	}
	if err != nil {
		verdict, r.note = "error: "+strings.Join(strings.Fields(err.Error()), " "), ""
	} else {
		value = figure(r.value)
	}
	return strings.TrimRight(fmt.Sprintf("%-28s %8s %-6s %-9s %-9s %s", m.name, value, m.unit, budget, verdict, r.note), " ")
}

// figure shows three digits or more, never an exponent.
func figure(v float64) string {
	switch {
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case v >= 1:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
	return strconv.FormatFloat(v, 'f', 3, 64)
}
