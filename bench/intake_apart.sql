\set number random(100000000000000, 900000000000000000)
\set east random(0, 999)
\set north random(0, 999)
BEGIN;
INSERT INTO contacts_contact (name, email, phone, language, created_at)
VALUES ('Pat Doe', 'pat@example.org', '', 'en', now()) RETURNING id AS contact \gset
INSERT INTO service_requests_servicerequest (
    number, service_id, agency_id, team_id, rule_id, status, status_before_merge, priority,
    report_count, requested_at, updated_at, promised_at, due_at, hold_reason, explanation,
    referred_to, verification, reopened_count, location_kind, longitude, latitude, place,
    directions, accuracy_m, areas, h3_cell, source, source_id)
VALUES (
    :number, SERVICE, AGENCY, TEAM, NULL, 'new', '', 3,
    1, now(), now(), now() + interval '5 days', now() + interval '5 days', '', '', '', '', 0,
    'address', LONGITUDE + :east / 100000.0, LATITUDE + :north / 100000.0,
    '1200 E Monument St', 'behind the playground', NULL, 'AREAS'::int[], CELL, '', '')
RETURNING id AS request \gset
INSERT INTO service_requests_report (
    service_request_id, number, contact_id, channel, words, wanted, answers, language,
    reported_at, idempotency_key)
VALUES (:request, :number, :contact, 'api', 'WORDS', '', 'ANSWERS'::jsonb, 'en', now(),
        md5((:number::bigint)::text) || md5((:number::bigint + 1)::text))
RETURNING id AS report \gset
INSERT INTO core_event (
    kind, at, actor_kind, actor_id, actor_name, subject_kind, subject_id, visibility, data)
VALUES ('submitted', now(), 'key', 1, 'Bench', 'service_request', :request, 'public',
        jsonb_build_object(
            'status', 'new', 'service', 'pothole', 'team', TEAM, 'due_at', now(),
            'reason', 'REASON', 'report', :report::bigint))
RETURNING id AS event \gset
INSERT INTO procrastinate_jobs (queue_name, task_name, args)
VALUES ('reactions', 'citycall.react', jsonb_build_object('event_id', :event::bigint));
COMMIT;
