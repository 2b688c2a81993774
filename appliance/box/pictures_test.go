package box_test

import (
	"image"
	"reflect"
	"testing"
	"testing/synctest"

	"sunbeon/display/typeface"
)

// TestPictures: what the manager sees follows the line, and nothing is issued.
func TestPictures(t *testing.T) {
	faces, err := typeface.Load()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		p := parts(t, "[ticket]\npage = \"https://min.example/t/\"\n")
		p.Faces = faces
		b, cancel, end := on(t, p)
		synctest.Wait()
		draw := func() (board, ticket image.Image) {
			t.Helper()
			v := b.Hub.Newest()
			board, err := b.Pictures.Board(v)
			if err != nil {
				t.Fatal(err)
			}
			if ticket, err = b.Pictures.Ticket(v, "civil"); err != nil {
				t.Fatal(err)
			}
			return board, ticket
		}
		board1, ticket1 := draw()
		again, same := draw()
		if !reflect.DeepEqual(board1, again) || !reflect.DeepEqual(ticket1, same) {
			t.Error("a picture of the same looks otherwise")
		}
		if _, err := press(b); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if board2, ticket2 := draw(); reflect.DeepEqual(board1, board2) || reflect.DeepEqual(ticket1, ticket2) {
			t.Error("one more waits, and the pictures are the same")
		}
		if n := *b.Hub.Newest().Public.Services[0].Issued; n != 1 {
			t.Errorf("%d tickets were issued", n)
		}
		if _, err := b.Pictures.Ticket(b.Hub.Newest(), "none"); err == nil {
			t.Error("a service that is not there has tickets")
		}
		cancel()
		if err := end(); err != nil {
			t.Fatal(err)
		}
	})
}
