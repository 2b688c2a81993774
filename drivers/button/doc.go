// Package button drives an illuminated ticket button: one contact in, one lamp
// out, each a GPIO line taken through periph.
//
//	contact ─> GPIO ─> drivers/contact ─> OnPress, OnStuck           (one goroutine)
//	Light ─> newest pattern ─> Pattern.Lit(time) ─> GPIO ─> lamp      (one goroutine)
//
// # The press
//
// A press counts at the first closed reading, without delay. Who leans on a
// button gets one ticket, and a button that something leans on is reported once
// and again when it is free; see drivers/contact for how. A contact that is
// closed when the program starts is no press: a restart must not print tickets.
//
// # The lamp
//
//	Ready   steady     ████████████████████████
//	Busy    winks      ██████░░██████░░██████░░   450 ms lit, 150 ms dark
//	Paper   slow       ████████████░░░░░░░░░░░░   800 ms, 800 ms
//	Closed  dark       ░░░░░░░░░░░░░░░░░░░░░░░░
//	Broken  quick      ███░░░███░░░███░░░███░░░   200 ms, 200 ms
//
// Nothing flashes more than three times a second, because of photosensitive
// epilepsy (WCAG 2.2, 2.3.1). Buttons that share one Options.Now blink together.
//
// # Wiring
//
// Lines are chosen by the chip's label and the line's name (FindLine), never by
// index: /dev/gpiochip numbers differ between models and kernels. Without a label
// it is the chip of the header:
//
//	board      label of the chip
//	Pi 3       pinctrl-bcm2835
//	Pi 4       pinctrl-bcm2711
//	Pi 5       pinctrl-rp1
//
//	button     contact          pin      lamp      pin      ground
//	1          GPIO17           11       GPIO27    13       9
//	2          GPIO22           15       GPIO23    16       14
//	3          GPIO24           18       GPIO25    22       20
//	4          GPIO5            29       GPIO16    36       30
//	5          GPIO6            31       GPIO26    37       34
//
// GPIO9 to 27 are pulled down at power-on, so lamps there are dark until the
// program runs. GPIO2 and 3 have fixed pull-ups, 14 and 15 are the UART, 7 to 11
// SPI, 0 and 1 the board's identification: leave them alone.
//
// A dry contact, up to 30 cm of wire, goes straight to the pin with the internal
// pull-up (about 50 kohm; on long wires add 1 kohm to 3.3 V and 100 nF to ground):
//
//	3.3 V ──[ internal pull-up ]──┬── GPIO17
//	                              │
//	                        contact (closes to ground: the default)
//	                              │
//	                             GND, pin 9
//
// A contact that lives in the dispenser's 12 or 24 V circuit must never reach a
// pin: the pins bear 3.3 V and no more, on the Pi 5 too. An optocoupler separates:
//
//	24 V ── contact ──[ 2.2 kohm ]──┐              ┌── GPIO17 (pull-up)
//	                              (LED)  PC817  (transistor)
//	0 V of the dispenser ───────────┘              └── GND of the Pi
//
// The two grounds stay apart. Closed is again low. For 12 V take 1 kohm.
//
// A lamp takes 20 to 400 mA at 5, 12 or 24 V; a pin gives 3.3 V at a few mA. A
// MOSFET that opens fully at 3.3 V (AO3400, IRLZ44N at these currents) switches
// the lamp's low side; with separate grounds an optocoupler drives its gate:
//
//	GPIO27 ──[ 470 ohm ]──┐           24 V ───────────────┬── lamp ──┐
//	                    (LED) PC817                [ 10 kohm ]      drain
//	GND of the Pi ────────┘     collector ────────────────┘   gate │ AO3400
//	                            emitter ──┬───────────────────┘   source
//	                                   [ 10 kohm ], 10 V Zener      │
//	0 V of the lamp's supply ─────────────┴─────────────────────────┘
//
// The Zener keeps 24 V from the gate (12 V at most on an AO3400). A relay in the
// lamp's place needs a diode across its coil (1N4007, cathode to 24 V). A lamp
// that lights when the pin is low is Options.LampLow.
//
// # Not verified without hardware
//
// The circuits above, the lamp's brightness and the bounce of the office's own
// buttons. On the bench, with a line looped to another or a gpio-sim line:
//
//	SUNBEON_GPIO_BUTTON=pinctrl-rp1/GPIO17 SUNBEON_GPIO_DRIVE=pinctrl-rp1/GPIO27 go test ./drivers/button
//
// runs the contract of the doubles on the real lines (GPIO27 wired to GPIO17
// with 1 kohm); SUNBEON_GPIO_DRIVE may also be the path of a gpio-sim line's
// pull file. Without it only what needs no press is checked. To see a button's
// bounce: `gpiomon --edges both` (libgpiod) and press twenty times; Timing.Bounce
// must be longer than the longest opening within a press.
//
// Sources: Linux, "GPIO Character Device Userspace API" v2; Raspberry Pi,
// "BCM2711 ARM Peripherals" 5.2 and "RP1 Peripherals" 3.1; Sharp, PC817 data
// sheet; Alpha & Omega, AO3400 data sheet.
package button
