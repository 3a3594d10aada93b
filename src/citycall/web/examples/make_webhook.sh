#!/bin/sh
# Have your server told when a request is completed or closed, and send it a first, empty call.
# sh make_webhook.sh https://your-server.example/citycall
webhooks='https://311.example.org/api/v1/webhooks'

call() {
  curl --fail-with-body --silent --show-error --header 'Authorization: Bearer YOUR_KEY' "$@"
}

made=$(call "$webhooks" --header 'Content-Type: application/json' \
  --data "{\"name\": \"Example\", \"url\": \"$1\", \"kinds\": [\"completed\", \"closed\"]}") ||
  { echo "$made" >&2; exit 1; }
echo "$made"
echo 'Keep the secret: it is shown this once.'

id=$(printf '%s' "$made" | sed 's/.*"id":"\([0-9]*\)".*/\1/')
call --request POST "$webhooks/$id/test"
echo
