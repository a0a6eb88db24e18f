#!/bin/sh
# check_readme.sh PROGRAM - what the README shows is so: its example is the file it names, its options are
# those of the program, and every rule has its row there and its section in docs/rules.md.
set -eu
program=$1
cd "$(dirname "$0")/.."
failures=0
complain() {
    echo "$1"
    failures=$((failures + 1))
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
awk '/^<!-- examples\/01_library.c -->/ { seen = 1; next }
     seen && /^```c/ { inside = 1; next }
     inside && /^```/ { exit }
     inside { print }' README.md >"$folder/example.c"
cmp -s "$folder/example.c" examples/01_library.c ||
    complain "README.md: the example is not examples/01_library.c"

flags() { grep -oE -e '--[a-z][a-z-]+' | sort -u; }
for command in train compare eval predict info rules bench; do
    "$program" "$command" --help
done | flags >"$folder/known"
grep -vE 'cmake|make ' README.md | flags >"$folder/shown"
for flag in $(grep -vxF -f "$folder/known" "$folder/shown" || true); do
    complain "README.md: the program has no option $flag"
done
"$program" train --help | flags | grep -vxE -e '--(help|version)' >"$folder/train"
for flag in $(grep -vxF -f "$folder/shown" "$folder/train" || true); do
    complain "README.md: nothing about the option $flag"
done

for rule in $(grep -hoE '\.name = "[a-z-]+"' src/rules/*.c | sed 's/.*"\(.*\)"/\1/'); do
    grep -q "^| \`$rule\` |" README.md || complain "README.md: no row for the rule $rule"
    grep -q "^## \`$rule\`" docs/rules.md || complain "docs/rules.md: no section for the rule $rule"
done

[ "$failures" = 0 ] || exit 1
echo "README.md and docs/rules.md agree with the program"
