package digits

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		face := &slate{start: time.Now()}
		ctx, stop := context.WithTimeout(t.Context(), 3*time.Second)
		defer stop()
		if err := Probe(ctx, face, []string{"1", "2"}); err != nil {
			t.Error(err)
		}
		if got, want := face.take(), "0s   1/  2 4, 3s    /    0"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		for want, texts := range map[string][]string{"give one each": {"1"}, "1234": {"1", "1234"}} {
			if err := Probe(ctx, face, texts); err == nil || !strings.Contains(err.Error(), want) || face.take() != "" {
				t.Errorf("%q: %v", texts, err)
			}
		}
		face.refusing(errors.New("gone"))
		if err := Probe(t.Context(), face, []string{"1", "2"}); err == nil || !strings.Contains(err.Error(), "look at its wires") {
			t.Error(err)
		}
	})
}
