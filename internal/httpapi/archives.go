package httpapi

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"aicity.dev/aicity/internal/archive"
	"aicity.dev/aicity/internal/city"
)

// ArchiveView is an uploaded work tree.
type ArchiveView struct {
	ID        string    `json:"id" doc:"Pass it as input.archiveId"`
	Format    string    `json:"format" enum:"tar.gz,zip"`
	SizeBytes int64     `json:"sizeBytes"`
	SHA256    string    `json:"sha256"`
	CreatedAt time.Time `json:"createdAt" doc:"When it was uploaded last"`
	ExpiresAt time.Time `json:"expiresAt" doc:"When it is deleted, if it is not uploaded again"`
}

// KeptArchives is a page of what an owner keeps, and how much that is.
type KeptArchives struct {
	Archives   []ArchiveView `json:"archives" doc:"Newest first"`
	KeptBytes  int64         `json:"keptBytes" doc:"What all of your archives count, each in whole blocks of 4 KiB"`
	NextCursor string        `json:"nextCursor,omitempty" doc:"Pass it as cursor for the next page; empty on the last"`
	QuotaBytes int64         `json:"quotaBytes" doc:"What they may count; an upload over it is refused with ARCHIVE_QUOTA_EXCEEDED"`
}

// ArchivePath names an archive in a URL.
type ArchivePath struct {
	ID string `path:"id" doc:"The archive's id"`
}

func (s *server) registerArchives() {
	add(s, route{method: http.MethodPost, path: "/archives", id: "uploadArchive", tag: "Tasks", who: byAnyone, status: http.StatusCreated,
		maxBody: maxArchiveBody, streamed: true, summary: "Upload a tar.gz or zip of a work tree instead of naming a repository"}, s.uploadArchive)
	add(s, route{method: http.MethodGet, path: "/archives", id: "listArchives", tag: "Tasks", who: byOwner,
		summary: "List your uploaded archives, newest first, and how much you may keep"}, s.listArchives)
	add(s, route{method: http.MethodDelete, path: "/archives/{id}", id: "deleteArchive", tag: "Tasks", who: byOwner,
		summary: "Delete an uploaded archive that no task needs any more"}, s.deleteArchive)
}

// BodyStream is a body that is read as it comes, of a route that says so.
type BodyStream struct {
	body io.Reader
}

// Resolve takes the body from the request, unread.
func (b *BodyStream) Resolve(hctx huma.Context) []error {
	b.body = hctx.BodyReader()
	if _, is := b.body.(*archive.Spooled); is { // in full, and not too large
		return nil
	}
	b.body = &archive.Incoming{Reader: http.MaxBytesReader(nil, io.NopCloser(b.body), hctx.Operation().MaxBodyBytes-1)}
	return nil
}

func (s *server) uploadArchive(ctx context.Context, in *BodyStream) (*Out[ArchiveView], error) {
	a, err := s.Archives.Save(ctx, callerOf(ctx).ownerID(), in.body)
	if arriving, is := in.body.(*archive.Incoming); is && arriving.Err != nil {
		return nil, bodyError(arriving.Err)
	}
	if err != nil {
		return nil, err
	}
	return ok(archiveView(a)), nil
}

func (s *server) listArchives(ctx context.Context, in *CursorQuery) (*Out[KeptArchives], error) {
	page, err := s.Archives.List(ctx, callerOf(ctx).owner.ID, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	view := KeptArchives{Archives: make([]ArchiveView, len(page.Archives)), KeptBytes: page.Kept, QuotaBytes: page.Quota, NextCursor: page.Next}
	for i, a := range page.Archives {
		view.Archives[i] = archiveView(a)
	}
	return ok(view), nil
}

func (s *server) deleteArchive(ctx context.Context, in *ArchivePath) (*Out[Done], error) {
	if err := s.Tasks.DeleteArchive(ctx, callerOf(ctx).owner.ID, in.ID); err != nil {
		return nil, err
	}
	return ok(Done{Done: true}), nil
}

func archiveView(a archive.Archive) ArchiveView {
	return ArchiveView{ID: a.ID, Format: a.Format, SizeBytes: a.Size, SHA256: a.SHA256, CreatedAt: a.CreatedAt, ExpiresAt: a.ExpiresAt()}
}

// binaryBody describes a body that is a file.
func binaryBody() *huma.RequestBody {
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary", Extensions: map[string]any{"contentMediaType": "application/octet-stream"}}},
	}}
}

// spooled puts a streamed body, which is compared with that of an earlier call,
// into a file, where it can be read again until done: sum takes what it holds.
func (s *server) spooled(body io.Reader, asked route, sum io.Writer) (again io.ReadCloser, done func(), err error) {
	watched := &archive.Incoming{Reader: body}
	file, err := s.Archives.Spool(watched, sum)
	if watched.Err != nil {
		return nil, nil, bodyError(watched.Err)
	}
	if city.CodeOf(err) == city.CodePayloadTooLarge {
		return nil, nil, errBodyTooLarge(asked.limit())
	}
	if err != nil {
		return nil, nil, err
	}
	return file, func() { _ = file.Close() }, nil
}
