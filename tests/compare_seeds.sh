#!/bin/sh
# compare_seeds.sh PROGRAM - backless compare --seeds and --tune: means, differences to bp, the search for
# rates, and the bits of a run.
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/shell/expect.sh"
unset BACKLESS_THREADS BACKLESS_DATA
LC_ALL=C awk 'BEGIN {
    print "a,b,c,kind"
    for (i = 0; i < 240; i++)
        printf "%.3f,%.3f,%.3f,%s\n", (i * 37 % 101) / 100 + i % 3 / 3, (i * 53 % 97) / 100 - i % 3 / 3,
            (i * 71 % 89) / 100, i % 3 == 0 ? "x" : i % 3 == 1 ? "y" : "z"
}' >table.csv
options="--data table.csv --test-fraction 0.25 --epochs 3"
# shellcheck disable=SC2086
compare() { "$program" compare $options "$@"; }
value() { sed -n "s/^ *\"$2\": \"\\{0,1\\}\\([^\",]*\\)\"\\{0,1\\},\\{0,1\\}\$/\\1/p" "$1"; }

# ---- Means and differences, which awk computes again from the runs
expect 0 "minus bp" compare --rules bp,dfa --seeds 4 --out seeds
grep -q "same split of the data" out.txt ||
    complain "no note that the deviation does not include the split"
[ "$(ls seeds | grep -c seed)" = 8 ] || complain "two rules with four seeds are not 8 runs"
compare --rules bp,dfa --seeds 4 --out seeds --csv --quiet >seeds.csv ||
    complain "the finished comparison is not shown"
for seed in 1 2 3 4; do
    echo "$(value seeds/rule-bp-lr-0.003-seed-$seed/result.json test_error)" \
        "$(value seeds/rule-dfa-lr-0.003-seed-$seed/result.json test_error)"
done >errors.txt
awk 'NR == FNR { n++; sum += $2; d[n] = $2 - $1; mean += d[n]; next }
    FNR == 1 { mean /= n; for (i = 1; i <= n; i++) s += (d[i] - mean) ^ 2
                half = 3.18244630528371 * sqrt(s / (n - 1) / n) }
    split($0, f, ",") && f[1] == "dfa" {
        found = near(f[4], sum / n) && near(f[10], mean) && f[11] == 4 && near(f[12], mean - half) &&
        near(f[13], mean + half) }
    function near(a, b) { return (a - b) ^ 2 < 1e-16 }
    END { exit !found }' errors.txt seeds.csv ||
    complain "mean, difference or interval are not those of the runs"
compare --rules bp,dfa --seeds 2 --out seeds --csv --quiet | grep '^dfa' | grep -q ',2,,,[-0-9. e]*$' ||
    complain "there is an interval of two differences"

# ---- Angles: the mean over the seeds for each block except the last, from result.json; notes of the runs
flat() { grep -o '"flat": [0-9.e-]*' "seeds/rule-dfa-lr-0.003-seed-$1/result.json" | sed -n "$2s/.*: //p"; }
[ -n "$(flat 1 1)" ] || complain "a run has no angle"
for block in 1 2; do
    for seed in 1 2 3 4; do flat $seed $block; done | awk '{ sum += $1 } END { printf "%.15g\n", sum / NR }'
done >angles.txt
sed -n 's/^dfa,.*,//p' seeds.csv | tr ' ' '\n' >shown.txt
[ "$(wc -l <shown.txt)" = 2 ] ||
    complain "the table has not the angles of all blocks but the last: $(cat shown.txt)"
paste -d ' ' angles.txt shown.txt | awk '($1 - $2) ^ 2 > 1e-16 * $1 ^ 2 { bad = 1 } END { exit bad }' ||
    complain "the angles are not the means of the runs: $(cat shown.txt)"
expect 0 "angles (deg)" compare --rules bp,dfa --seeds 1 --out noted --slope 1
grep -q "bp, dfa: the option slope has no effect on this rule" out.txt ||
    complain "the notes of the runs are not printed"
expect 0 "minus bp" compare --rules bp,dfa --seeds 1 --out plain --angles none
! grep -q "angles" out.txt || complain "there is a column of angles that were not measured"

# ---- Each run has the bits of the same run by backless train
# shellcheck disable=SC2086
"$program" train $options --rule dfa --lr 0.003 --seed 3 --out single --quiet || complain "train fails"
[ "$(value single/result.json weights_hash)" \
    = "$(value seeds/rule-dfa-lr-0.003-seed-3/result.json weights_hash)" ] ||
    complain "a run of a comparison has other weights than the same backless train"
[ "$(value seeds/rule-bp-lr-0.003-seed-1/config.json hash)" \
    = "$(value seeds/rule-bp-lr-0.003-seed-4/config.json hash)" ] ||
    complain "two seeds have two splits"

# ---- --tune: rates are chosen with other seeds, on a validation split; the final runs train on all examples;
#      the baselines frozen and linear are tuned and listed too
expect 0 "tuned      dfa: lr" compare --rules bp,dfa --seeds 3 --tune lr --out tuned
[ "$(ls tuned/tune | grep -c 'seed-1000001$')" = "$(ls tuned/tune | grep -c seed)" ] ||
    complain "rates are tuned with a seed of the final runs"
for rule in bp dfa frozen linear; do
    grep -q "^$rule " out.txt || complain "$rule is not in the table"
    best=$("$program" collect tuned/tune --csv \
        --quiet | awk -F, -v rule=$rule '$1 == rule { print $2; exit }')
    [ -d "tuned/rule-$rule-lr-$best-seed-1" ] ||
        complain "$rule does not train at the rate that was best, $best"
    least=$(ls -d tuned/tune/rule-$rule-* | sed 's/.*-lr-\(.*\)-seed.*/\1/' | sort -g | head -n 1)
    greatest=$(ls -d tuned/tune/rule-$rule-* | sed 's/.*-lr-\(.*\)-seed.*/\1/' | sort -g | tail -n 1)
    awk -v a="$least" -v b="$best" -v c="$greatest" 'BEGIN { exit !(a < b && b < c) }' ||
        grep -q "tuned .*$rule: .*the last on its side" out.txt ||
        complain "$rule: the best rate $best is at the end of $least to $greatest"
done
[ "$(value tuned/tune/rule-dfa-lr-0.003-seed-1000001/config.json val | head -n 1)" = 18 ] ||
    complain "rates are not tuned on a tenth of the examples"
judged=$(ls -d tuned/rule-dfa-*-seed-1)
[ "$(value "$judged/config.json" val | head -n 1)" = 0 ] ||
    complain "a final run does not train on the validation examples"
expect 0 "" compare --rules dfa --seeds 1 --rates 0.01,0.1 --out given
[ "$(ls given/tune | grep -c seed)" = 6 ] || complain "two given rates and three rules are not 6 trainings"

# ---- --shard
expect 0 "" compare --rules bp,dfa --seeds 4 --shard 1/2 --out part1
expect 0 "" compare --rules bp,dfa --seeds 4 --shard 2/2 --out part2
"$program" collect part1 part2 --csv --quiet >parts.csv
cmp -s parts.csv seeds.csv || complain "two parts together are not the whole comparison"

# ---- What is refused
expect 2 "--seeds is \"0\"" compare --seeds 0
expect 2 "--tune is \"batch\"" compare --tune batch
expect 2 "--jobs is about runs with several seeds" compare --rules bp --jobs 2
expect 2 "--csv is about runs with several seeds" compare --rules bp --csv
# Variables of the environment apply to all commands: one that this command cannot use is no error, and an
# output format on the command line takes precedence over one from the environment
ambient() { BACKLESS_JOBS=2 BACKLESS_CSV=true BACKLESS_RATE_EPOCHS=1 compare --rules bp --epochs 1 "$@"; }
expect 0 "test err" ambient
expect 0 "" ambient --seeds 1 --out ambient
grep -q '^rule,lr,' out.txt || complain "BACKLESS_CSV makes no table of a comparison with seeds"
expect 0 "" ambient --seeds 1 --out ambient --markdown
grep -q '^| rule ' out.txt || complain "--markdown does not go before BACKLESS_CSV"
expect 2 "--csv and --markdown: expected one of the two" compare --rules bp --seeds 1 --csv --markdown
expect 2 "expected one of the two" compare --tune lr --lr 0.1
expect 2 "--shard with rates that are chosen" compare --tune lr --seeds 3 --shard 1/2
expect 2 "rate-epochs needs --rates or --tune" compare --seeds 3 --rate-epochs 2
expect 2 "--epochs is 3 there and 4 here" compare --rules bp,dfa --seeds 3 --out seeds --epochs 4
[ "$failures" = 0 ] || { echo "$failures failed" && exit 1; }
