#!/bin/sh
# preset.sh PROGRAM - --preset: its options are printed and saved, and a file, the environment and a flag take
# precedence over it.
. "$(dirname "$0")/shell/expect.sh"
export BACKLESS_THREADS=1

awk 'BEGIN { print "a,b,kind"
    for (i = 0; i < 200; i++)
        printf "%d,%d,%s\n", i % 20, (i * 7) % 13, (i % 20 > 9 ? "y" : i % 3 ? "x" : "z") }' >table.csv
options="--loss bce --reduction sum --optimizer rmsprop --lr 1e-4 --schedule constant --batch 64 \
    --stop paper --feedback nokland"

# option KEY: prints its value in run/config.json
option() { sed -n "s/.*\"$1\": \"\\(.*\\)\".*/\\1/p" run/config.json; }

# saved KEY VALUE: run/config.json has this value
saved() {
    [ "$(option "$1")" = "$2" ] || complain "config.json: $1 is \"$(option "$1")\", expected \"$2\""
}

train() { "$program" train --data table.csv --force --out run "$@"; }

# weights ARGUMENTS...: prints the hash of the weights after a short run
weights() {
    train --epochs 3 "$@" >/dev/null 2>&1 || complain "cannot train with $*"
    sed -n 's/.*"weights_hash": "\(.*\)".*/\1/p' run/result.json
}

# The preset is printed and saved, whether a flag, a file or the environment sets it.
expect 0 "preset     nokland2016" train --preset nokland2016 --max-time 0.2
expect 0 "preset     nokland2016, with other values for: epochs 2" \
    train --preset nokland2016 --epochs 2 --lr 0.0001
expect 0 "preset     nokland2016, with other values for: epochs 3" train --preset nokland2016 --epochs 3
grep -qF "3 epochs of 4 steps, batch 64, rmsprop, lr 1e-4, schedule constant" out.txt ||
    complain "other settings are printed"
grep -qF "loss bce, init zero, feedback nokland, reduction sum, stop paper" out.txt ||
    complain "other settings are printed"
grep -qF "by default: net, init" out.txt || complain "the preset's values are called defaults"
saved preset nokland2016
saved loss bce
saved reduction sum
saved stop paper

# For each rule of the paper the preset gives the same weights as its options set one by one, and other
# weights than the defaults.
for rule in bp fa dfa ifa; do
    word=$(weights --rule $rule --preset nokland2016)
    # shellcheck disable=SC2086
    [ "$word" = "$(weights --rule $rule $options)" ] || complain "$rule: the preset is not its options"
    [ "$word" != "$(weights --rule $rule)" ] || complain "$rule: the preset changes nothing"
done

# default < preset < file < environment < flag
echo '{"preset": "nokland2016", "batch": 32, "epochs": 2}' >options.json
expect 0 "batch 32, rmsprop, lr 1e-4" train --config options.json
BACKLESS_BATCH=16 expect 0 "batch 16, rmsprop, lr 1e-4" train --config options.json
BACKLESS_BATCH=16 expect 0 "batch 8, rmsprop, lr 1e-4" train --config options.json --batch 8
expect 0 "batch 32, adam, lr 0.003" train --config options.json --preset none
BACKLESS_PRESET=nokland2016 expect 0 "batch 64, rmsprop, lr 1e-4" train --epochs 2
BACKLESS_PRESET=nokland2016 expect 0 "batch 8, adam, lr 0.003" train --epochs 2 --preset none --batch 8
echo '{"batch": 32, "epochs": 2}' >options.json
BACKLESS_LR=0.5 expect 0 "batch 32, sgd, lr 0.5" train --config options.json --optimizer sgd \
    --preset nokland2016

# Unknown presets are refused with the list of presets, wherever the name comes from.
for name in nokland Nokland2016 "nokland2016 " "" lillicrap2016; do
    expect 2 "expected one of: none nokland2016" train --preset "$name"
    BACKLESS_PRESET="$name" expect 2 "expected one of: none nokland2016" train
done
echo '{"preset": "paper"}' >options.json
expect 2 "options.json: preset is \"paper\"" train --config options.json
expect 2 "--preset needs a value" train --preset

# A stopped run continues with its stored options; another preset is refused.
once=$(weights --preset nokland2016 --epochs 6)
"$program" train --data table.csv --out half --preset nokland2016 --epochs 3 --quiet >/dev/null
expect 2 "--preset cannot be changed when a run is resumed" "$program" train --resume half --preset none
expect 0 "weights $once" "$program" train --resume half --epochs 6
expect 0 "preset     nokland2016, with other values for: epochs 6" "$program" train --resume half --epochs 6

# compare with a preset: rules that the paper does not have, and rates to try
expect 0 "1e-4" "$program" compare --data table.csv --rules bp,fa,dfa,ifa,frozen,linear,pepita \
    --preset nokland2016 --epochs 2
grep -q "^dfa .*zero *1e-4" out.txt || complain "compare: dfa does not begin from zero at 1e-4"
expect 0 "1e-2" "$program" compare --data table.csv --rules dfa --preset nokland2016 --epochs 2 --rates 1e-2

# Regression has no classes: the preset's loss is replaced by a flag.
awk -F, 'NR == 1 { print "a,b,price" } NR > 1 { printf "%s,%s,%.2f\n", $1, $2, $1 * 1.37 + $2 }' table.csv \
    >prices.csv
expect 3 "whole numbers or words" "$program" train --data prices.csv --preset nokland2016
grep -qF -e "loss mse" out.txt || complain "the message for regression targets suggests no option"
expect 0 "regression targets" "$program" train --data prices.csv --preset nokland2016 --loss mse --epochs 2

[ "$failures" = 0 ] && echo "preset: all as expected"
exit "$failures"
