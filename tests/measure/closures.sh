#!/usr/bin/env bash
# Prints modules and kilobytes of source for some roots, by closure.
#   tests/measure/closures.sh python3.13 [target/release/stdlib-pack]
set -euo pipefail
python=${1:?name a Python}
program=${2:-target/release/stdlib-pack}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf 'extends: [native]\nroots: []\npayload: source\noutput: {compress: []}\n' > "$folder/p.yaml"
echo "| root | import-time | reachable | everything |"
echo "|---|---|---|---|"
for root in json re dataclasses datetime decimal logging argparse pathlib typing asyncio unittest email \
    urllib.request csv sqlite3 xml.etree.ElementTree; do
  row="| $root |"
  for closure in import-time reachable everything; do
    row+=$("$program" --profile "$folder/p.yaml" --root "$root" --closure "$closure" --build-python "$python" \
      --out "$folder/out" --no-cache --json 2> /dev/null | python3 -c \
      'import json, sys; t = json.load(sys.stdin)["totals"]; print(" %d / %d |" % (t["modules"], t["source_bytes"] // 1000))')
  done
  echo "$row"
done
