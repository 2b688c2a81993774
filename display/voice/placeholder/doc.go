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
// program reads neither characters. Korean goes in as it is said where it would
// be said wrong: 심뉵 for 16, 업씀니다 for 없습니다.
package placeholder
