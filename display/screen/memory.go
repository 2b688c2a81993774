package screen

// #include <malloc.h>
// static void trim(void) { malloc_trim(0); }
import "C"

// Trim gives back what the C library has freed and kept: compiling the shaders of
// software GL, and textures that are gone, take more than painting does.
func Trim() { C.trim() }
