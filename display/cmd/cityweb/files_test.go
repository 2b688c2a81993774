package main

import "testing"

func TestReadersLeaveFilesForPages(t *testing.T) {
	for files, want := range map[uint64]int{256: 128, 1024: 512, 20_000: 19_000, 1 << 20: mostReaders, 1<<64 - 1: mostReaders} {
		if got := readersWithin(files); got != want {
			t.Errorf("%d files: %d readers, want %d", files, got, want)
		}
	}
}
