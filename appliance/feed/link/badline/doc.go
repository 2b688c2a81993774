// Package badline is a line between a client and a server for tests, whose
// condition can be changed while it is in use: what a city's network does to an
// office, on the loopback.
//
//	client --TCP--> Line ------------------------------------> TCP--> server
//	                 |  Refuse   nobody gets through, all are torn
//	                 |  Swallow  bytes vanish, and nobody is told
//	                 |  Delay    bytes come late, as many at a time as ever
//	                 |  Rate     so many bytes a second, each way
//	                 `- Tear     reset, in the middle of a message if need be
//
// # What vanishes
//
// TCP never leaves a hole: what follows a byte that vanished cannot be delivered
// either. A connection that lost a byte in one direction has lost all that follow
// in it, for the rest of its life, as one whose state a router has forgotten; only
// a new connection gets through again. Its ends learn of it by their own timeouts,
// or not at all. In the other direction it goes on.
//
// # Caveats
//
// The kernel's buffers on both sides hold what the line has not taken yet; they
// are made small on this side only.
package badline
