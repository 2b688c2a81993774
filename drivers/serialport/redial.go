package serialport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Back-off of Redial. The cap is short because a search costs microseconds and
// a clerk waits for the keys.
const (
	backOffMin = 250 * time.Millisecond
	backOffMax = 2 * time.Second
)

// Keep has the port open, wherever it is plugged in, until ctx ends: it opens,
// runs use, and opens again when use returns an error. See Redial.
func (d Dialer) Keep(ctx context.Context, log *slog.Logger, use func(context.Context, *Port) error) error {
	if err := d.Config.Check(); err != nil {
		return err // waiting does not mend it
	}
	return Redial(ctx, log, d.Open, use)
}

// Redial opens, runs use, closes, and begins again after a back-off of 250 ms
// to 2 s, until ctx ends or use returns nil. When ctx ends it closes what is
// open, so that a read that waits in use returns. Changes are logged, once for
// each wording. It returns nil, or ctx's error.
func Redial[P io.Closer](ctx context.Context, log *slog.Logger, open func(context.Context) (P, error), use func(context.Context, P) error) error {
	wait, said := backOffMin, ""
	for {
		p, err := open(ctx)
		if err == nil {
			log.Info("serial port open", "port", name(p))
			said = ""
			since := time.Now()
			if err = hold(ctx, p, use); err == nil {
				return nil
			}
			if time.Since(since) > backOffMax {
				wait = backOffMin
			}
		}
		if ctx.Err() != nil {
			return fmt.Errorf("serialport: %w", ctx.Err())
		}
		if err.Error() != said {
			said = err.Error()
			log.Warn("serial port lost", "err", err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("serialport: %w", ctx.Err())
		case <-time.After(wait):
		}
		wait = min(2*wait, backOffMax)
	}
}

// hold runs use with p and closes p afterwards, or as soon as ctx ends.
func hold[P io.Closer](ctx context.Context, p P, use func(context.Context, P) error) error {
	closed := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() { closed <- p.Close() })
	err := use(ctx, p)
	if stop() {
		closed <- p.Close()
	}
	shut := <-closed
	if err == nil {
		return nil // done; there is nothing to open again for
	}
	return errors.Join(err, shut)
}

// name is what p calls itself.
func name(p any) string {
	if n, ok := p.(interface{ Name() string }); ok {
		return n.Name()
	}
	return ""
}
