#!/bin/sh
# verify.sh PROGRAM - `backless verify` passes on this machine, and detects every fault of broken_library.c by
# the check that is meant for it and by no other.
. "$(dirname "$0")/shell/expect.sh"
broken=$(dirname "$program")/broken_backless

# failed_checks FILE: the names of the checks that failed, each once
failed_checks() {
    awk '/^[a-z-]+: / { name = $1 } /^  FAILED / { print substr(name, 1, length(name) - 1) }' "$1" | sort -u
}

# ---- The library without a fault
"$program" verify >"$folder/all.txt" 2>"$folder/words.txt"
found=$?
[ "$found" = 0 ] || { complain "verify: exit $found"; cat "$folder/all.txt" "$folder/words.txt"; }
[ ! -s "$folder/words.txt" ] || complain "verify said something though all is well"
grep -qE '^verify: [0-9]+ checks passed on portable in [0-9.]+ s$' "$folder/all.txt" ||
    complain "no closing line"
lines=$(grep -c '^  ok ' "$folder/all.txt")
grep -q "^verify: $lines checks passed" "$folder/all.txt" || complain "the closing line counts otherwise"
for rule in $("$program" rules | awk 'NR > 1 { print $1 }'); do
    grep -q "^  ok .* $rule, error" "$folder/all.txt" || complain "verify does not train $rule"
done

# The same checks with another seed, on more threads, as JSON.
"$program" verify --backend portable --seed 7 --threads 3 --json >"$folder/all.json" 2>&1 ||
    complain "--json, seed 7 on 3 threads: exit $?"
grep -q '"verdict": "failed"' "$folder/all.json" && complain "--json: something failed"
portable=$(grep -c '^  ok .* portable ' "$folder/all.txt")
[ "$(grep -c '"verdict": "ok"' "$folder/all.json")" = "$portable" ] || complain "--json: other findings"
if command -v python3 >/dev/null; then
    python3 -m json.tool "$folder/all.json" >/dev/null || complain "--json: no JSON"
fi
"$program" verify --seed many >/dev/null 2>&1
[ $? = 2 ] || complain "--seed many was not refused"
TMPDIR=$folder/nowhere "$program" verify --backend portable >"$folder/out.txt" 2>"$folder/words.txt"
[ $? = 4 ] || complain "without a temporary folder: not exit 4"
grep -q "0 of .* checks FAILED, 1 could not be run" "$folder/out.txt" ||
    complain "without a temporary folder: the check that was not run is not told"
grep -q "files on portable could not be run: $folder/nowhere" "$folder/words.txt" ||
    complain "the folder is not named"

# ---- The broken library: each fault, and the check that must find it
faults="
    scores forward
    loss forward
    no-loss forward
    gradient-ce gradients
    gradient-bce gradients
    gradient-mse gradients
    wide-gradient gradients
    output-ce output
    output-bce output
    output-mse output
    signal-fa signals
    signal-dfa signals
    signal-ifa signals
    chain fa-is-bp
    one-layer-fa one-hidden-layer
    one-layer-ifa one-hidden-layer
    told-angle angles
    told-update angles
    step-sgd first-step
    step-rmsprop first-step
    step-adam first-step
    three-threads threads
    second-run threads
    seed seeds
    all-bits known-bits
    file files
    angle-bp learning
    angle-dfa learning
    angle-frozen learning
    error learning"

# Every check has a fault that it finds.
awk -F: '/^[a-z-]+: / && !/^verify:/ { print $1 }' "$folder/all.txt" >"$folder/checks.txt"
[ -s "$folder/checks.txt" ] || complain "no checks"
while read -r check; do
    echo "$faults" | grep -q " $check\$" || complain "nothing shows that the check $check finds a fault"
done <"$folder/checks.txt"

# In the quick test every fifth fault; under a sanitizer every 15th, because the same code runs for each.
n_faults=$(echo "$faults" | grep -c '[a-z]')
stride=5
is_sanitized && stride=15
[ -z "${QUICK_TESTS:-}" ] || faults=$(echo "$faults" | awk -v stride=$stride 'NF == 2 && n++ % stride == 0')
n_tried=$(echo "$faults" | grep -c '[a-z]')
[ "$n_tried" = "$n_faults" ] ||
    echo "left out: $((n_faults - n_tried)) of $n_faults faults (verify_all tries all of them)"

"$broken" verify --backend portable --quiet >"$folder/quiet.txt" 2>&1 ||
    complain "the program in which nothing is broken fails"
[ ! -s "$folder/quiet.txt" ] || complain "--quiet is not quiet"
echo "$faults" | while read -r fault check; do
    [ -n "$fault" ] || continue
    BROKEN=$fault "$broken" verify --backend portable >"$folder/out.txt" 2>"$folder/words.txt"
    found=$?
    [ "$found" = 6 ] || echo "$fault: exit $found, expected 6"
    said=$(failed_checks "$folder/out.txt" | tr '\n' ' ')
    [ "$said" = "$check " ] || echo "$fault: found by \"$said\", expected $check"
    grep -q "^backless: verify: $check (.*) on portable FAILED: .*measured .*allowed" "$folder/words.txt" ||
        echo "$fault: not explained"
    grep -q "do not trust what portable computes" "$folder/words.txt" || echo "$fault: no advice"
    grep -q "^verify: .* FAILED" "$folder/out.txt" || echo "$fault: no closing line"
done >"$folder/complaints.txt"
cat "$folder/complaints.txt"
[ ! -s "$folder/complaints.txt" ] || failures=$((failures + 1))

# Failed checks in the JSON output, and arguments that are refused.
BROKEN=loss "$broken" verify --backend portable --json >"$folder/out.txt" 2>/dev/null
[ $? = 6 ] || complain "--json: a fault is not exit 6"
grep -q '"why": "the loss of ' "$folder/out.txt" || complain "--json does not say why"
if [ -z "${QUICK_TESTS:-}" ]; then
    BROKEN=disk "$broken" verify --backend portable >"$folder/out.txt" 2>&1
    [ $? = 4 ] || complain "a file that cannot be written is not exit 4"
    grep -q "0 of .* checks FAILED, 1 could not be run" "$folder/out.txt" ||
        complain "the check that was not run is not told"
else
    echo "left out: a file that cannot be written (verify_all has it; a missing folder is tried above)"
fi

[ "$failures" = 0 ] || { echo "$failures failed"; exit 1; }
echo "verify passes, and finds $n_tried faults"
