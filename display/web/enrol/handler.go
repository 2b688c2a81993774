package enrol

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"

	"golang.org/x/time/rate"

	"sunbeon/appliance/feed/identity"
)

const (
	maxRequest = 8 << 10
	perSecond  = 2 // exchanges, of all together
	burst      = 20
)

// Handler answers POST /enrol. No addresses are kept: the rate is that of all
// together, which is plenty for people with a code in their hands.
func (a *Authority) Handler(log *slog.Logger) http.Handler {
	limit := rate.NewLimiter(perSecond, burst)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !limit.AllowN(a.now(), 1) {
			w.Header().Set("Retry-After", "10")
			refuse(w, http.StatusTooManyRequests, "지금은 요청이 많습니다. 잠시 후 다시 실행하십시오.", "Too many at the moment. Run it again in a little while.")
			return
		}
		b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
		var q identity.Request
		if err != nil || json.Unmarshal(b, &q) != nil {
			refuse(w, http.StatusBadRequest, "요청을 읽을 수 없습니다. kiosk enroll로 등록하십시오.", "The request cannot be read. Enrol with kiosk enroll.")
			return
		}
		answer, err := a.redeem(q)
		switch {
		case errors.Is(err, errRequest):
			refuse(w, http.StatusBadRequest, "요청을 읽을 수 없습니다. kiosk enroll로 등록하십시오.", "The request cannot be read. Enrol with kiosk enroll.")
		case errors.Is(err, errNoCode), errors.Is(err, errProof):
			// The same for a wrong code, a used one, an old one and an office without
			// one: nobody learns which offices are about to come.
			log.Warn("enrolment refused", "office", officeOf(q), "why", err)
			refuse(w, http.StatusForbidden, "코드가 맞지 않거나, 이미 사용되었거나, 기한이 지났습니다. 기관 번호(office.toml의 id)와 코드를 확인하시고, 시청에 새 코드를 요청하십시오.",
				"The code is wrong, used or too old. Compare the office's id (in office.toml) and the code; ask the city for a new one.")
		case err != nil:
			log.Error("enrolment failed", "office", officeOf(q), "err", err)
			refuse(w, http.StatusInternalServerError, "인증서를 만들지 못했습니다. 시청 담당자에게 문의하십시오.", "The certificate could not be made. Ask the city: its log says why.")
		default:
			log.Info("office enrolled", "office", officeOf(q))
			send(w, http.StatusOK, answer)
		}
	})
}

func refuse(w http.ResponseWriter, status int, ko, en string) {
	send(w, status, identity.Refusal{Ko: ko, En: en})
}

func send(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic("enrol: an answer does not encode: " + err.Error()) // it holds plain data only
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // a reader that has gone
}

// officeOf is the name in a request that was read before; "" if there is none
// that may stand in a log.
func officeOf(q identity.Request) string {
	csr, err := x509.ParseCertificateRequest(q.CSR)
	if err != nil || checkOffice(csr.Subject.CommonName) != nil {
		return ""
	}
	return csr.Subject.CommonName
}
