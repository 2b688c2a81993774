package sqldb

import "testing"

func TestRebind(t *testing.T) {
	if got := (&DB{postgres: true}).rebind("a = ? AND b = ?"); got != "a = $1 AND b = $2" {
		t.Error(got)
	}
}
