package box

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"sunbeon/appliance/queue"
)

func TestCertificateConditions(t *testing.T) {
	end := time.Date(2028, 11, 25, 12, 0, 0, 0, time.UTC)
	good := func() (*x509.Certificate, error) { return &x509.Certificate{NotAfter: end}, nil }
	at := func(before time.Duration, trusted bool) queue.Stamp {
		return queue.Stamp{Wall: end.Add(-before).UnixMilli(), Trusted: trusted}
	}
	const day = 24 * time.Hour
	for _, c := range []struct {
		name string
		leaf func() (*x509.Certificate, error)
		now  queue.Stamp
		want string
	}{
		{"two years before", good, at(730*day, true), ""},
		{"31 days before", good, at(31*day, true), ""},
		{"30 days before", good, at(30*day, true), certificateEnds},
		{"a second before", good, at(time.Second, true), certificateEnds},
		{"at its end", good, at(0, true), certificateOver},
		{"a clock that is not set", good, at(-1000*day, false), ""},
		{"none", func() (*x509.Certificate, error) { return nil, fmt.Errorf("x: %w", fs.ErrNotExist) }, at(730*day, true), certificateMissing},
		{"damaged", func() (*x509.Certificate, error) { return nil, errors.New("x") }, at(730*day, false), certificateDamaged},
	} {
		if got := judge(c.leaf, c.now); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	seen := map[string]bool{}
	for _, c := range []string{certificateMissing, certificateDamaged, certificateEnds, certificateOver} {
		w := ofCertificate(c)
		if w.StaffKo == "" || w.StaffEn == "" || w.PublicKo != "" || seen[w.StaffKo] {
			t.Errorf("%s: %+v", c, w)
		}
		seen[w.StaffKo] = true
	}
}
