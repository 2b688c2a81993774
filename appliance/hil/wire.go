package hil

// What the host asks of the guest, one JSON object a line on the control port.
// The guest answers each with one Reply, in order; its first Reply comes
// unasked, when its devices are there.
const (
	Start   = "start"   // start the kiosk; from then on its end by itself is the machine's
	Press   = "press"   // close the contact on line Name to ground
	Release = "release" // open it
	Level   = "level"   // Reply.Text is "1" or "0": what the board drives line Name with
	Key     = "key"     // press and release key Name ("KEY_KPENTER") of the keypad
	Grabbed = "grabbed" // Reply.Text is "true" if a program holds the keypad for itself
	Clock   = "clock"   // set the clock to Name (RFC 3339) and confirm it, as chrony does on a Pi
	Plug    = "plug"    // put the cable of USB printer Name in
	Unplug  = "unplug"  // pull it out
	Printer = "printer" // Reply.Text is the device of USB printer Name, "" without one
	Run     = "run"     // run program Name with Args and Env; Reply.Text is what it prints
	End     = "end"     // stop the kiosk as an update does, unmount, switch off; not answered
)

// Request is one of the above.
type Request struct {
	Do   string   `json:"do"`
	Name string   `json:"name,omitempty"`
	Args []string `json:"args,omitempty"`
	Env  []string `json:"env,omitempty"`
}

// Reply answers it.
type Reply struct {
	Text  string `json:"text,omitempty"`
	Error string `json:"error,omitempty"` // why it could not be done
}

// Names of the guest's devices.
const (
	ControlPort = "sunbeon.control" // virtio ports
	PrinterPort = "sunbeon.printer"

	Chip = "pinctrl-bcm2711" // label of a Pi 4's GPIO chip; its lines are GPIO2 to GPIO27
	Gpio = "/run/gpio"       // Gpio/GPIO17/pull and Gpio/GPIO17/value of each line

	Keypad = "1a2c:2124" // vendor:product

	// USB printers. The ticket printer's bytes go to PrinterPort and back; the
	// other is a laser printer of somebody's that happens to be plugged in too.
	TicketPrinter, TicketUSB = "ticket", "0525:a4a8"
	OtherPrinter, OtherUSB   = "other", "03f0:1317"
)

// Places in the guest.
const (
	KioskPath   = "/bin/kiosk"
	OfficePath  = "/etc/sunbeon/office.toml"
	ModulesPath = "/lib/modules" // each kernel module uncompressed, name.ko
	DataPath    = "/data"        // the data disk
)
