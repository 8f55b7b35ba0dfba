package httpapi

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/workspace"
)

func (s *server) registerFiles() {
	const base = "/tasks/{id}/sandbox/files"
	add(s, route{method: http.MethodGet, path: base, id: "listFiles", tag: "Sandbox", who: byAgent, summary: "List a folder"}, s.listFiles)
	add(s, route{method: http.MethodGet, path: base + "/stat", id: "statFile", tag: "Sandbox", who: byAgent,
		summary: "Describe what is at a path, without following a link"}, s.statFile)
	add(s, route{method: http.MethodGet, path: base + "/read", id: "readFile", tag: "Sandbox", who: byAgent,
		summary: "Read a file or a part of it; Accept: application/octet-stream streams it"}, s.readFile)
	add(s, route{method: http.MethodGet, path: base + "/search", id: "searchFiles", tag: "Sandbox", who: byAgent,
		summary: "Find lines by a regular expression, as ripgrep does"}, s.searchFiles)
	add(s, route{method: http.MethodPut, path: base + "/write", id: "writeFile", tag: "Sandbox", who: byAgent, maxBody: maxFileBody,
		summary: "Write a file, with the folders that lead to it"}, s.writeFile)
	add(s, route{method: http.MethodPost, path: base + "/mkdir", id: "makeDirectory", tag: "Sandbox", who: byAgent,
		summary: "Make a folder, with those that lead to it"}, s.makeDirectory)
	add(s, route{method: http.MethodPost, path: base + "/move", id: "moveFile", tag: "Sandbox", who: byAgent,
		summary: "Move or rename a file or folder"}, s.moveFile)
	add(s, route{method: http.MethodDelete, path: base, id: "deleteFile", tag: "Sandbox", who: byAgent,
		summary: "Delete a file, a link or a folder"}, s.deleteFile)
}

// Files is one page of a folder.
type Files struct {
	Entries    []workspace.Entry `json:"entries" doc:"What is in the folder, by name"`
	NextCursor string            `json:"nextCursor,omitempty" doc:"Pass it as cursor for the next page"`
	Truncated  string            `json:"truncated,omitempty" enum:"depth,names" doc:"The bound that keeps something between these entries from being listed: folders are nested more than 100 deep, or one holds more than 100,000 names"`
}

func (s *server) listFiles(ctx context.Context, in *struct {
	TaskPath
	Path      string `query:"path" required:"true" doc:"Absolute path of a folder in the sandbox" example:"/home/user/repo"`
	Recursive bool   `query:"recursive" doc:"With everything below, but for what is in .git"`
	Cursor    string `query:"cursor"`
	Limit     int    `query:"limit" minimum:"1" maximum:"5000" default:"1000"`
}) (*Out[Files], error) {
	boxes, err := s.Tasks.Open(ctx, callerOf(ctx).agentID(), in.ID)
	if err != nil {
		return nil, err
	}
	page, err := boxes.ListFiles(ctx, in.ID, workspace.ListOptions{Path: in.Path, Recursive: in.Recursive, Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	if page.Entries == nil {
		page.Entries = []workspace.Entry{}
	}
	return ok(Files{Entries: page.Entries, NextCursor: page.Next, Truncated: string(page.Truncated)}), nil
}

type fileQuery struct {
	TaskPath
	Path   string `query:"path" required:"true" doc:"Absolute path of a file in the sandbox"`
	Offset int64  `query:"offset" minimum:"0" doc:"Bytes to skip"`
	Limit  int64  `query:"limit" minimum:"0" doc:"Bytes to read; all without it"`
	Accept string `header:"Accept"`
}

func (s *server) readFile(ctx context.Context, in *fileQuery) (*huma.StreamResponse, error) {
	boxes, err := s.Tasks.Open(ctx, callerOf(ctx).agentID(), in.ID)
	if err != nil {
		return nil, err
	}
	if strings.Contains(in.Accept, "application/octet-stream") {
		file, size, err := boxes.OpenFile(ctx, in.ID, in.Path, in.Offset, in.Limit)
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(hctx huma.Context) {
			defer func() { _ = file.Close() }()
			hctx.SetHeader("Content-Type", "application/octet-stream")
			hctx.SetHeader("Content-Length", strconv.FormatInt(size, 10))
			if n, err := io.Copy(hctx.BodyWriter(), file); err != nil || n != size {
				panic(http.ErrAbortHandler) // or a part of the file would pass for the whole
			}
		}}, nil
	}
	content, err := boxes.ReadFile(ctx, in.ID, in.Path, in.Offset, in.Limit)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hctx huma.Context) {
		hctx.SetHeader("Content-Type", "application/json")
		_ = json.NewEncoder(hctx.BodyWriter()).Encode(Envelope[workspace.FileContent]{Success: true, Data: content})
	}}, nil
}

func (s *server) writeFile(ctx context.Context, in *struct {
	TaskPath
	Body struct {
		Path     string `json:"path" doc:"Absolute path of the file in the sandbox"`
		Content  string `json:"content" doc:"The whole new content, as encoding says"`
		Encoding string `json:"encoding,omitempty" enum:"utf-8,base64" doc:"utf-8 without it"`
	}
}) (*Out[workspace.Entry], error) {
	content := []byte(in.Body.Content)
	if in.Body.Encoding == "base64" {
		decoded, err := base64.StdEncoding.DecodeString(in.Body.Content)
		if err != nil {
			return nil, city.InvalidField("content", "not valid base64")
		}
		content = decoded
	}
	boxes, err := s.Tasks.Open(ctx, callerOf(ctx).agentID(), in.ID)
	if err != nil {
		return nil, err
	}
	entry, err := boxes.WriteFile(ctx, in.ID, in.Body.Path, content)
	if err != nil {
		return nil, err
	}
	return ok(entry), nil
}

func (s *server) statFile(ctx context.Context, in *struct {
	TaskPath
	Path string `query:"path" required:"true" doc:"Absolute path in the sandbox"`
}) (*Out[workspace.Entry], error) {
	boxes, err := s.Tasks.Open(ctx, callerOf(ctx).agentID(), in.ID)
	if err != nil {
		return nil, err
	}
	entry, err := boxes.Stat(ctx, in.ID, in.Path)
	if err != nil {
		return nil, err
	}
	return ok(entry), nil
}

type searchQuery struct {
	TaskPath
	Query      string   `query:"q" required:"true" minLength:"1" maxLength:"1000" doc:"Regular expression of RE2; it matches within one line"`
	Path       string   `query:"path" default:"/home/user/repo" doc:"Absolute path of a folder or file"`
	Globs      []string `query:"glob,explode" doc:"Only files like *.go or src/**/*.{ts,tsx}; with ! in front, not such files; may be repeated"`
	Literal    bool     `query:"literal" doc:"q is text, no expression"`
	IgnoreCase bool     `query:"ignoreCase"`
	Hidden     bool     `query:"hidden" doc:"Also files and folders that begin with a dot, but never .git"`
	Ignored    bool     `query:"ignored" doc:"Also what .gitignore excludes"`
	Binary     bool     `query:"binary" doc:"Also files with a NUL"`
	Limit      int      `query:"limit" minimum:"1" maximum:"5000" default:"500" doc:"Matches at most"`
}

func (s *server) searchFiles(ctx context.Context, in *searchQuery) (*Out[workspace.SearchResult], error) {
	boxes, err := s.Tasks.Open(ctx, callerOf(ctx).agentID(), in.ID)
	if err != nil {
		return nil, err
	}
	found, err := boxes.SearchFiles(ctx, in.ID, workspace.SearchOptions{
		Path: in.Path, Query: in.Query, Globs: in.Globs, Literal: in.Literal, IgnoreCase: in.IgnoreCase,
		Hidden: in.Hidden, Ignored: in.Ignored, Binary: in.Binary, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	return ok(found), nil
}

func (s *server) makeDirectory(ctx context.Context, in *struct {
	TaskPath
	Body struct {
		Path string `json:"path" doc:"Absolute path in the sandbox"`
	}
}) (*Out[workspace.Entry], error) {
	boxes, err := s.Tasks.Open(ctx, callerOf(ctx).agentID(), in.ID)
	if err != nil {
		return nil, err
	}
	entry, err := boxes.MakeDirectory(ctx, in.ID, in.Body.Path)
	if err != nil {
		return nil, err
	}
	return ok(entry), nil
}

func (s *server) moveFile(ctx context.Context, in *struct {
	TaskPath
	Body struct {
		From      string `json:"from" doc:"Absolute path in the sandbox"`
		To        string `json:"to" doc:"Absolute path in the sandbox; folders that lead to it are made"`
		Overwrite bool   `json:"overwrite,omitempty" doc:"Replace a file that is there; a folder is never replaced"`
	}
}) (*Out[workspace.Entry], error) {
	boxes, err := s.Tasks.Open(ctx, callerOf(ctx).agentID(), in.ID)
	if err != nil {
		return nil, err
	}
	entry, err := boxes.MoveFile(ctx, in.ID, in.Body.From, in.Body.To, in.Body.Overwrite)
	if err != nil {
		return nil, err
	}
	return ok(entry), nil
}

// Removed says what a deletion did.
type Removed struct {
	Removed int `json:"removed" doc:"Files, links and folders that went"`
}

func (s *server) deleteFile(ctx context.Context, in *struct {
	TaskPath
	Path      string `query:"path" required:"true" doc:"Absolute path in the sandbox"`
	Recursive bool   `query:"recursive" doc:"A folder with all in it"`
}) (*Out[Removed], error) {
	boxes, err := s.Tasks.Open(ctx, callerOf(ctx).agentID(), in.ID)
	if err != nil {
		return nil, err
	}
	removed, err := boxes.DeleteFile(ctx, in.ID, in.Path, in.Recursive)
	if err != nil {
		return nil, err
	}
	return ok(Removed{Removed: removed}), nil
}
