// Package web is the city's website: every office's line on one page, each
// office by itself, online tickets, and the same as JSON.
//
//	/                      all offices            /en/...  the same in English
//	/o/<office>            one office: services, counters, calls, address
//	/o/<office>/ticket     POST: an online ticket, then 303 to
//	/t/<token>             the ticket's own page; POST .../cancel gives it up
//	/events, /o/<office>/events      server-sent events, JSON
//	/api/v1/offices[/<office>]       JSON with ETag
//	/api/v1/tickets/<token>          JSON, for the ticket's page
//	/B551982/cso_v2/cso_{info,realtime}_v2   the national format
//	/healthz
//
// The data comes from a City (what the offices have said) and a Desk (what they
// can be asked); the package keeps no other source. An update runs
//
//	City.Watch -> hub (one goroutine) -> Card and Detail, each encoded once
//	           -> every reader's mailbox -> its own connection
//
// and a reader whose mailbox is full, or whose connection takes longer than 10 s
// for one write, is dropped: it comes back by itself and is given what it missed.
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
// # Caveats
//
// Tickets are remembered in memory: after a restart the pages of tickets taken
// before it say that the number is unknown.
// The position of a waiting ticket is an upper bound, folded from snapshots.
package web
