#!/bin/sh
# onnx.sh PROGRAM - backless export --onnx: onnx's checker accepts the files, and onnxruntime gives the scores
# of `backless predict` for raw inputs: nets with each kind of layer, each way of scaling, each loss, and the
# nets that have names. The files are written as a whole or not at all. BACKLESS_PYTHON names a Python with
# onnx, onnxruntime and numpy.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/shell/expect.sh"
python=${BACKLESS_PYTHON:-python3}
export BACKLESS_THREADS=1
BACKLESS_CACHE=no # nothing outside of the test's folder
export BACKLESS_CACHE

# images NUMBERS: rows of that many pixels with a label; raw.csv has the same without the label.
images() {
    awk -v n="$1" 'BEGIN {
        srand(1)
        for (i = 0; i < 12; i++) {
            row = ""
            for (j = 0; j < n; j++)
                row = row int(rand() * 256) ","
            print row "c" i % 3
        }
    }' >images.csv
    sed 's/,c[0-9]*$//' images.csv >raw.csv
}

# train ARGUMENTS: a model in the folder m
train() {
    "$program" train "$@" --epochs 2 --batch 6 --angles none --out m --force --no-report --quiet ||
        complain "train $*"
}

# What needs no Python: refusals, and a disk that is full.
images 12
train --data images.csv --header no --net "dense 4, tanh, dense C"
expect 2 "--onnx is missing" "$program" export m
expect 2 "the model is missing" "$program" export --onnx m.onnx
expect 3 "" "$program" export nowhere --onnx m.onnx
expect 2 "" "$program" export m --onnx m/model.safetensors
expect 0 'output "probabilities"' "$program" export m --onnx m.onnx
expect 0 'output "logits"' "$program" export m/model.safetensors --onnx logits.onnx --logits
"$program" export m --onnx again.onnx --quiet
cmp -s m.onnx again.onnx || complain "the same model gives other bytes"
cp m.onnx old.onnx
train --data images.csv --header no --net "dense 400, tanh, dense C"
(ulimit -f 1 && trap '' XFSZ && "$program" export m --onnx m.onnx) >out.txt 2>&1
[ $? = 4 ] || complain "a full disk: $(cat out.txt)"
cmp -s m.onnx old.onnx || complain "a full disk changed the old file"
[ "$(ls m.onnx* .m.onnx* 2>/dev/null)" = m.onnx ] || complain "a full disk leaves a file: $(ls -a)"
awk -v OFS=, 'BEGIN { srand(2); print "far,tiny,y,z"; for (i = 0; i < 30; i++)
    print 1700000 + i, rand() / 1000, (i % 7) * 1000.5 + 20000, i % 5 }' >numbers.csv
train --data numbers.csv --target number --label y --net "dense 5, tanh, dense C"
expect 2 "--logits is for classes" "$program" export m --onnx numbers.onnx --logits

"$python" -c 'import onnx, onnxruntime, numpy' 2>/dev/null || {
    [ "$failures" = 0 ] || exit 1
    echo "SKIP: no Python with onnx and onnxruntime: set BACKLESS_PYTHON (refusals were tried)"
    exit 77
}

# agree DATA [SCORES]: the exported model m gives the scores of predict on DATA, whose raw form is raw.csv.
agree() {
    "$program" export m --onnx m.onnx --quiet || complain "export of $1"
    "$program" predict --model m --data "$1" --output scores.csv ${2-"--proba"} --quiet ||
        complain "predict $1"
    "$python" "$here/check_onnx.py" m.onnx raw.csv scores.csv >out.txt 2>&1 ||
        complain "$("$program" info m | grep '^net'): $(tail -3 out.txt)"
    n_agree=$((${n_agree-0} + 1))
}

# try_net SHAPE NET OPTIONS...
try_net() {
    shape=$1 net=$2
    shift 2
    train --data images.csv --header no --shape "$shape" --net "$net" "$@"
    agree images.csv
}

images 192
try_net 3x8x8 "dense 7, tanh, dense C"
try_net 3x8x8 "dropout 0.1, dense 7 nobias, logistic, dropout 0.5, dense C nobias"
try_net 3x8x8 "conv 4 3x5 stride 2 pad 1, leaky-relu 0.2, flatten, dense 6, softplus, dense C"
try_net 3x8x8 "conv 4 3x3 nobias, batchnorm, relu, maxpool 2, conv 1 3x3, identity, dense C"
try_net 3x8x8 "conv 4 3, gelu, avgpool 3x2 stride 2, dense 6, batchnorm, tanh, dense C"
try_net 3x8x8 "conv 4 3, flatten, batchnorm, tanh, dense 6, layernorm, gelu, dense C"
try_net 3x8x8 "conv 4 3 pad 1, layernorm, relu, maxpool all, dense C"
try_net 3x8x8 "conv 4 3 pad 1, subsample 3 pad-channels 7, tanh, avgpool all, dense C"
try_net 3x8x8 "conv 4 3 pad 1, relu, residual (conv 4 3 pad 1, batchnorm, relu), tanh, dense C"
try_net 3x8x8 "conv 4 3 pad 1, \
    residual (batchnorm, relu, conv 8 3 stride 2 pad 1 | subsample 2 pad-channels 8), dense C"
try_net 3x8x8 "conv 4 3 pad 1, \
    residual (conv 8 1 stride 2, relu, conv 8 3 pad 1 | conv 8 1 stride 2 nobias, batchnorm), \
    relu, avgpool all, dense C"
try_net 3x8x8 "dense 5, tanh, residual (dense 5, residual (relu, dense 5), tanh | dense 5), dense C"
for way in none range global channel feature image "zca 100"; do
    try_net 3x8x8 "conv 4 3, relu, dense C" --normalize "$way"
done
try_net 3x8x8 "dense 5, tanh, dense C" --normalize "zca 100"
for way in none feature; do
    train --data images.csv --header no --net "dense 5, tanh, dense C" --normalize $way
    agree images.csv
done
# A control: a weight that is changed is found.
"$program" export m --onnx m.onnx --quiet
"$python" - <<'PYTHON' || complain "no weight was changed"
import numpy, onnx
model = onnx.load("m.onnx")
weight = next(t for t in model.graph.initializer if t.name == "0.dense.bias")
values = onnx.numpy_helper.to_array(weight).copy()
values[0] += 0.01
weight.CopyFrom(onnx.numpy_helper.from_array(values, weight.name))
onnx.save(model, "changed.onnx")
PYTHON
"$python" "$here/check_onnx.py" m.onnx raw.csv scores.csv >out.txt 2>&1 || complain "$(tail -3 out.txt)"
"$python" "$here/check_onnx.py" changed.onnx raw.csv scores.csv >out.txt 2>&1 &&
    complain "a changed weight is not found"
grep -q "the scores differ" out.txt || complain "the control fails otherwise: $(tail -3 out.txt)"

# Losses: one against the rest, one unit for two classes, numbers.
try_net 3x8x8 "dense 7, tanh, dense C" --loss bce
try_net 3x8x8 "dense 7, tanh, dense C" --loss mse
sed 's/c2$/c1/' images.csv >two.csv
train --data two.csv --header no --net "dense 5, tanh, dense 1" --loss bce
agree two.csv
train --data numbers.csv --target number --label y --net "dense 5, tanh, dense C"
awk -F, -v OFS=, 'NR > 1 { print $1, $2, $4 }' numbers.csv >raw.csv
agree numbers.csv ""
# Missing values of a table; a column with some has a second feature, which says so.
awk -v OFS=, 'BEGIN { print "a,b,y"; for (i = 0; i < 30; i++)
    print (i % 4 ? i * 1000 : ""), i % 7, "c" i % 3 }' >missing.csv
train --data missing.csv --missing impute --net "dense 5, tanh, dense C"
awk -F, -v OFS=, 'NR > 1 { print $1, ($1 == "" ? 1 : 0), $2 }' missing.csv >raw.csv
agree missing.csv

# The nets that have names, on images of their papers' shapes.
for named in $("$program" nets | awk 'NR > 1 { print $1 "/" $2 }'); do
    images "$(echo "${named#*/}" | awk -F x '{ print $1 * $2 * $3 }')"
    try_net "${named#*/}" "${named%/*}"
done
[ "$n_agree" -ge 30 ] || complain "$n_agree models were tried: $("$program" nets)"
[ "$failures" = 0 ] || exit 1
echo "$n_agree models agree"
