package printer

import (
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
)

func TestDialTCPRefusedNamesTheRemedy(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	ln.Close()
	_, err = DialTCP(t.Context(), addr)
	if !errors.Is(err, syscall.ECONNREFUSED) || !strings.Contains(err.Error(), "raw port") {
		t.Errorf("got %v", err)
	}
	if _, err = DialTCP(t.Context(), "no.such.host.invalid"); err == nil || !strings.Contains(err.Error(), ":9100") || !strings.Contains(err.Error(), "check") {
		t.Errorf("got %v", err)
	}
}
