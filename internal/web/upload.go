package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"

	"aicity.dev/aicity/internal/archive"
	"aicity.dev/aicity/internal/city"
)

const (
	// maxUpload bounds a form with a file, in bytes. It is more than an archive may
	// have: a browser shows no answer to a form that it could not send to its end,
	// so what is somewhat too large is read all the same, and then refused beside
	// its field.
	maxUpload = 4*archive.MaxBytes + maxForm
	// maxParts bounds the fields of a form with a file.
	maxParts = 100
	// shownName bounds the name of a file that a page shows, in characters.
	shownName = 120
)

// takeFile is told of a file as it arrives, with the fields before it. What it
// refuses is beside the field; any other error ends the reading.
type takeFile func(in *form, name string, content io.Reader) error

// readUpload parses a posted form that may have a file in the field fileField. One
// without may come as any other form does. Errors: those of readForm and of take.
func readUpload(r *http.Request, fileField string, take takeFile) (form, error) {
	parts, err := r.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		return readForm(r)
	}
	if err != nil {
		return form{}, uploadError(err)
	}
	in, room, taken := formOf(url.Values{}), int64(maxForm), false
	for range maxParts {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return in, nil
		}
		if err != nil {
			return form{}, uploadError(err)
		}
		if part.FormName() != fileField {
			if room, err = readField(&in, part, room); err != nil {
				return form{}, err
			}
			continue
		}
		if part.FileName() == "" {
			continue // none was chosen
		}
		if taken {
			return form{}, city.InvalidField(fileField, "takes one file")
		}
		taken = true
		if err := in.take(fileField, part, take); err != nil {
			return form{}, err
		}
	}
	return form{}, city.InvalidField("form", "has too many fields")
}

// readField reads a field of text and says how much room is left for others.
func readField(in *form, part *multipart.Part, room int64) (int64, error) {
	text, err := io.ReadAll(io.LimitReader(part, room+1))
	if err != nil {
		return 0, uploadError(err)
	}
	if room -= int64(len(text)); room < 0 {
		return 0, errLargeUpload()
	}
	in.values.Add(part.FormName(), string(text))
	return room, nil
}

// take hands a file on as it comes. An error of ours is the file's; one of the
// line's is the form's.
func (f *form) take(field string, part *multipart.Part, take takeFile) error {
	body := &archive.Incoming{Reader: part}
	err := take(f, shortName(part.FileName()), body)
	if err == nil {
		return nil
	}
	if body.Err != nil {
		return uploadError(body.Err)
	}
	known, ok := errors.AsType[*city.Error](err)
	if !ok || known.Code == city.CodeInternal {
		return err
	}
	f.wrong(field, known.Message)
	f.tooLarge = known.Code == city.CodePayloadTooLarge
	return nil
}

// uploadError says why a form with a file could not be read.
func uploadError(err error) error {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return errLargeUpload()
	}
	return bodyError(err)
}

func errLargeUpload() error {
	return city.Errorf(city.CodePayloadTooLarge, "The form is too large: its archive may have %s, everything else together %s.", city.Bytes(archive.MaxBytes), city.Bytes(maxForm))
}

func shortName(name string) string {
	letters := []rune(name)
	if len(letters) > shownName {
		return string(letters[:shownName]) + "…"
	}
	return name
}
