package voice_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/feed"
)

func TestCallsQueueAndNeverOverlap(t *testing.T) {
	run(t, beeps(t), english, func(h *hall) {
		h.tell()
		h.call(1, 1)
		h.want("1>1 en")
		h.call(2, 1)
		h.call(3, 2)
		h.call(4, 3)
		h.want("2>1 en", "3>2 en", "4>3 en")
		h.tell() // the same calls again
		h.want()
		h.call(5, 0)
		h.want("5>0 en")
	})
}

func TestARecallJumpsNoQueue(t *testing.T) {
	run(t, beeps(t), nil, func(h *hall) {
		h.tell()
		h.call(1, 1)
		h.call(2, 2)
		h.calls(1, 1, true) // while it is spoken: again, at the end
		h.calls(2, 2, true) // while it waits: once
		h.want("1>1", "2>2", "1>1")
		if n := h.logged("ticket=2", "still waits"); n != 1 {
			t.Errorf("%d lines say that a recall was not spoken", n)
		}
	})
}

func TestStaleCallsAreDropped(t *testing.T) {
	run(t, beeps(t), nil, func(h *hall) {
		h.tell()
		h.call(1, 1)
		h.call(2, 2)
		h.serves(2, 0) // finished before it was spoken
		h.call(3, 3)
		h.serves(3, 0)
		h.call(3, 2) // transferred, and called there
		h.call(4, 1) // who is at 1 has been spoken
		h.want("1>1", "3>2", "4>1")
		for _, why := range []string{"ticket=2 counter=2 why=\"the ticket is no longer", "ticket=3 counter=3 why=\"called to another"} {
			if h.logged("not spoken", why) != 1 {
				t.Errorf("no line says %s in\n%s", why, h.log.String())
			}
		}
		if h.logged("not spoken") != 2 {
			t.Error(h.log.String())
		}
	})
}

// TestOldCallsGiveWay: of a player that is slow, calls of which the counter is
// not known wait longer and longer.
func TestOldCallsGiveWay(t *testing.T) {
	run(t, beeps(t), nil, func(h *hall) {
		h.tell()
		h.failing(func() error { time.Sleep(20 * time.Second); return nil })
		for n := 1; n <= 4; n++ {
			h.call(n, 0)
		}
		time.Sleep(time.Minute)
		// 1 at once, 2 after 21 s; then 3 is 42 s old and 4 waits; 4 alone may be.
		h.want("1>0", "2>0", "4>0")
		if h.logged("ticket=3", "while others wait") != 1 {
			t.Error(h.log.String())
		}
		h.failing(func() error { time.Sleep(3 * time.Minute); return nil })
		h.call(5, 0)
		h.call(6, 0)
		time.Sleep(4 * time.Minute)
		h.want("5>0")
		if h.logged("ticket=6", "too long ago\"") != 1 {
			t.Error(h.log.String())
		}
	})
}

// TestARecallKeepsACallYoung: who is called again while waiting is still wanted.
func TestARecallKeepsACallYoung(t *testing.T) {
	run(t, beeps(t), nil, func(h *hall) {
		h.tell()
		h.failing(func() error { time.Sleep(20 * time.Second); return nil })
		for n := 1; n <= 3; n++ {
			h.call(n, 0)
		}
		h.rest(30 * time.Second)
		h.calls(3, 0, true)
		h.call(4, 0)
		h.rest(time.Minute)
		h.want("1>0", "2>0", "3>0", "4>0")
	})
}

func TestWhatAStartSpeaks(t *testing.T) {
	run(t, beeps(t), nil, func(h *hall) {
		h.call(1, 1) // the first snapshot, of a call just now
		h.want("1>1")
	})
	run(t, beeps(t), nil, func(h *hall) {
		h.s.Calls = []feed.Call{
			{Seq: 3, Ticket: "3", Counter: 3, At: time.Now().Add(time.Hour).UnixMilli()}, // the clock was set back
			{Seq: 2, Ticket: "2", Counter: 2, At: time.Now().Add(-3 * time.Second).UnixMilli()},
			{Seq: 1, Ticket: "1", Counter: 1, At: time.Now().Add(-6 * time.Second).UnixMilli()}}
		h.s.CallSeq = 3
		for i := range h.s.Counters {
			h.s.Counters[i].Ticket = strconv.Itoa(i + 1)
		}
		h.tell()
		h.want("2>2")
		h.call(4, 1)
		h.want("4>1")
		// The kiosk restarts: a new epoch, the same calls. Nothing is repeated, and
		// what is called then is spoken.
		h.s.Epoch, h.s.Rev = 2, 0
		h.tell()
		h.want()
		h.call(5, 2)
		h.want("5>2")
		// A late snapshot of before does no harm.
		old := h.s
		old.Epoch, old.Rev, old.CallSeq, old.Calls = 1, 99, 0, nil
		h.a.Follow(&old)
		synctest.Wait()
		h.tell()
		h.want()
		// A new day counts its calls from one.
		h.s.Day, h.s.CallSeq, h.s.Calls = 4, 0, nil
		h.call(6, 3)
		h.want("6>3")
		// So does one whose first calls were not heard of, though it has more.
		h.s.Day, h.s.CallSeq, h.s.Calls = 5, 0, nil
		h.s.Calls = []feed.Call{{Seq: 1, Ticket: "1", At: time.Now().Add(-20 * time.Second).UnixMilli()}}
		h.s.CallSeq = 1
		h.call(2, 0)
		h.want("1>0", "2>0")
		// A new record: what is in it has been spoken, unless it is new.
		h.s.Journal, h.s.Epoch, h.s.Rev = "k", 1, 0
		h.tell()
		h.want()
		// Calls taken back in a day, by a record from a backup.
		h.call(7, 1)
		h.want("7>1")
		h.s.Calls, h.s.CallSeq = h.s.Calls[2:], h.s.CallSeq-2
		h.s.Epoch++
		h.call(8, 1)
		h.want("8>1")
	})
}

// TestAfterAnOutage: a screen gets the snapshot after minutes without one.
func TestAfterAnOutage(t *testing.T) {
	run(t, beeps(t), nil, func(h *hall) {
		h.tell()
		rev := h.s.Rev
		h.s.Calls = []feed.Call{
			{Seq: 2, Ticket: "2", Counter: 2, At: time.Now().Add(-2 * time.Second).UnixMilli()},
			{Seq: 1, Ticket: "1", Counter: 1, At: time.Now().Add(-5 * time.Minute).UnixMilli()}}
		h.s.CallSeq, h.s.Rev = 2, rev+50
		h.s.Counters[0].Ticket, h.s.Counters[1].Ticket = "1", "2"
		h.tell()
		h.want("2>2")
		if h.logged("ticket=1", "too long ago") != 1 {
			t.Error(h.log.String())
		}
	})
}

func TestTooManyCalls(t *testing.T) {
	run(t, beeps(t), nil, func(h *hall) {
		h.tell()
		h.failing(func() error { time.Sleep(time.Second); return nil })
		for i := range 40 {
			h.s.CallSeq++
			h.s.Calls = append([]feed.Call{{Seq: h.s.CallSeq, Ticket: strconv.Itoa(i%9 + 1), Service: "s" + strconv.Itoa(i), At: time.Now().UnixMilli()}}, h.s.Calls...)
		}
		h.tell()
		if n := h.logged("too many calls wait"); n != 8 {
			t.Errorf("%d calls dropped", n)
		}
	})
}
