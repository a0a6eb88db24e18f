#!/bin/sh
# data_parts.sh PROGRAM - eval --part and predict --part select the rows of the split that the training drew,
# and reproduce its figures to the bit; other data are refused.
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/shell/expect.sh"
export BACKLESS_THREADS=1

table() { # ROWS SHIFT
    awk -v n="$1" -v s="$2" 'BEGIN { print "a,b,kind"
        for (i = 0; i < n; i++)
            printf "%.3f,%.3f,k%d\n", (i * 37 % 101) / 50 + i % 3 + s, (i * 53 % 97) / 48 - i % 3, i % 3 }'
}
table 150 0 >t.csv
table 60 0.25 >other.csv
quick="--rule bp --epochs 3 --no-angles --quiet --net"
net="dense 5, tanh, dense 3"

# number FILE KEY: prints the value of a key of a JSON object
number() {
    tr ',{}' '\n\n\n' <"$1" | sed -n "s/^ *\"$2\": *\(.*\)$/\1/p" | head -n 1
}
# measure MODEL DATA PART: writes the JSON object of eval to eval.json
measure() {
    "$program" eval --model "$1" --data "$2" --part "$3" --json --quiet >eval.json 2>err.txt ||
        { complain "eval --model $1 --data $2 --part $3"; cat err.txt; }
}
# same PART: eval.json has the last figures of the run for that part
same() {
    [ "$(number eval.json loss)" = "$(number run/result.json "$1_loss")" ] ||
        complain "$1: loss $(number eval.json loss), the run said $(number run/result.json "$1_loss")"
    [ "$(number eval.json error)" = "$(number run/result.json "$1_error" | sed 's/^0.0$/0/')" ] ||
        complain "$1: error $(number eval.json error), the run said $(number run/result.json "$1_error")"
}
# count NUMBER: eval.json is about that many examples
count() { [ "$(number eval.json count)" = "$1" ] ||
    complain "$(number eval.json count) examples, expected $1"; }

# ---- drawn splits
for val in 0.1 12 "last 12"; do
    for seed in 1 7 18446744073709551615; do
        expect 0 "" "$program" train --data t.csv $quick "$net" --test-fraction 0.2 --val "$val" \
            --split-seed $seed --out run --force
        for part in val test; do
            measure run/model.safetensors t.csv $part
            same $part
        done
        count 30
        measure run/model.safetensors t.csv val
        count 12
        measure run/model.safetensors t.csv train
        count 108
    done
done
# the last rows are those of the file, also after a draw, which puts the rows that are left in a random
# order
for option in "--test-fraction 0.2" "--fold 2/5"; do
    expect 0 "" "$program" train --data t.csv $quick "$net" $option --val "last 12" --out run --force
    for part in val test; do
        "$program" predict --model run --data t.csv --part $part --output "$part.csv" --quiet ||
            complain "predict --part $part"
    done
    sed 1d test.csv | cut -d, -f1 | sort -n >test.txt
    sed 1d val.csv | cut -d, -f1 >val.txt
    seq 150 | grep -vxFf test.txt | tail -n 12 | cmp -s - val.txt ||
        complain "$option: the validation set is not the last rows: $(tr '\n' ' ' <val.txt)"
    measure run/model.safetensors t.csv val
    same val
done
# the parts of a fold
expect 0 "" "$program" train --data t.csv $quick "$net" --fold 3/7 --val 0.1 --out run --force
measure run/model.safetensors t.csv test
same test
count 22
# every row is in exactly one of the three parts
for part in train val test; do
    "$program" predict --model run --data t.csv --part $part --output "$part.csv" --quiet ||
        complain "predict --part $part"
done
cat train.csv val.csv test.csv | grep -v Image | cut -d, -f1 | sort -n >rows.txt
seq 150 | cmp -s - rows.txt || complain "the parts' rows are not 1 to 150"
# Without --part all rows are used, and a note says that some of them were trained on.
expect 0 "--part test or val uses those that were held out" "$program" eval --model run --data t.csv
grep -qF "on 150 examples" out.txt || complain "not all rows without --part"

# ---- the data are recognised by their content, not by the name of the file
gzip -c t.csv >moved.csv.gz
measure run/model.safetensors moved.csv.gz test
same test
awk -F, '{ print $3 "," $2 "," $1 }' t.csv >turned.csv
measure run/model.safetensors turned.csv test
same test
sed '5s/\.[0-9]*,/.5,/' t.csv >changed.csv
expect 3 "are not the 150 that the model was trained on (t.csv" "$program" eval --model run \
    --data changed.csv --part test
sed '$d' t.csv >short.csv
expect 3 "these 149 examples" "$program" eval --model run --data short.csv --part val
expect 3 "are not the 150" "$program" predict --model run --data other.csv --part train --output p.csv
{ head -n 1 t.csv; tail -n +2 t.csv | sort; } >sorted.csv
expect 3 "are not the 150" "$program" eval --model run --data sorted.csv --part test
cut -d, -f1,2 t.csv >blind.csv
expect 3 "they have no labels" "$program" predict --model run --data blind.csv --part test --output p.csv
expect 2 'part is "rest", expected train, val or test' "$program" eval --model run --data t.csv --part rest

# ---- a resumed run has the same parts
expect 0 "" "$program" train --data t.csv --test-fraction 0.2 --val 0.1 $quick "$net" --out run --force \
    --max-time 0.000001
expect 0 "" "$program" train --resume run --max-time 0 --quiet
measure run/model.safetensors t.csv test
same test

# ---- parts that were not held out
expect 0 "" "$program" train --data t.csv $quick "$net" --out whole
expect 3 "trained without a test set" "$program" eval --model whole --data t.csv --part test
expect 3 "trained without a validation set" "$program" eval --model whole --data t.csv --part val
expect 0 "on 150 examples" "$program" eval --model whole --data t.csv --part train
expect 3 "are not the 150" "$program" eval --model whole --data other.csv --part train
expect 0 "these are the examples that the model was trained on" "$program" eval --model whole --data t.csv

# ---- a test file
expect 0 "" "$program" train --data t.csv --test other.csv --val 0.1 $quick "$net" --out run --force
measure run/model.safetensors other.csv test
same test
count 60
measure run/model.safetensors t.csv val
same val
expect 3 "tested on other.csv (60 examples" "$program" eval --model run --data t.csv --part test
expect 3 "they are its test set" "$program" eval --model run --data other.csv --part train

# ---- regression targets
awk 'BEGIN {
    print "a,b,y";
    for (i = 0; i < 90; i++) printf "%.3f,%.3f,%.3f\n", i * 7 % 31, i * 5 % 17, i % 11 + 0.5 }' >numbers.csv
expect 0 "" "$program" train --data numbers.csv --test-fraction 0.3 \
    --val 0.2 $quick "dense 5, tanh, dense 1" --out run --force
measure run/model.safetensors numbers.csv test
[ "$(number eval.json rmse)" = "$(number run/result.json test_rmse)" ] || complain "rmse of the test part"

# ---- IDX folders with a test set: test is that set, train is the training set without the validation rows
idx() { # NAME ROWS SHIFT
    python3 - "$@" <<'PYTHON'
import struct, sys
name, n, shift = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with open(name + "-images-idx3-ubyte", "wb") as f:
    f.write(struct.pack(">IIII", 0x803, n, 3, 3) + bytes((i * 31 + j * 17 + shift) % 256
                                                          for i in range(n) for j in range(9)))
with open(name + "-labels-idx1-ubyte", "wb") as f:
    f.write(struct.pack(">II", 0x801, n) + bytes(i % 3 for i in range(n)))
PYTHON
}
if command -v python3 >/dev/null; then
    mkdir -p set elsewhere
    (cd set && idx train 60 0 && idx t10k 30 5)
    (cd elsewhere && idx train 45 9 && idx t10k 15 5)
    expect 0 "" "$program" train --data set --val 6 $quick "$net" --out run --force
    measure run/model.safetensors set test
    same test
    count 30
    measure run/model.safetensors set val
    same val
    measure run/model.safetensors set train
    count 54
    measure run/model.safetensors elsewhere train
    count 45
    expect 0 "which are not those that the model was trained on" "$program" eval --model run \
        --data elsewhere --part train
    expect 3 "are not the 60" "$program" eval --model run --data elsewhere --part val
    measure run/model.safetensors set/t10k-images-idx3-ubyte test
    same test
else
    echo "SKIP: IDX folders need python3"
fi

# ---- a model of 0.1.0 has no information about its parts, so --part is refused
if [ -f "$tests/runs_0_1_0/runs.tar.gz" ]; then
    tar xzf "$tests/runs_0_1_0/runs.tar.gz"
    old=$(find . -path '*split*' -name 'model.safetensors' | head -n 1)
    data=$(find . -name words.csv | head -n 1)
    for part in train val test; do
        expect 3 "version 0.1.0, which did not store that" "$program" eval --model "$old" --data "$data" \
            --part $part
    done
else
    complain "no runs of 0.1.0 in $tests"
fi

[ "$failures" = 0 ] && echo "data_parts: all as expected"
exit "$failures"
