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
// Wiring and pins are as in drivers/callunit. The line is ours alone: call units
// that speak by themselves need another.
//
// Unverified without hardware: every table. To verify, show 1, 12, 123, 1234 and
// dark, and look.
package sign
