"""The words of open work, kept apart so that looking for one never reads what has ended.

One row for each report of an open request, written by the database itself: its place, directions
and the report's own words as a search vector. What ends, is merged or is erased leaves it at once.
"""

from typing import Final

_OPEN: Final = "('new', 'assigned', 'in_progress', 'on_hold')"

# What is looked for of a report and its request.
_WORDS: Final = (
    "to_tsvector('simple'::regconfig,"
    " request.place || ' ' || request.directions || ' ' || report.words)"
)

FILL: Final = f"""
INSERT INTO service_requests_openwords (report_id, request_id, words)
SELECT report.id, request.id, {_WORDS}
FROM service_requests_servicerequest request
JOIN service_requests_report report ON report.service_request_id = request.id
WHERE request.status IN {_OPEN}
ON CONFLICT (report_id) DO NOTHING
"""  # noqa: S608

TRIGGERS: Final = f"""
CREATE FUNCTION citycall_keep_words_of_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO service_requests_openwords (report_id, request_id, words)
    SELECT report.id, request.id, {_WORDS}
    FROM added report
    JOIN service_requests_servicerequest request ON request.id = report.service_request_id
    WHERE request.status IN {_OPEN};
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
BEGIN
    DELETE FROM service_requests_openwords WHERE request_id = NEW.id;
    IF NEW.status IN {_OPEN} THEN
        INSERT INTO service_requests_openwords (report_id, request_id, words)
        SELECT report.id, request.id, {_WORDS}
        FROM service_requests_servicerequest request
        JOIN service_requests_report report ON report.service_request_id = request.id
        WHERE request.id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER citycall_words_of_request
AFTER UPDATE OF status, place, directions ON service_requests_servicerequest
FOR EACH ROW WHEN (
    (OLD.status IN {_OPEN}) IS DISTINCT FROM (NEW.status IN {_OPEN})
    OR (NEW.status IN {_OPEN}
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
