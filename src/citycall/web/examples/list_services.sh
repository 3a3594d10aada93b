#!/bin/sh
# Every service that residents can ask for.
curl --fail-with-body --silent --show-error 'https://311.example.org/open311/v2/services.json'
