package web

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"
)

// bench60 is a site of sixty offices.
func bench60(b *testing.B) *Site {
	var all []Office
	for i := range 60 {
		o := hall(fmt.Sprintf("CS%04d", i), time.Now())
		o.Snapshot.Name = fmt.Sprintf("수정%d동 행정복지센터", i)
		all = append(all, o)
	}
	return newSite(b, newTown(all...))
}

// BenchmarkPage is what a cache's fetch costs.
func BenchmarkPage(b *testing.B) {
	for _, path := range []string{"/", "/o/CS0001", "/api/v1/offices", "/api/v1/offices/CS0001"} {
		b.Run(path, func(b *testing.B) {
			h := bench60(b).Handler()
			var size int
			for b.Loop() {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
				size = w.Body.Len()
			}
			b.ReportMetric(float64(size), "B/page")
		})
	}
}

// BenchmarkUpdate is what a change of an office costs before anybody is written
// to: as it is, and compressed.
func BenchmarkUpdate(b *testing.B) {
	h := newHub(newTown(), "BOOT", 1, discard())
	o := hall("CS0001", time.Now())
	for _, pressed := range []bool{false, true} {
		for kind, make := range map[string]func() any{"card": func() any { return card(o, true, time.Now()) }, "detail": func() any { return detail(o, true, time.Now()) }} {
			b.Run(fmt.Sprintf("%s pressed=%v", kind, pressed), func(b *testing.B) {
				var size int
				for b.Loop() {
					size = len(h.form(&reader{pressed: pressed}, &said{plain: frame("BOOT-123456", "office", make())}))
				}
				b.ReportMetric(float64(size), "B/update")
			})
		}
	}
}
