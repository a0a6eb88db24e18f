#!/bin/sh
# explain_page.sh PROGRAM - the page of backless explain --html: it is well-formed, requests nothing, has no
# script, and escapes names from files; its wiring has the arrows of each rule, also of residual and deep
# nets.
. "$(dirname "$0")/shell/expect.sh"
here=$(cd "$(dirname "$0")" && pwd)
iris=$here/../examples/iris.csv
command -v python3 >/dev/null 2>&1 || { echo "SKIP: no python3" && exit 77; }

cat >page.py <<'END'
import html.parser, re, sys
VOID = {"meta", "link", "br", "img"}
class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.tags, self.paths, self.text = [], set(), [], ""
    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        values = dict(attributes)
        for name in ("src", "href", "xlink:href"):
            assert values.get(name, "data:,").startswith("data:"), values
        if tag == "path" and "svg:wiring" in self.open and "marker" not in self.open:
            self.paths.append(values["class"])
        if tag not in VOID:
            is_wiring = tag == "svg" and values.get("class", "").startswith("wiring")
            self.open.append("svg:wiring" if is_wiring else tag)
    def handle_startendtag(self, tag, attributes):
        before = len(self.open)
        self.handle_starttag(tag, attributes)
        del self.open[before:]
    def handle_endtag(self, tag):
        opened = self.open.pop()
        assert opened.split(":")[0] == tag, (opened, tag)
    def handle_data(self, data):
        self.text += data
path, forward, weights, random, exact, *words = sys.argv[1:]
source = open(path, encoding="utf-8").read()
page = Page()
page.feed(source)
assert not page.open, page.open
assert "default-src 'none'" in source and "script" not in page.tags and "iframe" not in page.tags, page.tags
assert not re.search(r"url\((?!#)", source) and "@import" not in source
def count(kind):
    return sum(1 for c in page.paths if kind in c.split() and "trunk" not in c.split())
found = [count(kind) for kind in ("forward", "weights", "random", "exact")]
assert found == [int(n) for n in (forward, weights, random, exact)], found
for word in words:
    assert word in page.text, word
assert "viewport" in source and "prefers-color-scheme:dark" in source and "@media print" in source
END
cat >picture.py <<'END'
import re, sys, xml.etree.ElementTree as tree
path, *arrows = sys.argv[1:]
source = open(path, encoding="utf-8").read()
classes = [e.get("class", "").split() for e in tree.parse(path).iter("{http://www.w3.org/2000/svg}path")]
arrow = [c for c in classes if "trunk" not in c and "key" not in c]
found = [sum(1 for c in arrow if kind in c) for kind in ("forward", "weights", "random", "exact")]
assert found == [int(n) for n in arrows], found
assert not re.search(r"href|<script|url\((?!#)|@import", source) and "prefers-color-scheme:dark" in source
END
# page FORWARD WEIGHTS RANDOM EXACT WORDS -- ARGUMENTS: the arrows of each kind, and what the page says
page() {
    arrows="$1 $2 $3 $4"
    words=$5
    shift 5
    "$program" explain "$@" --quiet --html page.html --svg wiring.svg >out.txt || complain "no page: $*"
    [ -s out.txt ] && complain "text beside files: $*"
    # shellcheck disable=SC2086
    python3 page.py page.html $arrows "$words" || complain "the page of $*"
    # shellcheck disable=SC2086
    python3 picture.py wiring.svg $arrows || complain "the picture of $*"
}
net="dense 4, tanh, dense 4, tanh, dense 3"
page 4 2 0 1 "W2 transposed" bp --net "$net" --data "$iris"
page 4 0 2 1 "B1  4 x 4" fa --net "$net" --data "$iris"
page 4 0 2 1 "B0  3 x 4" dfa --net "$net" --data "$iris"
page 4 1 1 1 "s1 = d0 W1" ifa --net "$net" --data "$iris"
page 4 0 2 1 "feedback matrices that change" dkp --net "$net" --data "$iris"
page 4 0 2 1 "-y B0" drtp --net "$net" --data "$iris"
page 4 0 1 1 "disturb(e" pepita --net "$net" --data "$iris"
page 4 0 0 1 "error e" frozen --net "$net" --data "$iris"
residual="dense 4, tanh, residual (dense 3, tanh, dense 4), tanh, dense 3"
page 7 3 0 3 "add, tanh" bp --net "$residual" --data "$iris"
page 7 0 3 2 "signal without a matrix" dfa --net "$residual" --data "$iris"
page 7 0 5 1 "blocks 3 to 98, likewise" dfa --net "100 x (dense 240, tanh), dense 10"
page 18 0 9 8 "blocks 8 to 26, likewise" fa --net resnet20

# Names from files are text.
sed 's|,setosa|,<script>alert(1)</script>\&|' "$iris" >hostile.csv
page 3 1 0 1 '<script>alert(1)</script>&' bp --net "dense 4, tanh, dense 3" --data hostile.csv
"$program" explain bp --net "dense 4, tanh, dense 3" --data hostile.csv --quiet --html - >out.html ||
    complain "no page on standard output"
cmp -s page.html out.html || complain "standard output differs from the file"
expect 4 "" "$program" explain bp --net "dense 4, tanh, dense 3" --data "$iris" --html /nowhere/page.html
# Refused before the data are read.
expect 4 "/nowhere/page.html" "$program" explain bp --data missing.csv --html /nowhere/page.html
expect 4 "/nowhere/wiring.svg" "$program" explain bp --data missing.csv --html x.html \
    --svg /nowhere/wiring.svg
expect 2 "leave --json" "$program" explain dfa --net "$net" --json --html page.html
expect 2 "leave --json" "$program" explain dfa --net "$net" --program --svg wiring.svg
expect 2 "name two files" "$program" explain dfa --net "$net" --html x --svg x
expect 2 "memory low" "$program" explain dfa --net "$net" --memory low --html page.html
exit "$failures"
