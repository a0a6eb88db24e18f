#!/bin/sh
# check_example.sh SOURCE PROGRAM... - an example does what its first comment says: PROGRAM, run in a folder
# with iris.csv, prints the lines below "It prints:"; the source has fewer than 80 lines and includes public
# headers only. 00_by_hand.c does not use the library: it may be longer, and because its figures depend on the
# last bits of the C library's functions, each may differ by 1.
set -eu
source=$1
shift
fail() {
    echo "$source: $1"
    exit 1
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$(dirname "$source")/iris.csv" "$folder"

# said: the lines below "It prints:" in the first comment
said() {
    awk '/\*\// { exit } inside && sub(/^ \*     /, "") { print } /^ \* It prints:$/ { inside = 1 }' "$1"
}
# agree SAID PRINTED: the same text
agree() {
    cmp -s "$1" "$2"
}

case $source in
*/00_by_hand.c)
    # Figures are compared one by one, and the text between them.
    agree() {
        [ "$(sed 's/[0-9.][0-9.]*/N/g; s/  */ /g' "$1")" = "$(sed 's/[0-9.][0-9.]*/N/g; s/  */ /g' "$2")" ] &&
            grep -oE '[0-9.]+' "$1" >"$folder/figures_said" &&
            grep -oE '[0-9.]+' "$2" | paste "$folder/figures_said" - |
            awk '{ far = far || $1 - $2 > 1 || $2 - $1 > 1 } END { exit far }'
    }
    ;;
*)
    [ "$(wc -l <"$source")" -lt 80 ] || fail "80 lines or more"
    ! grep -E '^#include "' "$source" || fail "includes a file that is not installed"
    ;;
esac

said "$source" >"$folder/said"
[ -s "$folder/said" ] || fail "its first comment does not say what it prints"
(cd "$folder" && "$@") >"$folder/printed" 2>"$folder/errors" || fail "failed: $(cat "$folder/errors")"
agree "$folder/said" "$folder/printed" || {
    diff "$folder/said" "$folder/printed" || true
    fail "prints other lines (>) than its first comment says (<)"
}
# Negative control: another digit is seen.
sed 's/[2-8]/9/' "$folder/said" >"$folder/other"
! agree "$folder/other" "$folder/printed" || fail "another figure is not seen"
echo "$source: prints what it says"
