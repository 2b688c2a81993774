// Package uplink is the office's end of the feed: it tells the city the state
// and every fact, and brings the city's requests to the loop. Whatever happens
// here, nothing local waits for it.
//
//	loop --State--> newest one ---- at most 10 a second, on connect, --> state  (retained)
//	                                and every 30 to 60 s
//	     --Status-> newest one ---------------------------------------> status (retained, will)
//	     --Facts--> hint
//	journal <-After-- window of 64, go back N ------------------------> facts
//	        <-SetCursor-------------------------------------------------- cursor (of the city)
//	loop <--Handle-- bounded, deadline, same id same answer <------------ request/<id>
//	        `----------------------------------------------------------> reply/<id>
//
// # The window
//
// The outbox is the journal itself. Facts after the cursor are read from it and
// sent, at most 64 beyond it. The cursor moves only when the city says that it
// has stored a fact; a broker's acknowledgement moves nothing, because a broker
// forgets. Without progress the sender goes back to the cursor after 2 s, then
// later and later, up to 60 s. It then sends one fact, and as many more as the city
// stores, because what was sent before may still be on a slow line. A cursor that
// the city says again means that it misses what follows; the sender goes back,
// though not within a second of the last movement: repeated facts and repeated
// cursors would keep each other alive.
//
// # Proof
//
// A broker answers success also to what its access list forbids, and one may lose
// the subscriptions of a client that comes back at once. Every status that is
// published must therefore come back within 10 s; else the connection is made
// anew, with the back-off of a lost one.
//
// # Caveats
//
// A deadline is judged by the office's clock. While that is wrong, requests may
// be refused as late or accepted late.
//
// The status includes a last will, which is a hint only.
package uplink
