package legacy

import (
	"reflect"
	"testing"
	"time"
)

// fuzzWire feeds a wire in two slices of any bytes at two times, and a good
// message after a silence: nothing must panic, no buffer must grow, the whole
// must be what its parts are, and the good message must be read.
func fuzzWire(f *testing.F, name string, good []byte) {
	f.Add(good, 3, uint16(0))
	f.Add(append(append([]byte{}, good...), good...), len(good)+2, uint16(5000))
	f.Fuzz(func(t *testing.T, b []byte, cut int, pause uint16) {
		cut = min(max(cut, 0), len(b))
		d, same := wires(t)[name], wires(t)[name]
		later := time.Duration(pause) * time.Millisecond
		got := d.Decode(b[:cut], 0)
		got = append(got, d.Decode(b[cut:], later)...)
		want := same.Decode(b[:cut], 0)
		for i := range b[cut:] {
			want = append(want, same.Decode(b[cut+i:cut+i+1], later)...)
		}
		if cut < len(b) && (!reflect.DeepEqual(got, want) || d.Heard() != same.Heard()) {
			t.Errorf("at once %s %+v\nin bytes %s %+v", short(got), d.Heard(), short(want), same.Heard())
		}
		for _, r := range got {
			if r.Number < 0 || r.Counter < 0 || r.Count < 0 || r.Trust == 0 || r.Kind == "" || r.At > later {
				t.Errorf("reading %+v", r)
			}
		}
		h := d.Heard()
		if h.Bytes != len(b) || h.Skipped > h.Bytes || h.Damaged > h.Bytes {
			t.Errorf("heard %+v of %d bytes", h, len(b))
		}
		if rs := d.Decode(nil, later+time.Hour); name == "objects" && rs != nil {
			t.Errorf("silence said %s", short(rs))
		}
		if rs := d.Decode(good, later+2*time.Hour); len(rs) != 1 {
			t.Errorf("a good message after the silence: %s", short(rs))
		}
	})
}

func FuzzText(f *testing.F)   { fuzzWire(f, "text", cp949(f, "여권\n510번\n#510\n\x1bi")) }
func FuzzFrames(f *testing.F) { fuzzWire(f, "frames", display(Check{Kind: "xor"}, 3, 120)) }
func FuzzBus(f *testing.F)    { fuzzWire(f, "bus", rtu(1, 6, 0, 7, 0, 120)) }
func FuzzObjects(f *testing.F) {
	fuzzWire(f, "objects", []byte(`{"CMD":"CALL","MENU":1,"CALL_NO":291,"DESK":22}`))
}
