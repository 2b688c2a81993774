package contacttest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"

	"sunbeon/drivers/contact/contacttest"
)

// TestDoubles: the doubles have the traps that they are there for.
func TestDoubles(t *testing.T) {
	t.Run("gpioioctl", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := contacttest.NewPin("GPIO17")
			_ = p.In(gpio.PullUp, gpio.BothEdges)
			if p.WaitForEdge(-1) {
				t.Error("a wait of -1 saw an edge")
			}
			_ = p.Halt() // lost
			done := make(chan bool)
			go func() { done <- p.WaitForEdge(0) }()
			time.Sleep(time.Hour)
			select {
			case <-done:
				t.Fatal("a wait of 0 ended by itself, or by a Halt before it")
			default:
			}
			_ = p.Halt()
			if <-done {
				t.Error("Halt looked like an edge")
			}
			for range 100 {
				p.Set(gpio.Low)
				p.Set(gpio.High)
			}
			kept := 0
			for p.WaitForEdge(time.Millisecond) {
				kept++
			}
			if kept != 16 {
				t.Errorf("%d edges kept, want 16", kept)
			}
		})
	})
	t.Run("gpiotest", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := contacttest.NewQueue("GPIO17")
			_ = p.In(gpio.PullUp, gpio.BothEdges)
			if p.WaitForEdge(0) {
				t.Error("a wait of 0 saw an edge")
			}
			done := make(chan bool)
			go func() { done <- p.WaitForEdge(-1) }()
			time.Sleep(time.Hour)
			p.Set(gpio.Low)
			if !<-done || p.Read() != gpio.Low {
				t.Error("a wait of -1 missed the edge")
			}
		})
	})
}
