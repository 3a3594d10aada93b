#!/bin/sh
# Open requests in a box on the map, latest first: west, south, east, north.
curl --fail-with-body --silent --show-error --get \
  'https://311.example.org/api/v1/service_requests' \
  --data 'bbox=-76.6300,39.2700,-76.5900,39.3100' \
  --data 'open=true' \
  --data 'limit=10'
