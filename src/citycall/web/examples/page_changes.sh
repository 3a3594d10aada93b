#!/bin/sh
# Everything that has changed since a moment, a page a line. Each page leads to the next.
address='https://311.example.org/api/v1/service_requests'
address="$address?sort=updated&updated_since=2026-11-01T00:00:00Z&limit=100"

while [ -n "$address" ]; do
  page=$(curl --fail-with-body --silent --show-error "$address") || exit 1
  printf '%s\n' "$page"
  address=$(printf '%s' "$page" | sed -n 's/.*"next":"\([^"]*\)".*/\1/p')
done
