// Package ledger keeps what the city has besides the offices' facts, in the store
// that all its replicas share: which device has a ticket, which requests have no
// answer yet, where messages go and which have gone.
//
//	device        one row a device: what it has, or asks for    web.Devices
//	asked         requests until they are settled               web.Regrets
//	subscription  where messages about a ticket go              web.Subscriptions
//	message       which messages a ticket has had, three at most   notify.Ledger
//	parcel        messages on their way, one for each subscription  notify.Outbox
//	secret        the VAPID key pair, made once
//
// # One ticket for a device
//
//	                 Claim                Settle(token)
//	nothing ----------------> asked for ------------------> has a ticket
//	   ^  ^   Settle("")         |                               |
//	   |  `----------------------|                               | Claim(over)
//	   |        Due: a regret    |                               v
//	   `-------------------------'                          asked for
//
// The device's hash is the primary key, so that of two claims at once, on
// whichever replicas, one is refused by the database itself. The claim and the
// note that its number may have to be given back are one transaction, made before
// the office is asked: a process that dies while it asks leaves the note, and any
// other works it off. Settle takes the note away again, unless somebody has
// started to give the number back; then nobody is shown the ticket.
//
// # Messages
//
// A message is claimed by its ticket and kind, and by its place among the three;
// with the claim its parcels are made, in one transaction. Whoever takes a parcel
// has it for a while; one that was neither sent nor put off by then is taken by
// somebody else. A message may therefore come twice after a crash, and never more
// kinds of them than three.
//
// # What is kept, and how long
//
// No name, no number of a telephone, no address. Of a device the SHA-256 of a
// random cookie that lives a day; of a browser the address and keys that its push
// service gave it. What belongs to a ticket's messages is deleted when the ticket
// ends, and everything but the key pair at the end of the day on which it was
// made (midnight in Korea), at the latest a minute later.
package ledger
