package digits

import (
	"context"
	"fmt"
)

// Probe is for a technician while no Dev has the display: it shows a text on
// each number, e.g. its counter's, until ctx ends, and goes dark. The error is
// the line's that refuses, or a text that cannot be shown; nil says that the
// bytes went out: neither chip answers, so somebody must look.
func Probe(ctx context.Context, face Face, texts []string) error {
	d, err := New(face, Options{})
	if err != nil {
		return err
	}
	if len(texts) != len(d.texts) {
		return fmt.Errorf("digits: %d texts for %d numbers; give one each", len(texts), len(d.texts))
	}
	for _, text := range texts {
		if _, err := Segments(text, d.cells); err != nil {
			return err
		}
	}
	if err := d.write(texts, d.level); err != nil {
		return fmt.Errorf("digits: %w; look at its wires and at who else holds the lines", err)
	}
	<-ctx.Done()
	if err := d.write(make([]string, len(texts)), 0); err != nil {
		return fmt.Errorf("digits: it may be left lit: %w", err)
	}
	return nil
}
