// Package virtual is an ESC/POS receipt printer that exists only in memory: the
// kind built into Korean ticket dispensers, 203 dpi, with a cutter, 58 or 80 mm
// wide. It is judged by the bytes alone and knows nothing of tickets or of the
// encoder that writes them, so that a mistake made there cannot be made here
// a second time. It serves tests as a double, the bench as its printer, and other
// people's software as a stand-in on TCP port 9100 or on a serial line (pty).
//
//	 host                         printer
//	──────   ┌────────────────────────────────────────────────────────────┐
//	 bytes ─>│ baud pacing ─> real time scan ─> receive buffer (4 KB)     │
//	         │                 10 04 n             │ full: dropped, held  │
//	         │                 10 05 n             │ or XOFF (Flow)       │
//	         │                 10 14 8             v                      │
//	         │                  │        parser, byte by byte             │
//	         │                  │                  v                      │
//	 status<─│<─────────────────┘        print buffer (one line)          │
//	 fences<─│<──────────────────────────────┐     v                      │
//	         │                               └ motion ─> roll ─> cut ─>   │ Piece
//	         └────────────────────────────────────────────────────────────┘
//
// The interpreter stands still while the paper moves and while the printer is
// stopped (no paper, cover open, cutter jammed, head hot, feed button held), so
// everything behind that point waits in the receive buffer. It follows that GS r, GS ( H and GS I,
// which are ordinary commands, are answered only when all printing before them is
// done, and never by a stopped printer; DLE EOT is answered at once, always. Its
// bytes are obeyed wherever they stand, inside raster data too, and stay in the data.
//
// # Answers on the return line
//
//	10 04 1    0xx1xx10   b3 offline
//	10 04 2               b2 cover, b3 feed button, b5 paper end, b6 error
//	10 04 3               b3 cutter, b6 recovers by itself (hot head)
//	10 04 4               0Ch near end, 60h end
//	1D 61 n    0xx1xx00 and three bytes 0xx0xxxx, now and at every change
//	1D 72 1    0xx0xxxx   03h near end, 0Ch end
//	1D 49 n    one byte, or 5Fh text 00h
//	1D 28 48   37h 22h d1 d2 d3 d4 00h
//	10 14 8    37h 25h 00h
//
// # Paper
//
// The cutter sits 12 mm behind the head. GS V 41h/42h n feeds to it first; GS V 0
// and 1 cut where the paper stands, so that what was printed last stays on the roll
// and becomes the head of the next ticket, as on a real one. Every piece
// therefore begins with 12 mm of blank paper.
//
// # Caveats
//
//   - The printer is off the conservative side where models differ: ESC @ switches
//     automatic status off and leaves Hangul off until FS &; the ROM holds the 2,350
//     syllables of KS X 1001 unless Config.ROM says cp949; a command that belongs at the
//     start of a line is refused elsewhere, and reported.
//   - Of the international sets of ESC R only Korea (₩) and Japan (¥) are drawn.
//   - A held link (FlowHold, TCP) is not read while the receive buffer is full, so
//     real-time status is not answered then either, and a hang-up is not noticed.
//   - Page mode, bar codes, NV graphics and downloaded characters are not printed.
//     Their bytes are counted off correctly where the length is on the wire, and the
//     command is reported in Unknown.
//   - Without Speed and Baud nothing takes time and no clock is read; with them the
//     package uses plain time, which testing/synctest can fake.
//
// # Judges from outside
//
// testdata/outside pins the npm packages receiptio (a host that prints and
// checks the status) and receiptline (an encoder). `npm ci` in a copy of that
// folder and SUNBEON_OUTSIDE=<that copy> make the tests use them; without the variable
// those tests are skipped and say so. receiptio takes no other port than 9100, so the
// tests listen on addresses of 127.91.0.0/24.
package virtual
