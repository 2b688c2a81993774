// Package legacy listens to the ticket machine that an office keeps: to the
// bytes its controller sends to its printer, to its displays' bus, or to a
// vendor's JSON over TCP. It never sends a byte, and it derives what was issued
// and called.
//
//	printer wire ──> Text    ─┐
//	display bus  ──> Frames  ─┤ readings   ┌─────────┐  Issued   service, number
//	Modbus RTU   ──> Bus     ─┼──────────> │ Tracker │> Called   number, counter
//	TCP          ──> Objects ─┘            └─────────┘  Waiting  service, count
//	 (a goroutine a wire)   (one goroutine owns these)  Restarted
//
// What the wire does not say is absent: Service "" or Counter 0. A number that
// was missed is counted, never made up. A number belongs to a service if the
// message says so, or if exactly one band has it.
//
// # The wires
//
// Text reads tickets (ESC/POS, CP949) by regular expressions:
//
//	1B 40 ... "민원발급" 0A 1D 21 11 "123" 0A ... "대기인수 5명" 0A 1D 56 42 00
//	 (?m)^(?P<service>\S+)\s+(?P<number>\d+)$        대기인수\s*(?P<count>\d+)
//
// A ticket ends at a cut, at ESC @, or after silence. Large numbers that the old
// machine sends as pictures cannot be read.
//
// Frames are described by a table: what stands where, which check, which fields.
//
//	02 | 33 | 'C' | '0' '1' '2' '3' | 03 | xor     Length 9, Fixed 02 at 0, 43h at
//	STX addr cmd    number            ETX           2, 03 at -2; Counter at 1 less 30h
//
// Bus reads writes to holding registers (FC 06, FC 16), found by their CRC:
//
//	01 06 00 07 00 78 38 29                         unit 1, register 7, shows 120
//
// Objects are flat and unframed; merged ones are parted, torn ones joined:
//
//	{"SYSTEM":1,"CMD":"CALL2","MENU":1,"CALL_NO":291,"DESK":22}{"SYSTEM":1,"C
//
// Known commands are WAIT, ISSUE and CALL (CALL2). What the fields of WAIT and
// ISSUE are called is not known: read it off the wire.
//
// # What is believed
//
//	                 next in line   a few ahead          anywhere else
//	ticket, Bare     at once        when one follows it  when one follows it
//	ticket, Checked  at once        at once              when one follows it
//	ticket, Sure     at once        at once              at once
//	call, Bare       seen twice     seen twice           seen twice
//	call, Checked    at once        at once              seen twice
//	call, Sure       at once        at once              at once
//
// What a display repeats is Bare for ten minutes after its wire was damaged: one
// of 65,536 damaged frames passes a CRC-16, one of 256 an 8-bit check, and the
// next refresh tells. A wire without damage is not slowed down by it.
//
// A few is Config.Gap. Twice is within Config.Within; the event bears the time of
// the first sighting. Bare has no redundancy, Checked has an 8-bit check or the
// number twice, Sure a CRC-16 or TCP. A machine that sends each call once over a
// wire without any check gives no calls: nothing could prove them.
//
//   - Duplicates: the same number on the same display is a refresh or a recall,
//     and no event; darkness between changes nothing, since displays blink. The
//     same number on another display is a call.
//   - Start: what a repeating display shows first is an old call.
//   - Wrap: after High comes Low.
//   - Restart: early numbers far from the last one mean that the machine began
//     again; Restarted comes first, and numbers may be called anew. After two
//     hours of silence the lowest number is believed at once.
//   - Missed bytes: damaged messages are dropped and counted; the next refresh or
//     ticket brings what they said, and numbers passed over are counted.
//
// # Wiring
//
// The tap only listens: its transmit wire stays unconnected.
//
//	RS-232 printer   controller TXD ──┬── printer RXD
//	                                  └──[ 1 kohm ]── RXD (pin 2) of an RS-232 to USB adapter
//	                 signal ground ──────── pin 5        with galvanic isolation
//	RS-485 bus       A ──┬── displays, B ──┬──           isolated RS-485 to USB adapter,
//	                     └─ A of the tap   └─ B          its driver off, no termination
//	                                                     and no bias of its own
//	TCP              the vendor's program connects out, or is connected to; Open does either
//
// An RS-232 receiver loads the line with 3 to 7 kohm; two are within what a driver
// must bear (TIA-232-F), but long cables at 115200 baud may not bear it: look at
// the levels. Never tap 24 V display lines with a logic-level adapter; use an
// optocoupler (24 V ──[ 2.2 kohm ]── PC817 ── RXD with 10 kohm to 3.3 V), which
// inverts: the adapter must invert again. A USB or parallel printer cannot be
// tapped like this.
//
// # Caveats
//
//   - An 8-bit check passes one of 256 frames with several damaged bytes. On a
//     noisy bus whose machine sends each call twice without repeating it further,
//     set Trust to Bare. One that sends each call once is believed by its check
//     alone.
//   - A Checked or Bare ticket that is lost together with the start of a restart
//     delays the events until two tickets agree.
//   - Whether a repeated frame is a recall cannot be told from a refresh.
//   - On a display that repeats, the same number at the same counter after a night
//     is not seen as new unless the display was dark or a ticket told the restart.
//
// # Not verified without hardware
//
// Every vendor's actual frames. Record a day with the tap, feed the file to the
// decoder in a test, and compare with the machine's own report of the day:
// Judged.Missed must be 0, Heard.Unmatched must be the number of test prints, and
// the last number of each service must agree.
//
//	SUNBEON_LEGACY_CAPTURE=day.bin go test -run Capture -v ./drivers/legacy
//
// prints what each decoder's default table makes of such a file.
//
// Sources: Epson, "ESC/POS Command Reference"; Modbus over serial line 1.02;
// Modbus application protocol 1.1b3, 6.6 and 6.12.
package legacy
