"""The database's own notes of half hours to be counted again, whoever changed what.

A call that comes, changes or goes marks its half hour; so do what it touched, and a spell at the
desk all half hours it was in. Erasure of what is personal marks nothing: who called is not to be
known any more, but that they called again stays counted.
"""

from typing import Final

# A spell that nobody ended is one day long at most.
TRIGGERS: Final = """
CREATE FUNCTION citycall_half_hour(at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT date_bin('30 minutes', at, timestamptz '2000-01-01 00:00:00+00')
$$;
CREATE FUNCTION citycall_mark_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO calls_recount (begins)
    SELECT DISTINCT citycall_half_hour(each.at)
    FROM new_rows n JOIN old_rows o USING (id),
         LATERAL (VALUES (n.arrived_at), (o.arrived_at)) AS each(at)
    WHERE n.erased_at IS NOT DISTINCT FROM o.erased_at AND n IS DISTINCT FROM o;
  ELSIF TG_OP = 'INSERT' THEN
    INSERT INTO calls_recount (begins)
    SELECT DISTINCT citycall_half_hour(arrived_at) FROM new_rows;
  ELSE
    INSERT INTO calls_recount (begins)
    SELECT DISTINCT citycall_half_hour(arrived_at) FROM old_rows;
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION citycall_mark_touches() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO calls_recount (begins)
  SELECT DISTINCT citycall_half_hour(c.arrived_at)
  FROM new_rows n JOIN calls_call c ON c.id = n.call_id;
  RETURN NULL;
END $$;
CREATE FUNCTION citycall_mark_spells() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO calls_recount (begins)
  SELECT DISTINCT t
  FROM new_rows n, generate_series(
    citycall_half_hour(n.since),
    least(coalesce(n.until, n.since), n.since + interval '1 day'),
    interval '30 minutes'
  ) AS t
  WHERE n.state NOT IN ('off', 'away');
  RETURN NULL;
END $$;
CREATE TRIGGER citycall_calls_new AFTER INSERT ON calls_call
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION citycall_mark_calls();
CREATE TRIGGER citycall_calls_changed AFTER UPDATE ON calls_call
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION citycall_mark_calls();
CREATE TRIGGER citycall_calls_gone AFTER DELETE ON calls_call
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION citycall_mark_calls();
CREATE TRIGGER citycall_touches_new AFTER INSERT ON calls_touch
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION citycall_mark_touches();
CREATE TRIGGER citycall_spells_new AFTER INSERT ON calls_deskspell
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION citycall_mark_spells();
CREATE TRIGGER citycall_spells_changed AFTER UPDATE ON calls_deskspell
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION citycall_mark_spells();
"""
TRIGGERS_OFF: Final = """
DROP TRIGGER citycall_spells_changed ON calls_deskspell;
DROP TRIGGER citycall_spells_new ON calls_deskspell;
DROP TRIGGER citycall_touches_new ON calls_touch;
DROP TRIGGER citycall_calls_gone ON calls_call;
DROP TRIGGER citycall_calls_changed ON calls_call;
DROP TRIGGER citycall_calls_new ON calls_call;
DROP FUNCTION citycall_mark_spells();
DROP FUNCTION citycall_mark_touches();
DROP FUNCTION citycall_mark_calls();
DROP FUNCTION citycall_half_hour(timestamptz);
"""
