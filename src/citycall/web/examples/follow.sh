#!/bin/sh
# Where a request stands. The ETag is kept in a file: the second call asks whether anything has
# changed since, and gets nothing but the word that nothing has.
address='https://311.example.org/api/v1/service_requests/REQUEST_ID'
etag=$(mktemp)
trap 'rm -f "$etag"' EXIT

curl --fail-with-body --silent --show-error --etag-save "$etag" "$address"
echo
curl --fail-with-body --silent --show-error --etag-compare "$etag" "$address" \
  --output /dev/null --write-out 'Asked again: %{http_code}\n'
