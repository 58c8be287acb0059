# TINGJIAN_URL=http://127.0.0.1:8000 TINGJIAN_TOKEN=tj_… bash walk.sh FILE     every step prints what the site answers
set -eu
file=$1
api=$TINGJIAN_URL/api/v1
ask() { curl --silent --show-error --header "Authorization: Bearer $TINGJIAN_TOKEN" "$@"; echo; }
field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

echo "# whose token, and what it may"
ask "$api/me"

echo "# a work order, whole"
ask --request PUT "$api/work-orders/WO-4711" --json '{"staff_no": "1001", "job_kind": "水管", "facts": {"late": true}}'

echo "# a recording in one request; sent again with the same key it is still one"
for _ in 1 2; do
  ask "$api/recordings" --header "Idempotency-Key: call-4711" --form "file=@$file" \
    --form order_no=WO-4711 --form standard_id=property-followup --form recorded_at=2026-11-24T09:00:00+08:00
done

echo "# the same in slices of 4096 bytes: begin, send, finish"
size=$(wc -c <"$file")
upload=$(ask "$api/uploads" --json "{\"name\": \"again.amr\", \"size\": $size}" | field id)
offset=0
while [ "$offset" -lt "$size" ]; do
  offset=$(tail --bytes=+$((offset + 1)) "$file" | head --bytes=4096 |
    ask --request PUT "$api/uploads/$upload?offset=$offset" --header "Content-Type: application/octet-stream" \
      --data-binary @- | field offset)
done
recording=$(ask "$api/uploads/$upload/finish" --json '{}' | field id)

echo "# how far it is; once it is judged, /analysis and /verdicts have the rest"
ask "$api/recordings/$recording"
ask "$api/recordings/$recording/verdicts"

echo "# lists, a month, the standards"
ask "$api/recordings?limit=1&order_no=WO-4711"
ask "$api/scorecards?month=2026-11"
ask "$api/standards"
ask "$api/exports/recordings.csv"
