#!/bin/sh
# What a report of one service is asked, and which answers may be chosen.
curl --fail-with-body --silent --show-error \
  'https://311.example.org/open311/v2/services/ASKING_SERVICE.json'
