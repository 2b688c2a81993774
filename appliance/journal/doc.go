// Package journal is the durable record of an office's facts: a fact is on disk
// before anything acts on it.
//
//	Append(facts) --> one transaction, one flush            After(seq) --> uplink
//	      |                                                     ^
//	      v                                                     | read-only
//	facts: seq day kind at body hash   <- the truth, a hash chain connections
//	   |                                                        |
//	   `- folded into:                                          v
//	      days     first seq of each day      Replay, Facts, Figures, Samples,
//	      tickets  one row a number           Handlings, Verify, Backup
//	      visits   one row a call
//	meta: id, epoch, cursor   model: the forecast's, opaque
//
// The store is SQLite with a write-ahead log and synchronous=FULL; both are
// read back when the journal is opened, because a journal without them loses
// acknowledged facts in a power cut. The projections are written with the facts
// they come from, and Verify recomputes them. Each number has one row in
// tickets under the key (day, band, number): a second one fails there, whatever
// the core believed.
//
// # Hash chain
//
// hash = SHA-256(hash of the fact before || body); the first follows 32 zero
// bytes. An edited, removed or moved fact breaks the chain. The chain shows
// damage and careless editing; it cannot show a record that somebody rebuilt
// whole, for which compare the last hash with the one the city received.
//
// # When a write fails
//
// The frames of a commit whose flush, or whose padding, failed may lie whole in
// the log, behind what counts. Left there they would come back at the next
// start: a number that nobody was given. So a failed Append first writes a
// small commit in their place, and only then says that nothing happened. If
// that fails too, as on a full disk, the error wraps ErrUncertain, and the next
// Append begins there.
//
// Each commit is padded to whole blocks of 4 KiB (psow=0), so that the block
// which is being written when the power goes holds nothing older: 12 KiB for a
// ticket, a third of it padding.
//
// # Costs
//
// Append and Replay cost what today's facts cost, however many days lie
// behind: facts are found by seq, which is the table's own order, and days
// holds each day's first seq. A day's projections are kept in memory, some
// hundred bytes a ticket.
//
// # Caveats
//
// One process writes; an flock on path.lock keeps others out. The files
// path-wal and path-shm belong to the record while it is open: copy it with
// Backup only. Reports read on two connections; an unfinished iteration of
// Facts holds one. Never open the file by other means in a process that has it
// open: closing it would drop SQLite's locks (POSIX record locks belong to the
// process). The record must lie on a local file system.
//
// A flush that the kernel or the card reports and does not do cannot be noticed
// by any program.
package journal
