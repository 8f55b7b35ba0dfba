package source

import (
	"fmt"

	"aicity.dev/aicity/internal/city"
)

// The messages name neither URL nor ref: an agent that has not committed may
// be the one who reads them.

func errRepoNotFound() *city.Error {
	return city.Errorf(city.CodeRepoNotFound, "The repository does not exist, or it is hidden from whoever has no valid repoToken for it.")
}

func errRepoPrivate() *city.Error {
	return city.Errorf(city.CodeRepoPrivate, "The repository is private and needs a repoToken that may read it, or it does not exist: its host does not say which.")
}

func errRefNotFound() *city.Error {
	return city.Errorf(city.CodeRefNotFound, "The repository has no such ref: give a branch, a tag or a full commit id.")
}

func errEmpty() *city.Error {
	return city.Errorf(city.CodeRepoEmpty, "The repository has no commits on its default branch, or the URL is not one of a git repository.")
}

// errDumb means that the host has git's files, but speaks none of its protocol.
func errDumb() *city.Error {
	return city.Errorf(city.CodeRepoNotAllowed,
		`The repository's host offers it over git's "dumb" HTTP only, as plain files; code is fetched over smart HTTP. `+
			"Serve it with git http-backend or a git host, or upload the code as an archive.")
}

func errUnreachable() *city.Error {
	return city.Errorf(city.CodeRepoUnreachable, "The repository's host did not answer properly; try again later.")
}

// errDied means that the workshop in which the code was unpacked is no more.
func errDied() *city.Error {
	return city.Errorf(city.CodeRepoUnreachable, "The code could not be unpacked just now; try again later.")
}

func errTooLarge(limit string) *city.Error {
	return city.Errorf(city.CodeRepoTooLarge, "The code is too large: %s.", limit)
}

func errTooManyBytes(limit int64) *city.Error {
	return errTooLarge(fmt.Sprintf("its files are more than %d MiB", limit>>20))
}

func errTooManyFiles(limit int) *city.Error {
	return errTooLarge(fmt.Sprintf("it has more than %d files", limit))
}

func errLongName() *city.Error {
	return errTooLarge(fmt.Sprintf("it has a file or folder whose name is longer than %d bytes", maxPart))
}

func errNoRoom() *city.Error { return errTooLarge("it does not fit where it is unpacked") }

// errNoGit means that the root file system of the sandboxes was made without git.
func errNoGit() *city.Error {
	return city.Errorf(city.CodeSandboxUnavailable, "The root file system of this server's sandboxes has no git; its operator has to add it.")
}
