"""SQL that the first migration installs: what the database itself guarantees."""

# EPSG:3857 on the sphere (OGC 07-057r7): conformal, so that ordering by distance is right nearby.
MERCATOR = """
CREATE FUNCTION citycall_mercator(longitude double precision, latitude double precision)
RETURNS point LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT point(
        6378137 * radians(longitude),
        6378137 * ln(tan(pi() / 4 + radians(latitude) / 2))
    )
$$
"""
MERCATOR_OFF = "DROP FUNCTION citycall_mercator"

# Events are append-only. The one exception is the redaction path: erasure may turn words to null,
# and nothing else in the row may differ.
EVENT_GUARD = """
CREATE FUNCTION citycall_event_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.words IS NULL AND to_jsonb(NEW) - 'words' = to_jsonb(OLD) - 'words' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'events are append-only: % refused', TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON core_event
    FOR EACH ROW EXECUTE FUNCTION citycall_event_guard();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON core_event
    FOR EACH STATEMENT EXECUTE FUNCTION citycall_event_guard();
"""
VERSIONS = "CREATE SEQUENCE citycall_version"
VERSIONS_OFF = "DROP SEQUENCE citycall_version"

EVENT_GUARD_OFF = """
DROP TRIGGER event_no_truncate ON core_event;
DROP TRIGGER event_append_only ON core_event;
DROP FUNCTION citycall_event_guard;
"""

# A second exception: characters of words may become black blocks, each in its place. So a
# passage can be hidden, but what was said can never be made to say something else.
EVENT_BLACKENING = """
CREATE OR REPLACE FUNCTION citycall_event_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'words' = to_jsonb(OLD) - 'words' THEN
        IF NEW.words IS NULL THEN
            RETURN NEW;
        END IF;
        IF length(NEW.words) = length(OLD.words) AND NOT EXISTS (
            SELECT FROM generate_series(1, length(NEW.words)) AS place
            WHERE substr(NEW.words, place, 1) NOT IN (substr(OLD.words, place, 1), U&'\\2588')
        ) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'events are append-only: % refused', TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$
"""
EVENT_BLACKENING_OFF = EVENT_GUARD[: EVENT_GUARD.index("CREATE TRIGGER")].replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
