#!/bin/sh
# manual.sh PROGRAM - the page of `backless manual` names every command, option and rule, and groff formats it
# without a warning.
set -u
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0
complain() {
    echo "FAILED: $1"
    failures=$((failures + 1))
}

"$program" manual >"$folder/backless.1" || complain "backless manual: exit $?"
# The text of the page without font changes and escapes.
sed 's/\\f[BIR]//g; s/\\-/-/g' "$folder/backless.1" >"$folder/plain"
has() { grep -qF -e "$1" "$folder/plain" || complain "nothing about $1"; }

for command in $("$program" help | sed -n 's/^    backless \([a-gi-z][a-z]*\) .*/\1/p'); do
    has ".SS backless $command"
    for option in $("$program" "$command" --help | sed -n 's/^  \(--[a-z-]*\) .*/\1/p'); do
        [ "$option" = --help ] || grep -qE -e "^$option( |\$)" "$folder/plain" ||
            complain "nothing about $option"
    done
done
for rule in $("$program" rules | sed '1d; s/ .*//'); do
    grep -qxF "$rule" "$folder/plain" || complain "nothing about the rule $rule"
done
for section in NAME SYNOPSIS DESCRIPTION COMMANDS OPTIONS '"LEARNING RULES"' '"EXIT STATUS"' ENVIRONMENT \
        FILES EXAMPLES '"SEE ALSO"'; do
    has ".SH $section"
done

if command -v groff >/dev/null 2>&1; then
    groff -man -Tutf8 -ww -z "$folder/backless.1" >"$folder/warnings" 2>&1 || complain "groff fails"
    [ ! -s "$folder/warnings" ] || { complain "groff warns" && cat "$folder/warnings"; }
else
    echo "left out: groff is not installed"
fi
[ "$failures" = 0 ] || { echo "$failures failed" && exit 1; }
echo "everything as expected"
