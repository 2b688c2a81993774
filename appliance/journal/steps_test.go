package journal

import (
	"context"
	"database/sql"
	"errors"
)

// addTable and fail are schema steps of a program to come.
func addTable(ctx context.Context, conn *sql.Conn) error {
	return execute(ctx, conn, "CREATE TABLE IF NOT EXISTS later (x INTEGER) STRICT")
}

func fail(context.Context, *sql.Conn) error { return errors.New("this step fails") }
