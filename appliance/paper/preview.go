package paper

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"

	"sunbeon/appliance"
	"sunbeon/display/typeface"
	"sunbeon/printer"
	"sunbeon/printer/virtual"
)

// Preview is the paper of a ticket as a printer of the profile's kind makes it:
// the very bytes, on a printer in memory. It prints nothing.
func Preview(opt Options, p appliance.PrintJob, profile printer.Profile, faces *typeface.Set) (image.Image, error) {
	b, err := printer.Encode(profile, (&Sink{opt: opt}).words(p), faces)
	if err != nil {
		return nil, err
	}
	rom := virtual.KSX1001
	if profile.Charset == printer.CharsetCP949 {
		rom = virtual.CP949
	}
	v := virtual.New(virtual.Config{Width: profile.Dots, ROM: rom, NativeQR: profile.NativeQR, ProcessID: true, ASB: true,
		Flow: virtual.FlowHold, Faces: faces, Keep: 1})
	if err := v.Serve(context.Background(), deaf{bytes.NewReader(b)}); err != nil {
		return nil, err
	}
	pieces := v.Pieces()
	if len(pieces) == 0 {
		return nil, errors.New("paper: the ticket's bytes cut no paper")
	}
	return pieces[0].Image(), nil
}

// deaf is a host that sends and does not listen.
type deaf struct{ io.Reader }

func (deaf) Write(b []byte) (int, error) { return len(b), nil }
func (deaf) Close() error                { return nil }
