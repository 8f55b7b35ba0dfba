package task

import (
	"context"
	"fmt"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// DeleteArchive forgets an owner's uploaded archive, unless a task still needs it:
// one that is not delivered yet may have to unpack it once more. Errors:
// ARCHIVE_NOT_FOUND, ARCHIVE_IN_USE.
func (s *Service) DeleteArchive(ctx context.Context, ownerID, id string) error {
	return s.Archives.Delete(ctx, ownerID, id, func(ctx context.Context, tx store.Tx) error {
		users, err := list(ctx, tx, `archive_id = $1 AND archive_id <> '' AND buyer_id = $2 AND status IN ('pending_approval', 'submitted', 'routing', 'executing')`, id, ownerID)
		if err != nil {
			return fmt.Errorf("find tasks of an archive: %w", err)
		}
		if len(users) == 0 {
			return nil
		}
		return city.Errorf(city.CodeArchiveInUse, "Task %s still needs this archive. Delete it when the task is delivered, or cancel the task first.", users[0].ID).
			WithDetail("taskId", users[0].ID)
	})
}
