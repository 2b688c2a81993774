package main

import "golang.org/x/sys/unix"

// What the limit of files is shared out to.
const (
	spareFiles  = 1000    // for pages, the store and the broker
	mostReaders = 100_000 // whatever the limit: more has not been tried
)

// readers is how many live streams the limit of files leaves room for. A
// connection for which there is no file waits, with the pages behind it, so that
// streams are refused before that.
func readers() int {
	var l unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &l) != nil {
		return 0 // the website's own choice
	}
	return readersWithin(l.Cur)
}

func readersWithin(files uint64) int {
	n := int(min(files, mostReaders+spareFiles))
	return max(n-spareFiles, n/2)
}
