package queue_test

import (
	"testing"

	"sunbeon/appliance/queue"
)

// Every command that leads to facts answers its repetition alike, also after a
// replay, and leads to nothing more.
func TestRepeatedRequests(t *testing.T) {
	d := newDesk(t)
	var tickets []queue.Ref
	for range 6 {
		tickets = append(tickets, d.issue("civil", queue.Ordinary))
	}
	for i, c := range []queue.Command{
		queue.CallNext{Counter: 1},
		queue.Pause{Counter: 1},
		queue.Recall{Counter: 1},
		queue.CallNext{Counter: 1}, // finishes, resumes, calls
		queue.Hold{Counter: 1},
		queue.Pick{Counter: 1, Ref: tickets[1]},
		queue.MarkNoShow{Counter: 1},
		queue.Return{Ref: tickets[1]},
		queue.CallNext{Counter: 1},
		queue.Transfer{Counter: 1, Service: "passport"},
		queue.CallNext{Counter: 1},
		queue.CloseCounter{Counter: 1}, // finishes, closes
		queue.Issue{Service: "civil", Class: queue.Priority, Origin: queue.Clerk},
		queue.Reprint{Ref: tickets[3]},
		queue.Cancel{Ref: tickets[3]},
		queue.Remove{Ref: tickets[4], Reason: "두 번 뽑음"},
		queue.SetServices{Counter: 1, Services: []string{"passport"}},
		queue.CloseIssuing{},
		queue.ReopenIssuing{},
		queue.CloseDay{},
		queue.OpenDay{},
	} {
		request := string(rune('a' + i))
		first := d.must(request, c)
		for _, s := range []*queue.State{d.state, replay(t, d.facts)} {
			again, err := s.Decide(queue.Input{At: d.now, Request: request, Command: c})
			if err != nil || !again.Repeated || len(again.Events) > 0 || again.Answer != first.Answer {
				t.Errorf("%s: first %+v, again %+v, %v", c.Name(), first.Answer, again, err)
			}
		}
		if _, err := d.do(request, queue.Tick{}); !is(err, queue.RequestReused) {
			t.Errorf("%s: another command under its id: %v", c.Name(), err)
		}
	}
}

// The clerk's key finishes and resumes though nobody is next: two facts, the
// second about no ticket.
func TestAnswerOfSeveralFacts(t *testing.T) {
	d := newDesk(t)
	ref := d.issue("civil", queue.Ordinary)
	d.must("", queue.CallNext{Counter: 1})
	d.must("", queue.Pause{Counter: 1})
	first := d.must("r", queue.CallNext{Counter: 1})
	if again := d.must("r", queue.CallNext{Counter: 1}); first.Answer.Ref != ref || again.Answer != first.Answer {
		t.Fatalf("first %+v, again %+v", first.Answer, again.Answer)
	}
}

func TestRefusedRequestIsDecidedAnew(t *testing.T) {
	d := newDesk(t)
	if _, err := d.do("r", queue.CallNext{Counter: 1}); err != nil { // opens the counter
		t.Fatal(err)
	}
	if _, err := d.do("s", queue.CallNext{Counter: 1}); !is(err, queue.NobodyWaiting) {
		t.Fatal(err)
	}
	ref := d.issue("civil", queue.Ordinary)
	if got := d.must("s", queue.CallNext{Counter: 1}).Answer.Ref; got != ref {
		t.Fatalf("called %v", got)
	}
}

// JSON has no place for such bytes: after a replay two ids would be one.
func TestRequestMustBeText(t *testing.T) {
	d := newDesk(t)
	if _, err := d.do("\xff", queue.CallNext{Counter: 1}); !is(err, queue.BadInput) {
		t.Fatal(err)
	}
	d.refused(queue.BadInput, queue.ReportDevice{Device: "\xff", Conditions: []string{"x"}})
}
