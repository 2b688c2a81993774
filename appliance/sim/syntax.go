package sim

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// step is a line of a scenario.
type step struct {
	line  int
	words []string
}

// steps are the forms of a line. A word in capitals stands for an argument, a
// list with bars for one of its words; what stands in brackets may be left out.
func steps() []string {
	return []string{
		"press SERVICE [priority]",
		"online SERVICE",
		"call|recall|hold|no_show|finish|pause N",
		"pick N NUMBER",
		"return|arrive|cancel|void|reprint NUMBER",
		"delay NUMBER N",
		"transfer N SERVICE",
		"transfer N counter N",
		"counter N open|close",
		"serve N SERVICES",
		"issuing SERVICE close|open",
		"day open|close",
		"paper out|in|low|enough",
		"cover open|close",
		"cutter jam|clear",
		"printer silent|answers",
		"disk full|free",
		"cut power",
		"cut power after N bytes",
		"power on",
		"clock DATE TIME",
		"clock lost|confirmed",
		"wait DURATION",
		"expect ticket NUMBER [copy]",
		"expect no ticket|fault|offer",
		"expect offer NUMBER",
		"expect sign N NUMBER",
		"expect waiting|away SERVICE N",
		"expect ahead NUMBER N",
		"expect status NUMBER waiting|called|held|no_show|ended",
		"expect paper NUMBER none|pending|printed|unconfirmed|failed",
		"expect lamp SERVICE ready|paper|closed|broken",
		"expect issuing SERVICE open|closed|early|full",
		"expect counter N open|paused|closed",
		"expect day N open|closed",
		"expect clock lost|confirmed",
		"expect fault DEVICE CONDITION",
		"expect called NUMBER at N",
		"expect refused CODE",
	}
}

// errUsage is a line that has none of the forms.
var errUsage = errors.New("no such step; the steps stand in the documentation of appliance/sim")

// parse reads a scenario and checks every line. The error lists all that are
// wrong.
func parse(name string, script io.Reader) ([]step, error) {
	var out []step
	var errs []error
	scan := bufio.NewScanner(script)
	n := 1
	for ; scan.Scan(); n++ {
		text, _, _ := strings.Cut(scan.Text(), "#")
		words := strings.Fields(text)
		if len(words) == 0 {
			continue
		}
		if err := check(words); err != nil {
			errs = append(errs, fmt.Errorf("sim: %s:%d: %s: %w", name, n, strings.Join(words, " "), err))
			continue
		}
		out = append(out, step{n, words})
	}
	if err := scan.Err(); err != nil {
		errs = append(errs, fmt.Errorf("sim: %s:%d: %w", name, n, err))
	}
	return out, errors.Join(errs...)
}

// check says whether the words have one of the forms, and else which come near.
func check(words []string) error {
	var near []string
	for _, form := range steps() {
		want := strings.Fields(form)
		if fits(want, words) {
			return nil
		}
		same := oneOf(want[0], words[0])
		if same && words[0] == "expect" {
			same = len(words) > 1 && oneOf(want[1], words[1])
		}
		if same {
			near = append(near, form)
		}
	}
	if len(near) == 0 {
		return errUsage
	}
	return fmt.Errorf("write: %s", strings.Join(near, ", or: "))
}

func fits(form, words []string) bool {
	for i, want := range form {
		inner, optional := strings.CutPrefix(want, "[")
		if i == len(words) {
			return optional
		}
		if !oneOf(strings.TrimSuffix(inner, "]"), words[i]) {
			return false
		}
	}
	return len(words) <= len(form)
}

// oneOf says whether the word is what a word of a form asks for.
func oneOf(want, word string) bool {
	switch want {
	case "SERVICE", "SERVICES", "NUMBER", "DEVICE", "CONDITION", "CODE":
		return true
	case "N":
		n, err := strconv.Atoi(word)
		return err == nil && n >= 0 && n < 1_000_000
	case "DATE":
		_, err := time.Parse(time.DateOnly, word)
		return err == nil
	case "TIME":
		_, err := time.Parse("15:04", word)
		return err == nil && len(word) == len("15:04")
	case "DURATION":
		d, err := time.ParseDuration(word)
		return err == nil && d > 0
	}
	return slices.Contains(strings.Split(want, "|"), word)
}
