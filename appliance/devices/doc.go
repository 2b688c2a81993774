// Package devices is what is wired to the box: office.toml says what hangs
// where, the drivers know their wires, the loop knows the line, and here they
// meet.
//
//	ticket button ── press ──────────> Issue ─┐        ┌── pattern of the newest view ──> lamps
//	call unit, keypad, keys ── key ──> Press ─┼> loop ─┤
//	each device ── well or not ─> ReportDevice┘        └── Show, newest number ─────────> signs
//	locating receiver ── press ──> Located, for the loudspeaker
//
// # A press
//
// A button's lamp winks from the press until the loop has answered, and the
// button is deaf meanwhile: one press is one ticket, also on a slow disk. Keys of
// all counters wait in one short line and are carried out in order; one that has
// waited longer than a clerk would is dropped, because the call would surprise
// somebody.
//
// # A device that fails
//
// The others go on: each has a goroutine of its own, and what cannot be opened
// is tried again and again. What is wrong with a device is a fact, told when it
// has lasted a few seconds, and again when it is over; a loose plug gives a few
// facts a minute and not thousands. A line whose units are all gone is one fault,
// not thirty.
//
//	button:civil  button:civil/priority     stuck, not-found
//	locate                                  stuck, not-found
//	bus:1  bus:1/5 (address)                unplugged, no-answer
//	callunit:1                              unplugged
//	sign:1  sign:1/5                        unplugged, no-answer
//	keypad:3  keys:3 (counter)  digits:1    not-found
//	listen:printer (the wire's name)        unplugged
//
// # An office that keeps its old machine
//
//	its wires ── drivers/legacy ── what it was heard to do ─> Observe ─> loop
//
// When a wire is cut, the record is told that what the machine does meanwhile is
// not known.
package devices
