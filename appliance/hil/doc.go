// Package hil is the hardware-in-the-loop rig: the kiosk as it is built for the
// Pi, on an arm64 kernel, with devices that the kernel simulates below its own
// drivers. `make hil` runs it; `make test` does not.
//
//	this machine                            QEMU virt, arm64, emulated (TCG)
//	┌──────────────────────────┐            ┌──────────────────────────────────────┐
//	│ TestRig                  │  control   │ guest (PID 1)                        │
//	│   press, key, unplug ... │<─virtio──> │   │ pull          │ write   │ UDC    │
//	│                          │   port     │ gpio-sim        uinput  dummy_hcd +  │
//	│                          │            │   │               │     printer      │
//	│                          │            │   │               │     gadget       │
//	│ printer/virtual <────────│──virtio────│───│───────────────│──────┘ │         │
//	│   paper, judged by bytes │   port     │ ──┴───────────────┴────────┴ kernel  │
//	│                          │            │ /dev/gpiochipN  /dev/   /dev/usb/lpN │
//	│                          │            │  GPIO17 contact input/   (usblp)     │
//	│                          │            │  GPIO27 lamp    eventN               │
//	│                          │            │   └───────────────┴─────────┘        │
//	│ mosquitto, 127.0.0.1     │  10.0.2.2  │               kiosk, office.toml     │
//	│   retained state <───────│──QEMU's────│───────────────┘ │                    │
//	│                          │  network   │            /data, ext4               │
//	│ data.img <───────────────│──virtio────│─────────────────┘                    │
//	└──────────────────────────┘   block    └──────────────────────────────────────┘
//
// The guest boots from an archive that the test writes: PID 1 (package
// hil/guest), the kiosk, its fonts, office.toml and the kernel's modules. There is
// no distribution in it. The kernel is Debian's, of trixie-backports, fetched once
// by .ci/hil-kernel. The clock starts wrong, as on a Pi before the 5, and is set
// when the test plays chrony. A power cut is QEMU killed: what the guest's kernel
// had not written yet is lost with it.
//
// # What it proves
//
//	stage                      that
//	drivers-on-this-kernel     the contract suites of drivers/button and drivers/keypad
//	                           hold on the kernel's GPIO (uAPI v2) and evdev
//	kiosk-check                a technician's `kiosk check -print` finds all devices well
//	first-day                  without a known time the first day does not open, and the lamp
//	                           is dark; with it the lamp is lit. The keypad is grabbed
//	press-paper-city           a contact closed gives one ticket, on paper and in the
//	                           retained state, however long somebody leans on it
//	call-by-keypad             Enter on the keypad calls it; the city sees the call
//	printer-unplugged          a ticket waits while the USB cable is out, and is printed once
//	                           when the printer is back as lp1, another one being lp0 now;
//	                           one whose cable goes while it is printed comes again, marked
//	power-cut-without-paper    line and record after a cut are what they were, and the
//	                           ticket that had no paper gets it, though the clock is wrong
//	power-cut-while-printing   a ticket whose end nobody saw comes out again, marked 재발행;
//	                           the next number is the next; the keypad picks a number
//	end                        a kiosk told to end leaves a clean disk; over the whole morning
//	                           each number has its paper, and none twice without the mark
//
// # What only a board can prove
//
//   - Pins: pull-ups, levels, bounce, the chip of a Pi 5 (RP1), what periph finds on
//     it. Here the label and the names are a Pi 4's and the electricity is not.
//   - USB: real printers and keypads, their timing, hubs, cables; a printer whose
//     port status lines (LPGETSTATUS) mean something. The gadget answers as
//     printer/virtual does, and its cable is never pulled in the middle of a packet.
//   - Power: a real SD card or eMMC and its own cache at the cut. Here what the
//     guest flushed is safe in this machine's memory.
//   - Time: emulation is slow and uneven, so nothing is measured here.
//   - udev: /dev/input/by-id and by-path names. Here a keypad is vendor:product.
//   - What Debian's system adds: systemd's units, chrony, read-only root.
//
// On a board wire a push button and an LED as drawn in drivers/button, plug in
// printer and keypad, use testdata/office.toml with their numbers, and go through
// the stages by hand in the order of the table; `kiosk journal verify` and `show`
// say the rest.
//
// # When it fails
//
// The failing stage shows the end of the guest's console. The whole consoles stay
// in var/hil/run, one a boot. One stage rests on the one before, so the first
// failure ends the rig.
package hil
