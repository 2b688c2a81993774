package serialport

import (
	"testing"
	"time"
	"unsafe"
)

func TestDirectionForTheKernel(t *testing.T) {
	if size := unsafe.Sizeof(serialRS485{}); size != 32 {
		t.Errorf("struct serial_rs485 is 32 bytes, ours %d", size)
	}
	got := RS485{Before: 2 * time.Millisecond, After: time.Millisecond}.kernel()
	if got != (serialRS485{flags: 3, before: 2, after: 1}) {
		t.Errorf("%+v", got)
	}
	if got := (RS485{RTSLow: true}).kernel(); got.flags != 5 {
		t.Errorf("RTS low: flags %x", got.flags)
	}
}
