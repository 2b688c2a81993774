// Package placeholder builds a clip pack with espeak-ng, so that a voice can be
// heard before an office has recorded its own. A machine's voice is understood,
// and nobody likes it.
//
//	script line --> espeak-ng (text, or how it is read) --> Even --> <language>/<clip>.wav
//	                                                          `---> voice.toml
//
// # Sources
//
// espeak-ng 1.51 (https://github.com/espeak-ng/espeak-ng), GPL-3.0-or-later. What
// a speech synthesiser says is not covered by its licence; the pack names it.
//
// # Caveats
//
// Chinese goes in as pinyin with tone numbers and Japanese as kana, for this
// program reads neither characters. Its Korean knows liaison but no inserted n:
// 16 goes in as it is said, 심뉵.
package placeholder
