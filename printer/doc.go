// Package printer brings a 순번대기표 to paper on the thermal printer that the
// office has, and says for certain whether it came out. It is an encoder by a
// transport by a profile, and a session that confirms:
//
//	Ticket ─ Encoder ─> bytes ─ Session ─> Transport ─> printer
//	            │                  ^ <─ parser <─ status, fences
//	         Profile               │
//	      (TOML, one a model)      └─> Outcome, Health
//
// # The bytes
//
// ESC @, the Korean settings, automatic status on; text in CP949 from the
// printer's own font; a line with any rune which that font lacks is drawn and
// sent as a picture of that line alone (a whole ticket as a picture takes 42
// seconds at 9600 baud); the QR by the printer or drawn; the cut. No byte of a
// text, a URL or a picture can form DLE EOT, DLE ENQ or DLE DC4 (10 04, 10 05,
// 10 14), which printers obey wherever they stand.
//
// # The wire
//
//	DialTCP   raw port 9100     a picture may be one command, where the model
//	OpenUSB   USB, by identity  can (Profile.RasterWhole); the link holds the
//	OpenLP    USB, by path      host while the receive buffer is full
//	caller's  RS-232            text and the printer's own QR; a picture in pieces
//	                            of half a receive buffer (SessionConfig.Serial)
//
// /dev/usb/lpN is the kernel's usblp driver; what its reads and writes mean
// stands at type lp.
//
// # The session
//
// One goroutine owns the port, a second one reads. At rest a submitted ticket
// goes out at once: everything worth asking was asked before.
//
//	            Dial          all silent
//	[Connecting] ──> (hello) ────────────> [Silent]  sends, reports Unconfirmed
//	     ^            ^   │ answered          │ an answer: hello again
//	     │            │   v                   v
//	     │            │ (cut off) only if half a ticket may lie under the head
//	     │ back-off   │   v
//	     │       ┌────┼─[Ready] <──────────────────────────┐
//	     │       │    │   │ a job waits: sent at once       │ Confirmed,
//	     │ fault │    │   v                                 │ Unconfirmed
//	     │       │    │ [Printing] ─────────────────────────┘
//	     │       v    │   │ fault; a ticket it spoils is owed a copy
//	     │     [Stopped] <┘
//	     │            status clean: hello first if a ticket was spoiled,
//	     │            else Ready, or Printing goes on (HeadHot, Offline)
//	     └── from everywhere: the transport died (Stopped, Unplugged), or a
//	         printer that has answered no longer does (Stopped, NoAnswer)
//
// Hello is: DLE EOT, ESC @, GS a, GS ( H, GS r. Whoever answers none of the
// fences within 2 s may be waiting for the rest of a picture that a crashed
// host began; it gets 8192 NULs, which end any picture, and a second hello.
// What is answered then is what confirms tickets on this link:
//
//	GS ( H   process id    answered when printing is completed: that is the proof
//	GS r     fence         answered when the bytes are worked off; then a look at
//	                       the real-time status must be clean
//	DLE EOT alone          nothing proves the ticket: Unconfirmed
//	nothing                Unconfirmed; once a printer has answered in this
//	                       session, silence is a fault instead and tickets wait
//
// # What a fault does to a ticket
//
//	fault                     the ticket on its way            the others
//	PaperNearEnd              prints                           print
//	HeadHot, Offline          waits 5 min for the printer to   wait
//	                          go on, then is owed a copy
//	PaperEnd, CoverOpen,      is owed a copy; the half one is  wait
//	CutterJam, Broken         cleared where the model can
//	                          (Profile.ClearBuffer)
//	Unplugged, power lost     is owed a copy, if a byte of it  wait
//	                          went out
//	NoAnswer (takes data and  is owed a copy; after four       wait
//	never prints; its buffer  papers without proof or fault
//	overflows; noise)         it is given up, Abandoned
//
// Whoever waits longer than Job.NotAfter is Abandoned, also the one that is
// owed a copy (Outcome.Partly). A copy is marked 재발행 and keeps its place in
// the line. A ticket with its proof is never printed again. TestFaults names
// every fault and the tests of its edges.
//
// A half ticket is cut off before anything else is printed: after a link that
// died while a ticket was on its way, after a cleared buffer, after a tail that
// met a full buffer, and at a start of which the caller knows that the last run
// was cut short (SessionConfig.Interrupted).
//
// # Caveats
//
//   - What a printer still holds of a half ticket comes out after the fault,
//     before the copy, except on models with DLE DC4 8 (Profile.ClearBuffer).
//   - A fence (GS r) carries no name. After a fault on a model without process
//     ids a late fence of the half ticket could be taken for a later one; hello
//     lets all that are owed come in, and the look after a fence must be clean.
//   - Any byte with the bits 0xx0xxxx reads as a fence while one is owed: on a
//     noisy line only process ids prove anything.
//   - A fence proves that a ticket was worked off, a process id that it was
//     printed; a dead heating element is known to neither.
//   - A printer that is switched off when the session starts, on a serial line,
//     cannot be told from a line without a return wire: tickets go to it and
//     are reported Unconfirmed until it answers for the first time.
//   - A printer that stands still keeps the bytes of every question in its
//     receive buffer. Questions grow rarer with the time it stands, so that a
//     night without paper does not fill it; on a model without automatic status
//     it is full after an hour or two, and the panel then says NoAnswer.
//   - Writes are not interrupted: during a flush at 9600 baud an expired job is
//     told up to nine seconds late.
//
// # With a printer at hand
//
// Not verified without hardware: every profile, the usblp driver's answers, what
// a real model does with each fault. To verify, with paper in and cover shut:
//
//	SUNBEON_PRINTER=/dev/usb/lp0 SUNBEON_PRINTER_PROFILE=epson-tm-t20 \
//	    go test ./printer -run ContractOfThePrinterAtHand -v
//
// The port is tcp://host:9100, usblp:04b8:0e28, /dev/usb/lp0, or a serial line
// with SUNBEON_PRINTER_BAUD (9600). The kiosk must not run. 60 cm of paper come
// out: the test ticket, whose words say what to set; 117, 118 and 119, each cut
// off; HALF A TICKET with a strip of white, cut off from 120 below it. Then, by
// hand while tickets print: open the cover, pull the cable, take the roll out;
// mend it; each number must be on paper once, or again with 재발행.
//
// Sources: Epson, "ESC/POS Command Reference" (GS ( H, GS a, GS r, GS I, DLE
// EOT, DLE ENQ, DLE DC4, "Transmission Status Identification"); Citizen, "Line
// Thermal Printer Command Reference", 5.3 "Identification of Send Status";
// Linux, drivers/usb/class/usblp.c.
package printer
