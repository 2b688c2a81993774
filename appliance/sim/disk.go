package sim

import (
	"fmt"
	"sync/atomic"

	"sunbeon/appliance"
	"sunbeon/appliance/journal"
	"sunbeon/appliance/queue"
)

// Disk is the space under the record, which can be taken away.
type Disk struct{ full atomic.Bool }

// Fill takes the space, or gives it back.
func (d *Disk) Fill(full bool) { d.full.Store(full) }

// Under puts the disk under a record: a box's Parts.Record.
func (d *Disk) Under(r appliance.Record) appliance.Record { return onDisk{d, r} }

type onDisk struct {
	disk *Disk
	appliance.Record
}

// Append is appliance.Record.
func (o onDisk) Append(facts []queue.Fact) error {
	if o.disk.full.Load() {
		return fmt.Errorf("sim: the bench's disk: %w", journal.ErrFull)
	}
	return o.Record.Append(facts)
}
