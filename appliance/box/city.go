package box

import (
	"context"

	"sunbeon/appliance"
	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/identity"
	"sunbeon/appliance/feed/link"
	"sunbeon/appliance/feed/uplink"
	"sunbeon/appliance/health"
	"sunbeon/appliance/journal"
)

// outbox is the record as the uplink reads it.
type outbox struct{ *journal.Journal }

// After is uplink.Source.
func (o outbox) After(ctx context.Context, seq uint64, limit int) ([]uplink.Record, error) {
	records, err := o.Journal.After(ctx, seq, limit)
	out := make([]uplink.Record, len(records))
	for i, r := range records {
		out[i] = uplink.Record(r)
	}
	return out, err
}

// toCity makes the uplink, and lets it hear of every view and every fact.
func (b *Box) toCity(p Parts, opt *appliance.Options) {
	f := p.File.Feed
	online := &appliance.Online{Code: b.arrival}
	to := link.Config{Brokers: f.Brokers, Username: f.Username, Password: f.Password}
	if f.Identity != (identity.Files{}) {
		to.TLS = f.Identity.TLS
		b.certificate = &certificate{files: f.Identity, clock: p.Clock, health: health.New(p.Log)}
		opt.Devices = append(opt.Devices, certificateDevice)
	}
	b.uplink = uplink.New(uplink.Config{
		Address:  p.File.Address,
		Link:     to,
		Source:   outbox{b.Journal},
		Office:   online,
		Epoch:    b.Journal.Epoch(),
		Software: p.Software,
		Stamp:    b.stamp(p.Clock),
		Log:      p.Log,
	})
	b.online = online
	opt.Viewer = func(v *appliance.View) {
		b.Hub.Publish(v)
		b.uplink.State(&v.Public)
		b.uplink.Status(feed.Status{Clock: v.At.Trusted, Faults: v.Faults})
	}
	opt.Recorded = func(uint64) { b.uplink.Facts() }
}

// stamp numbers the snapshots of this start and dates them by the kiosk's clock.
func (b *Box) stamp(clock appliance.Clock) func(*feed.Snapshot) {
	var rev uint64
	return func(s *feed.Snapshot) {
		rev++
		now := clock.Now()
		s.Epoch, s.Rev, s.AsOf, s.Clock = b.Journal.Epoch(), rev, now.Wall, now.Trusted
	}
}
