// Package limit bounds how often one client may ask, without keeping who it was.
//
//	request -> Origin: whose is it?             -> Key -> Table: one bucket a key
//	           the peer, or what a trusted         |       takes one, or says how
//	           proxy in front of us has added      |       long to wait
//	           to X-Forwarded-For; IPv6 by /64     hash with a key of this process
//
// A bucket holds a Rate's burst and fills again with one for every Rate.Every
// (golang.org/x/time/rate). One that is full again is forgotten: that takes
// Every times Burst, a few minutes with the rates that the website uses, and
// the table is swept while it is used. Of an address nothing but its keyed hash
// is ever kept, in memory alone; the key is made at the start and never leaves
// the process.
//
// # Who is who
//
// Without a proxy an address is the peer's. From a peer within a trusted range
// the last address of X-Forwarded-For that is not trusted itself is taken: what
// stands before it was written by the client, who may write anything. A trusted
// peer that adds no such header is not limited at all: it is a program on the
// same machine, or a proxy that hides its clients, and one bucket for a whole
// city would lock the city out.
//
// # Caveats
//
// Behind one IPv4 address may be thousands of telephones. Rates by address are
// therefore bounds against a flood from one place, not fair shares, and whoever
// has many addresses has as many buckets. A table holds a bounded number of
// buckets, and gives up the one that was used longest ago; its owner starts with
// a full one.
package limit
