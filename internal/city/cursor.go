package city

// CheckCursor refuses a cursor that is no id of the kind that prefix names, for
// lists whose cursor is the id of the last one of the page before; "" begins such
// a list. Errors: VALIDATION_ERROR.
func CheckCursor(prefix, cursor string) error {
	if cursor != "" && CheckID(prefix, cursor) != nil {
		return NotACursor()
	}
	return nil
}

// NotACursor is the VALIDATION_ERROR for a cursor that the list has not given.
func NotACursor() error { return InvalidField("cursor", "must be one that this list gave") }
