#!/bin/sh
# trained_table.sh PROGRAM - training on a table gives the weights that are recorded
# here, with every processor, compiler and number of threads. `make test-arm64` runs it on another
# processor than `make test`.
#
# Every option that decides the bits is set, so that a change of a default changes nothing.
. "$(dirname "$0")/shell/expect.sh"
awk 'BEGIN { print "a,b,c,kind"
    for (i = 0; i < 150; i++)
        printf "%d.%03d,%d,%s,%s\n", i * 37 % 11, i * 7919 % 1000, i % 13 - 6, i % 4 ? i * i % 97 "e-1" : "",
            substr("xyz", i * i % 3 + 1, 1) }' >table.csv

# train OPTION...: prints the hash of the weights
train() {
    "$program" train --data table.csv --net "dense 19, tanh, dense 7, softplus, dense 2" --init fanin \
        --feedback "uniform 0.3" --loss ce --reduction mean --lr 0.01 --schedule constant --batch 20 \
        --epochs 3 --stop epochs --val 0 --test-fraction 0 --missing impute --no-angles --slope "cos f" \
        --split-seed 1 --seed 3 --quiet --out run --force "$@" >out.txt 2>&1 ||
        { echo failed; cat out.txt >&2; return; }
    sed -n 's/.*"weights_hash": "\([0-9a-f]*\)".*/\1/p' run/result.json
}

# same HASH OPTION...
same() {
    expected=$1
    shift
    found=$(train "$@")
    [ "$found" = "$expected" ] || complain "weights $found, expected $expected: $*"
}

for threads in 1 3; do
    same a591fe56bfa07574 --rule bp --optimizer adam --precision float32 --threads "$threads"
    same 6031da9028377801 --rule dfa --optimizer rmsprop --precision float32 --threads "$threads"
    same 8f0ed948a033c7f7 --rule dfa --optimizer "sgd momentum 0.9" --precision bf16 --threads "$threads"
done

# Negative controls: another seed, and one changed number of the table.
other() {
    found=$(train --rule bp --optimizer adam --precision float32 "$@")
    case $found in
    a591fe56bfa07574 | failed) complain "$found where other weights were expected: $*" ;;
    esac
}
other --seed 4
sed '2s/^0.000,/0.001,/' table.csv >changed.csv
cmp -s table.csv changed.csv && complain "the table could not be changed: the test sees nothing"
other --data changed.csv

# On AArch64 the program must have used the NEON kernels, which are to be tested there.
"$program" doctor >report.txt 2>&1
if grep -q '(aarch64)' report.txt; then
    grep -q '^  instructions *neon,' report.txt ||
        complain "no NEON on AArch64: $(grep instructions report.txt)"
fi
exit $((failures > 0))
