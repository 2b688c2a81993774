// Package rs485 is the master of a line with keypads and number displays that
// speak Modbus RTU: which key was pressed at which counter, and which number
// hangs over it.
//
//	Pi ── adapter ══╦══════════╦══════════╦══ 120 Ω        A to A, B to B, one line, no star
//	         120 Ω  ║          ║          ║                up to 32 units, 1200 m at 9600
//	              unit 1     unit 2     unit 3
//
//	reading   01 02 00 00 00 08 79 CC        unit 1, FC02: eight inputs from 0
//	          01 02 01 01 60 48              input 0 is closed
//	sign      01 06 00 07 00 78 38 29        unit 1, FC06: register 7 shows 120
//	          01 06 00 07 00 78 38 29        done
//	letters   01 10 00 00 00 04 08 00 20 ..  FC16: registers 0 to 3 are " A12"
//	latch     01 05 00 20 FF 00 ..           FC05: forget the presses kept (latch = "clear")
//
// # A unit's life
//
//	      answers                    three questions without answer
//	new ──────────> alive ─────────────────────────────────────────> dead
//	                  ^   sign written, keys count                     │
//	                  └── answers <── asked after 250 ms ... 8 s ──────┘
//
// Signs go before readings, oldest wish first; a reading is let through after
// eight. The second reading, which makes a press of the first, goes before all
// other readings. Who is asked is chosen when the line is free, so that a call
// made of a press in the silence after it is the next frame on the wire.
// Everything else goes by what is longest overdue, so that counters that
// work are asked more often also where the line is too slow for all. Questions
// to dead units take a twenty-fifth of the line's time. When one comes back the
// others are asked soon: it was the breaker.
//
// RTU answers carry no number. After one that did not come the line is silent
// for Late, and what arrives then, or before a question is asked, is dropped.
//
// Framing, CRC and the check of an answer against its question are those of
// github.com/grid-x/modbus, by its Packager and Client over the port of
// drivers/serialport. Its own transports are not used: they open the port
// themselves and sleep instead of listening.
//
// # Wiring
//
//	A, D+, non-inverting   to all A: makers disagree about the letters; if nothing answers, swap them once
//	B, D-, inverting       to all B
//	GND                    along, as the third wire: the line's ends may differ by -7 to +12 V only
//	termination            120 Ω between A and B at both ends of the line, nowhere else
//	bias                   560 Ω from A to 5 V and from B to GND, once, at the master: without it silence is noise
//	isolation              adapters with isolated ports where counters hang on other mains phases; shield to earth at one end
//
// The pins of the Pi's UARTs and what is known of USB adapters stand in
// drivers/serialport. An FTDI chip holds short answers back for 16 ms; set
// /sys/bus/usb-serial/devices/ttyUSB0/latency_timer to 1, or a cycle takes
// twice as long.
//
// DM56A04 and DM36B06 (lamaplc.com, "DM56A04 / DM36B06"): register 7 takes a
// number up to 65535, registers 0 to 5 a character each. Waveshare Modbus RTU IO
// 8CH (waveshare.com/wiki/Modbus_RTU_IO_8CH): inputs 0 to 7 by FC02, no latch.
//
// # Caveats
//
// A press shorter than a cycle is missed unless the unit latches. With latch =
// "read" a press whose answer was damaged is lost, and the CRC alone vouches for
// one: prefer "clear".
//
// An adapter that hears what it sends needs echo = true: otherwise it passes for
// a sign that confirms. Keypads find it out; a line with signs alone does not.
//
// Not verified without hardware: the CRC apart, everything in this text that
// speaks of devices: turn-around times, letters after numbers on the displays,
// latches, the direction of a real transceiver. To verify, wire one unit at
// address 1 with keys on inputs 0 to 4 and a display, set SUNBEON_RS485=/dev/...
// and run this package's tests: the display counts to 120 and the keys are
// printed. Then pull a unit's plug and look for its health, and an oscilloscope
// between A and B shows 200 mV at least while nobody speaks.
package rs485
