package feed

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// EncodeFact writes a fact message around the record's bytes without touching
// them: json.Marshal would compact and escape raw, and the hash would no longer
// fit. raw must be one JSON value without space around it.
func EncodeFact(journal, hash string, raw []byte) ([]byte, error) {
	j, err := json.Marshal(journal)
	if err != nil {
		return nil, fmt.Errorf("feed: fact: %w", err)
	}
	h, err := json.Marshal(hash)
	if err != nil {
		return nil, fmt.Errorf("feed: fact: %w", err)
	}
	b := make([]byte, 0, len(raw)+len(j)+len(h)+48)
	b = fmt.Appendf(b, `{"v":1,"journal":%s,"hash":%s,"fact":`, j, h)
	b = append(append(b, raw...), '}')
	m, _, err := DecodeFact(b)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(m.Fact, raw) {
		return nil, fmt.Errorf("%w: fact: space around the record's bytes", ErrInvalid)
	}
	return b, nil
}
