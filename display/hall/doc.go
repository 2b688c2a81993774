// Package hall carries the state of an office from the kiosk to the screens of
// its hall: over a local socket where both are on one machine, over the office's
// own network, with a key, where they are not.
//
//	kiosk                                                       signboard
//	  Publish(feed.Hall) --> Server                               Client --> tell(Update)
//	                           |  <---- GET /hall/stream?screen=hall ----  |
//	                           |  ---- {"now":1764037929123} ----------->  |  at once and every Beat
//	                           |  ---- {"hall":{"snapshot":...}} ------->  |  at once and at every change
//	  report(screen, ...) <--- |  <---- POST /hall/health?screen=hall ---  |  {"conditions":["no-output"]}
//
// The stream is one HTTP response of JSON lines. A hall is encoded once for
// all screens. A slow screen misses halls, never the newest one; one that reads
// nothing for ten seconds is cut off. now is the kiosk's clock, Unix ms: a screen
// on another machine shows the kiosk's time.
//
// A Client that hears nothing for three beats takes the link for dead, and
// tries again after 0.2 to 2 s for as long as it runs. What it has keeps being
// shown; Update.Lost says since when it is old.
//
// # Who may listen
//
// Halls hold addresses of tickets' pages, with which a ticket can be cancelled.
// The socket is for the user and group that own it. Over the network a Server
// wants its key (Authorization: Bearer), and without a key it answers nobody.
//
// # Caveats
//
// The network carries the key and the halls in the clear, as the office's LAN
// carries the clerks' pages; who can read that LAN can read both. Screens are
// told apart by the name that they give.
package hall
