#!/bin/sh
# Report a problem, once. It is sent twice here, as after a connection that broke: the second
# answer has the same number, and says that the report had been received before.
submission="example-$(date +%s)-$$"

report() {
  curl --fail-with-body --silent --show-error 'https://311.example.org/api/v1/service_requests' \
    --header 'Authorization: Bearer YOUR_KEY' \
    --header "Idempotency-Key: $submission" \
    --header 'Content-Type: application/json' \
    --data '{
      "service": "SERVICE_CODE",
      "location": {"longitude": -76.6100, "latitude": 39.2900},
      "words": "Sent by an example of the page for developers."
    }'
  echo
}

report && report
