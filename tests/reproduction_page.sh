#!/bin/sh
# reproduction_page.sh PROGRAM - docs/reproduction.md is the page that the stored results give, and every
# stored result is valid.
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/shell/expect.sh"
tree=$tests/..
expect 0 "results in page.md" "$program" reproduce --page page.md --out "$tree/results"
cmp page.md "$tree/docs/reproduction.md" ||
    complain "docs/reproduction.md is not what results/ gives: backless reproduce --page"
for file in "$tree"/results/*.json; do
    [ -e "$file" ] || continue
    [ "$(wc -c <"$file")" -lt 40000 ] || complain "$file has more than 40 kB"
    ! grep -q '"/' "$file" || complain "$file names a path of the machine that made it"
done

# Negative controls: a changed page, and an additional result, are found.
sed 's/not run/consistent/' "$tree/docs/reproduction.md" >changed.md
! cmp -s page.md changed.md || complain "a page that was changed is not seen"
mkdir results
for file in "$tree"/results/*.json; do
    [ ! -e "$file" ] || cp "$file" results
done
echo '{"format": "backless result 1"}' >results/broken.json
expect 3 "broken.json: no target" "$program" reproduce --page page.md --out results
exit $((failures > 0))
