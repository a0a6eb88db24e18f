#!/bin/sh
# reproduce_shard.sh PROGRAM - backless reproduce --shard on small generated images: the parts are the whole,
# in one folder or in several, which --collect joins to the same results and the same page.
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/shell/expect.sh"
. "$tests/shell/small_fashion.sh"
unset BACKLESS_THREADS BACKLESS_DATA
small_fashion .
run() {
    "$program" reproduce nokland2016 --table text --data ./fashion-mnist --epochs 1 --seeds 3 --no-report "$@"
}
collect() { "$program" reproduce nokland2016 --collect "$@"; }
name=nokland2016-text-4x100_tanh-ifa
results() { find "$1" -maxdepth 1 -name '*.json' | wc -l; }

expect 2 "--shard is \"3/2\"" run --shard 3/2 --out none
expect 2 "--shard is \"1\"" run --shard 1 --out none
[ ! -e none ] || complain "a refusal made a folder"

# ---- Every run is in one part, whatever results there are already
expect 0 "3 runs to do" run --out whole
expect 0 "2 runs to do" run --shard 1/2 --out part1
expect 0 "1 run to do" run --shard 2/2 --out part2
[ "$(results part1)/$(results part2)" = 2/1 ] || complain "the parts have not 2 and 1 results"
mkdir shared
cp part1/$name-1-epochs1.json shared
expect 0 "1 run to do" run --shard 1/2 --out shared
expect 0 "1 run to do" run --shard 2/2 --out shared
expect 0 "0 runs to do" run --out shared

# equal DIR: its results have the weights of the undivided runs
equal() {
    for seed in 1 2 3; do
        [ "$(grep -o '"last_epoch": "[0-9a-f]*"' "$1/$name-$seed-epochs1.json")" \
            = "$(grep -o '"last_epoch": "[0-9a-f]*"' whole/$name-$seed-epochs1.json)" ] ||
            complain "$1: other weights of seed $seed"
    done
}
equal shared

# ---- --collect takes the folders of the parts, also where their run folders have another path now
mkdir moved
mv part1 part2 moved
expect 0 "added as joined/$name-3-epochs1.json" collect moved/part1 moved/part2 --out joined
equal joined
for part in part1 part2; do
    for file in moved/$part/*.json; do
        cmp -s "$file" "joined/${file##*/}" || complain "--collect changes $file"
    done
done
expect 0 "is in joined already" collect moved/part1 --out joined
expect 0 "3 results in joined.md" "$program" reproduce --page joined.md --out joined
expect 0 "3 results in whole.md" "$program" reproduce --page whole.md --out whole
cmp -s joined.md whole.md || complain "the page of the parts differs from that of the whole"
# A part whose results were not written yet has its run folders, and one that is not finished is named.
rm moved/part2/*.json
expect 0 "moved/part2/runs/$name-2-epochs1" collect moved/part2 --out again
[ "$(results again)" = 1 ] || complain "the run folders of a part are not collected"
rm moved/part2/runs/*/result.json
expect 0 "is not finished, and is omitted" collect moved/part2 --out none
# Other weights for the same run are refused, and so are folders without results.
sed 's/"last_epoch": "./"last_epoch": "0/; s/"last_epoch": "00/"last_epoch": "01/' \
    whole/$name-1-epochs1.json >joined/$name-1-epochs1.json
! cmp -s whole/$name-1-epochs1.json joined/$name-1-epochs1.json || complain "nothing was altered"
expect 3 "is of the same run, and has other weights" collect moved/part1 --out joined
mkdir empty
expect 3 "holds none" collect empty --out joined

# ---- Runs that begin with the weights of another row
"$program" reproduce nokland2016 --row "3x50 tanh" --rule dfa --data ./fashion-mnist --epochs 1 --no-report \
    --quiet --out begun >/dev/null || complain "cannot train a row that begins with weights"
mv begun moved
expect 0 "added as" collect moved/begun --out begun
grep -q '"begin"' begun/*.json || complain "a collected result lost the hash of its first weights"
exit $((failures > 0))
