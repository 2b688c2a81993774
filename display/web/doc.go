// Package web is the city's website: every office's line on one page, each
// office by itself, online tickets, and the same as JSON.
//
//	/                      all offices            /en/...  the same in English
//	/o/<office>            one office: services, counters, calls, address
//	/o/<office>/ticket     POST: an online ticket, then 303 to
//	/t/<token>             a ticket's own page, on paper its QR code;
//	                       POST .../cancel gives the ticket up
//	/events, /o/<office>/events, /t/<token>/events    server-sent events, JSON
//	/api/v1/offices[/<office>]       JSON with ETag
//	/api/v1/offices/<office>/curves  JSON: its day by the half hour, see figures
//	/api/v1/tickets/<token>          JSON, for the ticket's page
//	/B551982/cso_v2/cso_{info,realtime}_v2   the national format
//	/api/v1/openapi.yaml             all of it for other systems, as OpenAPI 3.1
//	/healthz, /readyz                for who starts the process, and for load balancers
//
// The data comes from a City (what the offices have said), Tickets (what their
// facts tell) and a Desk (what they can be asked). An update runs
//
//	City.Watch -> hub (one goroutine) -> Card and Detail, each encoded once, and
//	              a wake for the pages of the office's tickets, which ask anew
//	           -> every reader's mailbox -> its own connection
//
// and a reader whose mailbox is full, or whose connection takes longer than 10 s
// for one write, is dropped: it comes back by itself and is given what it missed.
//
// A request goes
//
//	headers -> watch (metrics, log) -> bounded (429) -> other sites' forms (403) -> route
//
// and neither the metrics nor the log learn who asked, or for which ticket.
//
// # How old is it
//
// Every figure says when it is from: the moment the city heard it live, or the
// office's own confirmed time when the broker had kept it, because a broker hands
// out an old state as if it were new. After StaleAfter a figure is greyed and
// called the last value, by the server and, without any message, by the page
// itself. The last will of an office counts for nothing here.
//
// # Words
//
// Everything a page shows is worded on this side, in both languages, and goes
// out as text; the page's module only puts text in its place and lets ages
// tick. Without JavaScript the pages are complete.
//
// # A ticket
//
// Number, status, counter and the people ahead are the facts', exactly. Between
// an office's reply and the fact behind it, the reply is shown; where the state
// is newer than the facts, its calls count. The wait shown is the one told at
// issue, with its time, or for the last in the line the service's present one:
// nothing is scaled or guessed.
//
// # A number that nobody waits for
//
// An office refuses a request whose deadline has passed. One that was answered
// too late, or whose answer was lost, has still given a number: the citizen was
// told to press again, and gets that same number then. If he does not within
// regretAfter, the city asks once more with the same id and a deadline long past,
// which an office answers with the ticket or refuses, and gives the ticket up.
// The id is never used again.
//
// # Caveats
//
// An office remembers its last answers until it is started again; a number given
// just before that, whose reply was lost, stays in the line until it is called.
package web
