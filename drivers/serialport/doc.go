// Package serialport is the one transport of every serial device: the RS-485
// bus, call units and signs with private frames, and printers.
//
//	Config ── find ──> /dev/ttyUSB0 ── open ──> *Port ── use ──> ErrGone
//	   ^    by path, by-id, by-path,             deadlines both     │
//	   │    or vendor:product:serial             ways, exact counts │
//	   └────────────────── Keep: 250 ms ... 2 s ───────────────────┘
//
// The port is opened twice. First by this package with O_NONBLOCK, which gives
// an os.File with deadlines in both directions and exact write counts; then by
// go.bug.st/serial, which sets speed, bits and raw mode on the same terminal
// and holds it exclusively. The library's own Read and Write are not used: its
// read timeout is (0, nil), it has no write timeout and no flow control, and a
// short write is no error. Flow control and RS-485 direction follow by ioctl.
// An advisory lock stands beside the library's, which root passes through.
//
// # Names
//
// /dev/ttyUSB0 is whoever was plugged in first. Give one of
//
//	path = "/dev/serial/by-id/usb-FTDI_USB-RS485_Cable_FT4YXQ1A-if00-port0"
//	path = "/dev/serial/by-path/platform-xhci-hcd.1-usb-0:2:1.0-port0"   the socket, not the adapter
//	usb  = "0403:6001:FT4YXQ1A"                                          found through sysfs, without udev
//	path = "/dev/ttyAMA0"                                                a UART of the board
//
// # Pins of the 40-pin header
//
// 3.3 V logic: RS-232 levels or 5 V destroy it, a transceiver stands between.
//
//	model   device         TXD           RXD           RTS            enable in config.txt
//	Pi 3    /dev/ttyAMA0   GPIO14 (8)    GPIO15 (10)   GPIO17 (11)    dtoverlay=disable-bt, enable_uart=1
//	Pi 4    /dev/ttyAMA0   GPIO14 (8)    GPIO15 (10)   GPIO17 (11)    dtoverlay=disable-bt, enable_uart=1
//	Pi 4    uart3          GPIO4  (7)    GPIO5  (29)   GPIO7  (26)    dtoverlay=uart3,ctsrts
//	Pi 4    uart4          GPIO8  (24)   GPIO9  (21)   GPIO11 (23)    dtoverlay=uart4,ctsrts
//	Pi 4    uart5          GPIO12 (32)   GPIO13 (33)   GPIO15 (10)    dtoverlay=uart5,ctsrts
//	Pi 5    /dev/ttyAMA0   GPIO14 (8)    GPIO15 (10)   GPIO17 (11)    dtparam=uart0=on
//	Pi 5    /dev/ttyAMA2   GPIO4  (7)    GPIO5  (29)   GPIO7  (26)    dtoverlay=uart2-pi5
//	Pi 5    /dev/ttyAMA3   GPIO8  (24)   GPIO9  (21)   GPIO11 (23)    dtoverlay=uart3-pi5
//	Pi 5    /dev/ttyAMA4   GPIO12 (32)   GPIO13 (33)   GPIO15 (10)    dtoverlay=uart4-pi5
//
// In brackets: the pin of the header. Take the login console off the line
// (remove console=serial0 from cmdline.txt). On Pi 3 and 4 the other UART of
// the board is the mini UART /dev/ttyS0: no parity, and its speed follows the
// core clock, so it carries nothing here. The Pi 4 numbers uart2 to uart5 as
// /dev/ttyAMA1 and up in the order they are enabled.
//
//	USB adapter   driver      direction of RS-485                  serial number
//	FT232R/FT4232 ftdi_sio    by the chip (TXDEN)                  yes, its own
//	CP2102N       cp210x      by the chip where wired              yes
//	CH340/CH341   ch341       by a timer on the board              none: use by-path
//	PL2303        pl2303      by a timer on the board              often none: use by-path
//
// # Direction of RS-485
//
// rs485 = "kernel" asks the driver of the UART to raise RTS while it sends
// (TIOCSRS485) and fails where it cannot. "auto" tries and otherwise trusts the
// adapter, as USB adapters switch by themselves. "" leaves RTS alone.
//
// # Caveats
//
// Written means taken by the kernel, not sent: count the time of the bytes on
// the wire, as Config.Wire tells, before waiting for an answer.
//
// Verified on pseudo-terminals only: deadlines, counts, XON/XOFF, unplugging,
// the search for names in a made-up sysfs. Not verified without hardware: RTS/CTS on
// wires, TIOCSRS485 by a driver that has it, USB serial numbers of real
// adapters, the pin table. To verify: join TXD and RXD, set
// SUNBEON_SERIAL=/dev/... and run this package's tests; for the direction put
// an oscilloscope on RTS while sending: it rises before the first start bit and
// falls within one bit after the last stop bit.
package serialport
