package aicity

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Archive is an uploaded work tree; its ID goes into TaskInput.ArchiveID.
type Archive struct {
	ID        string    `json:"id"`
	Format    string    `json:"format"` // tar.gz or zip
	SizeBytes int64     `json:"sizeBytes"`
	SHA256    string    `json:"sha256"`
	CreatedAt time.Time `json:"createdAt"` // when it was uploaded last
	ExpiresAt time.Time `json:"expiresAt"` // when it is deleted, if it is not uploaded again
}

// KeptArchives is a page of an owner's archives, newest first, and how much all of
// them are together, in bytes.
type KeptArchives struct {
	Archives   []Archive `json:"archives"`
	KeptBytes  int64     `json:"keptBytes"`
	QuotaBytes int64     `json:"quotaBytes"` // what they may be
	NextCursor string    `json:"nextCursor"` // of the next page, "" on the last
}

// uploadTime is what sending a large archive may take on top of the timeout.
const uploadTime = 10 * time.Minute

// UploadArchive sends a tar.gz or zip of a work tree, at most 50 MiB. Errors:
// ARCHIVE_INVALID, REPO_TOO_LARGE, PAYLOAD_TOO_LARGE, ARCHIVE_QUOTA_EXCEEDED.
func (s *TasksService) UploadArchive(ctx context.Context, content []byte) (*Archive, error) {
	r := request{method: http.MethodPost, path: "/archives", as: asOwner, raw: content, extra: uploadTime}
	return one[Archive](ctx, s.client, r)
}

// Archives lists the owner's uploaded archives, newest first.
func (s *TasksService) Archives(ctx context.Context, opts CursorOptions) (*KeptArchives, error) {
	query := url.Values{}
	opts.addTo(query)
	return one[KeptArchives](ctx, s.client, request{method: http.MethodGet, path: "/archives", query: query, as: asOwner})
}

// DeleteArchive deletes an uploaded archive at once. Errors: ARCHIVE_NOT_FOUND,
// ARCHIVE_IN_USE while a task needs it.
func (s *TasksService) DeleteArchive(ctx context.Context, id string) error {
	return s.client.call(ctx, request{method: http.MethodDelete, path: path("archives", id), as: asOwner}, nil)
}
