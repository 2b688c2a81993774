// Package digits shows a number on a seven-segment display over a counter, wired
// to the Pi itself: a TM1637 module for one counter, or a chain of MAX7219.
//
//	Show(counter, "B12") ─> newest text ─> Segments ─> Face.Write ─> TM1637 or MAX7219
//	                        (one goroutine: on change, every 30 s, 2 s after a failure)
//
// Everything, settings included, is written every time, so that a display that
// lost its power or took a spark is right again after 30 s at the latest.
//
// # The text
//
// Numbers stand at the right, a prefix before them; "" is dark. Letters are
// shown where seven segments can tell them from every digit and each other:
//
//	 ─A─      A b C d E F H J L n o P q r t U y and -
//	F   B     not G (6), I (1), S (5), Z (2), nor K M V W X
//	 ─G─
//	E   C     A prefix that cannot be shown, or finds no room, is left out and
//	 ─D─  P   Show says so; a number that finds no room is shown as dashes, never cut.
//
// # Wiring
//
//	TM1637       Pi                       MAX7219      Pi (SPI0)
//	VCC          5 V    pin 2             VCC          5 V     pin 4
//	GND          GND    pin 6             GND          GND     pin 25
//	CLK          GPIO23 pin 16            DIN          MOSI    pin 19 (GPIO10)
//	DIO          GPIO24 pin 18            CS           CE0     pin 24 (GPIO8)
//	                                      CLK          SCLK    pin 23 (GPIO11)
//	                                      DOUT         DIN of the next one
//
// A TM1637 module pulls CLK and DIO up to its own VCC. At 5 V that is more than
// the Pi's 3.3 V pins bear: power it from 3.3 V (dimmer), or take its pull-ups
// off, or put a BSS138 level shifter on both lines. A MAX7219 at 5 V wants 3.5 V
// for a high, more than the Pi gives: a 74HCT125 or 74AHCT125 at 5 V shifts DIN,
// CS and CLK. Without it many modules work on the bench and fail in summer.
//
// Up to 30 cm of wire as it is; up to about 2 m with one ground wire a signal
// (CAT5, a pair a signal) and 100 ohm in series at the Pi; beyond that take an
// RS-485 sign (drivers/sign). Large digits that run on 12 or 24 V take a driver
// board of their own (TPIC6B595 and the like), whose logic side is isolated by
// optocouplers or a digital isolator; never its supply on a pin.
//
//	TM1637:  start 40 stop | start C0 s0 s1 s2 s3 s4 s5 stop | start 88+level stop
//	         segments PGFEDCBA, low bit first, data auto-increment from 00h
//	MAX7219: 0F 00 test off | 09 00 no decode | 0B n-1 scan limit | 0A level
//	         01..08 digits, 1 at the right, PABCDEFG | 0C 01 on (0C 00 dark)
//	         each as 16 bits a chip, the last chip of the chain first
//
// # periph's drivers
//
// TM1637 is periph's, which throws away what its lines' Out answers: its lines
// are wrapped so that a refusal comes back. It does not read the chip's
// acknowledge, so a display that is not there is not noticed. Its half clock is a
// sleep, tens of microseconds on Linux: a write takes some milliseconds, well
// below the chip's 250 kHz.
//
// periph's MAX7219 is not used: it logs and swallows the errors of its set-up,
// cannot do the set-up again after the display lost power, cannot go dark, and
// runs at 10 MHz, too fast for a counter's wires. What is needed are six
// registers, at 1 MHz.
//
// # Not verified without hardware
//
// Levels, brightness, the order of the digits on a six-digit TM1637 module
// (Order), and the length of wire. On the bench:
//
//	SUNBEON_DIGITS_TM1637=pinctrl-rp1/GPIO23,pinctrl-rp1/GPIO24 go test -run Real -v ./drivers/digits
//	SUNBEON_DIGITS_SPI=/dev/spidev0.0 go test -run Real -v ./drivers/digits
//
// shows 8888, then 1234, then A 12, then nothing, two seconds each: look.
//
// Sources: Titan Micro, TM1637 data sheet V2.4; Maxim, MAX7219/MAX7221 data
// sheet 19-4452 rev 4, tables 1 to 10.
package digits
