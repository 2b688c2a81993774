package web

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// FuzzRequest sends whatever is a request of HTTP through the whole site: paths,
// tokens, queries, forms, cookies, Last-Event-ID. Each gets an answer that is
// meant, with the headers of every answer; an answer that says it is JSON is.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /en/o/CS0001?still HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n",
		"GET /o/%2e%2e/events HTTP/1.1\r\nHost: a\r\nLast-Event-ID: BOOT-99999999999999999999\r\n\r\n",
		"GET /events HTTP/1.1\r\nHost: a\r\nLast-Event-ID: -1\r\n\r\n",
		"HEAD /t/paperticketaaaaa HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ::1%25eth0, 1.2.3\r\n\r\n",
		"GET /t/PAPER%00/events HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /o/CS0001/arrive?code=%3Cscript%3E1234 HTTP/1.1\r\nHost: a\r\nCookie: device=\"; device=a; ticket==\r\n\r\n",
		"GET /api/v1/offices HTTP/1.1\r\nHost: a\r\nIf-None-Match: W/\"0\", *\r\nRange: bytes=5-,-3\r\n\r\n",
		"GET /B551982/cso_v2/cso_info_v2?pageNo=2&numOfRows=;type=%zz HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /o/CS0001/ticket HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 36\r\n\r\nid=0123456789abcdef&service=passport",
		"POST /t/paperticketaaaaa/cancel HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 3\r\n\r\n--x",
		"POST /t/paperticketaaaaa/delay HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 27\r\n\r\nid=0123456789abcdef&pass=-1",
		"POST /t/paperticketaaaaa/arrive HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nid=\r\n0\r\n\r\n",
		"POST /t/paperticketaaaaa/push HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 40\r\n\r\nid=0123456789abcdef&endpoint=http://[::1",
		"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
		"DELETE //o//CS0001/../x HTTP/1.0\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	c := newTown(hall("CS0001", time.Now()))
	c.tell(paper, slip(3))
	s := newSite(f, c)
	running(f, s)
	site := s.Handler()
	gone, stop := context.WithCancel(context.Background())
	stop() // a stream ends at once
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(string(raw))))
		if err != nil || r.URL.Path == "" {
			return
		}
		r.RemoteAddr = "203.0.113.9:1"
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r.WithContext(gone))
		answer := w.Result()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode < 200 || answer.StatusCode == http.StatusInternalServerError || answer.StatusCode > 504 {
			t.Fatalf("%q: %s", raw, answer.Status)
		}
		if !strings.Contains(answer.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Fatalf("%q: %v", raw, answer.Header)
		}
		whole := answer.StatusCode != http.StatusPartialContent && answer.StatusCode != http.StatusNotModified && r.Method != http.MethodHead && answer.Header.Get("Content-Encoding") == ""
		if strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") && whole && !json.Valid(body) {
			t.Fatalf("%q: no JSON: %s", raw, body)
		}
	})
}
