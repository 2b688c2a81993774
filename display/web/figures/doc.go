// Package figures tells what the days of an office were like, by the half hour,
// from the facts that the city has stored; and draws it.
//
//	fact (of package intake)
//	  | Run: a day whose day_closed has come, once      | Day: of the office's present
//	  v                                                 v day, those not yet taken in
//	figure_day, one row a day of a record             tally, in memory
//	  | the same weekday of the last 8 weeks            |
//	  `----------> usual ----> Curves <---- today <-----'
//	                             |-> Best   the half hour with the shortest wait
//	                             `-> Draw   SVG, the same bytes for the same curves
//
// # What is counted
//
// For each half hour of the business date in Korean time, for the office and for
// each of its services:
//
//	span     seconds of it in which the business day was open and its facts known
//	issued   tickets given in it, on paper and online
//	waiting  people waiting, averaged over the span: by time, not by ticket. Who
//	         was passed on waits for the new service; who missed the call, is on
//	         hold or sits at a counter does not wait. Online tickets whose holders
//	         have not arrived do wait, as in the office's own count
//	called   of the tickets given in it, how many have been called
//	wait     seconds from issue to the first call of those: the median by nearest
//	         rank. It stands in the half hour of issue, because that is what a
//	         citizen chooses. Tickets of people who were not at the office at issue
//	         (Away) are left out. Today's last half hours know only those who were
//	         called already, and so tell too little: today's wait is in the table
//	         with its number, and nothing is derived from it
//
// A wait is measured by the office's monotonic clock within one boot, else by its
// wall clock.
//
// # Clocks
//
// A stamp counts when the office's clock was confirmed. One from before the
// confirmation is corrected by the first confirmed one of the same boot; where
// none comes, the day is in doubt: it is no part of a usual day and has no curve.
// A clock that is set back lets no time run backwards: the stamps stand still
// until it has caught up. What lies outside the date's 24 hours is not counted.
//
// # The usual day
//
// It is made of those of the last 8 days of the same weekday (7, 14, .. 56 days
// before) that have a closed, undoubted record with at least one ticket. Holidays
// drop out because they have none. Of each half hour it gives the median over
// these days and the middle half (the first and third quartile), by nearest
// rank, of the average number waiting; a day that was closed in that half hour is
// left out of it. Its wait is the median over the days on which somebody who took
// a ticket then was called, of each day's median. Fewer than 3 days make no usual
// day: nothing is drawn or said.
//
// An office whose kiosk was exchanged during a day has two records of it; the one
// with more tickets stands for the day.
//
// # Closing a day
//
// Run looks through the facts once, by record and number, keeps in figure_read
// how far it is, and writes a day when it meets its day_closed. A day that is
// reopened and closed again is written again from all its facts. Each row is one
// statement that only a later day_closed can replace, so two replicas may do the
// same work at once. Days older than the usual day reaches are neither made nor
// kept: their facts are.
//
// # Caveats
//
// An observed office has no tickets in its record, and so no curves. A day that
// was never closed, because the kiosk was exchanged, is not made.
package figures
