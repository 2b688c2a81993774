//go:build race

package board

// racing: the detector makes a picture a tenth as fast, and finds nothing more on
// a larger screen.
const racing = true
