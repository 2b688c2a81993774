// Package web is the city's website: every office's line on one page, each
// office by itself, online tickets, and the same as JSON.
//
//	/                      all offices            /en/...  the same in English
//	                       ?q= searches, ?sort=wait orders, ?page= turns
//	/map                   all offices, drawn and listed
//	/o/<office>            one office: services, counters, calls, address
//	/o/<office>/ticket     ?service= what an online ticket means, and its button;
//	                       POST: the ticket, then 303 to
//	/t/<token>             a ticket's own page, on paper its QR code; POST below it:
//	                       .../cancel   gives the ticket up
//	                       .../delay    lets 1, 3 or 5 others go first
//	                       .../arrive   checks in with the code that the hall shows
//	                       .../push     enters the browser for messages
//	                       .../text     a telephone number, to the city's gateway
//	/o/<office>/arrive?code=1234         the same check-in, from the QR code in the hall
//	/sw.js                               the worker that shows messages
//	/widget/<office>       one office in small, for a frame on another site
//	/events, /o/<office>/events, /t/<token>/events    server-sent events, JSON
//	/api/v1/offices[/<office>[/nearby]]    JSON with ETag
//	/api/v1/offices/<office>/curves  JSON: its day by the half hour, see figures
//	/api/v1/tickets/<token>          JSON, for the ticket's page
//	/B551982/cso_v2/cso_{info,realtime}_v2   the national format
//	/api/v1/openapi.yaml             all of it for other systems, as OpenAPI 3.1
//	/healthz, /readyz                for who starts the process, and for load balancers
//
// The data comes from a City (what the offices have said), Tickets (what their
// facts tell) and a Desk (what they can be asked). An update runs
//
//	City.Watch -> hub (one goroutine) -> the readers of the office's page, and a
//	              wake for the pages of its tickets, which ask anew
//	           -> the readers of all offices, every 100 ms all that has changed
//
// and is encoded and compressed once for all of them. A reader has no queue: the
// hub knows by a number what it has, and gives it the newest of the rest when its
// connection takes it. One whose connection takes longer than 10 s is dropped: it
// comes back by itself and is given what it missed. See reader.go.
//
// Pages and JSON that are the same for everybody may be kept by any cache for 5 s;
// package proxy has nginx's configuration for it.
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
// # Where it is
//
// The map has no tiles and asks no other server: it is drawn here, offices where
// they say they are, the same scale in both directions, an outline of the city
// behind them where -outline gives one (package outline). Marks that would lie on
// each other are moved apart, with a line to where they belong; a mark without
// room for its name has a number, which is in the list beside it.
//
//	+----------------------------+   1 신곡1동 주민센터  원활 5명
//	|        (2) 자금동          |   2 자금동 주민센터   혼잡 42명
//	|  (12)      (3) 신곡2동     |   ...
//	|--- 1 km                 N ^|   in the eight directions from the middle
//	+----------------------------+
//
// By distance the browser orders the offices itself: the page carries their
// positions, and the reader's never leaves it. "Sooner nearby" is reckoned here,
// from one office to the others.
//
// # A ticket
//
// Number, status, counter and the people ahead are the facts', exactly. Between
// an office's reply and the fact behind it, the reply is shown; where the state
// is newer than the facts, its calls count. The wait shown is the one told at
// issue, with its time, or for the last in the line the service's present one:
// nothing is scaled or guessed.
//
// # An online ticket
//
//	form --> device (cookie) --> ledger: claimed --> office is asked --> settled --> /t/<token>
//	                               |  has one already: its page          |
//	                               |                                     | no answer: press again,
//	                               `--- 35 s without an answer ----------' or the number is given back
//
// A device has one live ticket at a time, known by a random cookie (a day, not for
// scripts, only its hash is kept); everything else that it asks for leads to that
// ticket's page, until the ticket has ended, its time to come back is over, or its
// day is. The same page sent twice, a second page, and another replica all lead to
// the one request that the ledger has, and with it to one number. A browser that
// keeps no cookies is a new device each time; rate limits are for those.
//
// The ledger notes the request before the office is asked. An office refuses one
// whose deadline has passed; one that was answered too late, or whose answer was
// lost, has still given a number: the citizen was told to press again, and gets
// that same number then. If he does not within RegretAfter, some replica asks once
// more with the same id and a deadline long past, which an office answers with the
// ticket or refuses, and gives the ticket up. From that moment the id is spent: a
// late answer to it is shown to nobody.
//
// # Time to go
//
// The page says so when three or fewer are ahead, or when the earliest moment of the
// call (the low end of the range shown) is no further away than the way to the
// office: 15 minutes, or what the reader chooses, which stays in the browser. Who
// has checked in is not told to go. Messages (package notify) take 15 minutes.
//
// # Checking in
//
// A service may want the holders of online tickets to check in at the office; the
// code that proves it is shown there alone, and the office judges it. The page
// behind the hall's QR code knows the device's own ticket by its cookie and needs
// one press; without that it says how to find the ticket's page, because a number
// by itself proves nothing.
//
// # Caveats
//
// An office remembers its last answers until it is started again; a number given
// just before that, whose reply was lost, stays in the line until it is called.
package web
