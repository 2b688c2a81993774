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
// question and the answer have the same table.
//
// Digits makes "1" "1" "7" "pick" one command. It is pure: whoever has the keys,
// from here, from drivers/rs485 or from a USB keypad, keeps one for each counter.
//
// # Wiring
//
// RS-232: TXD to RXD crosswise and ground, through a MAX3232 or a USB adapter.
// RS-485: see drivers/rs485. The pins are in drivers/serialport.
//
// # Caveats
//
// Two who speak by themselves on one pair of wires collide: both frames are
// lost, and come again only where the unit repeats until it is acknowledged.
//
// A sum or xor of one byte lets one damaged frame in 256 pass; that it is also a
// known key of a known unit makes a wrong call rarer still, not impossible.
//
// Unverified without hardware: the repetition time of real units, and whether a
// maker's table is as its paper says. To verify, run with a table and press each
// key ten times: Stats must say ten keys each, and nothing unknown or garbled.
package callunit
