// Package console serves the clerks' and the manager's pages on the office's
// LAN.
//
//	browser                     console                          loop
//	   |  GET /counter/3           |  Hub.Newest                   |
//	   |<------- page -------------|                               |
//	   |  GET /counter/3/events    |  Hub.Watch                    |
//	   |<====== state, state, beat ====== newest view only <=======|
//	   |  POST /counter/3/next     |                               |
//	   |   id=..., seen=117        |  Do(CallNext{3}, request id)  |
//	   |-------------------------->|------------------------------>|
//	   |<-- JSON, or 303 to the page with the status line ---------|
//
//	/                     sign in with the PIN of a counter or of the manager
//	/counter/{n}          one clerk: call, recall, hold, no-show, transfer ...
//	/manager              day, issuing, counters, tickets, health, printer, latest record
//	/manager/figures      a day or a period; .svg is its picture, .csv its table
//
// # One press, one command
//
// Every form carries an id of its own. The loop answers a repeated id as it
// answered the first, so a double tap, a retry after a lost answer and a
// reloaded form are one command. The field seen says which number the page
// showed: a button that was meant for a number that is no longer at the counter
// does nothing and says so.
//
// # Without script
//
// The pages work as plain forms: POST, then a redirect to the page, whose
// status line says what came of it. The script sends the same forms, keeps the
// page live, and adds keys.
//
// # Who may
//
// A session belongs to one counter or to the manager; the manager may use every
// counter's page. Sessions live in memory, end after 12 hours without a
// request, and hold no name of a person. PINs are argon2id hashes; guessing is
// slowed (type gate), never locked. Requests of other sites are refused by
// net/http's CrossOriginProtection.
//
// # Caveats
//
// The office's LAN is trusted not to listen: without TLS a PIN crosses it in
// the clear. A restart of kiosk signs everybody out. Durations on the pages run
// on in the browser between two states; they are reckoned by Options.Clock.
package console
