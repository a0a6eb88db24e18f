#!/bin/sh
# preset_dfa_torch.sh PROGRAM - --preset dfa-torch: how runs begin and train, against a second implementation
# of the published program (dfa_torch_program.py), what is said of its differences from the paper, and
# feedback that is a copy of the weights. BACKLESS_PYTHON names a Python with numpy and safetensors.
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/shell/expect.sh"
python=${BACKLESS_PYTHON:-python3}
export BACKLESS_THREADS=1
tanh="dense 12, tanh, dense 9, tanh, dense C" relu="dense 12, relu, dense 9, relu, dense C"
conv="conv 4 3x3, tanh, conv 3 2x2, tanh, dense C"

awk 'BEGIN { print "a,b,c,kind"
    for (i = 0; i < 60; i++)
        printf "%d,%d,%d,%s\n", i % 20, (i * 7) % 13, i * 5 % 11,
            (i % 4 > 1 ? "y" : i % 3 ? "x" : "z") }' >table.csv
table=table.csv preset=dfa-torch
run() { "$program" train --data "$table" --force --out run --preset "$preset" "$@"; }
option() { sed -n "s/.*\"$1\": \"\\(.*\\)\".*/\\1/p" run/config.json; }
# begins INIT FEEDBACK ARGUMENTS...: what a run by the preset with these arguments begins with
begins() {
    init=$1 feedback=$2
    shift 2
    expect 0 "init $init, feedback $feedback" run --max-time 1e-6 "$@"
    [ "$(option init)/$(option feedback)" = "$init/$feedback" ] || complain "other options are saved: $*"
}
says() { grep -q "^note: preset dfa-torch: $1" out.txt || complain "not said: $1"; }
is_silent() { ! grep -q "^note: preset dfa-torch: .*$1" out.txt || complain "said without reason: $1"; }

# ---- What a run begins with, and what is said of it
begins fanin-first nokland --rule fa --net "$tanh"
says "the first layer begins with drawn weights"
says "299 epochs at most"
says "the running error"
begins fanin weights --rule fa --net "$relu"
says "the feedback is a copy of the initial weights"
is_silent "first layer"
begins zero nokland --rule dfa --net "$tanh"
is_silent "weights"
begins fanin nokland --rule dfa --net "$relu"
expect 0 "init fanin" run --max-time 1e-6 --rule bp --net "$tanh"
[ "$(option init)/$(option feedback)" = fanin/nokland ] || complain "other options are saved: bp"
grep -q "init fanin, feedback" out.txt && complain "bp, which has no feedback, begins with one"
# The user's values, and optimisers for which another feedback is the default
begins zero nokland --rule fa --net "$tanh" --init zero
is_silent "first layer"
begins he weights --rule fa --net "$relu" --init he --optimizer sgd
begins fanin nokland --rule fa --net "$relu" --feedback nokland
is_silent "copy"
begins fanin-first nokland --rule fa --net "$tanh" --optimizer sgd
begins zero nokland --rule dfa --net "$tanh" --optimizer sgd
# Two classes, where the default without the preset is fanin
grep -v ",z$" table.csv >two.csv
table=two.csv
begins zero nokland --rule dfa --net "$tanh"
begins fanin-first nokland --rule fa --net "$tanh"
preset=nokland2016
begins fanin nokland --rule fa --net "$tanh"
is_silent ""
table=table.csv preset=dfa-torch
begins fanin-first nokland --rule fa --net "$tanh"
[ "$(option epochs)" = 299 ] || complain "the preset has not 299 epochs"
expect 0 "epochs 5" run --rule fa --net "$tanh" --epochs 5
is_silent "299"
# Rules that the program does not have begin as without it.
begins zero nokland --rule kp --net "$tanh"
begins fanin nokland --rule kp --net "$relu"
# The loss of softmax
expect 0 "" run --rule dfa --loss ce --max-time 1e-6
says "with loss ce the published code takes the mean"
says "with loss ce the direct feedback .*--rule drtp"
expect 0 "" run --rule drtp --loss ce --reduction mean --max-time 1e-6
is_silent "loss ce"
expect 0 "dfa-torch: the feedback is a copy" "$program" explain fa --net "$relu" --preset dfa-torch
expect 0 "dfa-torch: the first layer" "$program" explain fa --net "$tanh" --preset dfa-torch

# ---- The program's loop ends after epoch 299
awk 'BEGIN { print "a,kind"; for (i = 0; i < 12; i++) printf "1,%s\n", i % 3 }' >noise.csv
expect 0 "" "$program" train --data noise.csv --target class --preset dfa-torch --net "dense C" --out noise
[ "$(wc -l <noise/log.jsonl)" = 299 ] || complain "a run without an end has not 299 epochs"

# ---- Feedback that is a copy of the weights
expect 2 "does not have the shape of weights" run --rule dfa --feedback weights
expect 2 "those of block 1 are all 0" run --rule fa --feedback weights --net "$tanh"
expect 2 "write weights" run --rule fa --feedback copy
expect 0 "feedback-seed has no effect: the feedback is a copy" run --rule fa --net "$relu" \
    --feedback weights --feedback-seed 4 --max-time 1e-6
hash() { sed -n 's/.*"weights_hash": "\(.*\)".*/\1/p' "$1/result.json"; }
train() { "$program" train --data table.csv --rule "$@" --net "$relu" --quiet --no-report; }
# A rule whose feedback takes the steps of the weights, from the same numbers and without decay, is bp.
train kp --feedback weights --lambda 0 --epochs 3 --out kp && train bp --epochs 3 --out bp
[ "$(hash kp)" = "$(hash bp)" ] || complain "kp from a copy of the weights is not bp"
train kp --lambda 0 --epochs 3 --out drawn
[ "$(hash drawn)" != "$(hash bp)" ] || complain "kp from drawn feedback is bp"
# A resumed run, and one that begins with the weights of a file
train fa --feedback weights --epochs 6 --schedule constant --out whole
train fa --feedback weights --epochs 3 --schedule constant --out half
expect 0 "" "$program" train --resume half --epochs 6
[ "$(hash half)" = "$(hash whole)" ] || complain "a run resumed with a copy of the weights has other weights"
train kp --feedback weights --lambda 0 --epochs 3 --init whole/model.safetensors --out kp_file
train bp --epochs 3 --init whole/model.safetensors --out bp_file
[ "$(hash kp_file)" = "$(hash bp_file)" ] || complain "the feedback is no copy of the weights of --init FILE"

# ---- Against the second implementation
"$python" -c 'import numpy, safetensors' 2>/dev/null || {
    [ "$failures" = 0 ] || exit 1
    echo "SKIP: no Python with numpy and safetensors: set BACKLESS_PYTHON (the other parts were tried)"
    exit 77
}
"$python" - <<'PYTHON'
import numpy as np
random = np.random.RandomState(1)
x = random.uniform(-1, 1, (40, 6)).astype(np.float32)
np.savez("dense.npz", x=x, y=random.randint(3, size=40))
np.savez("conv.npz", x=random.uniform(-1, 1, (40, 1, 6, 6)).astype(np.float32), y=random.randint(3, size=40))
PYTHON
# twice NAME DATA ARGUMENTS...: trains for no epoch and for 20, to the folders start and end of NAME
twice() {
    name=$1 data=$2
    shift 2
    for epochs in 0 20; do
        out=$name/start
        [ $epochs = 0 ] || out=$name/end
        "$program" train --data "$data" --normalize none --preset dfa-torch --epochs $epochs --quiet \
            --no-report --force --out "$out" "$@" || complain "cannot train $*"
    done
}
program_gives() { "$python" "$tests/dfa_torch_program.py" "$@"; }
# agrees NAME MISTAKES DATA ARGUMENTS...: the program must give the same, and with each mistake it must not;
# both are compared by the one call of the program below
n_compared=0
agrees() {
    name=$1 mistakes=$2 data=$3
    shift 3
    twice "$name" "$data" "$@"
    n_compared=$((n_compared + 1))
    [ $n_compared = 1 ] || echo -- >>compared.txt
    # shellcheck disable=SC2086
    printf '%s\n' "$data" "\"$name/start\"" "\"$name/end\"" $mistakes >>compared.txt
}
agrees "bp tanh" "initial-1" dense.npz --rule bp --net "$tanh"
agrees "fa tanh" "independent follows all-zero" dense.npz --rule fa --net "$tanh"
agrees "fa logistic" "independent follows all-zero" dense.npz --rule fa --net "dense 12, logistic, dense C"
agrees "fa relu" "independent follows" dense.npz --rule fa --net "$relu"
agrees "dfa tanh" "independent" dense.npz --rule dfa --net "$tanh"
agrees "dfa relu" "independent" dense.npz --rule dfa --net "$relu"
agrees "dfa with ce, which is drtp" "independent error" dense.npz --rule drtp --loss ce --reduction mean \
    --net "$tanh"
agrees "bp with ce" "initial-1" dense.npz --rule bp --loss ce --reduction mean --net "$relu"
agrees "fa conv tanh" "" conv.npz --rule fa --net "$conv"
agrees "fa conv relu" "" conv.npz --rule fa --net "conv 4 3x3, relu, conv 3 2x2, relu, dense C"
agrees "dfa conv tanh" "" conv.npz --rule dfa --net "$conv"
xargs "$python" "$tests/dfa_torch_program.py" <compared.txt >said.txt 2>&1 ||
    complain "another program: $(tail -n 1 said.txt)"
cat said.txt
[ "$(grep -c -e "^.*: 20 steps, moved by " -e "begins as in conv.lua" said.txt)" = $n_compared ] ||
    complain "not all runs were compared"
# Another start is seen, also behind runs that agree.
twice zero dense.npz --rule fa --net "$tanh" --init zero
! program_gives dense.npz "fa tanh/start" "fa tanh/end" -- dense.npz zero/start zero/end >said.txt 2>&1 ||
    complain "fa from zero is taken for the program's"
grep -q "^fa tanh: 20 steps" said.txt || complain "the first of two runs was not compared"
twice drawn dense.npz --rule fa --net "$relu" --feedback nokland
! program_gives dense.npz drawn/start drawn/end >said.txt 2>&1 ||
    complain "drawn feedback is taken for the program's"
exit $((failures > 0))
