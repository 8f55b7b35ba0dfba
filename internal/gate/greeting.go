package gate

import (
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
)

// greeting matches the sentences that come before the work and say nothing of it, in
// a few languages: who reads on has not begun to read.
var greeting = regexp.MustCompile(`^(?:[\s#*_>-]|[^\x00-\x7F]\s)*(?:sure|certainly|absolutely|of course|hi|hello|hey|dear|thanks?|great|` +
	`good|no problem|happy to|glad to|i hope|let me|let's|here(?:'s|’s| is| are| you)|below (?:is|are|you)|` +
	`i(?:'ve|’ve| have)? (?:completed|finished|reviewed|gone|went|looked|read|analy[sz]ed|examined|took|` +
	`checked|investigated|dug)|i(?:'ll|’ll| will|'m going to|’m going to| am going to) (?:start|begin|first|` +
	`look|go|take|now|have)|gerne?|klar|hallo|natürlich|vielen dank|danke|hier (?:ist|sind)|claro|hola|` +
	`gracias|por supuesto|aquí (?:está|tienes|tiene)|bien sûr|bonjour|merci|voici|конечно|привет|` +
	`здравствуйте|спасибо|вот)\b[^.!?:\n]*(?:[.!?:]+(?:\s|$)|\n|$)`)

// farewell matches the sentences that come behind the work and say nothing of it.
var farewell = regexp.MustCompile(`^(?i)[\s*_>]*(?:let me know|(?:i )?hope (?:this|that|it)|feel free|(?:i(?:'m|’m| am) )?happy to|` +
	`please (?:let me|feel free)|if (?:you (?:have|need) (?:any|more|further)|(?:anything|` +
	`something) is unclear)|(?:the|all of the) above covers|this (?:covers|concludes)|best regards|` +
	`kind regards|cheers|thanks|thank you|melden sie|bei fragen|viele grüße|un saludo|saludos|cordialement|n'hésitez)\b`)

// manners are the words that greetings and farewells begin with.
var manners = lex.Set(`sure certainly absolutely of hi hello hey dear thanks thank great good no happy glad i i'm i'll i've let let's here here's below gerne gern klar hallo
natürlich vielen danke hier claro hola gracias por aquí bien bonjour merci voici конечно привет здравствуйте спасибо вот
hope feel please if anything something the all this best kind cheers melden bei viele un saludos cordialement n'hésitez`)

// isManners reports whether a sentence is a greeting or a farewell and nothing else.
func isManners(sentence string) bool {
	low := strings.ToLower(strings.TrimLeft(sentence, " \t*_>"))
	first, _, _ := strings.Cut(low, " ")
	return manners[strings.TrimRight(first, ",.!:")] && (farewell.MatchString(low) || greeted(low) >= len(low))
}

// Bounds of what is passed over.
const (
	maxGreetings    = 4
	maxGreetingSize = 220
)

// greeted returns how much of a text in lower case is greeting. A sentence that names
// anything, a figure, a file or a piece of code, has begun to work.
func greeted(low string) int {
	end := 0
	for range maxGreetings {
		m := greeting.FindString(low[end:min(len(low), end+maxGreetingSize)])
		if m == "" || strings.ContainsAny(strings.TrimRight(m, " .!?:\n"), "`/._(=0123456789") {
			break
		}
		end += len(m)
	}
	return end
}
