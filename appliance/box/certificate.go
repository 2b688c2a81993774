package box

import (
	"context"
	"crypto/x509"
	"errors"
	"io/fs"
	"sync"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/feed/identity"
	"sunbeon/appliance/health"
	"sunbeon/appliance/queue"
)

// certificateDevice is the office's certificate, as ReportDevice names it.
const certificateDevice = "certificate"

// Conditions of the certificate.
const (
	certificateMissing = "missing"
	certificateDamaged = "damaged"
	certificateEnds    = "ends" // within warnBefore
	certificateOver    = "over"
)

const (
	// warnBefore leaves time to ask the city for a code.
	warnBefore = 30 * 24 * time.Hour
	// lookAgain is how soon a new certificate ends the warning.
	lookAgain = 10 * time.Minute
)

// certificate tells the record how long the office's certificate is good. The
// connection to the city is another's: this one only warns.
type certificate struct {
	files  identity.Files
	clock  appliance.Clock
	health *health.Reporter
}

// run looks until ctx ends.
func (c *certificate) run(ctx context.Context, loop *appliance.Loop) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	all.Go(func() {
		tick := time.NewTicker(lookAgain)
		defer tick.Stop()
		for {
			condition := judge(c.files.Leaf, c.clock.Now())
			c.health.When(certificateDevice, condition != "", condition)
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	})
	return c.health.Run(ctx, loop)
}

// judge is the condition of a certificate, "" when it is well. A clock that was
// not set says nothing about its end.
func judge(leaf func() (*x509.Certificate, error), now queue.Stamp) string {
	cert, err := leaf()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return certificateMissing
	case err != nil:
		return certificateDamaged
	case !now.Trusted:
		return ""
	case !now.Time().Before(cert.NotAfter):
		return certificateOver
	case !now.Time().Before(cert.NotAfter.Add(-warnBefore)):
		return certificateEnds
	}
	return ""
}

// ofCertificate are the sentences for a condition of the certificate.
func ofCertificate(condition string) appliance.Words {
	const doKo, doEn = " 시청에 새 등록 코드를 요청하여 kiosk enroll을 실행하십시오.", " Ask the city for a code and run kiosk enroll."
	switch condition {
	case certificateMissing:
		return appliance.Words{StaffKo: "시청 연결용 인증서가 없습니다. 번호표와 호출은 그대로 되지만 시청 누리집에는 나오지 않습니다." + doKo,
			StaffEn: "There is no certificate for the city. Tickets and calls go on, but the city's pages do not show this office." + doEn}
	case certificateEnds:
		return appliance.Words{StaffKo: "시청 연결용 인증서의 기한이 30일 안에 끝납니다." + doKo,
			StaffEn: "The certificate for the city ends within 30 days." + doEn}
	case certificateOver:
		return appliance.Words{StaffKo: "시청 연결용 인증서의 기한이 지났습니다. 번호표와 호출은 그대로 되지만 시청 누리집에는 나오지 않습니다." + doKo,
			StaffEn: "The certificate for the city is over. Tickets and calls go on, but the city's pages do not show this office." + doEn}
	}
	return appliance.Words{StaffKo: "시청 연결용 인증서를 읽을 수 없습니다. 번호표와 호출은 그대로 되지만 시청 누리집에는 나오지 않습니다." + doKo,
		StaffEn: "The certificate for the city cannot be read. Tickets and calls go on, but the city's pages do not show this office." + doEn}
}
