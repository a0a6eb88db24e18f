#!/bin/sh
# docs_pictures.sh PROGRAM - the pictures in docs/pictures are those that `make docs` makes: the same bytes,
# each in use by a document; and an SVG is complete by itself.
tree=$(cd "$(dirname "$0")/.." && pwd)
. "$tree/tests/shell/expect.sh"
export BACKLESS_THREADS=1
expect 0 "9 runs in made/iris.svg" sh "$tree/scripts/docs.sh" "$program" made
grep "^left out" out.txt && touch made/cifar_conv.svg made/cifar_dense.svg
[ "$(ls made)" = "$(ls "$tree/docs/pictures")" ] ||
    complain "docs/pictures holds other files than make docs makes"
find made -empty -delete
for picture in made/*.svg; do
    name=$(basename "$picture")
    cmp "$picture" "$tree/docs/pictures/$name" || complain "docs/pictures/$name is out of date: make docs"
    grep -qF "pictures/$name" "$tree"/docs/*.md || complain "no document shows $name"
    case $name in wiring_*) ;; *) [ "$(grep -o 'class="line s' "$picture" | wc -l)" = 6 ] ;; esac ||
        complain "$name has not two charts with three curves"
    grep -q 'prefers-color-scheme:dark' "$picture" || complain "$name has no colours for dark pages"
    grep -qE 'href|<script|url\([^#]|@import' "$picture" &&
        complain "$name holds a script or needs another file"
    ! command -v python3 >/dev/null ||
        python3 -c 'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])' "$picture" ||
        complain "$name is no XML"
done
# Negative control: a changed digit is found.
sed '0,/[0-9]\.[0-9]/s/\([0-9]\.\)[0-9]/\1x/' made/iris.svg >wrong.svg
cmp -s wrong.svg "$tree/docs/pictures/iris.svg" && complain "another picture is not seen"
expect 2 "--output FILE.html or --svg FILE.svg is missing" "$program" report made
expect 2 "name two files" "$program" report made -o x --svg x
[ "$failures" = 0 ] && echo "docs_pictures: as expected"
exit "$failures"
