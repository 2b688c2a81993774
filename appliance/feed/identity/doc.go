// Package identity is who an office is on the wire: a key that is made on the
// appliance and never leaves it, and the city's certificate for that key.
//
//	kiosk enroll                                             cityweb
//	  key.pem.new   made, on the disk
//	      CSR (CN = office), HMAC(code, CSR)  -- POST /enrol -->  the same HMAC?
//	                                                              sign, once
//	  HMAC right? chain, name and key right? <-- certificate, authority,
//	  ca.pem, certificate.pem, key.pem           HMAC(code, CSR, both)
//
// # Why the exchange needs no secure channel
//
// The code (80 bits, by word of mouth or on paper from the city's desk) is never
// sent: both ends show that they know it. Who listens learns nothing that can be
// used, for the proof is of one request alone; who stands in between cannot have
// a key of its own signed, nor give the appliance an authority of its own. So
// plain http in a building's network is as good as https, an appliance needs no
// list of authorities and no right time, and the code needs no fingerprint of
// the city's authority: the answer's proof takes its place.
//
// 80 bits cannot be searched in the day a code lives, also by who has heard a
// proof and may try as fast as can be.
//
// # Crashes
//
// A key that was made and not yet certified is used again by the next try, and
// the city answers a repeated request for the same key with the same certificate:
// an answer lost on the way costs nothing. Of the files the certificate changes
// before its key does; a power cut between the two is repaired by whoever reads
// them next.
//
// # Time
//
// A board without a battery may start years back. Its certificate cannot be from
// the future, so the time by which the broker's certificate is judged is never
// before its own certificate's beginning.
//
// # Caveats
//
// The key lies on the card, readable by the kiosk alone. Who takes the card has
// it: revoke the office then (cityweb enroll -revoke).
package identity
