// Package callunit reads the clerk's keypads that speak private frames, by a
// table in the configuration (see drivers/serialport/frame), and knows what
// keys mean together.
//
//	unit   02 "05" "4B" "1" 03 "0F"          key 1 of unit 5
//	us     06                                acknowledged
//	unit   the same again within 300 ms      a held key, or our 06 was lost: no press
//
//	[frame]  start = "02", address = "hex2", command = 2, data = -1, end = "03",
//	         check = "sum", check_last = true, check_text = true, ack = "06"
//	[keys]   "344231" = "next"               command "4B", data "1"
//	[[units]] address = 5, counter = 3
//
// Units that speak only when asked are given poll and none; their address, the
// question and the answer have the same table. Their key is up once they said so
// twice, or, where silence says it, after four silences.
//
// # Two sightings
//
// A sum or xor of one byte lets some damaged frames pass. Where the table has an
// acknowledgement a unit says a press until it has it, so the first good frame
// only waits, and is answered by nak where the table has one:
//
//	unit   key 1 of unit 5        us   15      seen
//	unit   the same within 2 s    us   06      told
//
// With crc16 one is enough. Sightings says it otherwise: 2 for units that repeat
// a held key or are polled, 1 for units that never repeat although the table has
// an acknowledgement (the log names them).
//
// Digits makes "1" "1" "7" "pick" one command. It is pure: whoever has the keys,
// from here, from drivers/rs485 or from a USB keypad, keeps one for each counter.
//
// # Wiring
//
//	RS-232      unit, 9 pins    MAX3232 module at 3.3 V    Pi
//	sends       3 TXD           R1IN ── R1OUT              RXD, GPIO15, pin 10
//	hears       2 RXD           T1OUT ── T1IN              TXD, GPIO14, pin 8
//	ground      5 GND           GND                        GND, pin 6
//	                            VCC                        3.3 V, pin 1
//
// A plug of the other sex may have 2 and 3 the other way: if nothing is heard,
// swap them once. RS-232 swings to 15 V: never straight to a pin, which bears
// 3.3 V. A USB adapter does the same; where the unit has its own mains supply take
// an isolated one. RS-485: see drivers/rs485. Other UARTs: drivers/serialport. A
// unit with 12 or 24 V on its plug keeps its own supply; join grounds only.
//
// # Caveats
//
// Two who speak by themselves on one pair of wires collide: both frames are
// lost, and come again only where the unit repeats until it is acknowledged.
//
// Damaged wires, a thousand simulated hours each, one frame in ten hurt by
// flipped bits, a byte lost or doubled, in both directions (TestHours):
//
//	units that speak by themselves      presses    told wrongly
//	crc16, acknowledged                 464426     0
//	sum, acknowledged: two sightings    464237     0
//	xor, acknowledged: two sightings    464391     0
//	sum, said once                      464602     3
//	sum, said once, 1 frame in 1000     464402     0
//
// So a unit with a weak check that says a press once and hears no
// acknowledgement can make a wrong call on a bad wire: take crc16, or
// sightings = 2 where it repeats a held key, and mend the wire when Stats count
// garbled frames.
//
// Unverified without hardware: the repetition time of real units, and whether a
// maker's table is as its paper says. To verify, run with a table and press each
// key ten times: Stats must say ten keys each, and nothing unknown or garbled.
// Listen shows each frame as it comes, also those that no table has yet.
package callunit
