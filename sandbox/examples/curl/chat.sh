#!/bin/sh
# A customer writes, an agent answers. LIVECHAT_URL says where the sandbox is.
set -eu
url="${LIVECHAT_URL:-http://127.0.0.1:8100}"
config=$(curl -fsS "$url/sandbox/config")
field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" | head -n 1; }
first() { printf '%s' "$config" | tr ',{' '\n\n' | field "$1"; }

organization=$(first organization_id)
customer=$(curl -fsS "$url/v2/customer/token" -d "{\"grant_type\": \"cookie\",
  \"client_id\": \"$(first client_id)\", \"organization_id\": \"$organization\",
  \"redirect_uri\": \"$(first redirect_uri)\"}" | tr ',{' '\n\n' | field access_token)
agent=$(first token)

act() { # side, action, token, body
  curl -fsS "$url/v3.6/$1/action/$2?organization_id=$organization" \
    -H "Content-Type: application/json" -H "Authorization: Bearer $3" -d "$4"
}

chat=$(act customer start_chat "$customer" \
  '{"chat": {"thread": {"events": [{"type": "message", "text": "Hello"}]}}}' |
  tr ',{' '\n\n' | field chat_id)
act agent send_event "$agent" \
  "{\"chat_id\": \"$chat\", \"event\": {\"type\": \"message\", \"text\": \"How can I help?\"}}" >/dev/null
act customer get_chat "$customer" "{\"chat_id\": \"$chat\"}" | tr ',{' '\n\n' | sed -n 's/.*"text": *"\(.*\)".*/\1/p'
