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
// # The session
//
// One goroutine owns the port, a second one reads. At rest a submitted ticket
// goes out at once: everything worth asking was asked before.
//
//	            Dial          all silent
//	[Connecting] ──> (hello) ────────────> [Silent]  sends, reports Unconfirmed
//	     ^            ^   │ answered          │ an answer: hello again
//	     │ back-off   │   v                   v
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
// A ticket that meets PaperEnd, CoverOpen, CutterJam or Broken before its
// proof, or whose link dies after a byte of it went out, is printed again
// marked 재발행, in its old place in the line. A hot head or a held feed button
// only delays it. A ticket with its proof is never printed again.
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
//   - A printer that is switched off when the session starts, on a serial line,
//     cannot be told from a line without a return wire: tickets go to it and
//     are reported Unconfirmed until it answers for the first time.
//
// Sources: Epson, "ESC/POS Command Reference" (GS ( H, GS a, GS r, DLE EOT, DLE
// ENQ, DLE DC4, "Transmission Status Identification"); Citizen, "Line Thermal
// Printer Command Reference", 5.3 "Identification of Send Status".
package printer
