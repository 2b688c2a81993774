// Package queue is the pure core of Sunbeon: it decides what happens in an
// office's line and applies what has happened.
//
//	Command --Decide(state, stamp)--> []Event --journal--> []Fact --Apply--> State
//	               |
//	               `--> Refusal (nothing happened, nothing is recorded)
//
// Decide reads the state and changes nothing. Apply is the only mutator; it is
// used live, after the facts are on disk, and again on replay. Neither reads a
// clock, does I/O or draws a random number: time, request ids and ticket tokens
// arrive inside the input. The same facts therefore give the same state, byte
// for byte (State.Encode), on every machine.
//
// # Life of a ticket
//
//	          issue
//	            |
//	            v        call, pick           finish (or the next call)
//	.------> waiting -----------------> called ------------------> finished
//	|        ^  |  ^                   | | | |
//	| return |  |  `------ transfer ---' | | `- recall: called again
//	|        |  |                        | |
//	|     no-show <----------------------' `--> held --take--> called
//	|        ^  |
//	|  skip -'  `- cancel, void -> cancelled, void       (also from no-show, held)
//	`- day closed -> left -- day reopened --'
//
// Where an online ticket is to be called only when its holder is there
// (Service.Arrival), it waits in two ways:
//
//	        issue, online                 skip: its turn came
//	             |                   .-----------------------> no-show, away
//	             v                   |                              |
//	.-- waiting, away ---------------+                              | arrive within
//	|            | arrive            |                              | LateWithin, return
//	|            v                   `- pick -> called              v
//	|         waiting <------------------------------------------ by the late rule
//	`- it keeps its place, and counts as waiting and as ahead
//
// # Who is next
//
// A counter chooses among the waiting tickets of its services, and those sent
// to it by a transfer, by its rule: RuleLongest takes the smallest Place (the
// longest wait); RuleStrict takes the first service of its list that has
// anybody; RuleWeighted gives each service its share (smooth weighted round
// robin). A priority ticket (우선배려) goes before ordinary ones that came
// earlier, at most Rules.PriorityRun times in a row at one counter (under
// RuleWeighted: in a row of one service at one counter). An ordinary ticket
// therefore waits for PriorityRun priority calls at most per ordinary one before
// it, and no class can starve the other. RuleStrict lets a later service wait as
// long as an earlier one has people: give such a service a second counter.
//
// Who is away counts for nothing in this choice: those who are here are called as
// if nobody else were in the line. Whom the counter would have called rather than
// the one it calls, were they here, is skipped in the same decision: under
// RuleWeighted of the same service alone, for the others had no turn. Where only
// people wait who are away, nobody is called and nobody skipped. A service that
// asks for arrival no more has none who are away: those who wait have arrived.
//
// A ticket that waits may let others pass, Rules.DelayMost in all. It goes right
// behind the last of them: who comes later, and who waits for something else, finds
// it where that one stood.
//
// # The business day
//
// Day.Number is an integer opened by a fact. Tick opens it by itself only when
// the clock is trusted and the date has moved forward by at most
// Rules.DayJumpLimit; anything else is for staff. Numbers start again with the
// day, never with a restart and never with a clock that jumped back. While the
// date lies behind the day's, or too far ahead, the schedule rests: staff close
// the day and open the next.
//
// # Observed offices
//
// An office may keep its old ticket machine while Sunbeon listens to its wires
// (Config.Observed). It gives no numbers and calls nobody: all that is heard
// comes as Observe and is recorded as Observed. Calls go to the list of calls and
// to the counters as own ones do; State.Heard keeps the rest by service.
//
// How many wait (HeardWaiting) is the count that the machine itself tells. It
// ends with a call that it does not follow within 10 s: a count that is printed
// on tickets is as old as the last ticket. Without it, the count is of numbers
// heard issued and not heard called, when all of this holds:
//
//   - Issues and calls of the service are both heard.
//   - The numbers were heard from the day's first one on, or three calls in a row
//     were each of the oldest number heard: nobody older waits. A call of a number
//     that was not heard issued, or that may be of several services, ends this,
//     and so do a restart of the machine or of the kiosk, a leap in the numbers
//     and a cut wire.
//   - No number is in doubt. A call beyond the oldest number leaves those before
//     it in doubt: they were called unheard, or somebody was picked out of order.
//     When one of them is called, it was a pick, and who came after that one
//     waits; after three calls in a row of the next number, they were called.
//
// Numbers passed over between two tickets were issued, for the machine gives them
// one by one; more than 20 at once are a leap. After the last number of the band
// comes the first. A count of people that nothing was heard to lower for an hour
// is not told. An unheard call is noticed with the next one only: until then the
// count is one too high. Who left without being called is counted, as by the old
// machine.
//
// # Caveats
//
// Local time is Korean time, UTC+9 without summer time. Schedules act only when
// the clock is trusted; with an untrusted clock the office stays as it is until
// staff act. A day that was opened with an untrusted clock gets its date when
// the clock is confirmed: the date it was opened on, if that was in the same
// boot, else the present one, because numbers given once more on one date would
// be worse than numbers that go on for a day. Request ids are remembered for the
// business day.
package queue
