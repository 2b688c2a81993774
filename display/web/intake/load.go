package intake

import (
	"encoding/json"
	"fmt"
	"strings"

	"sunbeon/appliance/feed"
)

// dayFacts are the facts of one day of one record that are about its tickets.
func dayFacts() string {
	return `SELECT raw FROM fact WHERE office = ? AND day = ? AND journal = ?
		AND kind IN ('` + strings.Join(feed.BodyKinds(), "','") + `') ORDER BY seq`
}

// loadDays reads the day that each office is in: some hundred facts each,
// however many years lie before them.
func (s *Store) loadDays() error {
	for office, cur := range s.current() {
		if err := s.loadDay(office, cur); err != nil {
			return fmt.Errorf("the day of office %s: %w", office, err)
		}
	}
	return nil
}

func (s *Store) loadDay(office string, cur feed.Cursor) error {
	var number int64
	err := s.db.QueryRow(`SELECT day FROM fact WHERE office = ? AND journal = ? AND seq = ?`, office, cur.Journal, int64(cur.Seq)).Scan(&number)
	if err != nil {
		return err
	}
	rows, err := s.db.Query(dayFacts(), office, number, cur.Journal)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var raw []byte
		if err := rows.Scan(&raw); err != nil {
			return err
		}
		var h feed.FactHead
		if err := json.Unmarshal(raw, &h); err != nil {
			return err // it was read once, before it was stored: the disk is failing
		}
		s.days.note(office, cur.Journal, h)
	}
	s.days.reached(office, cur.Seq)
	return rows.Err()
}
