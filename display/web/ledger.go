package web

import (
	"context"
	"errors"
	"time"
)

// Ledger is what the city keeps besides the offices' facts, for all its replicas.
// Nothing in it names a person, and all of it is gone when its day is over.
// Its methods are called from many goroutines.
type Ledger interface {
	Devices
	Regrets
	Subscriptions
}

// Device is the SHA-256 of the cookie by which a device is known again.
type Device [32]byte

// Claim is what a device has: a ticket, or a request for one.
type Claim struct {
	Office, Service string
	Request         string // id under which the office is asked
	Token           string // "" while it is asked
	Day             int64  // business day of the ticket
	Asked           time.Time
}

// Devices give each device one ticket at a time.
type Devices interface {
	// Claim takes a device for a request, before the office is asked, and notes the
	// request as one that may have led to a number nobody waits for (see Regrets).
	// It gives what the device has then: c, or what it had already, which stands
	// unless its token is over, or its request has become a regret.
	// Of several calls at once, on whichever replicas, one wins.
	// ErrSpent: the number of that request was given back; ask with another id.
	Claim(ctx context.Context, d Device, c Claim, over string) (Claim, error)
	// Settle ends a request that was claimed: it has led to the ticket of token, or
	// with "" to none, and the device is free. An error, ErrSpent among them, means
	// that the ticket must not be shown to anybody.
	Settle(ctx context.Context, office, request, token string, day int64) error
	// Has is what a device has; false is nothing.
	Has(ctx context.Context, d Device) (Claim, bool, error)
}

// Regret is a request that was claimed and not settled.
type Regret struct {
	Office, Service, Request string
	Tries                    int // times that it was due, this one among them
}

// Regrets outlive the process that asked: any replica works them off.
type Regrets interface {
	// Due gives a request that was claimed at least RegretAfter ago, or given out
	// RegretAgain ago and not closed since, at most RegretTries times; to one
	// caller. From then on its id is spent.
	Due(ctx context.Context, now time.Time) (Regret, bool, error)
	// Closed ends a regret. Its id stays spent.
	Closed(ctx context.Context, r Regret) error
}

// Subscription is where messages about a ticket go.
type Subscription struct {
	Token    string
	Lang     Lang
	Endpoint string // of the browser's push service, or GatewayEndpoint
	P256dh   string // the browser's public key, base64url
	Auth     string // and its secret
}

// GatewayEndpoint stands for the city's gateway, which knows by the token where
// text messages go.
const GatewayEndpoint = "gateway:"

// Subscriptions of a ticket: at most PerTicket, until the ticket or the day ends.
type Subscriptions interface {
	// Subscribe enters s, in place of one with the same token and endpoint.
	// ErrFull: the ticket has as many as it may.
	Subscribe(ctx context.Context, s Subscription) error
	Unsubscribe(ctx context.Context, token, endpoint string) error
}

// PerTicket bounds the subscriptions of a ticket.
const PerTicket = 3

// How a number that nobody waits for is given back.
const (
	RegretAfter = 35 * time.Second // from the asking: in which the citizen may press again
	RegretAgain = 30 * time.Second // between tries, while the office is silent
	RegretTries = 20
)

// ErrSpent: the request was given back, or is being given back.
var ErrSpent = errors.New("web: the request was given back; ask with another id")

// ErrFull: the ticket has PerTicket subscriptions.
var ErrFull = errors.New("web: the ticket has as many subscriptions as it may; end one first")
