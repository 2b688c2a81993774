package web

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// lost makes the office act and its answer get lost, until the test says so.
func (c *town) lose(losing bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lossy = losing
}

// kinds are what the office was asked for, in order: i for issue, c for cancel.
func (c *town) kinds() (s string) {
	for _, r := range c.requests() {
		s += string(r.Kind[0])
	}
	return s
}

// TestNumberThatNobodyWaitsForIsGivenBack: the office gave a number, the citizen
// was told to press again, and went away.
func TestNumberThatNobodyWaitsForIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()))
		s, _, stop := serve(t, c)
		c.lose(true)
		if r := post(t, s, "/o/CS0001/ticket", wanted()); r.StatusCode != http.StatusGatewayTimeout {
			t.Fatal(r.Status)
		}
		c.lose(false)
		time.Sleep(RegretAfter - regretLook)
		synctest.Wait()
		if got := c.kinds(); got != "i" {
			t.Errorf("before the time is over: asked %s", got)
		}
		time.Sleep(2 * regretLook)
		synctest.Wait()
		asked := c.requests()
		if got := c.kinds(); got != "iic" || asked[1].ID != asked[0].ID || asked[1].Deadline != longPast || asked[2].Token != tokenOf(asked[0].ID) {
			t.Fatalf("asked %s: %+v", got, asked)
		}
		// Who presses after all gets another number, not the one given back.
		c.set(hall("CS0001", time.Now()))
		r := post(t, s, "/o/CS0001/ticket", wanted())
		last := c.requests()[3]
		if at := r.Header.Get("Location"); r.StatusCode != http.StatusSeeOther || last.ID == asked[0].ID || at != "/t/"+tokenOf(last.ID) {
			t.Errorf("%s %s, asked %+v", r.Status, at, last)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := c.kinds(); got != "iici" {
			t.Errorf("asked %s", got)
		}
		stop()
	})
}

// TestWhoPressesAgainKeepsTheNumber, the one that the first press led to.
func TestWhoPressesAgainKeepsTheNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()))
		s, _, stop := serve(t, c)
		c.lose(true)
		post(t, s, "/o/CS0001/ticket", wanted())
		c.lose(false)
		r := post(t, s, "/o/CS0001/ticket", wanted())
		if at := r.Header.Get("Location"); at != "/t/"+tokenOf(c.requests()[0].ID) {
			t.Errorf("%s %s", r.Status, at)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := c.kinds(); got != "ii" {
			t.Errorf("asked %s", got)
		}
		stop()
	})
}

// TestRequestThatNeverArrivedLeavesNothing: asked again after its time, the
// office refuses, and no number is given.
func TestRequestThatNeverArrivedLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()))
		s, _, stop := serve(t, c)
		c.mu.Lock()
		c.silent = ErrTimeout
		c.mu.Unlock()
		post(t, s, "/o/CS0001/ticket", wanted())
		time.Sleep(RegretAfter + 2*RegretAgain + regretLook) // it is silent for a while
		c.mu.Lock()
		c.silent = nil
		c.mu.Unlock()
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := c.kinds(); got != "iiiii" || len(c.answers) != 0 {
			t.Errorf("asked %s, gave %d", got, len(c.answers))
		}
		stop()
	})
}

func TestSilentOfficeIsNotAskedForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()))
		s, _, stop := serve(t, c)
		c.mu.Lock()
		c.silent = ErrTimeout
		c.mu.Unlock()
		post(t, s, "/o/CS0001/ticket", wanted())
		time.Sleep(10 * time.Hour)
		synctest.Wait()
		if n := len(c.requests()); n != 1+RegretTries {
			t.Errorf("asked %d times", n)
		}
		stop()
	})
}
