#!/bin/sh
# reproduce_lillicrap.sh PROGRAM - backless reproduce lillicrap2016: generated data, regression errors,
# learning curves, and --check.
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/shell/expect.sh"
unset BACKLESS_THREADS BACKLESS_DATA
reproduce() { "$program" reproduce "$@"; }
run() { reproduce lillicrap2016 --row "lr 1e-3" "$@"; }
value() { sed -n "s/^ *\"$2\": \"\\{0,1\\}\\([^\",]*\\)\"\\{0,1\\},\\{0,1\\}\$/\\1/p" "$1"; }
# list FILE KEY: prints the numbers of a list, one per line
list() { sed -n "s/^ *\"$2\": \\[\\(.*\\)\\],\\{0,1\\}\$/\\1/p" "$1" | tr , '\n'; }
# within NUMBER LOW HIGH: whether LOW <= NUMBER <= HIGH
within() {
    awk -v x="$1" -v low="$2" -v high="$3" 'BEGIN { exit !(x != "" && x + 0 >= low && x + 0 <= high) }'
}

expect 0 "linear task, lr 1e-3, fa        a curve" run --list --out none
grep -q "fa  *a curve .* not run" out.txt || complain "the list lacks the verdict"
! grep -q " 0 s" out.txt || complain "the list has runs of 0 s"
grep -q "^cell  *published, %  *normalised test error, %  *time of a run  *verdict" out.txt ||
    complain "the list does not say that the errors are normalised"
expect 0 '"error_name":"normalised test error"' run --list --json --out none
expect 0 '"error_name":"test error"' reproduce nokland2016 --list --row "2x800 tanh" --rule dfa --json \
    --out none
expect 2 "the data of linear task 30-20-10 are made, not read" run --data .
expect 2 "recipe has at most 1" run --epochs 2

# ---- After 2000 samples: errors within the range of three seeds of an independent program
expect 0 "2/2" run --out one
grep -q "^cell  *published, %  *normalised test error, %  *verdict" out.txt ||
    complain "the table of results has no heads"
grep -q "1 epoch, normalised test error [0-9.]* %; result in one/" out.txt ||
    complain "no result of one epoch is named"
expect 0 "4/4" run --seeds 3 --out one
for seed in 1 2 3; do
    fa=one/lillicrap2016-linear_task-lr_1e-3-fa-$seed.json
    bp=one/lillicrap2016-linear_task-lr_1e-3-bp-$seed.json
    within "$(value $fa last)" 0 0.005 || complain "fa, seed $seed: error $(value $fa last)"
    within "$(value $bp last)" 0.05 0.15 || complain "bp, seed $seed: error $(value $bp last)"
    [ "$(list $fa step | wc -l)" = 20 ] || complain "fa, seed $seed: a curve without 20 points"
    within "$(list $fa angle | tail -n 1)" 20 45 ||
        complain "fa, seed $seed: angle $(list $fa angle | tail -n 1)"
    within "$(list $fa error | head -n 1)" 0.8 1.2 ||
        complain "fa, seed $seed: begins with another error than 1"
    # the error of the last 100 samples is measured before they are trained on, so it is above the final error
    within "$(list $fa error | tail -n 1)" "$(value $fa last)" 0.005 ||
        complain "fa, seed $seed: the last point of the curve is wrong"
done
# The mean over the points of the curve is the training error of the epoch.
fa=one/lillicrap2016-linear_task-lr_1e-3-fa-1.json
mean=$(list $fa error | awk '{ sum += $1 } END { printf "%.6f", sum / NR }')
within "$mean" "$(value $fa train_mean_of_last_10 | awk '{ print $1 - 1e-5 }')" \
    "$(value $fa train_mean_of_last_10 | awk '{ print $1 + 1e-5 }')" ||
    complain "the curve's mean is $mean, the epoch's $(value $fa train_mean_of_last_10)"

# ---- Checks
check() { reproduce --check "$@"; }
expect 0 "equal in epochs 1 to 1 of 1" check $fa
altered() { sed "$1" $fa >altered.json && ! cmp -s $fa altered.json || complain "nothing was altered: $1"; }
altered "s/\"last_epoch\": \"[0-9a-f]*\"/\"last_epoch\": \"0123456789abcdef\"/"
expect 1 "the weights after epoch 1 have the hash" check altered.json
altered 's/"test_loss": \[0/"test_loss": [1/'
expect 1 "epoch 1: test_loss is" check altered.json
altered 's/"step": \[100,/"step": [/'
expect 3 "\"curve\" has no lists of equal length" check altered.json
altered 's/"step": \[100,200/"step": [200,100/'
expect 3 "\"curve\" has no lists of equal length" check altered.json
altered 's/ "hash": "[0-9a-f]*"/ "hash": null/'
expect 3 "\"data\" has no hashes" check altered.json

# ---- The page
expect 0 "6 results in page.md" reproduce --page page.md --out one
grep -q '^| lr 1e-3 | fa | 3 | [0-9.]* ([0-9]*°) | .* |$' page.md || complain "the page has no curve of fa"
grep -q '^| lr 1e-3 | bp | 3 | [0-9.]* | [0-9. |]*$' page.md ||
    complain "the page has no curve of bp, or an angle of it"
grep -q '^| lr 1e-3 | fa | a curve | .* | 3 | | | .* | 1 | no figure to judge by |$' page.md ||
    complain "a curve has a verdict"
! grep -q "other data" page.md || complain "the made data have another hash than the rows"
exit $((failures > 0))
