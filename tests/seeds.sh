#!/bin/sh
# seeds.sh PROGRAM - the split, the weights, the feedback and the order of examples have one seed each, and a
# run folder of version 0.1.0, which had one seed for all four, continues to the same bits.
. "$(dirname "$0")/shell/expect.sh"
awk 'BEGIN { print "a,b,kind"
    for (i = 0; i < 300; i++)
        printf "%.4f,%.4f,%s\n", sin(7 * i), cos(5 * i), (i % 3 ? (i % 2 ? "x" : "y") : "z") }' >table.csv

# train DIR OPTION...
train() {
    out=$1
    shift
    "$program" train --data table.csv --net "dense 8, tanh, dropout 0.2, dense 3" --init fanin --epochs 2 \
        --schedule constant --val 0.2 \
        --test-fraction 0.2 --quiet --out "$out" --force "$@" >out.txt 2>&1 ||
        complain "train $*: $(cat out.txt)"
}
field() { sed -n "s/.*\"$2\": \"\{0,1\}\([0-9a-zA-Z.]*\).*/\1/p" "$1" | head -n 1; }
hash_of() { field "$1/result.json" weights_hash; }
split_of() { field "$1/config.json" hash; } # the hash of the training set, which identifies the split

# same WHAT A B, other WHAT A B: A and B are equal, or differ
same() { [ "$2" = "$3" ] || complain "$1: $2 and $3, expected the same"; }
other() { [ "$2" != "$3" ] || complain "$1: $2 twice, expected another"; }

train plain
train one --seed 1 --weight-seed 1 --feedback-seed 1 --order-seed 1 --split-seed 1
same "all seeds at their defaults" "$(hash_of plain)" "$(hash_of one)"
train seed --seed 2
other "--seed" "$(hash_of plain)" "$(hash_of seed)"
same "the split under --seed" "$(split_of plain)" "$(split_of seed)"
train three --weight-seed 2 --feedback-seed 2 --order-seed 2
same "the three seeds together" "$(hash_of seed)" "$(hash_of three)"
train split --split-seed 2
other "the split under --split-seed" "$(split_of plain)" "$(split_of split)"
for kind in weight feedback order; do
    train "$kind" --$kind-seed 2
    other "--$kind-seed" "$(hash_of plain)" "$(hash_of $kind)"
    same "the split under --$kind-seed" "$(split_of plain)" "$(split_of $kind)"
    same "$kind-seed in config.json" "$(field $kind/config.json $kind-seed)" 2
    "$program" info $kind | grep -q "^$kind-seed *2" || complain "info does not tell the $kind-seed"
done

# Each seed alone. The rule bp has no feedback, so that the feedback seed has no effect on it.
train bp --rule bp
train bp-feedback --rule bp --feedback-seed 2
same "--feedback-seed under bp" "$(hash_of bp)" "$(hash_of bp-feedback)"

# ---- a stopped run is resumed with its seeds
train whole --seed 5 --weight-seed 6 --order-seed 7 --split-seed 8 --epochs 6
train part --seed 5 --weight-seed 6 --order-seed 7 --split-seed 8 --epochs 3
expect 0 "stopped by epochs" "$program" train --resume part --epochs 6
same "a resumed run" "$(hash_of whole)" "$(hash_of part)"
expect 2 "cannot be changed when a run is resumed" "$program" train --resume part --order-seed 3 --epochs 7

# ---- a run folder with a config.json of 0.1.0, which has a single seed
train now --seed 9 --split-seed 9 --epochs 6
train old --seed 9 --split-seed 9 --epochs 3
grep -vE '"(split|weight|feedback|order)-seed"' old/config.json >config.json
cp config.json old/config.json
expect 0 "stopped by epochs" "$program" train --resume old --epochs 6
same "a folder of 0.1.0" "$(hash_of now)" "$(hash_of old)"
# control: without the rule for old folders the split would differ, and the run would be refused
train new --seed 9 --split-seed 9 --epochs 3
sed -i 's/"split-seed": "9"/"split-seed": "1"/' new/config.json
expect 3 "other training data" "$program" train --resume new --epochs 6

[ "$failures" = 0 ] || { echo "$failures failed"; exit 1; }
echo "seeds: as expected"
