// Package link keeps one MQTT 3.1.1 connection at a time to the first broker
// of a list that answers, and runs a session on it.
//
//	   +---------------- full-jitter back-off, next broker <------------+
//	   v                                                                |
//	dial (TCP, TLS) -> CONNECT, CONNACK -> session(ctx, Conn) -> lost or returned
//	                                        |  publish in order
//	                                        |  subscribe, SUBACK checked
//
// Every connection has a new client of the MQTT library, with a clean session
// and no memory: what must survive a connection is the business of the session,
// which sends state anew and facts from a durable record. The library's own
// stores and reconnection resend in random order, let an old state overwrite a
// new one and come back minutes after the network did.
//
// # Caveats
//
// A broker answers a publish or a subscription that its access list denies with
// success. Only reading back what was published proves the right to publish it.
//
// A returned Publish with QoS 1 means the broker has the message, not that
// anybody else has.
package link
