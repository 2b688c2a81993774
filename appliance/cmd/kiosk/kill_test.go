package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sunbeon/appliance/journal"
	"sunbeon/appliance/queue"
)

// press presses a button of the bench and returns what it said.
func press(base, service string) (string, error) {
	reply, err := http.PostForm(base+"bench/press", url.Values{"service": {service}, "class": {"ordinary"}})
	if err != nil {
		return "", err
	}
	defer reply.Body.Close()
	b, err := io.ReadAll(reply.Body)
	if err == nil && reply.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", reply.Status, b)
	}
	return strings.TrimSpace(string(b)), err
}

// Killed for real, again and again while people press: no acknowledged number is
// lost, none is given twice, and afterwards every ticket's paper is known.
func TestKilledWhilePeoplePress(t *testing.T) {
	data := t.TempDir()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	acknowledged := map[string]int{}
	for range 6 {
		kiosk := start(t, "kiosk", "-sim", "-data", data, "-listen", "127.0.0.1:0", "-speed", "0")
		base := "http" + kiosk.said("kiosk: http")
		var mu sync.Mutex
		var all sync.WaitGroup
		given := make(chan struct{}, 1000)
		for range 3 {
			all.Go(func() {
				for range 60 {
					said, err := press(base, "civil")
					if err != nil {
						return // it was killed
					}
					mu.Lock()
					acknowledged[said]++
					mu.Unlock()
					given <- struct{}{}
				}
			})
		}
		for range 5 + rnd.IntN(60) {
			<-given
		}
		time.Sleep(time.Duration(rnd.IntN(3000)) * time.Microsecond) // anywhere within a ticket
		kiosk.kill()
		all.Wait()
	}
	for said, n := range acknowledged {
		if n != 1 {
			t.Errorf("%q was said %d times", said, n)
		}
	}

	// Once more, to let it bring what was torn to paper.
	kiosk := start(t, "kiosk", "-sim", "-data", data, "-listen", "127.0.0.1:0", "-speed", "0")
	kiosk.said("kiosk: http")
	j, err := journal.OpenReader(t.Context(), filepath.Join(data, "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	eventually(t, "every ticket has paper", func() error {
		state := queue.New()
		if err := j.Replay(state.Apply); err != nil {
			return err
		}
		if len(state.Tickets) < len(acknowledged) {
			t.Fatalf("%d numbers were acknowledged, %d are on record", len(acknowledged), len(state.Tickets))
		}
		for _, ticket := range state.Tickets {
			delete(acknowledged, state.Label(ticket.Ref)+"번 표를 발급하였습니다.")
			if ticket.Paper != queue.OnPaper {
				return fmt.Errorf("%s is %s", state.Label(ticket.Ref), ticket.Paper)
			}
		}
		return nil
	})
	if len(acknowledged) > 0 {
		t.Errorf("acknowledged and lost: %v", acknowledged)
	}
	kiosk.stop()
	var out bytes.Buffer
	err = command(t.Context(), []string{"journal", "verify", "-journal", filepath.Join(data, "journal.db")}, nil, &out, &out)
	if err != nil {
		t.Errorf("%v\n%s", errors.Unwrap(err), out.String())
	}
}
