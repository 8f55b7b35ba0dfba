package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// jsonFormat writes bodies as huma does, and reads them in words of our own.
var jsonFormat = huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: readJSON}

// readJSON says where a body is no JSON. Huma keeps the text of an error only, and
// Go's tells of its parser.
func readJSON(body []byte, v any) error {
	err := json.Unmarshal(body, v)
	wrong, ok := errors.AsType[*json.SyntaxError](err)
	switch {
	case !ok:
		return err
	case wrong.Error() == "unexpected end of JSON input":
		return errors.New("not valid JSON: it ends too early")
	}
	before := body[:min(max(wrong.Offset-1, 0), int64(len(body)))]
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	return fmt.Errorf("not valid JSON from line %d, character %d on", bytes.Count(before, []byte("\n"))+1, utf8.RuneCount(line)+1)
}
