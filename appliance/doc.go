// Package appliance is the loop of the kiosk: it owns the line and its record,
// and turns facts into acts.
//
//	button, call unit, console, city            Do(command)
//	                                               |
//	                 .-----------------------------v----------------------------.
//	                 | Loop: one goroutine owns queue.State                      |
//	                 |   0 Tick: the schedule first                              |
//	                 |   1 Decide          refusal -> caller, nothing recorded   |
//	                 |   2 Record.Append   not on disk -> caller, nothing happened|
//	                 |   3 Apply                                                 |
//	                 |   4 fan out         never waits                           |
//	                 '--+----------+-----------+--------------+----------------'
//	                    v          v           v              v
//	                 Paper       Signs       Viewers       Recorded
//	               (print jobs) (newest     (newest View:  (hint to the uplink:
//	                in order)    number)     board, pages)  new facts on disk)
//
// Every arrow downwards is a call that must not block: each sink has its own
// goroutine and its own mailbox behind it. A sink that hangs delays nobody.
//
// Paper comes first in the fan-out, because a citizen waits for it; the view is
// built afterwards.
//
// # When the record cannot be written
//
// No number is given and nobody is called: Do returns an error that wraps
// ErrRecord, the view carries the fault, and the loop tries again with every
// command and every Retry until the record takes facts again.
//
// # After a restart
//
// New replays the day's facts. Tickets issued but not known to be printed go
// to the printer again: young ones marked 재발행, because the paper may have
// come out; older than Options.ReprintWithin ones are recorded as failed, for
// staff to see.
//
// # From the city
//
// Online turns the city's requests into commands. That somebody has arrived it
// believes with the hall's code alone (package checkin), which a Checker judges
// before the loop is asked.
//
// # An observed office
//
// Such an office keeps its old ticket machine (queue.Config.Observed). What
// listens to it gives queue.Observe, which the loop records and shows like every
// other command; the facts are stamped when they come. The snapshot has what was
// heard, and lacks what cannot be known. A restart keeps all but who waits: the
// old machine went on meanwhile.
package appliance
