package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"testing"
	"time"
)

// TestPressedUpdatesFollowEachOtherInAnyOrder, and each can be read when it has
// come: nothing waits for what follows.
func TestPressedUpdatesFollowEachOtherInAnyOrder(t *testing.T) {
	h := newHub(newTown(), "B", 1, discard())
	var all []said
	for i := range 20 {
		o := hall("CS0001", time.Unix(int64(i), 0))
		all = append(all, said{plain: frame(h.id(uint64(i)), "office", detail(o, true, time.Now()))}, said{plain: h.greeting()}, said{plain: []byte(": .\n\n")})
	}
	all = append(all, said{plain: bytes.Repeat([]byte("x"), worthPressing-1)}, said{plain: bytes.Repeat([]byte("x"), worthPressing)}, said{plain: bytes.Repeat([]byte("x"), 300_000)})
	whole, small := 0, 0
	for seed := range uint64(20) {
		order := rand.New(rand.NewPCG(seed, 1)).Perm(len(all))
		here, there := io.Pipe()
		next := make(chan []byte, len(order))
		go func() {
			there.Write([]byte(pressHeader))
			for b := range next {
				there.Write(b)
			}
		}()
		var z *gzip.Reader
		for _, i := range order {
			b := h.form(&reader{pressed: true}, &all[i])
			whole, small = whole+len(all[i].plain), small+len(b)
			next <- b
			if z == nil {
				var err error
				if z, err = gzip.NewReader(here); err != nil {
					t.Fatal(err)
				}
			}
			got := make([]byte, len(all[i].plain))
			if _, err := io.ReadFull(z, got); err != nil || !bytes.Equal(got, all[i].plain) {
				t.Fatalf("seed %d: %v: %.100q, want %.100q", seed, err, got, all[i].plain)
			}
		}
		close(next)
		here.Close()
	}
	if small*3 > whole {
		t.Errorf("%d bytes are %d compressed", whole, small)
	}
	a, b := h.form(&reader{pressed: true}, &all[0]), h.form(&reader{pressed: true}, &all[0])
	if &a[0] != &b[0] {
		t.Error("an update was compressed twice")
	}
}

func TestAcceptEncoding(t *testing.T) {
	for accept, want := range map[string]bool{"": false, "gzip": true, "gzip, deflate, br, zstd": true, "br,gzip;q=0.5": true, "gzip; q=1.0": true,
		"gzip;q=0": false, "gzip; q=0.000": false, "identity": false, "xgzip": false, "*": false} {
		if takesGzip(accept) != want {
			t.Errorf("%q: %v", accept, !want)
		}
	}
}
