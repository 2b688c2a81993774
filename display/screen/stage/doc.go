// Package stage decides what a screen uploads, where it paints it, and how long
// it may sleep. It knows neither a window nor a GPU, so that all of that is
// tested without one.
//
//	Put(Scene) ---.                    .--> Glass.Upload  what has changed
//	              v                    |
//	        wake | Wait --> Step --> Paint --> Glass.Paint  each layer, in order
//	Refresh() ----^   ^       |                              at Rect + Move(now),
//	                  |       v                              within Clip, Alpha(now)
//	                  |   Board.Layers, when the scene is new or its time has come
//	                  |
//	                  `-- sleeps until the next of: a scene, the time that Layers
//	                      gave, 1/30 s while a layer has Alpha or Move, Heartbeat
//
// The draw loop is one goroutine. A scene that comes before the last was drawn
// replaces it: the newest wins. Another size of the glass, or another setting of
// the scene, makes a new board; one that cannot be made leaves the old one there.
//
// All times of the picture are the kiosk's: this machine's clock and the scene's
// Skew. When the clock goes back by more than a second the picture is made anew.
//
// # Caveats
//
// A change is found by sums of 64 bits of each band of the picture (Bands). Two
// bands of the same sum are one chance in 10^19, and last until the next change.
package stage
