// Package keypad reads the clerk's keys: a USB numeric keypad, or a few keys
// wired to the Pi.
//
//	USB keypad ── evdev, grabbed ── press ─┐
//	                                       ├─> Entry.Step(key, time) ─> Command
//	keys on GPIO ── contact ───── press ───┘   (one goroutine owns it)
//
// # Keys
//
// A table names what each key does: a digit "0" to "9", "clear", or a command:
// "next", "recall", "hold", "no_show", "pause", "finish", "pick", "transfer".
// NumericKeys is the usual table:
//
//	┌─────┬─────┬─────┬─────┐
//	│ Num │  /  │  *  │  -  │   Num  nothing     /  hold     *  recall    -  no_show
//	├─────┼─────┼─────┼─────┤
//	│  7  │  8  │  9  │     │
//	├─────┼─────┼─────┤  +  │   +  pick
//	│  4  │  5  │  6  │     │
//	├─────┼─────┼─────┼─────┤
//	│  1  │  2  │  3  │     │
//	├─────┴─────┼─────┤ Ent │   Enter  next      .  clear    Backspace  transfer
//	│     0     │  .  │     │
//	└───────────┴─────┴─────┘
//
// "pause" and "finish" have no key in it; a table of one's own (ParseTable) gives
// them one, e.g. KEY_TAB or KEY_KPEQUAL where a keypad has it.
//
// "pick" and "transfer" take the digits typed before them: 1 1 7 + picks 117,
// 2 Backspace transfers to 2. Digits are forgotten 5 s after the last one. Too
// many digits, digits before a command that takes none, and none before one that
// needs them, give Rejected and empty the buffer: whoever typed 117 and presses
// next wanted something else than the next citizen.
//
// Of evdev's values 1 is a press, 2 a repetition and 0 a release; only presses
// count, and a key pressed again within Chatter (40 ms) is a worn contact. The
// kernel may lose events (SYN_DROPPED): the digits typed so far are then
// forgotten.
//
// # Which keypad
//
// A name is a stable path, or vendor:product in hexadecimal:
//
//	/dev/input/by-id/usb-1a2c_USB_Keypad-event-kbd    a model
//	/dev/input/by-path/platform-...usb-0:1.2:1.0-event-kbd   a socket
//	1a2c:2124                                         the only one of a model
//
// Two keypads of one model have the same by-id name, for they have no serial
// numbers: name them by their sockets. A keypad that is unplugged is opened again
// when it is back, and it is grabbed, so that its keys reach nothing else: not
// the screen's X server, not a console login.
//
// # Wiring of keys on GPIO
//
//	key        pin        line        (five-key unit; lines by name, see drivers/button)
//	next       29         GPIO5
//	recall     31         GPIO6
//	hold       33         GPIO13
//	no_show    35         GPIO19
//	pause      37         GPIO26
//	common     39         GND
//
// Each key closes its line to ground; the internal pull-up holds it at 3.3 V. Up
// to 30 cm of wire goes straight to the pin; a desk some metres away gets 1 kohm
// in series at the Pi, 1 kohm to 3.3 V and 100 nF to ground on each line, and
// better a USB keypad. Keys in a 12 or 24 V circuit, and key lamps, need
// optocouplers as drawn in drivers/button: a pin bears 3.3 V and no more.
//
// # Caveats
//
//   - Some cheap keypads have a "00" or "000" key that sends 0 several times within
//     the chatter: it types one 0.
//   - Some send NumLock around every digit: NumLock is in no table.
//   - go-evdev asks the kernel for wall-clock times; they are not used, a press has
//     the time at which it was read.
//   - go-evdev's calls after NonBlock would make reads uninterruptible again, so
//     everything is asked before.
//
// # Not verified without hardware
//
// Grabbing, unplugging and the names of real keypads. With /dev/uinput the tests
// make a keypad of their own (the arm64 kernel of trixie-backports has it as a
// module); with a real one:
//
//	SUNBEON_KEYPAD=/dev/input/by-id/... go test -run Contract -v ./drivers/keypad
//
// opens it, grabs it and waits three seconds for keys, which it prints.
//
// Sources: Linux, Documentation/input/event-codes.rst and input.rst 5;
// linux/input-event-codes.h (keypad codes 71 to 83, Enter 96).
package keypad
