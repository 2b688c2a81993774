package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"sunbeon/appliance"
	"sunbeon/appliance/forecast"
	"sunbeon/appliance/journal"
)

const defaultJournal = "var/kiosk/journal.db"

// journalCommand looks at the record, also while a kiosk writes to it.
func journalCommand(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return errors.New("kiosk journal: say verify, show or backup FILE")
	}
	what := args[0]
	f := flag.NewFlagSet("kiosk journal "+what, flag.ContinueOnError)
	f.SetOutput(out)
	path := f.String("journal", defaultJournal, "the record")
	var filter journal.Filter
	if what == "show" {
		f.Int64Var(&filter.Day, "day", 0, "business day; 0 is every day")
		f.StringVar(&filter.Date, "date", "", "date, yyyy-mm-dd")
		f.StringVar(&filter.Label, "number", "", "facts of this number, as printed")
		f.Func("kind", "kind of fact, e.g. called; may be given again", func(s string) error {
			filter.Kinds = append(filter.Kinds, s)
			return nil
		})
		f.IntVar(&filter.Limit, "n", 0, "at most so many; 0 is all")
		f.BoolVar(&filter.NewestFirst, "newest", false, "newest first")
	}
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	files, ok := map[string]int{"verify": 0, "show": 0, "backup": 1}[what]
	if !ok || f.NArg() != files {
		return fmt.Errorf("kiosk journal: %q is not known; say verify, show or backup FILE", strings.Join(args, " "))
	}
	j, err := journal.OpenReader(ctx, *path)
	if err != nil {
		return err
	}
	switch what {
	case "verify":
		err = verify(ctx, j, out)
	case "show":
		err = show(ctx, j, filter, out)
	case "backup":
		if err = j.Backup(ctx, f.Arg(0)); err == nil {
			fmt.Fprintf(out, "backup written: %s\n", f.Arg(0))
		}
	}
	return errors.Join(err, j.Close())
}

func verify(ctx context.Context, j *journal.Journal, out io.Writer) error {
	report, err := j.Verify(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, report)
	if !report.OK() {
		return journal.ErrDamaged
	}
	return nil
}

func show(ctx context.Context, j *journal.Journal, filter journal.Filter, out io.Writer) error {
	for r, err := range j.Facts(ctx, filter) {
		if err != nil {
			return err
		}
		fmt.Fprintln(out, r)
	}
	return nil
}

// forecastCommand prints what the forecasts of a record were worth.
func forecastCommand(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 || args[0] != "score" {
		return errors.New("kiosk forecast: say score")
	}
	f := flag.NewFlagSet("kiosk forecast score", flag.ContinueOnError)
	f.SetOutput(out)
	path := f.String("journal", defaultJournal, "the record")
	from := f.Int64("from", 1, "first business day")
	to := f.Int64("to", 1<<62, "last business day")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("kiosk forecast score: %q is too much; the flags stand under kiosk forecast score -h", f.Args())
	}
	j, err := journal.OpenReader(ctx, *path)
	if err != nil {
		return err
	}
	samples, err := j.Samples(ctx, *from, *to)
	if err := errors.Join(err, j.Close()); err != nil {
		return err
	}
	fmt.Fprintln(out, forecast.Evaluate(scored(samples)))
	return nil
}

// scored are the samples that say something about the line.
func scored(samples []journal.Sample) []forecast.Sample {
	out := make([]forecast.Sample, 0, len(samples))
	for _, s := range samples {
		if !s.InTurn {
			continue
		}
		out = append(out, forecast.Sample{Day: s.Day, Service: s.Service, Ahead: s.Ahead,
			Forecast: appliance.RangeOf(s.Forecast),
			LES:      s.LastCalled, LESKnown: s.LastKnown, Actual: s.Wait})
	}
	return out
}
