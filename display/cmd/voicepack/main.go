// Command voicepack makes, checks and describes clip packs for the voice of the
// hall. It is a command of its own because none of it belongs to the kiosk or to
// a screen: it runs where a pack is made, needs espeak-ng or a microphone there,
// and is no part of what an office runs.
//
//	voicepack build -out var/voice                       a placeholder pack, by espeak-ng
//	voicepack script -languages en,zh -counters 8        what an office has to record
//	voicepack check -languages en,zh -counters 8 DIR     what is wrong with a pack, what it lacks
//	voicepack say -out a.wav DIR A17 3                   a call as it will be heard
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"sunbeon/display/voice"
	"sunbeon/display/voice/placeholder"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var errUsage = errors.New("voicepack: say what to do: build, script, check or say; -h after it lists its options")

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return errUsage
	}
	flags := flag.NewFlagSet("voicepack "+args[0], flag.ContinueOnError)
	languages := flags.String("languages", strings.Join(voice.Languages()[1:], ","), "spoken after Korean")
	counters := flags.Int("counters", 99, "number of the last counter")
	prefixes := flags.String("prefixes", "", "letters before the numbers, e.g. A,B; empty is all letters, - is none")
	highest := flags.Int("highest", 9999, "largest number of a ticket")
	kiosk := flags.Bool("kiosk", true, "whether the dispenser speaks too")
	to := flags.String("out", "", "where build and say write")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	codes := strings.FieldsFunc(*languages, func(r rune) bool { return r == ',' })
	need := voice.Need{Highest: *highest, Kiosk: *kiosk, Prefixes: letters(*prefixes)}
	for n := range *counters {
		need.Counters = append(need.Counters, n+1)
	}
	switch args[0] {
	case "build":
		if *to == "" {
			return errors.New("voicepack: name the folder: -out DIR")
		}
		return placeholder.Build(ctx, *to, voice.Script(codes, need))
	case "script":
		return script(out, voice.Script(codes, need))
	case "check":
		return check(out, flags.Arg(0), codes, need)
	case "say":
		return say(flags.Args(), *to, codes)
	}
	return errUsage
}

func letters(s string) []string {
	switch s {
	case "":
		return nil
	case "-":
		return []string{}
	}
	return strings.Split(s, ",")
}

func script(out io.Writer, lines []voice.Line) error {
	for _, l := range lines {
		read := ""
		if l.Read != "" {
			read = "  [" + l.Read + "]"
		}
		if _, err := fmt.Fprintf(out, "%s.wav\t%s%s\n", l.Clip, l.Text, read); err != nil {
			return err
		}
	}
	return nil
}

func check(out io.Writer, dir string, codes []string, need voice.Need) error {
	if dir == "" {
		return errors.New("voicepack: name the pack: voicepack check DIR")
	}
	pack, err := voice.Open(dir)
	missing := pack.Missing(codes, need)
	for _, c := range missing {
		fmt.Fprintf(out, "missing: %s\n", c)
	}
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("voicepack: %d clips are missing; record them, or make: make voice", len(missing))
	}
	return err
}

func say(args []string, to string, codes []string) error {
	if len(args) != 3 || to == "" {
		return errors.New("voicepack: write it as: voicepack say -out a.wav DIR TICKET COUNTER")
	}
	counter, err := strconv.Atoi(args[2])
	if err != nil {
		return fmt.Errorf("voicepack: %q is no counter; write its number, 0 for none", args[2])
	}
	pack, err := voice.Open(args[0])
	if err != nil {
		return err
	}
	var sentences []voice.Sentence
	for _, code := range append([]string{"ko"}, codes...) {
		s, err := voice.Call(code, args[1], counter)
		if err != nil {
			return err
		}
		sentences = append(sentences, s)
	}
	sound, missing := pack.Compose(voice.Chime, sentences, 100)
	for _, c := range missing {
		fmt.Fprintf(os.Stderr, "missing: %s\n", c)
	}
	return os.WriteFile(to, sound.WAV(), 0o644)
}
