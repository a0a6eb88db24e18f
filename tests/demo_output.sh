#!/bin/sh
# demo_output.sh PROGRAM - the output of `make demo`: first the estimated time, fewer than 60 lines, one table
# in the form of the README's with the same digits in the column of iris, and at the end the path of the
# report. Fashion-MNIST is replaced by a few generated pictures, and the folder of the program by one of the
# test, because the runs are kept beside the program.
tree=$(cd "$(dirname "$0")/.." && pwd)
. "$tree/tests/shell/expect.sh"
. "$tree/tests/shell/small_fashion.sh"
small_fashion data
export BACKLESS_DATA="$folder/data" BACKLESS_THREADS=1

mkdir bin
ln -s "$program" bin/backless
demo() { (cd "$tree" && make -s demo_only "build_dir=$folder/bin" "$@"); }

# iris TABLE: prints each rule and its error on iris
iris() { awk '{ print $1, $2, $3 }' "$1"; }

expect 0 "angle per hidden block" demo DEMO_EPOCHS=1
[ "$(wc -l <out.txt)" -lt 60 ] || complain "$(wc -l <out.txt) lines, expected below 60"
head -n 2 out.txt | grep -qE 'in about [0-9]+ (seconds|minutes)' ||
    complain "the first lines do not tell the time"
[ "$(grep -c '^rule ' out.txt)" = 1 ] || complain "more than one table"
sed -n '/^rule /,/^$/p' out.txt | sed '/^$/d' >table.txt
tail -n 1 out.txt | grep -q " are in $folder/bin/demo/report.html\$" ||
    complain "the last line does not name the report"
[ "$(grep -o 'class="switch"' bin/demo/report.html | wc -l)" = 6 ] ||
    complain "the report does not show the six rules"
[ "$(wc -l <table.txt)" = 7 ] || complain "the table has $(wc -l <table.txt) lines, expected 7"
awk 'length > 80 { exit 1 }' table.txt || complain "the table is wider than 80 columns"

sed -n '/^<!-- DEMO-OUTPUT -->/,/^<!-- \/DEMO-OUTPUT -->/p' "$tree/README.md" |
    grep -vE '^(<!--|```)' >shown.txt
[ "$(head -n 1 shown.txt)" = "$(head -n 1 table.txt)" ] ||
    complain "README.md: the demo's table has another head"
iris table.txt >found_iris.txt
iris shown.txt | cmp -s - found_iris.txt || { complain "README.md: other errors on iris"; cat table.txt; }
# Negative control: a changed digit is found.
sed 's/4\.44/4.45/' shown.txt >wrong.txt
iris wrong.txt | cmp -s - found_iris.txt && complain "a wrong digit is not seen"

# Other values of the variables, a rule that diverges, and runs that fail.
expect 0 "drtp" demo DEMO_EPOCHS=1 DEMO_RULES=drtp DEMO_RATES=1e-3
expect 0 "rule" demo DEMO_EPOCHS=1 DEMO_RULES=bp DEMO_RATES=1e6 "DEMO_NET=dense 8, relu, dense 10"
expect 2 'no rule "xy"' demo DEMO_EPOCHS=1 DEMO_RULES=xy
expect 2 'nothing-there' demo DEMO_DATA=nothing-there
[ "$failures" = 0 ] && echo "demo_output: as expected"
exit "$failures"
