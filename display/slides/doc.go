// Package slides reads the pictures that a city shows beside its line, from a
// folder that somebody copies files into.
//
//	folder --every 10 s: names, sizes, times--> changed? --decode, shrink--> Tell([]board.Slide)
//	                                              |
//	                                              `-- not readable --> one line in the log, Trouble(true)
//
// PNG and JPEG files are taken in the order of their names. A file that is too
// large or broken is left out, and looked at again when it changes: a file that
// is being copied comes right by itself. When the folder cannot be read the
// pictures that were read stay.
//
// # What they may cost
//
// A picture of more than 12 Mpx is not decoded at all, because that alone may
// take 70 MB. The rest is shrunk at once to what the screen can show, and all
// together to the pixels of the screen, so that a folder of a hundred
// holiday pictures is no more than one of ten. At most 60 are taken.
//
// # Caveats
//
// Animated pictures show their first frame. The turn of a JPEG's camera (EXIF) is
// not followed: save such a picture as it should be seen. A file that is changed
// without another size or time of change is not seen to have changed.
package slides
