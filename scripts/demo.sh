#!/bin/sh
# demo.sh PROGRAM - the script behind `make demo`: trains the same rules on a small table and on images, and
# prints one table at the end.
#
# The variables DEMO_* of the Makefile choose data, net and rules. The duration is estimated from one epoch of
# backpropagation, which is measured first, so that the estimate includes the present load of this machine.
# The runs of the last demonstration and their report stay in the folder demo beside the program.
set -eu
program=$1
: "${DEMO_DATA:=fashion-mnist}" "${DEMO_NET:=dense 400, tanh, dense 400, tanh, dense 10}"
: "${DEMO_RULES:=bp,fa,dfa,ifa,frozen,linear}" "${DEMO_RATES:=1e-3,3e-3,1e-2}" "${DEMO_RATE_EPOCHS:=1}"
: "${DEMO_EPOCHS:=5}" "${DEMO_SEED:=1}"
table=examples/iris.csv
runs=$(dirname "$program")/demo

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

# count LIST: the number of words in a list separated by commas
count() { echo "$1" | awk -F, '{ print NF }'; }

# estimate: seconds of the second part. A rule takes on average about three quarters of the time of
# backpropagation, and a trial of a learning rate trains on nine tenths of the examples.
estimate() {
    "$program" train --data "$DEMO_DATA" --net "$DEMO_NET" --rule bp --epochs 1 --no-angles --json --quiet \
        >"$folder/epoch" || exit
    awk -v rules="$(count "$DEMO_RULES")" -v rates="$(count "$DEMO_RATES")" -v epochs="$DEMO_EPOCHS" \
        -v rate_epochs="$DEMO_RATE_EPOCHS" '
        match($0, /"seconds":[0-9.e-]+/) { a_epoch = substr($0, RSTART + 10, RLENGTH - 10) }
        END {
            s = a_epoch * 0.75 * rules * (epochs + 0.9 * rates * rate_epochs)
            if (s < 90) printf "%d seconds", 5 * int(s / 5 + 1)
            else printf "%d minutes", int(s / 60 + 0.7)
        }' "$folder/epoch"
}

# compare FILE ARGUMENTS...: writes one JSON object per rule to FILE; progress and learning rates are shown on
# the terminal
compare() {
    file=$1
    shift
    "$program" compare "$@" --rules "$DEMO_RULES" --seed "$DEMO_SEED" --json >"$file"
}

# The objects of both files, joined by rule.
print_table() {
    awk -v data="$DEMO_DATA" '
    function after(key, pattern) {
        if (!match($0, "\"" key "\":" pattern))
            return ""
        return substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3)
    }
    function text(key, quoted) {
        quoted = after(key, "\"[^\"]*\"")
        return substr(quoted, 2, length(quoted) - 2)
    }
    function percent(key, number) {
        number = after(key, "[0-9.e+-]+")
        return number == "" ? "-" : sprintf("%.2f %%", 100 * number)
    }
    function print_row(rule, small_error, error, angles, rate) {
        printf "%-8s %10s %15s   %-22s  %s\n", rule, small_error, error, angles, rate
    }
    function angles(list, n, i, all) {
        all = after("angles", "\\[[^]]*\\]")
        n = split(substr(all, 2, length(all) - 2), list, ",")
        all = ""
        for (i = 1; i <= n; i++)
            all = all (i > 1 ? " " : "") (list[i] == "null" ? "-" : sprintf("%.0f", list[i]))
        return all == "" ? "-" : all
    }
    FNR == NR { small[text("rule")] = percent("test_error"); next }
    FNR == 1 { print_row("rule", "iris", data, "angle per hidden block", "lr") }
    { print_row(text("rule"), small[text("rule")], percent("test_error"), angles(), text("lr")) }
    ' "$1" "$2"
}

echo "One epoch is timed first."
takes=$(estimate)
echo "$(count "$DEMO_RULES") rules will learn a small table in 2 seconds, then $DEMO_DATA in about \
$takes, if this machine stays as busy."
echo
echo "1. A table of 150 irises: four lengths and the species, a row each. 45 rows are held out to test on."
grep -v '^#' "$table" | sed -n '1,2p;52p;102p' | sed 's/^/   /'
echo "   $program compare --data $table --test-fraction 0.3 --rules $DEMO_RULES"
compare "$folder/small" --data "$table" --test-fraction 0.3 --quiet
echo
echo "2. $DEMO_DATA. For each rule the best of the rates $DEMO_RATES is chosen first, on a \
tenth of the training set."
echo "   $program compare --data $DEMO_DATA --net \"$DEMO_NET\" \\"
echo "       --rules $DEMO_RULES --rates $DEMO_RATES --rate-epochs $DEMO_RATE_EPOCHS --epochs $DEMO_EPOCHS"
rm -rf "$runs"
compare "$folder/large" --out "$runs" --data "$DEMO_DATA" --net "$DEMO_NET" --rates "$DEMO_RATES" \
    --rate-epochs "$DEMO_RATE_EPOCHS" --epochs "$DEMO_EPOCHS"
echo
echo "Errors on the two test sets; for $DEMO_DATA also the angle to backpropagation, in \
degrees, and the learning rate:"
echo
print_table "$folder/small" "$folder/large"
if [ -f "$runs/report.html" ]; then
    echo
    echo "The curves, angles and mistakes of the rules on $DEMO_DATA are in $runs/report.html"
fi
