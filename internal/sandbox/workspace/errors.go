package workspace

import (
	"fmt"

	"aicity.dev/aicity/internal/city"
)

func errDiskFull() *city.Error {
	return city.Errorf(city.CodeSandboxDiskFull,
		"The workspace is full: the sandbox's limits say how many bytes and files it holds. Delete what is not needed.")
}

func errPath(format string, args ...any) *city.Error {
	return city.Errorf(city.CodePathNotAllowed, "This path is not allowed: %s.", fmt.Sprintf(format, args...))
}

func errFileNotFound() *city.Error {
	return city.Errorf(city.CodeFileNotFound, "There is no file or folder at this path.")
}

func errNotAFile() *city.Error {
	return city.Errorf(city.CodeNotAFile, "This path names a folder or special file, not a regular file.")
}

func errNotADirectory() *city.Error {
	return city.Errorf(city.CodeNotADirectory, "This path names no folder.")
}

func errExists() *city.Error {
	return city.Errorf(city.CodeFileExists, "There is something at the new path already; a file is replaced with overwrite, a folder never.")
}

func errNotEmpty() *city.Error {
	return city.Errorf(city.CodeDirectoryNotEmpty, "The folder is not empty; it is deleted with all in it by recursive=true.")
}

func errTooLong() *city.Error {
	return city.Errorf(city.CodeSandboxLimit, "The folder cannot be listed within %s: it holds too much.", maxListTime).
		WithDetail("timeMs", maxListTime.Milliseconds())
}

func errTooLarge(size, limit int64) *city.Error {
	return city.Errorf(city.CodeFileTooLarge, "The file has %d bytes, more than the %d of one answer: read it in parts with offset and limit, or as a stream.", size, limit).
		WithDetail("sizeBytes", size).WithDetail("limitBytes", limit)
}
