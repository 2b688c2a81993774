// Package feed is the wire between an office and its city: what is said, in
// which topic, and how it is read safely. Office and city share this package
// alone.
//
//	office                               broker                          city
//	  state   (retained, whole, newest only) ---------------------------> pages
//	  status  (retained, last will) ------------------------------------> pages
//	  facts   (every fact, in order) -----------------------------------> store
//	          <-------------------------- cursor (retained): stored up to here
//	          <-------------------------- request/<id>   online ticket, cancel,
//	                                                    let others pass, arrival
//	  reply/<id> -------------------------------------------------------> page
//
// All topics lie under sunbeon/v1/<city>/<office>/; v1 is the contract. All
// payloads are JSON objects. Readers ignore fields they do not know, and refuse
// wrong types, oversized bodies and values outside their bounds with an error
// that wraps ErrInvalid.
//
// # Facts
//
// The city stores the record's own bytes and checks the chain of their hashes.
// Of the facts that are about tickets it reads the body too (DecodeBody), so
// that it knows every ticket of the day, on paper or online, by its token, and
// how many are ahead of it. Kinds that it has no use for are ignored.
//
// # Who is on the way
//
// A service may call who has an online ticket only after they have come
// (Service.Arrival). Such a ticket is issued Away and keeps its place:
//
//	issued, away --arrived--> waits like the others --called--> ...
//	     |
//	     `--skipped--> no_show --arrived, returned--> waits, by the late rule
//
// skipped is written when a counter would have called it and called somebody else;
// from then on it is like one whose holder missed the call. The request to arrive
// bears the code that the hall alone shows (Hall.CheckInCode); a wrong one is
// refused with RefusalWrongCode, and with RefusalStaffOnly after a few. Staff may
// check somebody in, or just call the number, at any time. A ticket that waits may
// let others of its service and class pass (delayed), Rules.DelayMost in all.
//
// # What is not known
//
// An observed office (Snapshot.Observed) keeps its old ticket machine and tells
// what can be heard of it. A count that is not known, the counter of a call and
// its service are then absent; a reader must not take them for 0 or "". Its
// counters are in the state unknown, and there is no expected wait.
//
// # What is newest
//
// A snapshot is newer than another if its (Epoch, Rev) is greater. Epoch grows
// with every start of the kiosk, Rev with every publication since. Seq is the
// last fact the snapshot shows and AsOf its wall time; neither orders, because
// one state is published many times and a clock may jump. Liveness is the age
// of the state, never the last will.
//
// # Privacy
//
// Nothing here names a person. A ticket's token is the unguessable address of
// its page; it travels in facts and replies, which only the city may read, and
// never in a snapshot. An Offer, which holds the address of a ticket's page, is
// for the screen in the hall and is published nowhere.
package feed
