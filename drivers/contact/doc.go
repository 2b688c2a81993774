// Package contact tells the presses of a contact on a GPIO line: a ticket
// button's, or a key's on a clerk's desk. It is what drivers/button and
// drivers/keypad share.
//
//	GPIO ─> edge, or reread ─> two of three readings ─> Contact.Step ─> OnPress
//	                                                        └────────> OnStuck
//
// A press counts at the first closed reading, without delay; what follows is
// bounce until the contact has been open for Timing.Bounce in one go:
//
//	        press        leaning, wobbling              release      next press
//	level ──┐ ┌┐ ┌──────────┐┌──────────────────────┐ ┌┐┌──────────┐
//	        └─┘└─┘          └┘                      └─┘└┘          └──── closed
//	        ^ OnPress                                    │<Bounce>│ ^ OnPress
//
// So whoever leans on a button makes one press. A contact closed for
// Timing.Stuck is reported, and reported again when it opens. A contact that is
// closed when watching begins is no press: a restart must not print tickets.
// Each line has its own Watch; a stuck one costs the others nothing.
//
// # Edges are hints
//
// An edge only says "look now"; what counts is what is read. The level is read
// every 100 ms also without one, and every 10 ms while a contact seems to open,
// so that a lost edge delays a press, or hides one shorter than 100 ms, and does
// not make one. A line whose waits come back early without an edge has none: it
// is read every 10 ms.
//
// Each look reads twice, and a third time where the two differ. So neither a
// spike nor a single wrong reading makes a press, and none ends a press that
// goes on.
//
// # Caveats
//
// periph's gpioioctl answers Low, and writes to the standard log, when a read
// fails. A contact to ground then seems closed for good: one press at most, then
// OnStuck. One to 3.3 V seems open and is dead without a word. Lines of the Pi
// itself do not fail; those of a pulled USB expander do.
//
// The kernel keeps 16 edges a line and drops the oldest; gpioioctl's waits give
// no direction. gpioioctl waits for ever at 0 and returns at once at -1, gpiotest
// the reverse; Halt before a wait is lost. So waits are finite, longer than 0,
// and Halt is never called.
package contact
