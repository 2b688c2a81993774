// Package proxy is what stands between citizens and the website: the
// configuration of nginx that we ship, and the proof that with it the website
// sees one request where thousands are made.
//
//	citizens -- TLS --> a CDN, or nginx with nginx.conf --> cityweb
//
//	/, /map, /api/v1/offices...   kept for 5 s; one request at a time fetches each,
//	                              everybody else waits for it or is given the last
//	                              one, 10 s old at most
//	/assets/<version>/...         kept for a year: the address changes with them
//	.../events                    passed through, nothing is kept or held back
//	/o/<office>, with its form's request id, /t/<token>, every POST, refusals:
//	                              passed through; they say no-store
//
// What may be kept is said by the website itself (Cache-Control, ETag), and every
// shared cache that follows RFC 9111 and RFC 5861 does the same with it.
//
// # Caveats
//
// A reader of live updates takes two files of nginx and its buffers. For more
// readers than some thousands let a load balancer hand .../events to cityweb
// directly.
package proxy
