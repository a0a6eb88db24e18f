#!/bin/sh
# explain_page.sh PROGRAM - the page of backless explain --html: it is well-formed, requests nothing, has no
# script, and escapes names from files; its wiring has the arrows of each rule, also of residual and deep
# nets.
. "$(dirname "$0")/shell/expect.sh"
here=$(cd "$(dirname "$0")" && pwd)
iris=$here/../examples/iris.csv
command -v python3 >/dev/null 2>&1 || { echo "SKIP: no python3" && exit 77; }

cat >pages.py <<'END'
"""pages.py LIST - each line of LIST names a page, a picture, the number of arrows of each kind, what the page
says, and the arguments of the command, separated by tabs. One Python checks all, because it takes longer to
start than to check one of them."""
import html.parser, re, sys, xml.etree.ElementTree as tree
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
KINDS = ("forward", "weights", "random", "exact")
def check_page(path, arrows, word):
    source = open(path, encoding="utf-8").read()
    page = Page()
    page.feed(source)
    assert not page.open, page.open
    assert "default-src 'none'" in source and not page.tags & {"script", "iframe"}, page.tags
    assert not re.search(r"url\((?!#)", source) and "@import" not in source
    classes = [c.split() for c in page.paths]
    found = [sum(1 for c in classes if kind in c and "trunk" not in c) for kind in KINDS]
    assert found == arrows, found
    assert word in page.text, word
    assert "viewport" in source and "prefers-color-scheme:dark" in source and "@media print" in source
def check_picture(path, arrows):
    source = open(path, encoding="utf-8").read()
    classes = [e.get("class", "").split() for e in tree.parse(path).iter("{http://www.w3.org/2000/svg}path")]
    arrow = [c for c in classes if "trunk" not in c and "key" not in c]
    found = [sum(1 for c in arrow if kind in c) for kind in KINDS]
    assert found == arrows, found
    assert not re.search(r"href|<script|url\((?!#)|@import", source) and "prefers-color-scheme:dark" in source
failures = 0
for line in open(sys.argv[1], encoding="utf-8"):
    page, picture, arrows, word, command = line.rstrip("\n").split("\t")
    arrows = [int(n) for n in arrows.split()]
    try:
        check_page(page, arrows, word)
        check_picture(picture, arrows)
    except (AssertionError, OSError, tree.ParseError) as wrong:
        print(f"FAILED: the page or the picture of {command}: {wrong!r}")
        failures += 1
sys.exit(failures > 0)
END
# page FORWARD WEIGHTS RANDOM EXACT WORDS ARGUMENTS: the arrows of each kind, and what the page says; pages.py
# compares them at the end
n_pages=0
page() {
    arrows="$1 $2 $3 $4"
    words=$5
    shift 5
    n_pages=$((n_pages + 1))
    html=page$n_pages.html svg=wiring$n_pages.svg
    "$program" explain "$@" --quiet --html $html --svg $svg >out.txt || complain "no page: $*"
    [ -s out.txt ] && complain "text beside files: $*"
    printf '%s\t%s\t%s\t%s\t%s\n' $html $svg "$arrows" "$words" "$*" >>pages.txt
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
cmp -s $html out.html || complain "standard output differs from the file"
expect 4 "" "$program" explain bp --net "dense 4, tanh, dense 3" --data "$iris" --html /nowhere/page.html
python3 pages.py pages.txt || complain "pages or pictures are wrong"
[ "$(wc -l <pages.txt)" = $n_pages ] || complain "not all pages were compared"
# Negative controls: another number of arrows in the page and in the picture, a missing text, and a picture
# that is no XML.
head -n 1 pages.txt >first.txt
control() { # SED-COMMAND
    sed "$1" first.txt >changed.txt
    ! cmp -s first.txt changed.txt && ! python3 pages.py changed.txt >out.txt || complain "not seen: $1"
}
control 's/4 2 0 1/4 2 1 1/'
control 's/W2 transposed/W9 transposed/'
control 's/wiring1/wiring2/'
control 's/wiring1.svg/page.txt/'
# Refused before the data are read.
expect 4 "/nowhere/page.html" "$program" explain bp --data missing.csv --html /nowhere/page.html
expect 4 "/nowhere/wiring.svg" "$program" explain bp --data missing.csv --html x.html \
    --svg /nowhere/wiring.svg
expect 2 "leave --json" "$program" explain dfa --net "$net" --json --html page.html
expect 2 "leave --json" "$program" explain dfa --net "$net" --program --svg wiring.svg
expect 2 "name two files" "$program" explain dfa --net "$net" --html x --svg x
expect 2 "memory low" "$program" explain dfa --net "$net" --memory low --html page.html
exit "$failures"
