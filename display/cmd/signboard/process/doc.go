// Package process holds the tests that run the signboard as a hall does: the
// built program, on a real X server without glass (Xvfb), told by a real stream.
//
//	test --feed.Hall--> hall.Server --socket--> signboard --GL--> Xvfb
//	  ^                                                            |
//	  `---- board.Draw of the same, compared pixel by pixel <--grab-
//
// They stand apart from the program because whatever is linked with ebiten ends
// before main without a display, tests too.
package process
