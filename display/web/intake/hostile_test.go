package intake

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
)

// TestForgedMessages: what speaks for another office, is repeated from the past,
// comes from a broker's memory where nothing is kept, or is too large, changes
// nothing, and is counted by its kind.
func TestForgedMessages(t *testing.T) {
	c := newCity(t)
	o := morning(t, "a")
	c.hearFacts(t, "o", o.record...)
	now := time.Now().UnixMilli()
	c.hearSnapshot(t, false, feed.Snapshot{Office: "o", Journal: o.journal, Epoch: 5, Rev: 9, AsOf: now, Name: "true"})
	c.digest(t)
	a := feed.Address{City: "u", Office: "o"}
	before, _ := c.Office("o")
	facts := c.Counts().Facts

	forged := func(s feed.Snapshot) []byte {
		s.V, s.City = 1, "u"
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	fact := func(n int) []byte {
		m := o.record[n]
		b, err := feed.EncodeFact(m.Journal, m.Hash, m.Fact)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for what, m := range map[string]struct {
		link.Message
		kind string // counted as, "" is none: it is merely old
	}{
		"a state that speaks for another":  {link.Message{Topic: a.State(), Payload: forged(feed.Snapshot{Office: "p", Epoch: 99, Rev: 1, Name: "false"})}, "state"},
		"a state of another city":          {link.Message{Topic: feed.Address{City: "x", Office: "o"}.State(), Payload: forged(feed.Snapshot{Office: "o", Epoch: 99, Rev: 1})}, "topic"},
		"a state of before":                {link.Message{Topic: a.State(), Payload: forged(feed.Snapshot{Office: "o", Journal: o.journal, Epoch: 5, Rev: 8, AsOf: now + 1000, Name: "false"})}, ""},
		"a state of an earlier start":      {link.Message{Topic: a.State(), Payload: forged(feed.Snapshot{Office: "o", Journal: o.journal, Epoch: 4, Rev: 1000, Name: "false"})}, ""},
		"a state too large":                {link.Message{Topic: a.State(), Payload: append(forged(feed.Snapshot{Office: "o", Epoch: 99, Rev: 1}), strings.Repeat(" ", feed.MaxSnapshot)...)}, "state"},
		"a fact from the broker's memory":  {link.Message{Topic: a.Facts(), Payload: fact(0), Retained: true}, "fact"},
		"a fact too large":                 {link.Message{Topic: a.Facts(), Payload: append(fact(0), strings.Repeat(" ", feed.MaxSnapshot)...)}, "fact"},
		"a fact of before":                 {link.Message{Topic: a.Facts(), Payload: fact(0)}, ""},
		"a reply from the broker's memory": {link.Message{Topic: a.Reply("0123456789abcdef"), Payload: []byte(`{"v":1,"id":"0123456789abcdef","refusal":{}}`), Retained: true}, "reply"},
		"a reply to another":               {link.Message{Topic: a.Reply("0123456789abcdef"), Payload: []byte(`{"v":1,"id":"0123456789abcdee","refusal":{}}`)}, "reply"},
		"a reply too large":                {link.Message{Topic: a.Reply("0123456789abcdef"), Payload: []byte(`{"v":1,"id":"0123456789abcdef","refusal":{"ko":"` + strings.Repeat("a", feed.MaxMessage) + `"}}`)}, "reply"},
		"a status too large":               {link.Message{Topic: a.Status(), Payload: append([]byte(`{"v":1,"online":false,"epoch":99}`), strings.Repeat(" ", feed.MaxMessage)...)}, "status"},
		"a topic that is none":             {link.Message{Topic: "sunbeon/v1/u/../state", Payload: forged(feed.Snapshot{Office: "o", Epoch: 99})}, "topic"},
	} {
		was, all := c.Refused(), c.Counts().Refused
		c.file(m.Message)
		c.digest(t)
		if after, _ := c.Office("o"); after.Snapshot != before.Snapshot || after.Stored.Seq != before.Stored.Seq || after.Stored.Trouble != "" || after.Status != before.Status {
			t.Errorf("%s has changed the office: %+v", what, after)
		}
		is := c.Refused()
		if m.kind != "" && is[m.kind] != was[m.kind]+1 || m.kind == "" && c.Counts().Refused != all || m.kind != "" && c.Counts().Refused != all+1 {
			t.Errorf("%s: refused were %v, are %v", what, was, is)
		}
	}
	if len(c.Offices()) != 1 || c.Counts().Facts != facts {
		t.Errorf("%d offices, %d facts", len(c.Offices()), c.Counts().Facts)
	}
}

// TestNobodyElseAnswers: an office's answer counts for its own requests only.
func TestNobodyElseAnswers(t *testing.T) {
	c := newCity(t)
	c.hearSnapshot(t, false, feed.Snapshot{Office: "o", Epoch: 1, Rev: 1, AsOf: time.Now().UnixMilli()})
	c.digest(t)
	const id = "0123456789abcdef"
	l := &line{}
	l.answer = func(m link.Message) {
		reply := func(office, body string) {
			c.file(link.Message{Topic: feed.Address{City: "u", Office: office}.Reply(id), Payload: []byte(body)})
		}
		reply("thief", `{"v":1,"id":"`+id+`","ticket":{"label":"666","token":"stolenstolenstol"}}`)
		reply("o", `{"v":1,"id":"`+id+`","ticket":{"label":"1","token":"abcdefghijkl2345"}}`)
		reply("o", `{"v":1,"id":"`+id+`","ticket":{"label":"2","token":"abcdefghijkl2346"}}`)
	}
	c.asks.connect(l)
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	r, err := c.Ask(ctx, "o", feed.Request{ID: id, Kind: feed.RequestIssue})
	if err != nil || r.Ticket == nil || r.Ticket.Label != "1" {
		t.Errorf("%+v %v", r, err)
	}
}
