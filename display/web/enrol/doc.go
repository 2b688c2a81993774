// Package enrol is the city's own authority: it gives each office a certificate
// against a one-time code, and says to the broker what each may do.
//
//	cityweb enroll -init             ca.pem, ca.key        the city's authority, 10 years
//	                                 broker/               for the broker's machine: its
//	                                                       certificate, access lists, the
//	                                                       list of what is revoked
//	                                 city@1/ city@2/       for each website process
//	cityweb enroll -office CS0001 -> code on the screen, its hash in offices/CS0001.json,
//	                                 the office's lines in the access lists
//	kiosk enroll -code ... ---POST /enrol---> cityweb (running): sign, once
//	cityweb enroll -revoke CS0001 -> lines gone, certificates in broker/crl.pem
//
// The exchange itself, and why it needs no secure channel, is drawn in package
// appliance/feed/identity.
//
//	         -office              right proof             24 h, or -office
//	unknown ---------> code open -------------> code used ---------------> ...
//	   ^                  | 5 wrong proofs         | the same key again:
//	   | -revoke          v                        v the same certificate
//	   `------------- code burnt               (an answer that was lost)
//
// # Names
//
// A certificate's common name is the name that the broker knows. An office's is
// its id, of letters, digits, - and _ alone; those of the city and its broker
// have an @, so that no office can be called as they are. (No dot: NATS takes none
// in the id of a client.)
//
// # The folder
//
// Everything lies in one folder that one machine has. The command and a running
// cityweb change it under a lock, each file whole or not at all. Who reads
// ca.key can be any office: the folder is the city's alone, and belongs into its
// backup.
//
// # Not automatic
//
// A broker reads its lists again only when it is told to (the command prints
// how), also on another machine, to which the folder broker/ has to be copied.
// Certificates end after two years: the kiosk warns for 30 days, and a new code
// is needed. The list of what is revoked is good as long as the authority, so
// that nobody is locked out by a list that was not renewed.
package enrol
