// Package intake is the city's end of the feed: what the offices say comes in
// here, and what citizens ask of an office goes out.
//
//	broker                    mailbox              show (one goroutine)
//	  state   QoS 0  ---------> newest an office --> newest by (epoch, rev) --> Offices, Watch
//	  status  QoS 1  ---------> newest an office --> a hint
//	                                               work (one goroutine)
//	  facts   QoS 1  ---------> a few an office  --> one transaction of many facts
//	  cursor  QoS 1  <------------------------------ after the transaction: stored up to here
//	  request QoS 1  <-- Ask, every 1.5 s until answered
//	  reply   QoS 1  ----------> the waiting Ask
//
// The reader of the connection only fills the mailboxes and never waits, and what
// the pages show never waits for the store. What the mailbox does not hold, and what the broker loses, is found missing by its
// number: the city then says again how far it has stored, and the office goes
// back. The state needs no such care, because the next one is whole.
//
// # Facts
//
// A fact is stored if it follows the last one stored of the same record, and its
// hash is SHA-256(hash of the one before, fact), the first after 32 zero bytes.
// The cursor is published after the transaction is on the disk, never before.
//
// # Replicas
//
// Several Cities, each a process of its own, may share a broker and a store in
// PostgreSQL. Every one hears everything.
//
//	       facts --> a: lock the office's rows -> read its position -> store 7, 8 --> days of a
//	office           b: ...waits for the lock... -> 7, 8 are stored already -------> days of b
//	       state (seq 8) --> c, which has not heard 7 and 8: after 1 s read from the store --> days of c
//	       cursor <-- the one that has the lease, 6 s, renewed every 2 s
//
// A fact that another has stored is taken into the days like one's own; what lies
// between is read from the store. One City at a time says the cursors, because an
// office takes a cursor that goes back for the loss of what it had sent, and two
// are heard in any order. Who has the lease falls silent 2 s before it ends; who
// gets it reads all positions and says them. A cursor goes back only when the
// database has: another copy of it has taken over.
//
// Replies are heard by all too: Config.Replied.
//
// # Tickets
//
// The tickets of each office's current day are kept in memory as the facts tell
// them: moved in the step that stores a fact, read again from the store at start,
// forgotten when the next day opens. A fact that cannot be read or does not
// follow is stored all the same; the day's tickets are in doubt from then on, and
// say so.
//
// # Restarts
//
// After a broker's or the city's restart the offices' states come from the
// broker's memory or with the next repetition; a state from the broker's memory
// is marked (Live is false), so that an old figure is never shown as a new one.
// On every connection the city publishes all cursors from its own store.
//
// # Caveats
//
// The offices get no cursor for up to 6 s after the replica that said them was
// killed; they then have a window of 64 facts on their way and wait.
//
// A process that stands still between a look at its lease and the write to the
// broker, and goes on after the lease has ended, says an old cursor. The office
// then sends again what is stored already, and hears the newer one in a second.
package intake
