// Package sqldb opens the city's store: one SQLite file, or a PostgreSQL
// database that several replicas of cityweb share.
//
//	var/city/city.db                      SQLite, the default: one process
//	postgres://user:secret@host/sunbeon   PostgreSQL: several replicas
//
// Statements are written once, for both: with ? for parameters, integers for
// times (Unix ms) and booleans, BLOB for bytes, ON CONFLICT as both know it.
// What they do differently is in this package alone.
//
// Each part of the city keeps its own tables and brings its own steps to
// Migrate: the steps of a part are run once, in order, and never changed after a
// release.
//
//	Begin -> Exec, Query, Each (many sets of parameters, one message) -> Commit
//	           `- Lock: other replicas wait for these rows
//	Transient: run the same transaction again
//	Lease: what one replica at a time may do, judged by the database's clock
//
// # Caveats
//
// Statements are prepared once a connection: a pooler between cityweb and
// PostgreSQL must keep sessions (pgbouncer: pool_mode = session).
//
// A lease ends for its holder by the holder's own clock: whoever has one must
// stop early enough before its term, see package intake.
package sqldb
