package httpapi

// ClosedFields are the fields of plain text that have few values.
var ClosedFields = closedFields
