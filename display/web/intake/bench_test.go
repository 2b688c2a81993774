package intake

import (
	"encoding/hex"
	"fmt"
	"path/filepath"
	"testing"

	"sunbeon/appliance/feed"
	"sunbeon/display/web/sqldb"
	"sunbeon/display/web/sqldb/pgtest"
)

// BenchmarkStore measures facts of all of Korea's offices, a few of each office
// in a batch, as a busy city has them.
func BenchmarkStore(b *testing.B) {
	for _, size := range []int{16, 256, 1024} {
		for _, kind := range []string{"sqlite", "postgres"} {
			b.Run(fmt.Sprintf("%s/%d", kind, size), func(b *testing.B) {
				dsn := filepath.Join(b.TempDir(), "city.db")
				if kind == "postgres" {
					dsn = pgtest.New(b).Database()
				}
				db, err := sqldb.Open(b.Context(), dsn)
				if err != nil {
					b.Fatal(err)
				}
				defer db.Close()
				s, err := OpenStore(b.Context(), db)
				if err != nil {
					b.Fatal(err)
				}
				const offices = 3800
				var hash [offices][32]byte
				var seq [offices]uint64
				next := 0
				stored := 0
				for b.Loop() {
					var facts []arrival
					for range size {
						o := next % offices
						next++
						seq[o]++
						raw := fmt.Appendf(nil, `{"day":1,"seq":%d,"at":{"wall":1800000000000,"trusted":true,"mono":123456,"boot":"2f0c1a"},"kind":"called","body":{"band":"civil","number":%d,"counter":3}}`, seq[o], seq[o])
						hash[o] = chain(hash[o], raw)
						facts = append(facts, arrival{fmt.Sprint("CS", o), feed.FactMessage{V: 1, Journal: "0123456789abcdef", Hash: hex.EncodeToString(hash[o][:]), Fact: raw},
							feed.FactHead{Day: 1, Seq: seq[o], Kind: "called"}})
					}
					verdicts, err := s.store(b.Context(), facts)
					if err != nil || verdicts[0] != nil {
						b.Fatal(err, verdicts[0])
					}
					stored += size
				}
				b.ReportMetric(float64(stored)/b.Elapsed().Seconds(), "facts/s")
			})
		}
	}
}
