"""The words of open work, kept apart so that looking for one never reads what has ended.

One row for each report of an open request, written by the database itself: its place, directions
and the report's own words as a search vector. What was merged into an open request belongs to that
one, through however many merges. What ends or is erased leaves it at once.
"""

from typing import Final

_OPEN: Final = "('new', 'assigned', 'in_progress', 'on_hold')"

# What is looked for of a report and its request.
_WORDS: Final = (
    "to_tsvector('simple'::regconfig,"
    " request.place || ' ' || request.directions || ' ' || report.words)"
)

FILL: Final = f"""
WITH RECURSIVE family (root, id) AS (
    SELECT id, id FROM service_requests_servicerequest WHERE status IN {_OPEN}
    UNION
    SELECT family.root, child.id FROM service_requests_servicerequest child
    JOIN family ON child.merged_into_id = family.id AND child.status = 'merged'
)
INSERT INTO service_requests_openwords (report_id, request_id, words)
SELECT report.id, family.root, {_WORDS}
FROM family
JOIN service_requests_servicerequest request ON request.id = family.id
JOIN service_requests_report report ON report.service_request_id = request.id
ON CONFLICT (report_id) DO NOTHING
"""  # noqa: S608

CLEAR_ENDED: Final = f"""
DELETE FROM service_requests_openwords said USING service_requests_servicerequest request
WHERE request.id = said.request_id AND request.status NOT IN {_OPEN}
"""  # noqa: S608

TRIGGERS: Final = f"""
CREATE FUNCTION citycall_keep_words_of_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO service_requests_openwords (report_id, request_id, words)
    SELECT report_id, root, words FROM (
        SELECT report.id AS report_id, {_WORDS} AS words,
            CASE WHEN request.status <> 'merged' THEN request.id ELSE (
                WITH RECURSIVE above (id, into_id, status) AS (
                    SELECT request.id, request.merged_into_id, request.status
                    UNION
                    SELECT next.id, next.merged_into_id, next.status
                    FROM service_requests_servicerequest next JOIN above ON next.id = above.into_id
                )
                SELECT id FROM above WHERE status IN {_OPEN}
            ) END AS root
        FROM added report
        JOIN service_requests_servicerequest request ON request.id = report.service_request_id
        WHERE request.status IN {_OPEN} OR request.status = 'merged'
    ) AS told
    WHERE root IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER citycall_words_new AFTER INSERT ON service_requests_report
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION citycall_keep_words_of_new();

CREATE FUNCTION citycall_keep_words_of_report() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE service_requests_openwords kept SET words = {_WORDS}
    FROM service_requests_servicerequest request, service_requests_report report
    WHERE kept.report_id = NEW.id AND report.id = NEW.id
      AND request.id = report.service_request_id;
    RETURN NULL;
END $$;
CREATE TRIGGER citycall_words_changed AFTER UPDATE OF words ON service_requests_report
FOR EACH ROW WHEN (OLD.words IS DISTINCT FROM NEW.words)
EXECUTE FUNCTION citycall_keep_words_of_report();

CREATE FUNCTION citycall_keep_words_of_request() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    root bigint := NEW.id;
    root_status text := NEW.status;
    into_id bigint := NEW.merged_into_id;
    family bigint[] := ARRAY[NEW.id];
    children bigint[] := family;
BEGIN
    DELETE FROM service_requests_openwords WHERE request_id = NEW.id;
    IF NEW.status NOT IN {_OPEN} AND 'merged' NOT IN (OLD.status, NEW.status) THEN
        RETURN NULL;
    END IF;
    -- A step at a time, each by its index: of a recursive query nobody knows how much it finds.
    LOOP
        SELECT array_agg(id) INTO children FROM service_requests_servicerequest
        WHERE merged_into_id = ANY(children) AND status = 'merged' AND id <> ALL(family);
        EXIT WHEN children IS NULL;
        family := family || children;
    END LOOP;
    IF OLD.status = 'merged' THEN
        -- What it took along is the other one's no more.
        DELETE FROM service_requests_openwords WHERE report_id IN (
            SELECT id FROM service_requests_report WHERE service_request_id = ANY(family)
        );
    END IF;
    FOR _n IN 1..100 LOOP
        EXIT WHEN root_status <> 'merged';
        SELECT id, status, merged_into_id INTO root, root_status, into_id
        FROM service_requests_servicerequest WHERE id = into_id;
    END LOOP;
    IF root_status IN {_OPEN} THEN
        INSERT INTO service_requests_openwords (report_id, request_id, words)
        SELECT report.id, root, {_WORDS}
        FROM service_requests_servicerequest request
        JOIN service_requests_report report ON report.service_request_id = request.id
        WHERE request.id = ANY(family)
        ON CONFLICT (report_id) DO UPDATE
        SET request_id = excluded.request_id, words = excluded.words;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER citycall_words_of_request
AFTER UPDATE OF status, merged_into_id, place, directions ON service_requests_servicerequest
FOR EACH ROW WHEN (
    (OLD.status IN {_OPEN}) IS DISTINCT FROM (NEW.status IN {_OPEN})
    OR OLD.merged_into_id IS DISTINCT FROM NEW.merged_into_id
    OR ((NEW.status IN {_OPEN} OR NEW.status = 'merged')
        AND (OLD.place, OLD.directions) IS DISTINCT FROM (NEW.place, NEW.directions))
) EXECUTE FUNCTION citycall_keep_words_of_request();
"""  # noqa: S608

TRIGGERS_OFF: Final = """
DROP TRIGGER citycall_words_of_request ON service_requests_servicerequest;
DROP TRIGGER citycall_words_changed ON service_requests_report;
DROP TRIGGER citycall_words_new ON service_requests_report;
DROP FUNCTION citycall_keep_words_of_request();
DROP FUNCTION citycall_keep_words_of_report();
DROP FUNCTION citycall_keep_words_of_new();
"""
