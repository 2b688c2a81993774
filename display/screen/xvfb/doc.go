// Package xvfb runs an X server without glass and looks at its picture, for tests
// and for the bench.
//
//	Start --> Xvfb -displayfd (it chooses a free display) --> Server
//	Server.Grab    what is seen, as GetImage of the root window gives it
//	Server.Cover   a window on top, and away again
//	Server.Output  the only output off and on; Resize: a mode of another size
//	Server.Close   kills it by its process id
//
// # Caveats
//
// It wants 24 bits of colour and a server that is little-endian, as the ones that
// it starts are on the machines that the house knows. Xvfb has no vertical
// retrace: frames are as fast as the processor.
package xvfb
