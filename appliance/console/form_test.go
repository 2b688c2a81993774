package console

import (
	"strings"
	"testing"

	"sunbeon/appliance"
	"sunbeon/appliance/queue"
)

// No body makes the forms panic, and what they accept is a command of the
// page's own counter with a request id that names its owner.
func FuzzForm(f *testing.F) {
	f.Add("next", "id=12345678&seen=-")
	f.Add("pick", "id=12345678&ticket=civil%2F118")
	f.Add("pick", "id=12345678&number=p7")
	f.Add("return", "id=12345678&ticket=a%2Fb%2F1")
	f.Add("transfer", "id=12345678&to=counter%3A4")
	f.Add("services", "id=12345678&counter=3&order.civil=1&order.passport=2")
	f.Add("void", "id=12345678&number=7&reason=%EC%9E%98%EB%AA%BB")
	c := office()
	v := &appliance.View{Config: &c}
	f.Fuzz(func(t *testing.T, action, body string) {
		values, p := parseForm(body)
		if p != nil {
			if p.Ko == "" || p.En == "" || p.status < 400 {
				t.Fatalf("%q is refused without a word: %+v", body, p)
			}
			return
		}
		if id, p := values.request(3); p == nil && (!strings.HasPrefix(id, "console/3/") || len(id) > 80) {
			t.Fatalf("request id %q", id)
		}
		if cmd, p := counterCommand(action, 3, values, v); p == nil {
			checkCounter(t, cmd)
		}
		if cmd, p := managerCommand(action, values, v); p == nil {
			switch cmd := cmd.(type) {
			case queue.Reprint:
				checkLabel(t, &c, cmd.Ref)
			case queue.Remove:
				checkLabel(t, &c, cmd.Ref)
				if !clean(cmd.Reason) {
					t.Fatalf("reason %q", cmd.Reason)
				}
			case queue.SetServices:
				if len(cmd.Services) == 0 || len(cmd.Services) > len(c.Services) || cmd.Counter < 1 {
					t.Fatalf("got %+v", cmd)
				}
			case nil:
				t.Fatal("neither command nor problem")
			}
		}
	})
}

// checkCounter sees to it that a command acts at counter 3 or at none.
func checkCounter(t *testing.T, c queue.Command) {
	t.Helper()
	n := 3
	switch c := c.(type) {
	case queue.CallNext:
		n = c.Counter
	case queue.Recall:
		n = c.Counter
	case queue.Pick:
		n = c.Counter
	case queue.Hold:
		n = c.Counter
	case queue.MarkNoShow:
		n = c.Counter
	case queue.Finish:
		n = c.Counter
	case queue.Transfer:
		n = c.Counter
	case queue.OpenCounter:
		n = c.Counter
	case queue.CloseCounter:
		n = c.Counter
	case queue.Pause:
		n = c.Counter
	case queue.Resume:
		n = c.Counter
	case queue.Return:
	default:
		t.Fatalf("a counter's page gives %T", c)
	}
	if n != 3 {
		t.Fatalf("%+v acts at counter %d", c, n)
	}
}

func checkLabel(t *testing.T, c *queue.Config, r queue.Ref) {
	t.Helper()
	if s, ok := c.Service(r.Band); !ok || r.Number < s.First || r.Number > s.Last {
		t.Fatalf("no service gives %+v", r)
	}
}

func TestNumbersAsStaffTypeThem(t *testing.T) {
	c := office()
	for text, want := range map[string]queue.Ref{
		"7": {Band: "civil", Number: 7}, " 7번 ": {Band: "civil", Number: 7}, "P7": {Band: "passport", Number: 7}, "p7": {Band: "passport", Number: 7},
		"07": {}, "P07": {}, "0": {}, "301": {}, "P100": {}, "-7": {}, "+7": {}, "": {}, "번": {}, "칠": {}, "７": {},
	} {
		got, p := form{"number": text}.label(&c)
		if got != want || (p == nil) == want.IsZero() {
			t.Errorf("%q: got %+v, %v", text, got, p)
		}
	}
}
