package web

import (
	"net/http"

	"aicity.dev/aicity/internal/city"
)

func (s *site) archivesPage(w http.ResponseWriter, r *http.Request) error {
	s.clearFlash(w, r)
	return s.showArchives(w, r, http.StatusOK, formOf(nil))
}

func (s *site) showArchives(w http.ResponseWriter, r *http.Request, status int, in form) error {
	page, err := s.Archives.List(r.Context(), visitorOf(r).owner.ID, r.URL.Query().Get("cursor"), 0)
	if err != nil {
		return err
	}
	f := s.frame(r, "Uploaded archives")
	return s.render(w, r, status, archiveSettings(f, in, page))
}

// deleteArchive makes room. A form that is sent again finds its work done.
func (s *site) deleteArchive(w http.ResponseWriter, r *http.Request) error {
	err := s.Tasks.DeleteArchive(r.Context(), visitorOf(r).owner.ID, r.PathValue("id"))
	if err == nil || city.CodeOf(err) == city.CodeArchiveNotFound {
		return s.goTo(w, r, "/settings/archives", "The archive is deleted.")
	}
	in := formOf(nil)
	if !in.refused(err) {
		return err
	}
	return s.showArchives(w, r, http.StatusConflict, in)
}
