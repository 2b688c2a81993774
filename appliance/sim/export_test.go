package sim

import "io"

// Steps are the forms of a scenario's lines.
func Steps() []string { return steps() }

// Parse reads a scenario and counts its steps.
func Parse(name string, script io.Reader) (int, error) {
	out, err := parse(name, script)
	return len(out), err
}
