package paper

import (
	"image"
	"testing"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/queue"
	"sunbeon/display/typeface"
	"sunbeon/printer"
)

// ink counts the dark dots of a picture.
func ink(m image.Image) (n int) {
	for y := m.Bounds().Min.Y; y < m.Bounds().Max.Y; y++ {
		for x := m.Bounds().Min.X; x < m.Bounds().Max.X; x++ {
			if r, _, _, _ := m.At(x, y).RGBA(); r == 0 {
				n++
			}
		}
	}
	return n
}

// TestPreview: for every model there is a whole paper, and what differs between
// two tickets can be seen.
func TestPreview(t *testing.T) {
	faces, err := typeface.Load()
	if err != nil {
		t.Fatal(err)
	}
	job := appliance.PrintJob{Office: queue.Office{Name: "민원실"}, Service: queue.Service{Name: "여권 접수 및 교부", NameEn: "Passports"},
		Ticket: queue.Ticket{Ref: queue.Ref{Number: 117}, Token: "token", Ahead: 3, Issued: queue.Stamp{Wall: time.Now().UnixMilli()}}}
	for _, model := range []string{"generic58", "generic80", "epson-tm-t88", "sewoo-lk-t"} {
		profile, err := printer.LoadProfile(model)
		if err != nil {
			t.Fatal(err)
		}
		with, err := Preview(Options{Page: "https://min.example/t/"}, job, profile, faces)
		if err != nil {
			t.Fatalf("%s: %v", model, err)
		}
		without, err := Preview(Options{}, job, profile, faces)
		if err != nil {
			t.Fatalf("%s: %v", model, err)
		}
		if a, b := with.Bounds(), without.Bounds(); a.Dx() != profile.Dots || a.Dy() <= b.Dy()+80 || ink(with) < ink(without)+1000 {
			t.Errorf("%s: the paper is %v with its code and %v without", model, a, b)
		}
	}
	if _, err := Preview(Options{}, appliance.PrintJob{Service: queue.Service{Name: "ab"}}, printer.Profile{}, faces); err == nil {
		t.Error("a profile of nothing makes paper")
	}
}
