// Package voice speaks the calls of a hall: a chime, then who is called and
// where to, in Korean and in the languages that the office wants. It is pure Go;
// sound leaves through a child process.
//
//	feed.Snapshot --Follow--> line --> words --> sound --> player (aplay)
//	ticket --------Ticket-->  what     clips     signal,   one at a time,
//	"where?" ------Locate-->  waits    of a      clips,    with a deadline
//	                          in order sentence  pauses
//
// # A sentence
//
//	chime  250 ms  백  60  십칠  60  번 고객님  120  삼번 창구로 오십시오  450 ms  Number ...
//	               '-- number --'
//	               hundred + 1 to 99 whole                       whole, 1 to 99
//
// A number is a thousand, a hundred and a whole clip from 1 to 99, because sounds
// change where they meet: 십육 is said 심뉵, 三百 sanbyaku, 21 in Vietnamese hai
// mươi mốt. So a pack is bounded: 364 clips of Korean, about 150 of each other
// language, less for an office with few counters (Script, Need). Every clip is
// cut to where it sounds, its pauses within to 150 ms; it is brought to one
// loudness and faded for 5 ms at both ends. That is done when it is spoken, so
// that an office may record as it can. Of a sentence of which a clip is missing
// nothing is said: half a number is a wrong number.
//
// Tickets and the place of the dispenser are said in Korean alone: who needs the
// machine to speak waits for it, and so does the hall.
//
// # The line
//
//	            new call                      its turn
//	snapshot ------------> waits, in order ------------> spoken
//	                          |
//	                          |- it waits already (recall): once, in its place
//	                          |- called to another counter since
//	                          |- the ticket is no longer at the counter
//	                          |- older than 30 s while others wait, or than 2 min
//	                          |- more than 32 wait
//	                          v
//	                       dropped, the reason logged
//
// With two or more behind it a call is said in Korean alone. What is said at the
// dispenser waits for the call that is spoken, goes before those that wait, but
// not twice in a row, and is dropped after 6 s: its hearer has gone. Of the first
// snapshot of a record only calls of the last 5 s are spoken, so that a restart
// repeats none; a new day counts from one.
//
// # The player
//
//	           plays                        fails
//	start --> try ------> well <--> speaking ------> failed: no-player, no-card, hung
//	          100 ms       ^                          |  calls are shown only, and counted
//	          of silence   '-------- try <------------'  after 5, 10, 20, 40, 60 s ...
//
// A player has the length of the sound and 5 s more; then it is killed with all
// it started. Whoever calls Follow, Ticket or Locate never waits. Two announcers
// may share a machine, say one for the hall and one for the dispenser, each with
// a card of its own.
//
// # Sources
//
// The wording is that of Korean offices. Sound changes: 표준 발음법 (국립국어원) 18
// and 29. Loudness: ITU-R BS.1770-5, see loudness.go. WAV: see wav.go.
//
// # Caveats
//
// A hundred and its rest are two clips: 백 and 육 do not become 뱅뉵. A number of
// five digits or more is said digit by digit, leading zeros are not said, and a
// Hangul prefix is said in Korean only. Of a player that takes the sound and
// plays it nowhere, such as one whose loudspeaker is off, nothing can be known
// here. When the clock jumps ahead while calls wait, they seem old and are
// dropped. An inner pause is told from speech by 40 dB: a recording with more
// noise than that keeps its pauses.
package voice
