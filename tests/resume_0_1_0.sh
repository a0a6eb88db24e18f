#!/bin/sh
# resume_0_1_0.sh PROGRAM - run folders that version 0.1.0 stopped after two epochs (tests/runs_0_1_0) are
# resumed and reach the results that 0.1.0 reached from them: every rule, dense and convolutional nets, each
# optimiser. On images the weights are equal to the bit. Columns of tables are standardised in double since
# 0.2.0 and in float before, so that inputs differ in their last bit: there the training loss may differ by
# 1e-5 of its value.
here=$(cd "$(dirname "$0")" && pwd)/runs_0_1_0
. "$(dirname "$0")/shell/expect.sh"
tar -xzf "$here/runs.tar.gz" || complain "runs.tar.gz cannot be unpacked"
loss_of() { sed -n 's/.*"train_loss": \([0-9.e-]*\).*/\1/p' "$1/result.json" 2>/dev/null; }
hash_of() { sed -n 's/.*"weights_hash": "\([0-9a-f]*\)".*/\1/p' "$1/result.json" 2>/dev/null; }

# resume NAME DATA: resumes the run to epoch 4, as 0.1.0 did
resume() {
    "$program" train --resume "$1" --data "$2" --epochs 4 --quiet --threads "${3:-1}" >out.txt 2>&1 ||
        { complain "$1 is not resumed"; cat out.txt; }
}

is_near() { awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; exit !(b != "" && d * d <= 1e-10 * a * a) }'; }

runs=0
while read -r name data hash loss; do
    resume "$name" "$data"
    case $data in
    *.csv) is_near "$loss" "$(loss_of "$name")" ||
        complain "$name: loss $(loss_of "$name"), expected $loss as by 0.1.0" ;;
    *) [ "$(hash_of "$name")" = "$hash" ] ||
        complain "$name: weights $(hash_of "$name"), expected $hash as by 0.1.0" ;;
    esac
    runs=$((runs + 1))
done <"$here/resumed.txt"
[ $runs = 77 ] || complain "$runs runs, expected 77"

# ---- control: with one more epoch the loss differs
mkdir control
tar -xzf "$here/runs.tar.gz" -C control
cp words.csv control
cd control || exit 1
"$program" train --resume dfa-rmsprop --epochs 5 --quiet >/dev/null 2>&1
is_near "$(sed -n 's/^dfa-rmsprop .* //p' "$here/resumed.txt")" "$(loss_of dfa-rmsprop)" &&
    complain "a fifth epoch leaves the loss as it was: the test sees nothing"

# ---- bf16 of 0.1.0 left convolutions in float32, and is read as bf16-dense. A float32 run of 0.1.0 is
#      changed to bf16 by replacing that word in its files; it must differ from float32 in its dense layers
#      only.
cd .. || exit 1
mkdir rounded
tar -xzf "$here/runs.tar.gz" -C rounded
cd rounded || exit 1
LC_ALL=C sed -i 's/"precision": "float32"/"precision": "bf16"/' dfa-conv-sgd/config.json
LC_ALL=C sed -i 's/"precision":"float32"/"precision":"bf16"   /' dfa-conv-sgd/model.safetensors
resume dfa-conv-sgd train-images-idx3-ubyte
grep -aq '"precision":"bf16-dense"' dfa-conv-sgd/model.safetensors ||
    complain "bf16 of 0.1.0 is not read as bf16-dense"
[ "$(hash_of dfa-conv-sgd)" \
    != "$(sed -n 's/^dfa-conv-sgd [^ ]* \([0-9a-f]*\) .*/\1/p' "$here/resumed.txt")" ] ||
    complain "dense layers of a run in bf16 go on in float32"
resume bf16 words.csv
grep -aq '"precision":"bf16"' bf16/model.safetensors || complain "bf16 without convolutions has another name"

[ $failures = 0 ] && echo "$runs runs of 0.1.0 resumed"
exit $((failures > 0))
