package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What a caller branches on. Each is wrapped with what was being done.
var (
	// ErrFull: no space left. Nothing was recorded; Append works again as soon
	// as there is space.
	ErrFull = errors.New("the disk is full; free some space")
	// ErrReadOnly: the file system, the file or this Journal takes no writes.
	ErrReadOnly = errors.New("the record is read-only; check the mount and the owner of the file")
	// ErrIO: the disk failed to write, flush or read.
	ErrIO = errors.New("the disk failed; check the card and its connection, then replace it")
	// ErrDamaged: the file is no journal, or not what was written.
	ErrDamaged = errors.New("the record is damaged; nothing was changed: stop the kiosk, move the file with its -wal and -shm aside, keep them, and put the newest backup in its place")
	// ErrNewer: a later version of the program made the file.
	ErrNewer = errors.New("the record was made by a newer version; run that version, or put back the backup from before it")
	// ErrDouble: a number was about to be given a second time. Nothing was
	// recorded.
	ErrDouble = errors.New("a number would be given twice; nothing was recorded: restart the kiosk, and report this")
	// ErrBusy: another process has the journal open for writing.
	ErrBusy = errors.New("another kiosk has the record open; stop it first")
	// ErrUncertain: a write failed and it is not known yet whether it left
	// anything behind. Nothing is taken until Reopen has found out, which every
	// Append tries first.
	ErrUncertain = errors.New("the last write is not settled yet")
	// ErrOrder: the facts do not follow the record. Nothing was recorded.
	ErrOrder = errors.New("the facts do not follow the record; restart the kiosk")
)

// classify gives err the sentinel that a caller branches on.
func classify(doing string, err error) error {
	if err == nil {
		return nil
	}
	if sentinel := kindOf(err); sentinel != nil && !errors.Is(err, sentinel) {
		return fmt.Errorf("journal: %s: %w (%w)", doing, sentinel, err)
	}
	return fmt.Errorf("journal: %s: %w", doing, err)
}

func kindOf(err error) error {
	var s *sqlite.Error
	switch {
	case errors.As(err, &s):
		return kindOfCode(s.Code())
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return ErrFull
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return ErrReadOnly
	case errors.Is(err, syscall.EIO):
		return ErrIO
	}
	return nil
}

func kindOfCode(code int) error {
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return ErrFull
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return ErrReadOnly
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN:
		return ErrIO
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return ErrDamaged
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return ErrBusy
	}
	return nil
}

// isKeyTaken reports whether a row with the same key is there already.
func isKeyTaken(err error) bool {
	var s *sqlite.Error
	return errors.As(err, &s) &&
		(s.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY || s.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE)
}
