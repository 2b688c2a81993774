package virtual

import (
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/korean"
)

// tofu is what the ROM prints for a character it does not hold.
const tofu = '□'

// katakanaPage is the upper half of ESC t 1, whose ruled lines many hosts use.
const katakanaPage = "▁▂▃▄▅▆▇█▏▎▍▌▋▊▉┼┴┬┤├▔─│▕┌┐└┘╭╮╰╯" +
	"\u00a0｡｢｣､･ｦｧｨｩｪｫｬｭｮｯｰｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ" +
	"═╞╪╡◢◣◥◤♠♥♦♣●○╱╲╳円年月日時分秒〒市区町村人▒ "

// decodeByte is the character of a single byte under ESC t page and ESC R country.
func decodeByte(b, page, country byte) rune {
	if b < 0x80 {
		if b == '\\' {
			switch country {
			case 8:
				return '¥'
			case 13:
				return '₩'
			}
		}
		return rune(b)
	}
	var m *charmap.Charmap
	switch page {
	case 0:
		m = charmap.CodePage437
	case 1:
		return []rune(katakanaPage)[b-0x80]
	case 2:
		m = charmap.CodePage850
	case 3:
		m = charmap.CodePage860
	case 4:
		m = charmap.CodePage863
	case 5:
		m = charmap.CodePage865
	case 16:
		m = charmap.Windows1252
	case 17:
		m = charmap.CodePage866
	case 18:
		m = charmap.CodePage852
	case 19:
		m = charmap.CodePage858
	default:
		return tofu
	}
	return m.DecodeByte(b)
}

// decodeHangul is the character of two bytes of CP949, or □ where the ROM has none:
// outside both sets, or in the extension of CP949 when the ROM is KS X 1001, whose
// two bytes are both A1h to FEh.
func decodeHangul(lead, trail byte, rom string) rune {
	if rom != CP949 && (lead < 0xa1 || trail < 0xa1) {
		return tofu
	}
	s, err := korean.EUCKR.NewDecoder().Bytes([]byte{lead, trail})
	r := []rune(string(s))
	if err != nil || len(r) != 1 || r[0] == '\ufffd' {
		return tofu
	}
	return r[0]
}
