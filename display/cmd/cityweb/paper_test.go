package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
)

// record are the messages of facts, as an office chains them.
func record(t *testing.T, facts ...string) (out [][]byte) {
	t.Helper()
	var hash [sha256.Size]byte
	for i, f := range facts {
		kind, body, _ := strings.Cut(f, " ")
		raw := fmt.Appendf(nil, `{"day":1,"seq":%d,"at":{"wall":%d,"trusted":true,"mono":1,"boot":"b"},"kind":%q,"body":%s}`, i+1, time.Now().UnixMilli(), kind, body)
		hash = sha256.Sum256(append(hash[:], raw...))
		m, err := feed.EncodeFact("j", hex.EncodeToString(hash[:]), raw)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, m)
	}
	return out
}

// tell publishes facts, and ends.
func tell(t *testing.T, broker string, facts [][]byte) {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	err := link.Run(ctx, link.Config{Brokers: []string{broker}, ClientID: "office"}, func(ctx context.Context, c link.Conn) error {
		defer leave()
		for _, m := range facts {
			if err := c.Publish(ctx, feed.Address{City: "sujeong", Office: "CS0001"}.Facts(), 1, false, m); err != nil {
				t.Error(err)
			}
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestPaperTicketFromTheFactsToItsPage: the address on paper leads to the number,
// also after the city was started again, and what happened since is on it.
func TestPaperTicketFromTheFactsToItsPage(t *testing.T) {
	const mine, others = "paperticketaaaaa", "paperticketbbbbb"
	issue := func(n int, token string) string {
		return fmt.Sprintf(`issued {"band":"civil","number":%d,"class":"ordinary","origin":"button","token":%q,"place":{"after":%d}}`, n, token, n)
	}
	facts := record(t, `day_opened {"number":1,"config":{"services":[{"id":"civil","name":"민원","prefix":"A"}],"rules":{"priorityRun":1,"latePlace":"end"}}}`,
		issue(41, others), issue(42, mine), `called {"band":"civil","number":41,"counter":3}`, `called {"band":"civil","number":42,"counter":5}`)
	data := t.TempDir()
	site, broker, stop := started(t, "-data", data)
	listens(t, site)
	tell(t, broker, facts[:3])
	shows := func(want string) func() bool {
		return func() bool {
			var v struct{ Label, Status, Head json.RawMessage }
			return json.Unmarshal([]byte(fetch(t, site+"api/v1/tickets/"+mine)), &v) == nil && string(v.Label) == `"A42"` && strings.Contains(string(v.Head), want)
		}
	}
	until(t, "one ahead", shows("앞에 1명"))
	stop()
	site, broker, stop = started(t, "-data", data)
	if !shows("앞에 1명")() {
		t.Errorf("after the restart: %s", fetch(t, site+"api/v1/tickets/"+mine))
	}
	listens(t, site)
	tell(t, broker, facts) // from the beginning: the office has not seen the cursor
	until(t, "the call", shows("5번 창구로 오십시오"))
	if page := fetch(t, site+"t/"+others); !strings.Contains(page, "3번 창구로 오십시오") {
		t.Error(page)
	}
	stop()
}
