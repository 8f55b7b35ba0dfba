package aicity

import (
	"context"
	"net/http"
	"time"
)

// Archive is an uploaded work tree; its ID goes into TaskInput.ArchiveID.
type Archive struct {
	ID        string    `json:"id"`
	Format    string    `json:"format"` // tar.gz or zip
	SizeBytes int64     `json:"sizeBytes"`
	SHA256    string    `json:"sha256"`
	CreatedAt time.Time `json:"createdAt"`
}

// uploadTime is what sending a large archive may take on top of the timeout.
const uploadTime = 10 * time.Minute

// UploadArchive sends a tar.gz or zip of a work tree, at most 50 MiB. Errors:
// ARCHIVE_INVALID, REPO_TOO_LARGE, PAYLOAD_TOO_LARGE.
func (s *TasksService) UploadArchive(ctx context.Context, content []byte) (*Archive, error) {
	r := request{method: http.MethodPost, path: "/archives", as: asOwner, raw: content, extra: uploadTime}
	var out Archive
	err := s.client.call(ctx, r, &out)
	return result(&out, err)
}
