package injection

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"aicity.dev/aicity/internal/gate/document"
)

// Letters that look as Latin ones do, each behind the one that it stands for: of
// Cyrillic and Greek, which count inside of a Latin word only, and small capitals.
// Unicode's list of confusable characters (UTS 39) has many more; these are the ones
// that a reader takes for Latin in any typeface.
var (
	lookalikes = pairs("aаaαcсdԁeеhһiіiιjјkкlӏmмnпnոoоoοoσpрpρqԛsѕuսvνwѡxхyуyγAАAΑBВBΒCСEЕEΕHНHΗIІIΙKКKΚMМMΜNΝOОOΟPРPΡSЅTТTΤXХXΧYУYΥZΖ")
	smallCaps  = pairs("aᴀbʙcᴄdᴅeᴇfғfꜰgɢhʜiɪjᴊkᴋlʟmᴍnɴoᴏpᴘrʀsꜱtᴛuᴜvᴠwᴡyʏzᴢ")
)

// pairs are the letters of a list of pairs, by the second of each.
func pairs(list string) map[rune]rune {
	of, letters := map[rune]rune{}, []rune(list)
	for i := 0; i+1 < len(letters); i += 2 {
		of[letters[i+1]] = letters[i]
	}
	return of
}

// disguises is how many disguised words are more than a slip of the keyboard.
const disguises = 2

// disguised looks for words in letters that stand for others.
func (h *Hidden) disguised(text string) {
	plain, words := undisguise(text)
	if words < disguises {
		return
	}
	h.Found = append(h.Found, "letters that stand for others")
	if len(h.Texts) < maxHiddenTexts {
		h.Texts = append(h.Texts, document.Parse(plain))
	}
}

// spacedOut matches words whose letters stand apart, with what is before them.
var spacedOut = regexp.MustCompile(`(?:^|\P{L})(?:\pL {1,3}){8,}\pL`)

// maxApart bounds the passages whose letters are put together.
const maxApart = 20

// lettersApart reports whether eight words in a row have one letter each, as those have
// whose letters stand apart.
func lettersApart(text string) bool {
	alone := 0
	for word := range strings.FieldsSeq(text) {
		if first := strings.IndexFunc(word, unicode.IsLetter); first < 0 || first != strings.LastIndexFunc(word, unicode.IsLetter) {
			alone = 0
		} else if alone++; alone == 8 {
			return true
		}
	}
	return false
}

// joinApart puts words together whose letters stand apart where they speak to who scores,
// and counts them as many as a disguise needs.
func joinApart(text string) (joined string, words int) {
	if !lettersApart(text) {
		return text, 0
	}
	tried := 0
	joined = spacedOut.ReplaceAllStringFunc(text, func(piece string) string {
		if tried++; tried > maxApart {
			return piece
		}
		whole := joinLetters(piece)
		if !speaks(whole) {
			return piece
		}
		words += disguises
		return whole
	})
	return joined, words
}

// joinLetters puts words together whose letters stand apart: one space is between
// letters, more are between words.
func joinLetters(text string) string {
	words := strings.FieldsFunc(strings.ReplaceAll(text, "  ", "\x00"), func(r rune) bool { return r == 0 })
	for i, w := range words {
		words[i] = strings.ReplaceAll(w, " ", "")
	}
	return strings.Join(words, " ")
}

// undisguise returns a text in the letters that its words seem to be written in, and
// how many words were not. Full-width letters, which are usual in some languages, do
// not count.
func undisguise(text string) (plain string, words int) {
	text, words = joinApart(text)
	if isASCII(text) {
		return text, words
	}
	text, struck := withoutStrokes(text)
	words += struck
	var b strings.Builder
	b.Grow(len(text))
	for len(text) > 0 {
		end := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
		if end < 0 {
			end = len(text)
		}
		word, disguised := plainWord(text[:end])
		if disguised {
			words++
		}
		b.WriteString(word)
		_, size := utf8.DecodeRuneInString(text[end:])
		b.WriteString(text[end : end+size])
		text = text[end+size:]
	}
	return b.String(), words
}

// plainWord is a word in the letters that it seems to be written in. A letter alone is
// a sign of mathematics.
func plainWord(word string) (plain string, disguised bool) {
	if isASCII(word) || utf8.RuneCountInString(word) < 2 {
		return word, false
	}
	latin, foreign, styled := 0, 0, 0
	plain = strings.Map(func(r rune) rune {
		switch l, ok := lookalikes[r]; {
		case r < utf8.RuneSelf:
			latin++
		case ok:
			foreign++
			return l
		case smallCaps[r] > 0:
			styled++
			return smallCaps[r]
		case r >= 0x1d400 && r <= 0x1d7ff, r >= 0x24b6 && r <= 0x24e9:
			styled++
			return folded(r)
		case r >= 0xff21 && r <= 0xff5a:
			return folded(r)
		}
		return r
	}, word)
	switch {
	case styled > 2:
		return plain, true
	case latin > 1 && foreign > 0 && isASCII(plain) && strings.IndexFunc(word, isMicro) < 0:
		return plain, true
	case foreign == 0:
		return plain, false
	}
	return word, false // of another script
}

// withoutStrokes drops the strokes that are laid over letters, and counts the words that
// had some. Over a sign they are mathematics.
func withoutStrokes(text string) (plain string, words int) {
	if strings.IndexFunc(text, isStroke) < 0 {
		return text, 0
	}
	var b strings.Builder
	letter, counted := false, false
	for _, r := range text {
		switch {
		case isStroke(r) && letter:
			if !counted {
				words++
			}
			counted = true
			continue
		case unicode.IsLetter(r):
			letter = true
		default:
			letter, counted = false, false
		}
		b.WriteRune(r)
	}
	return b.String(), words
}

func isStroke(r rune) bool { return r >= 0x334 && r <= 0x338 }

// isMicro reports whether a letter is the one that units of a millionth begin with.
func isMicro(r rune) bool { return r == '\u03bc' }

// folded is the letter that one in another style stands for.
func folded(r rune) rune {
	for _, l := range norm.NFKC.String(string(r)) {
		return l
	}
	return r
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
