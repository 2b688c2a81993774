package box

import (
	"errors"
	"fmt"

	"sunbeon/appliance"
	"sunbeon/appliance/journal"
	"sunbeon/appliance/queue"
)

// record is the journal as the loop writes it. Facts that do not follow those on
// disk mean that the loop's state is not the record's: trying again would not
// help, starting again does.
type record struct{ *journal.Journal }

// Append is appliance.Record.
func (r record) Append(facts []queue.Fact) error {
	err := r.Journal.Append(facts)
	if errors.Is(err, journal.ErrOrder) || errors.Is(err, journal.ErrDouble) {
		return fmt.Errorf("%w: %w", appliance.ErrState, err)
	}
	return err
}
