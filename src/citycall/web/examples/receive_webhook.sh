#!/bin/sh
# Whether a call to your address is ours: save its body as it came, and its CityCall-Signature.
# sh receive_webhook.sh body.json 't=1790000000,v1=5f3c…' "$SECRET_OF_THE_WEBHOOK"
body="$1" signature="$2" secret="$3"

moment=$(printf '%s' "$signature" | tr ',' '\n' | sed -n 's/^t=//p')
expected=$({ printf '%s.' "$moment"; cat "$body"; } |
  openssl dgst -sha256 -hmac "$secret" | sed 's/^.*= //')
age=$(($(date +%s) - moment))

if [ "$age" -gt 300 ] || [ "$age" -lt -300 ]; then
  echo "Too old, or from the future: somebody may have kept it and sent it again." >&2
  exit 1
fi
case ",$signature," in
  *",v1=$expected,"*) echo "This is ours, and was sent $age seconds ago." ;;
  *) echo "This is not ours." >&2 && exit 1 ;;
esac
