package web

import (
	"net/http"
	"testing"
	"time"

	"sunbeon/appliance/feed"
)

// TestTicketThatAnotherReplicaAskedFor: the page after the redirect is there,
// and the retry of its citizen leads to it.
func TestTicketThatAnotherReplicaAskedFor(t *testing.T) {
	const token = "anotherreplicaaa"
	c := newTown(hall("CS0001", time.Now()))
	s := newSite(t, c)
	if r := get(t, s, "/t/"+token); r.StatusCode != http.StatusNotFound {
		t.Fatal(r.Status)
	}
	given := feed.Issued{Label: "511", Service: "passport", Day: 1, Token: token, Status: feed.StatusWaiting, Ahead: 2}
	s.Replied("CS0001", given)
	if shown := visible(text(t, get(t, s, "/t/"+token))); !contains(shown, "511", "앞에 2명") {
		t.Error(shown)
	}
	// Another office takes nobody's page.
	forged := given
	forged.Label = "999"
	s.Replied("CS0002", forged)
	if shown := visible(text(t, get(t, s, "/t/"+token))); !contains(shown, "511") {
		t.Error(shown)
	}
	given.Status = feed.StatusCancelled
	s.Replied("CS0001", given)
	if shown := visible(text(t, get(t, s, "/t/"+token))); !contains(shown, "취소") || contains(shown, "앞에 2명") {
		t.Error(shown)
	}
}

// TestOwnTicketIsHeardTwice: a reply comes to the book as to all replicas', and
// then as the answer to who has asked.
func TestOwnTicketIsHeardTwice(t *testing.T) {
	b := newBook()
	for i := range remembered + 10 {
		id := string(rune('a'+i%26)) + time.Duration(i).String()
		given := feed.Issued{Token: "t" + id, Status: feed.StatusWaiting}
		b.given("o", given)
		b.flights["o/"+id] = &flight{done: make(chan struct{}), reply: feed.Reply{Ticket: &given}}
		close(b.flights["o/"+id].done)
		b.mu.Lock()
		b.keep("o/"+id, spoken{Office: "o", Came: time.Now(), Issued: given})
		b.mu.Unlock()
		if token, ok := b.taken("o", id); !ok || token != given.Token {
			t.Fatalf("%d: the request leads to %q", i, token)
		}
	}
	if len(b.flights) > remembered || len(b.answers) > remembered || len(b.entries) > remembered {
		t.Errorf("%d requests, %d answers, %d entries are kept", len(b.flights), len(b.answers), len(b.entries))
	}
}
