#!/bin/sh
# verify_lines.sh PROGRAM - the lines of backless verify: a unit follows numbers only, and numbers have no
# zeros in their exponents.
. "$(dirname "$0")/shell/expect.sh"
unset BACKLESS_THREADS
"$program" verify >lines.txt 2>&1 || complain "verify fails"
grep -qE '^  ok .* frozen, angle +none +allowed none$' lines.txt ||
    { complain "the angle of frozen is not none"; grep frozen lines.txt; }
grep -qE '^  ok .* dfa, angle +[0-9.]+ degrees +allowed 65$' lines.txt ||
    complain "the angle of dfa has no unit"
grep -qE ' [0-9.]+e-[1-9]' lines.txt || complain "no line has an exponent"
grep -E 'e-0' lines.txt && complain "exponents have zeros"
[ "$failures" = 0 ] || { echo "$failures failed" && exit 1; }
