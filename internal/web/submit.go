package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"net/url"
	"time"

	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/archive"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/task"
)

// Archives keeps uploaded work trees.
type Archives interface {
	Save(ctx context.Context, ownerID string, r io.Reader) (archive.Archive, error)
	Find(ctx context.Context, ownerID, id string) (archive.Archive, error)
	List(ctx context.Context, ownerID, cursor string, limit int) (archive.Page, error)
}

// Where the code of an order is.
const (
	fromNowhere = "none"
	fromRepo    = "repo"
	fromArchive = "archive"
	fromPaste   = "code"
)

type submitView struct {
	Agent         *agentCard
	Key           string // so that a form sent twice orders once
	Archive       *archive.Archive
	Balance, Held city.Cents
	Window        time.Duration
}

func (s *site) newTaskPage(w http.ResponseWriter, r *http.Request) error {
	in := formOf(url.Values{"maxBudget": {"5.00"}, "taskType": {string(city.CodeReview)}, "agent": {r.URL.Query().Get("agent")}})
	return s.showSubmit(w, r, http.StatusOK, in)
}

func (s *site) showSubmit(w http.ResponseWriter, r *http.Request, status int, in form) error {
	owner := visitorOf(r).owner.ID
	pool, err := s.Payments.Pool(r.Context(), owner)
	if err != nil {
		return err
	}
	view := submitView{Key: city.NewID("form"), Balance: pool.Balance, Held: pool.Held, Window: s.RefundWindow}
	if id := in.get("archiveId"); id != "" {
		found, err := s.Archives.Find(r.Context(), owner, id)
		switch {
		case err == nil:
			view.Archive = &found
		case city.CodeOf(err) != city.CodeArchiveNotFound:
			return err
		}
	}
	if id := in.get("agent"); id != "" {
		p, err := s.Agents.Get(r.Context(), id)
		if err != nil {
			return err
		}
		view.Agent = &cards([]agent.Profile{p})[0]
	}
	s.clearFlash(w, r)
	return s.render(w, r, status, submitForm(s.frame(r, "Submit a task"), in, view))
}

// submitTask orders. A form that is sent again orders nothing: its key and what
// it says are those of the task that it made. An archive is kept before the rest
// is looked at, so it need not be sent again when that is refused.
func (s *site) submitTask(w http.ResponseWriter, r *http.Request) error {
	began, owner := s.Clock.Now(), visitorOf(r).owner.ID
	in, err := readUpload(r, "archive", func(in *form, name string, content io.Reader) error {
		if in.get("source") != fromArchive {
			return nil // another choice was made after the file's
		}
		in.values.Del("archiveId")
		kept, err := s.Archives.Save(r.Context(), owner, content)
		if err == nil {
			in.values.Set("archiveId", kept.ID)
			in.values.Set("archiveName", name)
		}
		return err
	})
	if err != nil {
		return err
	}
	in.checkSource()
	content, err := s.contentOf(r.Context(), owner, in)
	if err != nil {
		return err
	}
	if len(in.errors) > 0 {
		status := http.StatusUnprocessableEntity
		if in.tooLarge {
			status = http.StatusRequestEntityTooLarge
		}
		in.refused(in.order(owner, content).Validate()) // all that is wrong at once
		return s.showSubmit(w, r, status, in)
	}
	t, err := s.Tasks.Submit(r.Context(), in.order(owner, content))
	if err != nil {
		if !in.refused(err) {
			return err
		}
		return s.showSubmit(w, r, http.StatusUnprocessableEntity, in)
	}
	said := ""
	if t.CreatedAt.Before(began) {
		said = "This form had been sent already: here is the task that it made."
	}
	return s.goTo(w, r, "/tasks/"+t.ID, said)
}

// contentOf is the SHA-256 of the archive that the form names, empty when there
// is none that is the owner's.
func (s *site) contentOf(ctx context.Context, ownerID string, in form) (string, error) {
	id := in.get("archiveId")
	if id == "" {
		return "", nil
	}
	found, err := s.Archives.Find(ctx, ownerID, id)
	if city.CodeOf(err) == city.CodeArchiveNotFound {
		return "", nil
	}
	return found.SHA256, err
}

// checkSource makes sure that there is something where the code is said to be:
// work on no code would be ordered by mistake.
func (f *form) checkSource() {
	if len(f.errors) > 0 {
		return // about the archive
	}
	switch source := f.get("source"); {
	case source == fromNowhere:
	case source == fromRepo && f.get("repo") == "":
		f.wrong("repo", "give its address, or choose another source")
	case source == fromArchive && f.get("archiveId") == "":
		f.wrong("archive", "choose a file, or another source")
	case source == fromPaste && f.get("code") == "":
		f.wrong("code", "paste it, or choose another source")
	case source != fromRepo && source != fromArchive && source != fromPaste:
		f.wrong("source", "say where your code is, or that there is none")
	}
}

// order is what the form asks for, with an archive of this content. Of the sources
// only the chosen one counts.
func (f form) order(ownerID, content string) task.Order {
	o := task.Order{
		BuyerID: ownerID, IdempotencyKey: f.orderKey(content), Category: city.Category(f.get("taskType")), MaxBudget: f.dollars("maxBudget"),
		AgentID: f.get("agent"), Tags: f.list("tags"), Deadline: time.Duration(f.count("deadlineMinutes")) * time.Minute,
		Acceptance: task.Acceptance{Criteria: f.lines("criteria"), Commands: f.lines("commands"), Paths: f.lines("paths")}, Description: f.values.Get("description"),
	}
	switch f.get("source") {
	case fromRepo:
		o.Repo, o.Ref, o.RepoToken = f.get("repo"), f.get("ref"), f.get("repoToken")
	case fromArchive:
		o.ArchiveID = f.get("archiveId")
	case fromPaste:
		o.Code = f.values.Get("code")
	}
	return o
}

// orderKey is the form's key with all that was typed: who goes back and changes
// the form means another order, who sends it twice does not. An archive counts by
// its content: sent twice at once, the same file may be kept under two ids.
func (f form) orderKey(content string) string {
	if f.get("key") == "" {
		return ""
	}
	typed := maps.Clone(f.values)
	if content != "" {
		typed.Set("archiveId", content)
	}
	sum := sha256.Sum256([]byte(typed.Encode()))
	return "form/" + hex.EncodeToString(sum[:])
}

// workOptions are all kinds of work, with what each is.
func workOptions() []option {
	var list []option
	for _, c := range city.Categories() {
		list = append(list, option{string(c.ID), c.Name + ": " + c.Description})
	}
	return list
}

// archiveName is the name under which an archive was chosen.
func archiveName(in form) string {
	if name := in.get("archiveName"); name != "" {
		return shortName(name)
	}
	return "An archive"
}
