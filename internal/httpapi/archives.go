package httpapi

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"aicity.dev/aicity/internal/archive"
)

// ArchiveView is an uploaded work tree.
type ArchiveView struct {
	ID        string    `json:"id" doc:"Pass it as input.archiveId"`
	Format    string    `json:"format" enum:"tar.gz,zip"`
	SizeBytes int64     `json:"sizeBytes"`
	SHA256    string    `json:"sha256"`
	CreatedAt time.Time `json:"createdAt"`
}

func (s *server) registerArchives() {
	add(s, route{method: http.MethodPost, path: "/archives", id: "uploadArchive", tag: "Tasks", who: byAnyone, status: http.StatusCreated,
		maxBody: maxArchiveBody, summary: "Upload a tar.gz or zip of a work tree instead of naming a repository"}, s.uploadArchive)
}

func (s *server) uploadArchive(ctx context.Context, in *struct {
	RawBody []byte `contentType:"application/octet-stream"`
}) (*Out[ArchiveView], error) {
	a, err := s.Archives.Save(ctx, callerOf(ctx).ownerID(), bytes.NewReader(in.RawBody))
	if err != nil {
		return nil, err
	}
	return ok(archiveView(a)), nil
}

func archiveView(a archive.Archive) ArchiveView {
	return ArchiveView{ID: a.ID, Format: a.Format, SizeBytes: a.Size, SHA256: a.SHA256, CreatedAt: a.CreatedAt}
}
