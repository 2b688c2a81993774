package main

import (
	"context"
	"log/slog"

	"sunbeon/display/web"
	"sunbeon/display/web/ledger"
	"sunbeon/display/web/notify"
)

// messages are what cityweb needs to tell the holders of tickets something.
type messages struct {
	push    *notify.Push    // nil without -push
	gateway *notify.Gateway // nil without -webhook
	ledger  *ledger.Ledger
	log     *slog.Logger
}

func newMessages(ctx context.Context, o options, l *ledger.Ledger, log *slog.Logger) (*messages, error) {
	m := &messages{ledger: l, log: log}
	if o.push != "" {
		fresh, err := notify.NewKeys()
		if err != nil {
			return nil, err
		}
		keys, err := l.Keys(ctx, fresh)
		if err != nil {
			return nil, err
		}
		m.push = &notify.Push{Keys: keys, Contact: o.push, Client: notify.Client(notify.Public)}
	}
	if o.webhook != "" {
		secret, err := key(o.webhookKey)
		if err != nil {
			return nil, err
		}
		if m.gateway, err = notify.NewGateway(o.webhook, secret); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// offer enters them in the site's options.
func (m *messages) offer(o *web.Options) {
	o.Ledger = m.ledger
	if m.push != nil {
		o.PushKey = m.push.Keys.Public
	}
	if m.gateway != nil {
		o.Gateway = m.gateway
	}
}

// notifier sends what is to be told of the site's tickets.
func (m *messages) notifier(site *web.Site) *notify.Notifier {
	c := notify.Config{Tickets: site, Ledger: m.ledger, Outbox: m.ledger, Log: m.log}
	if m.push != nil {
		c.Push = m.push
	}
	if m.gateway != nil {
		c.Gateway = m.gateway
	}
	return notify.New(c)
}
