#!/bin/sh
# check_readme.sh PROGRAM - the README is correct: its example is the main function of the file that it
# names, its options are those of the program, its commands run as shown, and every rule has a row there and a
# section in docs/rules.md. demo_output.sh tests the output of `make demo`.
set -eu
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$(dirname "$0")/.."
tree=$(pwd)
. tests/shell/small_fashion.sh
failures=0
complain() {
    echo "$1"
    failures=$((failures + 1))
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
awk '/^<!-- examples\/01_train.c -->/ { seen = 1; next }
     seen && /^```c/ { inside = 1; next }
     inside && /^```/ { exit }
     inside { print }' README.md >"$folder/example.c"
sed -n '/^int main/,$p' examples/01_train.c | cmp -s - "$folder/example.c" ||
    complain "README.md: the example is not the main function of examples/01_train.c"
[ "$(wc -l <"$folder/example.c")" -le 40 ] || complain "README.md: the example has more than 40 lines"

flags() { grep -oE -e '--[a-z][a-z-]+' | sort -u; }
for command in train compare sweep eval predict info rules explain bench curves report reproduce export; do
    "$program" "$command" --help
done 2>/dev/null | flags >"$folder/known"
grep -vE 'cmake|make ' README.md | flags >"$folder/shown"
for flag in $(grep -vxF -f "$folder/known" "$folder/shown" || true); do
    complain "README.md: the program has no option $flag"
done
"$program" train --help | flags | grep -vxE -e '--(help|version)' >"$folder/train"
for flag in $(grep -vxF -f "$folder/shown" "$folder/train" || true); do
    complain "README.md: nothing about the option $flag"
done

for rule in $("$program" rules | awk 'NR > 1 { print $1 }'); do
    grep -q "^| \`$rule\` |" README.md || complain "README.md: no row for the rule $rule"
    grep -q "^## \`$rule\`" docs/rules.md || complain "docs/rules.md: no section for the rule $rule"
done

# The commands of the program run in the README's order, in a folder with the files that they name: generated
# tables in place of the competition's, and a few generated images.
place=$folder/place
mkdir -p "$place/build"
ln -s "$program" "$place/build/backless"
ln -s "$tree/examples" "$place/examples"
small_fashion "$folder/data"
awk 'BEGIN {
    print "PassengerId,Survived,Pclass,Name,Sex,Age,Ticket,Fare,Cabin,Embarked"
    for (i = 1; i <= 300; i++) {
        sex = (i * 7 % 19) % 3 ? "male" : "female"
        printf "%d,%d,%d,\"Person, Nr. %d\",%s,%s,T%d,%.2f,%s,%s\n", i,
            sex == "female" || i % 4 == 0, i % 3 + 1, i, sex,
            i % 11 ? 20 + i * 7 % 40 : "", i, 5 + i * 13 % 60, i % 5 ? "" : "C" i, substr("SCQ", i % 3 + 1, 1)
    }
}' >"$place/train.csv"
sed 's/^\([^,]*\),[^,]*,/\1,/' "$place/train.csv" >"$place/test.csv"

commands_of() {
    awk '/^    build\/backless / { inside = 1 } inside { print } inside && !/\\$/ { inside = 0 }' "$1" |
        sed 's/^    //'
}
run_commands() { (cd "$place" &&
    BACKLESS_THREADS=1 BACKLESS_DATA="$folder/data" sh -eu "$1") >"$folder/out" 2>&1; }

commands_of README.md >"$folder/commands"
shown=$(grep -c '^build/backless' "$folder/commands")
[ "$shown" -ge 9 ] || complain "README.md: $shown commands were found, expected 9 or more"
# The generated images are too few to learn from; the tables are large enough.
sed '/fashion-mnist/,$d' "$folder/commands" >"$folder/on_tables"
sed -n '/fashion-mnist/,$p' "$folder/commands" >"$folder/on_pictures"
for part in on_pictures on_tables; do
    [ -s "$folder/$part" ] || complain "README.md: no command is $part"
    run_commands "$folder/$part" && continue
    complain "README.md: a command does not run as shown"
    tail -n 5 "$folder/out"
done
grep 'hardly trained' "$folder/out" && complain "README.md: a command hardly trains"
[ -s "$place/submission.csv" ] || complain "README.md: there is no submission.csv"
# Negative control: a changed name of a column is found.
rm -rf "$place/run"
sed 's/--label Survived/--label Survive/' "$folder/on_tables" >"$folder/broken"
run_commands "$folder/broken" && complain "README.md: a command that fails is not seen"

[ "$failures" = 0 ] || exit 1
echo "README.md and docs/rules.md agree with the program"
