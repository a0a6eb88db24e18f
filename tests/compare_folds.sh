#!/bin/sh
# compare_folds.sh PROGRAM - backless compare --folds: cross-validation, differences over folds, rates that
# are chosen within each fold, and successive halving.
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/shell/expect.sh"
unset BACKLESS_THREADS BACKLESS_DATA
LC_ALL=C awk 'BEGIN {
    print "a,b,c,kind"
    for (i = 0; i < 121; i++)
        printf "%.3f,%.3f,%.3f,%s\n", (i * 37 % 101) / 100 + i % 3 / 3, (i * 53 % 97) / 100 - i % 3 / 3,
            (i * 71 % 89) / 100, i % 3 == 0 ? "x" : i % 3 == 1 ? "y" : "z"
}' >table.csv
compare() { "$program" compare --data table.csv --epochs 4 --batch 16 "$@"; }
value() { sed -n "s/^ *\"$2\": \"\\{0,1\\}\\([^\",]*\\)\"\\{0,1\\},\\{0,1\\}\$/\\1/p" "$1"; }

# ---- Each example is tested once; mean, difference and interval are computed once more from the runs
expect 0 "minus bp" compare --rules bp,dfa --folds 4 --out folds
grep -q "training sets share most of their examples" out.txt ||
    complain "no note about the overlap of the folds"
! grep -q "same split of the data" out.txt || complain "folds are said to have one split"
[ "$(ls folds | grep -c fold)" = 8 ] || complain "two rules with four folds are not 8 runs"
for fold in 1 2 3 4; do
    run=$(ls -d folds/rule-dfa-lr-0.003-fold-${fold}_4_*-seed-1) || complain "no run of fold $fold"
    "$program" predict --model "$run" --data table.csv --part test --output rows.csv --quiet ||
        complain "predict --part test of fold $fold"
    tail -n +2 rows.csv | cut -d, -f1 >>tested.txt
    echo "$(value "$(ls -d folds/rule-bp-lr-0.003-fold-${fold}_4_*-seed-1)/result.json" test_error)" \
        "$(value "$run/result.json" test_error)" >>errors.txt
done
sort -n tested.txt >rows.txt
seq 121 | cmp -s - rows.txt || complain "the folds do not test every example once"
compare --rules bp,dfa --folds 4 --out folds --csv --quiet >folds.csv ||
    complain "the finished comparison is not shown"
# 3.182446305284263: the 0.975 quantile of Student's t with 3 degrees of freedom
awk 'NR == FNR { n++; sum += $2; d[n] = $2 - $1; mean += d[n]; next }
    FNR == 1 { mean /= n; for (i = 1; i <= n; i++) s += (d[i] - mean) ^ 2
                half = 3.18244630528371 * sqrt(s / (n - 1) / n) }
    split($0, f, ",") && f[1] == "dfa" {
        found = near(f[4], sum / n) && near(f[10], mean) && f[11] == 4 && near(f[12], mean - half) &&
        near(f[13], mean + half) }
    function near(a, b) { return (a - b) ^ 2 < 1e-16 }
    END { exit !found }' errors.txt folds.csv ||
    complain "mean, difference or interval are not those of the folds: $(cat folds.csv)"
compare --rules bp,dfa --folds 4 --out folds --json --quiet >folds.json
grep '"rule": "dfa"' folds.json | grep -q '"fold": "3/4"' || complain "the JSON does not name the folds"
expect 0 "| rule | lr | test error | runs |" compare --rules bp,dfa --folds 4 --out folds --markdown
expect 0 "tabular" compare --rules bp,dfa --folds 4 --out folds --latex
# A fold is drawn by the split's seed alone, and has the bits of backless train
"$program" train --data table.csv --epochs 4 --batch 16 --rule dfa --lr 0.003 --fold 2/4 --seed 1 \
    --out single --quiet || complain "train fails"
[ "$(value single/result.json weights_hash)" \
    = "$(value "$(ls -d folds/rule-dfa-*-fold-2_4_*-seed-1)/result.json" weights_hash)" ] ||
    complain "a fold of a comparison has other weights than the same backless train"

# ---- Rates are chosen in each fold, without its test examples
expect 0 "tuned      dfa, fold 2/3: lr" compare --rules bp,dfa --folds 3 --rates 1e-4,3e-3,3e-2 --out tuned
[ "$(ls tuned/tune | grep -c seed)" = 36 ] || complain "4 rules x 3 folds x 3 rates are not 36 trainings"
for fold in 1 2 3; do
    test=$(value "$(ls -d tuned/rule-dfa-*-fold-${fold}_3_*-seed-1)/config.json" test_hash)
    for run in tuned/tune/rule-dfa-*-fold-${fold}_3_*; do
        [ -n "$test" ] && [ "$(value "$run/config.json" test_hash)" = "$test" ] ||
            complain "$run was tuned on examples of another fold"
        [ "$(value "$run/config.json" val | head -n 1)" = 8 ] || complain "$run has no validation set"
    done
done
[ "$(grep -c '^dfa ' out.txt)" = 1 ] || complain "rates of the folds make several rows"
expect 0 "minus bp" "$program" collect tuned
[ "$(grep -c '^dfa ' out.txt)" = 1 ] || complain "collect: rates of the folds make several rows"
# Rates that are chosen in another way would count a fold twice
compare --rules bp,dfa --folds 3 --rates 1e-5 --out tuned --quiet >/dev/null 2>&1
expect 3 "two runs of one fold" "$program" collect tuned

# ---- Parts
expect 0 "" compare --rules bp,dfa --folds 4 --shard 1/2 --out part1
expect 0 "" compare --rules bp,dfa --folds 4 --shard 2/2 --out part2
"$program" collect part1 part2 --csv --quiet >parts.csv
cmp -s parts.csv folds.csv || complain "two parts together are not the whole comparison"

# ---- Successive halving: 4 rates of 2 epochs, the better 2 of 4 epochs; the best of these is taken
expect 0 "4 rates for 2 epochs, 2 for 4: the work of 4.0 trainings of 4 epochs" compare --rules dfa \
    --seeds 1 --rates 1e-5,1e-4,1e-3,1e-2 --halving --schedule cosine --out halved
grep -q "a short training with the schedule cosine prefers other rates" out.txt ||
    complain "nothing warns of a schedule that is shortened"
[ "$(ls halved/tune | grep -c 'rule-dfa-.*-epochs-2-')" = 4 ] ||
    complain "not 4 rates were trained for 2 epochs"
[ "$(ls halved/tune | grep -c 'rule-dfa-.*-epochs-4-')" = 2 ] ||
    complain "not 2 rates were trained for 4 epochs"
"$program" collect halved/tune --csv --quiet | grep '^dfa,' >tune.csv
survivors=$(grep ',2,val' tune.csv | head -n 2 | cut -d, -f2 | sort -g)
[ "$(grep ',4,val' tune.csv | cut -d, -f2 | sort -g)" = "$survivors" ] ||
    complain "the better half is not trained on: $(cat tune.csv)"
best=$(grep ',4,val' tune.csv | head -n 1 | cut -d, -f2)
[ -d "halved/rule-dfa-lr-$best-seed-1" ] || complain "dfa does not train at $best, the best at full length"
expect 0 "10 rates for 1 epoch, 5 for 1, 3 for 2, 2 for 4" compare --rules dfa --seeds 1 --tune lr \
    --halving --schedule constant --out halved_grid
! grep -q "a short training with" out.txt || complain "a constant schedule is said to mislead"

# ---- What is refused
expect 2 '--folds 1: fold is "1/1", expected I/K with I from 1 to K and K from 2 to 1000' compare --folds 1
expect 2 '--folds 1001: fold is "1/1001", expected I/K' compare --folds 1001
expect 2 "--folds 3 and --seeds 2: expected one of the two" compare --folds 3 --seeds 2
expect 2 "--folds 3 and --test-fraction 0.2" compare --folds 3 --test-fraction 0.2
expect 2 "--folds 3 and --test table.csv" compare --folds 3 --test table.csv
expect 2 "--folds 3 and --fold 1/3" compare --folds 3 --fold 1/3
expect 2 "200 folds of the 121 examples" compare --rules bp --folds 200
expect 2 "--shard with rates that are chosen" compare --tune lr --folds 3 --shard 1/2
expect 2 "--halving is about the choice of rates" compare --seeds 2 --halving
sed '$s/[xyz]$/w/' table.csv >single.csv
expect 2 "has one example: the fold that tests it has none to train on" "$program" compare --data single.csv \
    --rules bp --folds 3
[ "$failures" = 0 ] || { echo "$failures failed" && exit 1; }
