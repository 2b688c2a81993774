package main

import (
	"context"
	"time"
)

// patience is how many seconds the draw loop may be away. It comes round once in
// ten seconds at the least; the slowest start of software GL takes two.
const patience = 25

// watch calls frozen when count has stood still for patience looks, a second
// apart, and returns when ctx ends. It counts looks and not time: a process that
// was stopped and goes on is not frozen.
func watch(ctx context.Context, count func() uint64, frozen func()) {
	look := time.NewTicker(time.Second)
	defer look.Stop()
	last, same := count(), 0
	for {
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
		if now := count(); now != last {
			last, same = now, 0
		} else if same++; same >= patience {
			frozen()
			same = 0
		}
	}
}
