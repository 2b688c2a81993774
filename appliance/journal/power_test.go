package journal

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
)

// disk is what a power cut leaves of a directory: of each file what was
// flushed, and of the rest what chance decides. A name outlives the cut for
// certain only after its directory was flushed.
type disk struct {
	dir    string
	now    map[string]*inode // names as programs see them
	stable map[string]*inode // names that are flushed
}

type inode struct {
	stable  []byte
	pending []call
}

func (d *disk) do(c call) {
	switch c.kind {
	case "create":
		if d.now[c.path] == nil {
			d.now[c.path] = &inode{}
		}
	case "unlink":
		delete(d.now, c.path)
	case "write", "truncate":
		n := d.now[c.path]
		n.pending = append(n.pending, c)
	case "sync":
		if c.path == d.dir {
			d.stable = maps.Clone(d.now)
			return
		}
		n := d.now[c.path]
		for _, p := range n.pending {
			n.stable = apply(n.stable, p)
		}
		n.pending = nil
	}
}

func apply(b []byte, c call) []byte {
	end := c.at + int64(len(c.data))
	if c.kind == "truncate" {
		b = b[:min(int64(len(b)), c.at)]
	}
	if grow := end - int64(len(b)); grow > 0 {
		b = append(b, make([]byte, grow)...)
	}
	copy(b[c.at:], c.data)
	return b
}

// cut gives the files that are there afterwards. With a nil r nothing survives
// that was not flushed; else each write does or does not, in any order, and may
// be torn at a sector.
func (d *disk) cut(r *rand.Rand) map[string][]byte {
	chance := func() bool { return r != nil && r.IntN(2) == 0 }
	names := maps.Clone(d.stable)
	all := map[string]bool{}
	for name := range d.stable {
		all[name] = true
	}
	for name := range d.now {
		all[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if d.now[name] == d.stable[name] || !chance() {
			continue
		}
		if names[name] = d.now[name]; names[name] == nil {
			delete(names, name)
		}
	}
	files := map[string][]byte{}
	for name, n := range names {
		b := slices.Clone(n.stable)
		for _, p := range n.pending {
			if !chance() {
				continue
			}
			if chance() && p.kind == "write" && len(p.data) > 512 {
				p.data = p.data[:512*(1+r.IntN(len(p.data)/512))]
			}
			b = apply(b, p)
		}
		files[filepath.Base(name)] = b
	}
	return files
}

// history is two runs of the kiosk on a new record: it is made, closed, opened
// again and killed.
func history(t *testing.T, how string) (dir string, calls []call) {
	t.Helper()
	dir = memory(t)
	path := filepath.Join(dir, "j.db")
	calls = traced(t, path, how+" n=20")
	return dir, append(calls, traced(t, path, how+" n=40 die")...)
}

// lost cuts the power at every call of the history, several times, and counts
// the cuts that lost an acknowledged fact or damaged the record.
func lost(t *testing.T, dir string, calls []call, times int, fail func(format string, args ...any)) (lost, cuts int) {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d, %d calls", seed, len(calls))
	r := rand.New(rand.NewPCG(seed, 4))
	d := &disk{dir: dir, now: map[string]*inode{}, stable: map[string]*inode{}}
	acked := uint64(0)
	into := filepath.Join(memory(t), "cut")
	for i, c := range calls {
		if c.kind == "ack" {
			acked = max(acked, c.seq)
		} else {
			d.do(c)
		}
		for k := range times {
			chance := r
			if k == 0 {
				chance = nil
			}
			files := d.cut(chance)
			cuts++
			end, err := uint64(0), error(nil)
			if len(files["j.db"]) > 0 || len(files["j.db-wal"]) > 0 {
				end, err = survivor(t, layOut(t, into, files))
			}
			if err != nil || end < acked {
				lost++
				fail("cut after call %d (%s %s at %d), try %d: %d was acknowledged, the record ends at %d: %v",
					i, c.kind, filepath.Base(c.path), c.at, k, acked, end, err)
			}
		}
	}
	return lost, cuts
}

// survivor opens what a cut left.
func survivor(t *testing.T, path string) (uint64, error) {
	t.Helper()
	j, err := Open(t.Context(), path, Options{FirstEpoch: 1})
	if err != nil {
		return 0, err
	}
	defer func() { _ = j.Close() }()
	r, err := j.Verify(t.Context())
	if err == nil && !r.OK() {
		err = fmt.Errorf("%v", r)
	}
	return r.Last, err
}

func TestPowerCut(t *testing.T) {
	needSpeed(t)
	needStrace(t)
	dir, calls := history(t, "")
	_, cuts := lost(t, dir, calls, every(2, 40), t.Fatalf)
	t.Logf("%d cuts", cuts)
}

// The test of power cuts must be able to fail: without flushes facts are lost.
func TestPowerCutNoticesMissingFlushes(t *testing.T) {
	needSpeed(t)
	needStrace(t)
	dir, calls := history(t, "normal")
	n, cuts := lost(t, dir, calls, 1, func(string, ...any) {})
	if n == 0 {
		t.Fatalf("synchronous=NORMAL lost nothing in %d cuts", cuts)
	}
	t.Logf("synchronous=NORMAL lost facts in %d of %d cuts", n, cuts)
}

func TestOneFlushForAnAppend(t *testing.T) {
	needStrace(t)
	path := filepath.Join(memory(t), "j.db")
	calls := traced(t, path, "n=12")
	flushes, bytes, acks, made := 0, 0, 0, false
	for _, c := range calls {
		switch c.kind {
		case "sync":
			flushes++
			made = made || c.path == filepath.Dir(path)
		case "write":
			bytes += len(c.data)
		case "ack":
			if acks > 0 && flushes != 1 {
				t.Errorf("%d flushes before ack %d", flushes, c.seq)
			}
			if acks > 2 {
				t.Logf("fact %d: %d bytes written", c.seq, bytes)
			}
			if !made {
				t.Error("the directory of a new record is not flushed")
			}
			acks++
			flushes, bytes = 0, 0
		}
	}
	if acks != 14 {
		t.Fatalf("%d acks", acks)
	}
}
