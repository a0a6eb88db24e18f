#!/bin/sh
# make_runs.sh PROGRAM - makes runs.tar.gz and resumed.txt beside it with the program of 0.1.0: small run
# folders, stopped after two epochs, and the hash of the weights and the training loss that 0.1.0 itself
# reaches from each when it resumes to epoch 4. tests/resume_0_1_0.sh compares every later version with these
# hashes. The files must not be written by a later version.
set -eu
program=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

awk 'BEGIN {
    srand(3)
    print "a,b,word,d,label"
    for (i = 0; i < 90; i++) {
        s = i % 3
        printf "%.5f,%s,%s,%.5f,%s\n", s + rand(), (i % 7 ? sprintf("%.4f", (s == 1) + rand()) : ""),
            substr("pqr", 1 + int(3 * rand()), 1), (s == 2) + rand() - 0.5, substr("xyz", s + 1, 1)
    }
}' >words.csv
awk 'BEGIN {
    srand(4)
    print "a,b,c,y"
    for (i = 0; i < 80; i++) {
        a = rand(); b = rand();
        printf "%.5f,%.5f,%.5f,%.4f\n", a, b, rand(), 3 * a - b * b
    }
}' >numbers.csv
python3 - <<'P'
import random, struct
random.seed(5)
n = 45
labels = [i % 3 for i in range(n)]
images = b"".join(bytes(min(255, random.randrange(120) + 100 * (c // 3 % 3 == k)) for c in range(64))
                  for k in labels)
open("train-images-idx3-ubyte", "wb").write(struct.pack(">IIII", 2051, n, 8, 8) + images)
open("train-labels-idx1-ubyte", "wb").write(struct.pack(">II", 2049, n) + bytes(labels))
P

# run NAME DATA OPTION...
run() {
    name=$1 data=$2
    shift 2
    "$program" train --data "$data" --epochs 2 --batch 16 --backend portable --threads 1 --no-angles --quiet \
        --out "$name" "$@" >/dev/null
    rm -f "$name/result.json" "$name/lock"
    cp -r "$name" resumed
    "$program" train --resume resumed --epochs 4 --quiet >/dev/null
    printf '%s %s %s %s\n' "$name" "$data" \
        "$(sed -n 's/.*"weights_hash": "\([0-9a-f]*\)".*/\1/p' resumed/result.json)" \
        "$(sed -n 's/.*"train_loss": \([0-9.e-]*\).*/\1/p' resumed/result.json)"
    rm -rf resumed
}

dense="dense 5, tanh, dense 4, tanh, dense 3"
conv="dropout 0.1, conv 4 3x3 pad 1, batchnorm, tanh, maxpool 2, \
dropout 0.1, dense 6, batchnorm, tanh, dense 3"
images=train-images-idx3-ubyte
{
    for rule in bp fa dfa ifa usf kp dkp drtp adfa pepita frozen linear; do
        run "$rule-sgd" words.csv --missing impute --net "$dense" --rule $rule --optimizer sgd
        run "$rule-momentum" words.csv --missing impute --net "$dense" --rule $rule \
            --optimizer "sgd momentum 0.9 nesterov decay 1e-3" --lr 0.02
        run "$rule-rmsprop" words.csv --missing impute --net "$dense" --rule $rule --optimizer rmsprop \
            --lr 1e-2
        run "$rule-adam" words.csv --missing impute --net "$dense" --rule $rule \
            --optimizer "adam decay 1e-4" --loss bce
        case $rule in ifa | pepita) continue ;; esac
        run "$rule-conv-rmsprop" $images --net "$conv" --rule $rule --optimizer rmsprop --lr 1e-3
        run "$rule-conv-sgd" $images --net "$conv" --rule $rule --optimizer sgd --lr 0.01
    done
    run cosine words.csv --missing impute --net "$dense" --rule dfa --schedule "cosine warmup 1" --seed 7
    run auto words.csv --missing impute --net "$dense" --rule dfa --schedule auto --optimizer adam
    run split words.csv --missing impute --net "$dense" --rule dfa --val 10 --test-fraction 0.2 --patience 9 \
        --seed 5
    run paper words.csv --missing impute --net "$dense" --rule ifa --stop paper --reduction sum
    run low $images --net "$conv" --rule dfa --memory low
    run bf16 words.csv --missing impute --net "$dense" --rule fa --precision bf16
    run channels $images --net "$conv" --rule dfa --inlet channels --feedback lillicrap
    run numbers numbers.csv --net "dense 5, tanh, dense 1" --rule dfa --loss mse --test-fraction 0.2
    run numbers-bp numbers.csv --net "dense 5, relu, dense 1" --rule bp --loss mse --optimizer adam
} >"$here/resumed.txt"
tar -c --sort=name --mtime=2026-11-28 --owner=0 --group=0 --numeric-owner . | gzip -9n >"$here/runs.tar.gz"
