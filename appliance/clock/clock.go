// Package clock tells the time as the appliance knows it: wall time, whether
// that is confirmed, time since boot, and which boot.
//
// The wall clock is trusted once the kernel says that it is synchronised
// (adjtimex, which chrony and systemd-timesyncd set). Time since boot is
// CLOCK_BOOTTIME: it runs through suspend and never jumps.
package clock

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"sunbeon/appliance/queue"
)

// System is the machine's clock.
type System struct{ boot string }

// New reads the boot id. An error means that this is not Linux.
func New() (*System, error) {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return nil, fmt.Errorf("clock: no boot id: %w; kiosk needs Linux", err)
	}
	return &System{boot: strings.TrimSpace(string(b))}, nil
}

// Now is the present instant.
func (s *System) Now() queue.Stamp {
	return queue.Stamp{Wall: time.Now().UnixMilli(), Trusted: synchronised(), Mono: sinceBoot().Milliseconds(), Boot: s.boot}
}

func synchronised() bool {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	return err == nil && state != unix.TIME_ERROR && t.Status&unix.STA_UNSYNC == 0
}

func sinceBoot() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		panic("clock: no CLOCK_BOOTTIME: " + err.Error()) // every Linux since 2.6.39 has it
	}
	return time.Duration(t.Nano())
}
