#!/bin/sh
# net_texts.sh PROGRAM - the short forms of a net's text (names, repetitions, C), messages about faults in
# them, and the list that `backless nets` prints.
set -u
program=$1
# shellcheck source=tests/shell/expect.sh
. "$(dirname "$0")/shell/expect.sh"

awk 'BEGIN { print "a,b,c,kind"; split("x y z", k, " ")
    for (i = 0; i < 60; i++)
        printf "%g,%g,%g,%s\n", i % 3 + 0.1 * (i % 7), i % 5, 0.5 * (i % 3), k[i % 3 + 1] }' >t.csv

# hash TEXT: prints the hash of the weights after two epochs of that net, and the net's text in the run
# folder.
hash() {
    rm -rf run
    text=$1
    shift
    "$program" train --data t.csv --net "$text" --epochs 2 --out run --no-angles --quiet "$@" >/dev/null
    sed -n 's/.*"weights_hash": "\(.*\)".*/\1/p' run/result.json
    grep '"net":' run/config.json
}

hash "dense 9, tanh, dense 9, tanh, dense 3" >long
for text in "2 x (dense 9, tanh), dense C" "2x(dense 9,tanh),dense C" "1 x (2 x (dense 9, tanh)), dense 3"; do
    hash "$text" >short
    cmp long short || complain "$text is another net"
done
hash "dense 9 nobias, tanh, dense C nobias" >short
hash "dense 9 nobias, tanh, dense 3 nobias" >long
cmp long short || complain "dense C nobias is another net"
hash "3 x (dense 9, tanh), dense C" >other
cmp -s long other && complain "three layers give the same hash as two"

train() { "$program" train --data t.csv --epochs 1 --net "$1"; }
expect 2 'a "(" of the net is not closed by a ")"' train "2 x (dense 4, tanh, dense C"
expect 2 'a ")" of the net has no opening "("' train "dense 4), dense C"
expect 2 'parentheses repeat layers, as in "3 x (dense 240, tanh)"' train "tanh (dense 4), dense C"
expect 2 'parentheses repeat layers' train "2 x (dense 4) tanh, dense C"
expect 2 'repeated 0 times, expected 1 to 4096' train "0 x (dense 4), dense C"
expect 2 'more than 4096 layers' train "4096 x (4096 x (dense 4)), dense C"
expect 2 'more than 8 deep' train "1 x (1 x (1 x (1 x (1 x (1 x (1 x (1 x (1 x (dense 4))))))))), dense C"
expect 2 'the net is empty' train " "
expect 2 'one comma too many' train "2 x (dense 4, ), dense C"
expect 2 '"2 x ()" of the net: the parentheses are empty' train "2 x (), dense C"
expect 2 'the parentheses are empty' train "3 x ( 2 x (  )), dense C"
expect 2 '"3 x dense 4" of the net: repeated layers need parentheses' train "3 x dense 4, tanh, dense C"
expect 2 'repeated layers need parentheses' train "2  x lenet"
expect 2 'a layer with as many units as classes is written "dense C"' train "dense 4, tanh, dense c"
expect 2 'a convolution needs an image' train lenet

# residuals: the canonical text, and faults
hash "dense 9,tanh,2x(residual(dense 9,tanh|dense 9),tanh),dense C" >short
half="residual (dense 9, tanh | dense 9), tanh"
hash "dense 9, tanh, $half, $half, dense 3" >long
cmp short long || complain "a residual in short form is another net"
grep -q 'residual (dense 9, tanh | dense 9), tanh, residual (' long ||
    complain "a residual is not stored as it is written"
expect 2 'its body gives 1 x 1 x 5 and its shortcut 1 x 1 x 9' train "dense 9, residual (dense 5), dense C"
expect 2 'a layer with weights must stand before it' train "residual (dense 3), dense C"
expect 2 'must end with the output' train "dense 3, residual (dense 3)"
expect 2 'needs layers on each side' train "dense 9, residual (), dense C"
expect 2 'needs layers on each side' train "dense 9, residual (dense 9 | ), dense C"
expect 2 'with one "|"' train "dense 9, residual (dense 9 | dense 9 | dense 9), dense C"
expect 2 'a comma must follow the ")"' train "dense 9, residual (dense 9) tanh, dense C"
expect 2 'stands in a residual only' train "dense 9 | dense 9, dense C"
expect 2 'written residual (LAYERS)' train "dense 9, skip 2, dense C"
expect 2 'not defined with the option modules' "$program" train --data t.csv --rule ifa --modules 2 \
    --net "dense 9, tanh, dense 9, residual (tanh), dense C"
# the option memory changes no bit
hash "dense 9, tanh, residual (dense 9, tanh, dense 9), tanh, dense C" --memory low >low
hash "dense 9, tanh, residual (dense 9, tanh, dense 9), tanh, dense C" >normal
cmp low normal || complain "memory low trains a net with residuals to other weights"

# modules: a net that is one module trains as by backpropagation; a run stores the option and cannot be
# resumed with another value
two="dense 9, tanh, residual (dense 9, tanh, dense 9), tanh, dense C"
hash "$two" --rule bp --init fanin >bp
hash "$two" --rule dfa --init fanin --modules 9 >one
cmp bp one || complain "dfa with one module has other weights than bp"
rm -rf run
expect 0 "feedback nokland, modules residual" "$program" train --data t.csv --net "$two" --rule dfa \
    --modules residual --epochs 1 --out run
expect 0 "modules        residual" "$program" info run/model.safetensors
expect 0 "" "$program" eval --model run --data t.csv
grep -q '"modules": "residual"' run/config.json || complain "config.json does not have the option modules"
expect 2 "modules" "$program" train --resume run --modules layer
expect 0 "" "$program" train --resume run --epochs 2
expect 0 ", modules 2" "$program" compare --data t.csv --net "$two" --rules bp,dfa --modules 2 --epochs 1

# layer norm and subsampling: positions that are refused, and rules that are not defined with them
hash "dense 9, layernorm, tanh, residual (layernorm, dense 9), layernorm, dense 3" >short
hash "dense 9,layernorm ,tanh,residual( layernorm,dense 9 ),layernorm,dense C" >long
cmp short long || complain "layer norm in short form is another net"
expect 2 'it must begin with a layer that has weights' train "layernorm, dense 3"
expect 2 'must end with the output' train "dense 3, layernorm"
expect 2 'layer norm makes an example of one number constant' train "dense 1, layernorm, dense C"
expect 2 'nothing may follow "layernorm"' train "dense 9, layernorm 9, dense C"
expect 2 'subsampling needs an image' train "dense 9, subsample 2, dense C"
expect 2 'expected "subsample STRIDE [pad-channels CHANNELS]"' train "dense 9, subsample, dense C"
expect 2 'expected "subsample STRIDE' train "dense 9, subsample 2 channels 4, dense C"
expect 2 'expected "subsample STRIDE' train "dense 9, subsample 2 pad-channels 4 4, dense C"
expect 2 'expected "subsample STRIDE' train "dense 9, subsample 0, dense C"
expect 2 'layer normalisation is written layernorm' train "dense 9, LayerNormalization, dense C"
expect 2 'rule ifa is not defined for a net with "layernorm" (layer 2)' "$program" train --data t.csv \
    --rule ifa --net "dense 9, layernorm, dense C"
expect 2 'rule pepita is not defined for a net with "layernorm"' "$program" train --data t.csv --rule pepita \
    --net "dense 9, layernorm, dense C"
net="dense 9, layernorm, tanh, dense 8, tanh, residual (layernorm, dense 8), layernorm, tanh, dense C"
hash "$net" --memory low >low
hash "$net" --memory normal >normal
cmp low normal || complain "memory low trains a net with layer norm to other weights"

# the parameters of layer norm are saved and resumed, with the same bits on one and two threads; with it chain
# rules start from fanin, direct rules from zero
net="dense 90, layernorm, tanh, residual (layernorm, dense 40, gelu, dense 90), layernorm, dense C"
run() { "$program" train --data t.csv --net "$net" --schedule constant --angles 2 --quiet "$@" >/dev/null; }
weights() { sed -n 's/.*"weights_hash": "\(.*\)".*/\1/p' "$1/result.json"; }
for rule in fa dkp; do
    rm -rf whole halves
    run --rule $rule --epochs 4 --out whole --threads 1
    run --rule $rule --epochs 2 --out halves --threads 2
    "$program" train --resume halves --epochs 4 --quiet >/dev/null
    [ "$(weights whole)" = "$(weights halves)" ] ||
        complain "$rule with layer norm: a resumed run has other weights"
    grep -q '"init": "'"$([ $rule = fa ] && echo fanin || echo zero)"'"' whole/config.json ||
        complain "$rule with layer norm: another start"
done
"$program" info whole | grep -q '1.layernorm.scale' ||
    complain "a model with layer norm does not name its scale"

"$program" nets >all
for net in nokland-mlp nokland-conv lenet vgg8b resnet20 resnet20a resnet56 resnet18; do
    grep -q "^$net " all || complain "backless nets lists no $net"
done
# 784 x 800 + 800, 800 x 800 + 800, 800 x 10 + 10
grep -q '^nokland-mlp .* 1276810 ' all || complain "the size of nokland-mlp"
# conv 156 + 2416 + 48120, dense 10164 + 850
grep -q '^lenet .* 61706 ' all || complain "the size of lenet"
# as PyTorch counts them
grep -q '^resnet20 .* 272474 ' all || complain "the size of resnet20"
grep -q '^resnet20a .* 269722 ' all || complain "the size of resnet20a"
grep -q '^resnet56 .* 855770 ' all || complain "the size of resnet56"
grep -q '^resnet18 .* 11173962 ' all || complain "the size of resnet18"
expect 0 'conv 6 5x5 pad 2, tanh, avgpool 2' "$program" nets lenet
expect 2 'no net "lenet5"; did you mean "lenet"?' "$program" nets lenet5
[ "$failures" = 0 ] || exit 1
echo "the short forms of a net's text mean what they say"
