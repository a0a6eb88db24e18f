#!/bin/sh
# init_file.sh PROGRAM - the option init FILE: a run that starts from the initial weights of another run has
# its bits, also after a resume and with batch norm; files that do not fit the net are refused.
. "$(dirname "$0")/shell/expect.sh"
export BACKLESS_THREADS=1
awk 'BEGIN {
    OFS = ","
    print "a,b,c,label"
    for (i = 0; i < 60; i++)
        print (i * 37 % 23) / 4, (i * 53 % 31) - 9, i % 7, substr("xyz", i % 3 + 1, 1)
}' >table.csv
awk 'BEGIN {
    OFS = ","
    print "a,b,c,label"
    for (i = 0; i < 60; i++)
        print i, (i * 53 % 31) - 9, i % 7, substr("xyz", i % 3 + 1, 1)
}' >other.csv
net="dense 8, batchnorm, tanh, dense 3"
go="--data table.csv --rule dfa --quiet --no-angles --force --batch 8 --lr 0.01 --schedule constant"
hash_of() { sed -n 's/.*"weights_hash": "\([0-9a-f]*\)".*/\1/p' "$1/result.json" 2>/dev/null; }

expect 0 "" "$program" train $go --net "$net" --init fanin --seed 3 --epochs 0 --out begun
expect 0 "" "$program" train $go --net "$net" --init fanin --seed 3 --epochs 3 --out drawn
expect 0 "" "$program" train $go --net "$net" --init begun/model.safetensors --weight-seed 9 --seed 3 \
    --epochs 3 --out taken
[ -n "$(hash_of drawn)" ] && [ "$(hash_of taken)" = "$(hash_of drawn)" ] ||
    complain "init FILE gives other weights than the run of the file"
grep -q '"init": ".*begun/model.safetensors"' taken/config.json ||
    complain "config.json does not name the file"
# Controls: trained weights with their running statistics, and weights of another seed, give other bits.
expect 0 "" "$program" train $go --net "$net" --init drawn/model.safetensors --seed 3 --epochs 3 --out further
[ "$(hash_of further)" = "$(hash_of drawn)" ] && complain "trained initial weights change nothing"
expect 0 "" "$program" train $go --net "$net" --init fanin --weight-seed 9 --seed 3 --epochs 3 --out nine
[ "$(hash_of nine)" = "$(hash_of drawn)" ] && complain "another weight seed begins with the same weights"
# After 0 epochs the weights are those of the file.
expect 0 "" "$program" train $go --net "$net" --init drawn/model.safetensors --rule bp --seed 5 --epochs 0 \
    --out copied
expect 0 "$(hash_of drawn)" "$program" info copied

# ---- resumed from another folder, by the path that the configuration made absolute
"$program" train $go --net "$net" --init begun/model.safetensors --weight-seed 9 --seed 3 --epochs 3 \
    --max-time 0.0000001 --out part >/dev/null 2>&1
[ "$(hash_of part)" = "$(hash_of drawn)" ] && complain "the run that is to be resumed has not stopped"
mkdir -p elsewhere
(cd elsewhere && "$program" train --resume ../part --max-time 0 --quiet) ||
    complain "the run is not resumed from another folder"
[ "$(hash_of part)" = "$(hash_of drawn)" ] || complain "a resumed run has other weights"

# ---- resumed after the files of init and feedback were removed
expect 0 "" "$program" train $go --net "$net" --init fanin --seed 4 --epochs 0 --out other
for epochs in 0.0000001 0; do
    [ "$epochs" = 0 ] && out=unbroken || out=gone
    cp begun/model.safetensors weights.safetensors
    cp other/model.safetensors matrices.safetensors
    "$program" train $go --net "$net" --init weights.safetensors --feedback matrices.safetensors --seed 3 \
        --epochs 3 --max-time $epochs --out $out >/dev/null 2>&1
done
rm weights.safetensors matrices.safetensors
expect 0 "" "$program" train --resume gone --max-time 0 --quiet
[ -n "$(hash_of unbroken)" ] && [ "$(hash_of gone)" = "$(hash_of unbroken)" ] ||
    complain "a run that is resumed without its files has other weights"
[ "$(hash_of unbroken)" != "$(hash_of drawn)" ] || complain "the feedback of a file changes nothing"

# ---- notes, and refused files
expect 0 "scales its inputs" "$program" train --data other.csv --rule dfa --net "$net" --epochs 1 \
    --no-angles --init begun/model.safetensors
expect 3 "init takes the weights of the same net" "$program" train $go --out refused \
    --net "dense 9, tanh, dense 3" --init begun/model.safetensors
expect 3 "nowhere.safetensors" "$program" train $go --out refused --net "$net" --init nowhere.safetensors
echo "no model" >broken.safetensors
expect 3 "broken.safetensors" "$program" train $go --out refused --net "$net" --init broken.safetensors
# ---- compare: every rule starts from the file, alone, with seeds and with rates; linear has another net
compare() { "$program" compare --data table.csv --net "$net" --batch 8 --lr 0.01 --schedule constant \
    --no-angles --no-report --epochs 3 --seed 3 --init begun/model.safetensors "$@"; }
expect 0 "" compare --rules dfa,bp --weight-seed 9 --out rules --quiet
[ "$(hash_of rules/dfa)" = "$(hash_of taken)" ] ||
    complain "compare --init FILE trains dfa to other weights than train"
[ -n "$(hash_of rules/bp)" ] && [ "$(hash_of rules/bp)" != "$(hash_of rules/dfa)" ] ||
    complain "compare --init FILE has no run of bp of its own"
expect 0 "linear: begun/model.safetensors: its net is" compare --epochs 1
expect 0 "" compare --rules dfa --seeds 2 --out seeds --quiet
for seed in 3 4; do
    grep -q '"init": ".*begun/model.safetensors"' seeds/rule-dfa-lr-0.01-seed-$seed/config.json ||
        complain "seed $seed does not start from the file"
done
expect 0 "frozen" "$program" compare --data table.csv --net "$net" --rules dfa \
    --init begun/model.safetensors --epochs 1 --no-report --seeds 1 --rates 1e-3,1e-2 --out rates
expect 3 "nowhere.safetensors" "$program" compare --data table.csv --net "$net" --rules dfa,bp \
    --init nowhere.safetensors
expect 2 'init "table.csv" is a file, expected a model file' "$program" train $go --out refused --net "$net" \
    --init table.csv
expect 2 'a run folder has begun/model.safetensors' "$program" train $go --out refused --net "$net" \
    --init begun

[ "$failures" = 0 ] && echo "init_file: all as expected"
exit "$failures"
