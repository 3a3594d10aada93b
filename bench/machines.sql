SELECT coalesce(json_agg(json_build_object(
  'service_request_id', q.id::text,
  'status', CASE WHEN q.status IN ('new', 'assigned', 'in_progress', 'on_hold') THEN 'open' ELSE 'closed' END,
  'status_notes', CASE
    WHEN q.merged_into_id IS NOT NULL THEN 'This is a duplicate of request ' || q.merged_into_id || '.'
    WHEN q.status = 'referred' AND q.referred_to <> '' THEN q.referred_to
    WHEN q.completed_at IS NOT NULL AND q.status NOT IN ('completed', 'closed') THEN NULL
    WHEN q.explanation <> '' THEN q.explanation
    ELSE (SELECT o.name FROM catalog_outcome o WHERE o.id = q.outcome_id) END,
  'service_name', s.name,
  'service_code', s.code,
  'description', nullif(r.words, ''),
  'agency_responsible', g.name,
  'service_notice', CASE q.status
    WHEN 'completed' THEN 'NOTICE_COMPLETED' WHEN 'on_hold' THEN 'NOTICE_ON_HOLD' END,
  'requested_datetime', to_char(q.requested_at AT TIME ZONE 'UTC', :fmt),
  'updated_datetime', to_char(CASE
    WHEN q.status IN ('new', 'assigned', 'in_progress', 'on_hold') THEN q.updated_at
    WHEN q.closed_at IS NOT NULL THEN q.closed_at
    WHEN q.completed_at IS NOT NULL AND q.status IN ('completed', 'closed') THEN q.completed_at
    ELSE q.updated_at END AT TIME ZONE 'UTC', :fmt),
  'expected_datetime', CASE WHEN q.status IN ('new', 'assigned', 'in_progress', 'on_hold')
    THEN to_char(q.due_at AT TIME ZONE 'UTC', :fmt) END,
  'address', CASE WHEN NOT q.hides AND q.location_kind <> 'words' AND q.place <> '' THEN q.place ELSE coalesce((
    SELECT a.name FROM places_area a JOIN places_arealayer l ON l.id = a.layer_id
    WHERE NOT q.hides AND a.id = ANY(q.areas) AND l.code LIKE 'neighborhood%' LIMIT 1), 'CITY_NAME') END,
  'address_id', NULL,
  'zipcode', (SELECT a.code FROM places_area a JOIN places_arealayer l ON l.id = a.layer_id
    WHERE NOT q.hides AND a.id = ANY(q.areas) AND l.code LIKE 'zip%' LIMIT 1),
  'lat', CASE WHEN NOT q.hides THEN q.latitude END,
  'long', CASE WHEN NOT q.hides THEN q.longitude END,
  'media_url', 'PUBLIC_URL/photos/' || (SELECT min(a.id) FROM service_requests_attachment a
    WHERE a.service_request_id = q.id AND a.public)
) ORDER BY q.requested_at DESC, q.id DESC), '[]')
FROM (
  SELECT *, service_id = ANY('{HIDDEN}') AS hides FROM service_requests_servicerequest q
  WHERE service_id <> ALL('{PRIVATE}') AND WHERE_WHAT
  ORDER BY requested_at DESC, id DESC LIMIT HOW_MANY
) q
JOIN catalog_service s ON s.id = q.service_id
JOIN agencies_agency g ON g.id = q.agency_id
LEFT JOIN service_requests_report r
  ON r.number = q.number AND r.channel = 'open311' AND NOT q.hides;
