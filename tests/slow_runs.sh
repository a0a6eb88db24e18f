#!/bin/sh
# slow_runs.sh PROGRAM - the commands of docs/troubleshooting.md, section "It is slow": small batches and
# measured angles cost what the section says. The bounds are far from the usual ratios, 8 and 18, because
# the machine may be busy; processor time is compared.
. "$(dirname "$0")/shell/expect.sh"
page=$(cd "$(dirname "$0")/../docs" && pwd)/troubleshooting.md
least_ratio=3
awk 'BEGIN { print "x,y,ring"; for (i = 1; i <= 1500; i++) {
    x = 2 * (i * 0.7548776662 % 1) - 1; y = 2 * (i * 0.5698402909 % 1) - 1; r = x * x + y * y
    print x "," y "," (r < 0.3 ? "inner" : r < 0.8 ? "middle" : "outer") } }' >rings.csv

# command WORDS: the command of the section that ends with WORDS
command_with() {
    sed -n '/^## It is slow/,/^## It needs/p' "$page" | sed -n "s/^ *\\$ backless \\(.* $1\\)\$/\\1/p"
}

# seconds WORDS: the processor time of this command, of three runs
seconds() {
    arguments=$(command_with "$1")
    [ -n "$arguments" ] || { echo "FAILED: the section has no command with $1" >&2 && echo 0 && return; }
    # shellcheck disable=SC2086
    (
        for _ in 1 2 3; do
            "$program" $arguments >/dev/null 2>&1 || echo "FAILED: $arguments" >&2
        done
        times >times.txt # in a pipe it would be another process, without children
        awk 'NR == 2 { gsub("s", ""); for (i = 1; i <= 2; i++) { split($i, t, "m"); s += 60 * t[1] + t[2] }
            print s }' times.txt
    )
}

# slower A B: the command with A takes least_ratio times as long as that with B
slower() {
    first=$(seconds "$1") second=$(seconds "$2")
    echo "$1: $first s, $2: $second s of processor time"
    awk -v a="$first" -v b="$second" -v r=$least_ratio 'BEGIN { exit !(a > r * b) }'
}
slower "--batch 1" "--batch 64" || complain "small batches are not slow"
slower "--angles 1" "--angles none" || complain "angles after every step are not slow"
# Negative control: a command is not slower than itself.
slower "--batch 64" "--batch 64" && complain "a command is slower than itself"
exit "$failures"
