package receipt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// maxDepth bounds how deep a document may nest.
const maxDepth = 10

// canonical rewrites a JSON text so that equal documents are equal bytes. A key
// that an object has twice is refused, because readers differ about which counts;
// so is a number that is no integer.
func canonical(text []byte) ([]byte, error) {
	in := json.NewDecoder(bytes.NewReader(text))
	in.UseNumber()
	value, err := read(in, 0)
	if err != nil {
		return nil, err
	}
	if _, err := in.Token(); err != io.EOF {
		return nil, fmt.Errorf("something follows the document")
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out) // writes the keys of a map in order
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

func read(in *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	token, err := in.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Number:
		if strings.ContainsAny(t.String(), ".eE") || t.String() == "-0" {
			return nil, fmt.Errorf("%.40s is no integer", t)
		}
		return t, nil
	case json.Delim:
		if t == '[' {
			return readList(in, depth)
		}
		return readObject(in, depth)
	default:
		return t, nil
	}
}

func readList(in *json.Decoder, depth int) (any, error) {
	list := []any{}
	for in.More() {
		value, err := read(in, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	_, err := in.Token()
	return list, err
}

func readObject(in *json.Decoder, depth int) (any, error) {
	object := map[string]any{}
	for in.More() {
		token, err := in.Token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string)
		if _, twice := object[key]; twice {
			return nil, fmt.Errorf("%.40q is there twice", key)
		}
		if object[key], err = read(in, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := in.Token()
	return object, err
}

// unmarshal decodes text into value and refuses fields that it does not have and
// keys that are there twice.
func unmarshal(text []byte, value any) error {
	if _, err := canonical(text); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	if err := in.Decode(value); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return nil
}
