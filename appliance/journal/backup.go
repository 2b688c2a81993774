package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Backup writes a consistent copy of the record to path while it is in use, and
// flushes it. It does not overwrite: a file of that name is an error that wraps
// fs.ErrExist. The copy is complete when path exists; it needs no other file.
func (j *Journal) Backup(ctx context.Context, path string) error {
	return classify("backup", j.backup(ctx, path))
}

func (j *Journal) backup(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s: %w; choose another name", path, fs.ErrExist)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err := j.copyTo(ctx, part)
	if err == nil {
		// A link, unlike a rename, fails when the name was taken meanwhile.
		err = os.Link(part, path)
	}
	if err = errors.Join(err, os.Remove(part)); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func (j *Journal) copyTo(ctx context.Context, part string) error {
	// VACUUM INTO takes the path as a value; it reads one snapshot and writes
	// only the new file, so that a read-only connection can do it.
	conn, err := j.read.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := execute(ctx, conn, "PRAGMA query_only = OFF"); err != nil {
		return err
	}
	err = execute(ctx, conn, "VACUUM INTO ?", part)
	if err = errors.Join(err, execute(context.WithoutCancel(ctx), conn, "PRAGMA query_only = ON")); err != nil {
		return err
	}
	f, err := os.OpenFile(part, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
