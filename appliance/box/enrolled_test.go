package box_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/feed/identity"
)

// TestWithoutItsCertificate: an office that is not enrolled yet gives tickets, and
// says to staff what is missing.
func TestWithoutItsCertificate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files := identity.Folder(filepath.Join(t.TempDir(), "none"))
		p := parts(t, fmt.Sprintf("[feed]\nbrokers = [\"ssl://127.0.0.1:1\"]\nca = %q\ncertificate = %q\nkey = %q\n", files.CA, files.Certificate, files.Key))
		b, cancel, end := on(t, p)
		if _, err := press(b); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Second)
		synctest.Wait()
		said := ""
		for _, f := range b.Hub.Newest().Faults {
			said += f.Device + " " + f.Condition + " " + f.En + "\n"
		}
		if !strings.Contains(said, "certificate missing There is no certificate") || !strings.Contains(said, "kiosk enroll") {
			t.Errorf("staff are told:\n%s", said)
		}
		if public := b.Hub.Newest().Public.Faults; len(public) > 1 {
			t.Errorf("citizens are told %+v", public)
		}
		cancel()
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}
