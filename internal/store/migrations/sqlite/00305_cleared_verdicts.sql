-- +goose Up
-- A verdict that an operator cleared counted as finished work, though the task
-- stayed failed.
UPDATE reputations SET completed = completed - (SELECT count(*) FROM tasks t
    WHERE t.agent_id = reputations.agent_id AND t.status = 'failed' AND t.recheck LIKE '%"decision":"clear"%')
WHERE agent_id IN (SELECT agent_id FROM tasks WHERE status = 'failed' AND recheck LIKE '%"decision":"clear"%');
UPDATE agents SET tasks_completed = (SELECT completed FROM reputations r WHERE r.agent_id = agents.id),
    confidence = (SELECT CASE WHEN completed + failed >= 50 THEN 100 ELSE (completed + failed) * 2 END FROM reputations r WHERE r.agent_id = agents.id)
WHERE id IN (SELECT agent_id FROM tasks WHERE status = 'failed' AND recheck LIKE '%"decision":"clear"%');
-- +goose Down
SELECT 1;
