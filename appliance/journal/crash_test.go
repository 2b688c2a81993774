package journal

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"sunbeon/appliance/queue"
)

// endOf opens a record and says where it ends, after making sure that it
// is whole and that it replays.
func endOf(t *testing.T, path string) uint64 {
	t.Helper()
	j, err := Open(context.Background(), path, Options{FirstEpoch: 1})
	if err != nil {
		t.Fatal(err)
	}
	r := whole(t, j)
	if s := replayed(t, j); s.Seq != r.Last && r.Last > 1 {
		t.Fatalf("the state ends at %d, the record at %d", s.Seq, r.Last)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return r.Last
}

func TestKilledAtAnyInstant(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 2))
	path := filepath.Join(t.TempDir(), "j.db")
	acked := uint64(0)
	rounds := every(25, 300)
	if raced {
		rounds = 8
	}
	for round := range rounds {
		cmd, out := startChild(t, path, "")
		lines := bufio.NewScanner(out)
		for left := r.IntN(30); left > 0 && lines.Scan(); left-- {
			if _, err := fmt.Sscanf(lines.Text(), "ack %d", &acked); err != nil {
				t.Fatalf("round %d: the child says %q", round, lines.Text())
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		// What it still said before it died counts too.
		for lines.Scan() {
			_, _ = fmt.Sscanf(lines.Text(), "ack %d", &acked)
		}
		_ = cmd.Wait()
		if end := endOf(t, path); end < acked {
			t.Fatalf("round %d: fact %d was acknowledged, the record ends at %d", round, acked, end)
		}
	}
	if acked == 0 {
		t.Fatal("nothing was ever acknowledged")
	}
	t.Logf("%d facts acknowledged", acked)
}

// crashed is a record whose process died before its log was moved into the
// database, and the seqs at which its batches end.
func crashed(t *testing.T, batches int) (db, wal []byte, ends map[uint64]bool) {
	t.Helper()
	path := filepath.Join(memory(t), "j.db")
	made := runChild(t, path, "n=0") // closed in order: all is in the database
	cmd, out := startChild(t, path, fmt.Sprintf("n=%d die", batches))
	ends = map[uint64]bool{made.acked: true}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var seq uint64
		if _, err := fmt.Sscanf(lines.Text(), "ack %d", &seq); err != nil {
			t.Fatal(lines.Text())
		}
		ends[seq] = true
	}
	_ = cmd.Wait()
	return readFile(t, path), readFile(t, path+"-wal"), ends
}

func TestLogCutAtAnyByte(t *testing.T) {
	needSpeed(t)
	db, wal, ends := crashed(t, 4)
	dir := filepath.Join(memory(t), "cut")
	t.Logf("the log has %d bytes, %d batches", len(wal), len(ends)-1)
	const header, frame = 32, 24 + 4096
	last, seen := uint64(0), map[uint64]bool{}
	for k := 0; k <= len(wal); k++ {
		// By default every byte of the heads of the frames and some of the
		// pages: a page is one field to the log.
		if in := (k - header) % frame; k > header && in > 24 && in%every(509, 1) != 0 && k != len(wal) {
			continue
		}
		path := layOut(t, dir, map[string][]byte{"j.db": db, "j.db-wal": wal[:k]})
		end := endOf(t, path)
		if !ends[end] {
			t.Fatalf("cut at %d: the record ends at %d, within a batch", k, end)
		}
		if end < last {
			t.Fatalf("cut at %d: the record ends at %d; with fewer bytes it ended at %d", k, end, last)
		}
		last, seen[end] = end, true
	}
	if len(seen) < len(ends) {
		t.Fatalf("only the ends %v of %v were met", seen, ends)
	}
}

func TestLogWithFlippedBits(t *testing.T) {
	needSpeed(t)
	db, wal, ends := crashed(t, 6)
	dir := filepath.Join(memory(t), "flip")
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 3))
	shorter := 0
	for range every(60, 2000) {
		bad := bytes.Clone(wal)
		at := 32 + r.IntN(len(wal)-32)
		bad[at] ^= byte(1 + r.IntN(255))
		end := endOf(t, layOut(t, dir, map[string][]byte{"j.db": db, "j.db-wal": bad}))
		if !ends[end] {
			t.Fatalf("byte %d flipped: the record ends at %d, within a batch", at, end)
		}
		if end < maxOf(ends) {
			shorter++
		}
	}
	if shorter == 0 {
		t.Fatal("no flip had any effect")
	}
}

func maxOf(ends map[uint64]bool) (m uint64) {
	for e := range ends {
		m = max(m, e)
	}
	return m
}

// A block that was being written when the power went is garbage. It must not
// hold anything of an earlier commit.
func TestCommitsShareNoBlock(t *testing.T) {
	path := filepath.Join(memory(t), "j.db")
	dir := filepath.Join(memory(t), "block")
	j := openAt(t, path)
	b := newBench(t, j.Append)
	b.open()
	const block = 4096
	for range 12 {
		b.issue("civil")
		acked := j.Last()
		before := readFile(t, path+"-wal")
		b.issue("civil")
		after := readFile(t, path+"-wal")
		for at := 0; at+block <= len(after); at += block {
			was := make([]byte, block)
			if at < len(before) {
				copy(was, before[at:])
			}
			if !bytes.Equal(was, after[at:at+block]) {
				for i := range block {
					after[at+i] = 0xA5
				}
			}
		}
		if end := endOf(t, layOut(t, dir, map[string][]byte{"j.db": readFile(t, path), "j.db-wal": after})); end < acked {
			t.Fatalf("the blocks of the next commit spoilt: the record ends at %d, %d was acknowledged", end, acked)
		}
	}
}

func TestVerifyFindsTampering(t *testing.T) {
	for name, c := range map[string]struct{ sql, want string }{
		"edited body":     {`UPDATE facts SET body = replace(body, '"class":"ordinary"', '"class":"priority"') WHERE seq = 4`, "fact 4: its hash"},
		"edited and hash": {`UPDATE facts SET body = replace(body, 'button', 'clerk'), hash = zeroblob(32) WHERE seq = 4`, "fact 5: its hash"},
		"removed":         {`DELETE FROM facts WHERE seq = 5`, "fact 6 follows fact 4"},
		"removed, renumbered": {`DELETE FROM facts WHERE seq = 5; UPDATE facts SET seq = seq - 1,
			body = replace(body, '"seq":' || seq, '"seq":' || (seq - 1)) WHERE seq > 5`, "fact 5: its hash"},
		"reordered": {`UPDATE facts SET seq = -4 WHERE seq = 4; UPDATE facts SET seq = 4 WHERE seq = 5;
			UPDATE facts SET seq = 5 WHERE seq = -4`, "fact 4: its hash"},
		"column":          {`UPDATE facts SET at_wall = at_wall + 1 WHERE seq = 4`, "fact 4: its columns differ"},
		"no JSON":         {`UPDATE facts SET body = 'x' WHERE seq = 4`, "fact 4 cannot be read"},
		"ticket edited":   {`UPDATE tickets SET wait = 1 WHERE number = 1`, "ticket 1 of day 1: column"},
		"ticket removed":  {`DELETE FROM tickets WHERE number = 2`, "ticket 2 of day 1 is not in the projections"},
		"ticket invented": {`INSERT INTO tickets SELECT day, band, 77, label, service, class, origin, status, missed, 99, issued_at, ahead, low, mid, high, base, line, called, counter, in_turn, wait, handling, last_called FROM tickets LIMIT 1`, "tickets has 5 rows, the facts give 4"},
		"visit removed":   {`DELETE FROM visits`, "call 8 of day 1 is not in the projections"},
		"visit edited":    {`UPDATE visits SET counter = 9`, "call 8 of day 1: column"},
		"day edited":      {`UPDATE days SET date = '2026-01-01'`, "day 1: column 3"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(memory(t), "j.db")
			j := openAt(t, path)
			b := newBench(t, j.Append)
			b.open() // facts 1 and 2
			for range 4 {
				b.issue("civil")
			}
			b.do(queue.CallNext{Counter: 1})
			whole(t, j)
			if name == "visit removed" || name == "visit edited" {
				c.want = strings.Replace(c.want, "call 8", fmt.Sprintf("call %d", j.Last()), 1)
			}
			if _, err := j.side.Exec(c.sql); err != nil {
				t.Fatal(err)
			}
			r, err := j.Verify(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if r.OK() || !strings.Contains(r.String(), c.want) {
				t.Fatalf("want %q in\n%s", c.want, r)
			}
		})
	}
}

func TestCorruptedPage(t *testing.T) {
	needSpeed(t)
	path := filepath.Join(memory(t), "j.db")
	j := openAt(t, path)
	b := newBench(t, j.Append)
	b.open()
	for range 60 {
		b.issue("civil")
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	good := readFile(t, path)
	noticed := 0
	for page := 1; page < len(good)/4096; page++ {
		bad := bytes.Clone(good)
		for i := range 4096 {
			bad[page*4096+i] ^= 0xff
		}
		dir := filepath.Join(memory(t), "page")
		path := layOut(t, dir, map[string][]byte{"j.db": bad})
		j, err := Open(context.Background(), path, Options{})
		if err != nil {
			if kind := kindOf(err); kind != ErrDamaged && !strings.Contains(err.Error(), ErrDamaged.Error()) {
				t.Fatalf("page %d: %v", page, err)
			}
			noticed++
			continue
		}
		r, err := j.Verify(context.Background())
		if err != nil {
			t.Fatalf("page %d: %v", page, err)
		}
		if r.OK() {
			t.Fatalf("page %d is ruined, and Verify finds the record whole", page)
		}
		noticed++
		_ = j.Close()
	}
	if noticed < 5 {
		t.Fatalf("%d pages were tried", noticed)
	}
}
