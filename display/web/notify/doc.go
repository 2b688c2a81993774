// Package notify tells the holders of tickets, at most three times for a ticket,
// that their turn comes: by Web Push, and through the city's gateway by text
// message or 알림톡.
//
//	ledger: who wants messages --> watch, every second: what the ticket's page says
//	                                 | a message is due
//	                                 v
//	                    ledger: claimed by one replica, a parcel for each subscription
//	                                 v
//	                    carry -> push service (RFC 8030, 8188, 8291, 8292)
//	                          -> gateway (docs/webhook.md)
//
// # The messages
//
//	near    지금 출발하십시오   the page says "go": three or fewer ahead, or the earliest
//	                          moment of the call is at most 15 minutes away
//	next    다음 차례입니다     nobody is ahead
//	call    N번 창구로 오십시오 called
//	missed  차례가 지났습니다   the turn came before its holder had checked in
//
// Each is sent once, and three of them at most, in the order in which they come
// true: a line that moves fast skips near and next, and they are not sent
// afterwards. Nothing is sent while the office's figures are old, because it might
// be wrong by then.
//
// # On the way
//
// A parcel that is not taken is tried again after 2, 4, 8, ... s, until it is
// older than it is of use (fiveMinutes): a call that comes late sends somebody to a
// counter where another one sits. A push service that answers 404 or 410 knows the
// browser no more, and its subscription is deleted. What could not be handed over
// is logged, without the ticket's token, and counted.
//
// # Where a browser's push service may be
//
// Its address is the browser's word. It must be https, and the connection is
// refused when the name leads to an address that is not public, at the moment of
// dialling, so that no name can be changed in between; redirects are not followed.
package notify
