// Package sign writes numbers to displays that speak private frames, by a table
// in the configuration (see drivers/serialport/frame).
//
//	us     05 03 e7 ef                       board 5 shows 999 (shape board4, form "binary")
//	us     02 "05" "57" " 117" 03 "8D"       sign 5 shows 117 (form "text", width 4)
//	sign   06                                taken; without it: again, twice, then later
//
// The newest number of a counter wins; every sign is written again each 30 s,
// and after a failure with a back-off of 1 to 10 s, so one that was off is right
// again soon. Signs without an acknowledgement are written blindly: their health
// stays unknown.
//
// # Wiring
//
// Wires and pins are as in drivers/callunit, RS-485 as in drivers/rs485. The line
// is ours alone: call units that speak by themselves need another. A sign's 12 or
// 24 V lamps have their own supply; only the data and ground come to the Pi, and
// through an isolated adapter where the sign hangs on another mains phase.
//
// # Caveats
//
// A sign shows what its own check lets pass, and nothing here can prevent it.
// A thousand simulated hours of two signs, frames hurt by flipped bits, a byte
// lost or doubled (TestHours, 85765 calls each, every sign written each 30 s):
//
//	check     hurt            wrong numbers shown   in all
//	crc16     1 in 10         0
//	sum       1 in 10         32 and 34             11 min and 18 min
//	sum       1 in 1000       0 and 1               30 s
//
// The two are the shapes edwards and callunit21. Writing more often does not
// help: the share of frames that pass damaged stays the same. Take crc16 where a
// maker has it, and mend the wire where signs do not acknowledge.
//
// Unverified without hardware: every table. To verify, show 1, 12, 123, 1234 and
// dark, and look.
package sign
