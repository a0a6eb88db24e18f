#!/bin/sh
# reproduce_figure2.sh PROGRAM - figure 2 of backless reproduce nokland2016 on small made pictures: runs that
# begin with the weights of another row, in run folders, in results, after a kill, and on the page.
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/shell/expect.sh"
. "$tests/shell/small_fashion.sh"
unset BACKLESS_THREADS BACKLESS_DATA
if is_sanitized; then small_fashion . 100 40; else small_fashion .; fi # an epoch has two steps or five
data=./fashion-mnist
reproduce() { "$program" reproduce "$@"; }
run() { reproduce nokland2016 --table "figure 2" --data $data "$@"; }
value() { sed -n "s/^ *\"$2\": \"\\{0,1\\}\\([^\",]*\\)\"\\{0,1\\},\\{0,1\\}\$/\\1/p" "$1"; }
check() { TMPDIR=temporary reproduce --data $data --check "$@"; }
mkdir temporary

expect 0 "figure 2, 3x50 tanh frozen, bp  a curve" run --list --out none
expect 2 "the recipe has at most 50 (figure 2, 3x50 tanh frozen)" run --epochs 60

# ---- The frozen row, and the runs that go on from its weights
expect 0 "3/3" run --out whole
frozen="whole/nokland2016-figure_2-3x50_tanh_frozen-bp-1.json"
bp=whole/nokland2016-figure_2-3x50_tanh-bp-1.json dfa=whole/nokland2016-figure_2-3x50_tanh-dfa-1.json
[ "$(value $frozen freeze)" = 0 ] || complain "the first layer is not frozen"
[ "$(value $dfa freeze)" = none ] || complain "the first layer stays frozen"
for file in $bp $dfa; do
    [ -n "$(value $file begin)" ] || complain "$file does not say what it begins with"
    [ "$(value $file begin)" = "$(value $frozen last_epoch)" ] ||
        complain "$file begins with other weights than those of the frozen row"
    ! grep -q '"init"' $file || complain "$file names the file of its first weights"
    [ "$(value $file epochs | head -n 1)" = 100 ] || complain "$file has not 100 epochs"
done
[ "$(value $bp first_epoch)" != "$(value $dfa first_epoch)" ] || complain "bp and dfa train alike"
# The frozen layer keeps its weights, and trains in the second part.
"$program" train --preset nokland2016 --data $data --net "3 x (dense 50, tanh), dense 10" --rule bp --seed 1 \
    --epochs 0 --init fanin --quiet --no-report --out start >/dev/null ||
    complain "cannot make the first weights"
if command -v python3 >/dev/null; then
    python3 - <<'PYTHON' || complain "the frozen layer is not that of the start"
import json, struct

def load(path):
    with open(path, "rb") as file:
        head = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    return {name: data[slice(*of["data_offsets"])] for name, of in head.items() if name != "__metadata__"}

run = "whole/runs/nokland2016-figure_2-3x50_tanh-dfa-1"
start, begin = load("start/model.safetensors"), load(run + ".begin.safetensors")
end = load(run + "/model.safetensors")
names = [name for name in start if name.endswith(".weight") and name in begin]
assert len(names) == 4, names
assert start[names[0]] == begin[names[0]], "the first layer was trained while it was frozen"
assert start[names[1]] != begin[names[1]], "the second layer was not trained"
assert start[names[0]] != end[names[0]], "the first layer was never trained"
PYTHON
else
    echo "left out: the weights of the frozen layer, because there is no python3"
fi

# ---- Checks: the first part is trained once more; other weights to begin with are seen before the run
expect 0 "equal in epochs 1 to 1 of 100" check $dfa --epochs 1
expect 0 "equal in epochs 1 to 100 of 100" check $bp
altered() { sed "$1" $dfa >altered.json && ! cmp -s $dfa altered.json || complain "nothing was altered: $1"; }
altered 's/"begin": "[0-9a-f]*"/"begin": "0123456789abcdef"/'
expect 1 "the weights that the run begins with have the hash" check altered.json --epochs 1
altered 's/"begin": /"began": /'
expect 3 "no hash of those that the run begins with" check altered.json
sed 's/"last_epoch"/"begin": "0123456789abcdef", &/' $frozen >altered.json
expect 3 "runs of the row begin with drawn weights" check altered.json
[ -z "$(ls temporary)" ] || complain "a check leaves its file of weights"

# ---- A run folder is collected with the file that it began with, and without is not
mkdir moved
cp -r whole/runs moved
rm moved/runs/*.begin.safetensors
expect 3 "begins with init whole/runs/" reproduce nokland2016 \
    --collect moved/runs/nokland2016-figure_2-3x50_tanh-dfa-1 --out collected
expect 0 "" reproduce nokland2016 --collect whole/runs/nokland2016-figure_2-3x50_tanh-dfa-1 --out collected
cmp -s $dfa collected/nokland2016-figure_2-3x50_tanh-dfa-1.json || complain "collected: another result"

# ---- Killed in the second part: the same command goes on to the same bits
if command -v setsid >/dev/null; then
    name=nokland2016-figure_2-3x50_tanh-dfa-1
    setsid "$program" reproduce nokland2016 --table "figure 2" --row "3x50 tanh" --rule dfa --data $data \
        --out killed >/dev/null 2>&1 &
    pid=$!
    while [ "$(cat killed/runs/$name/log.jsonl 2>/dev/null | wc -l)" -lt 4 ] &&
        kill -0 $pid 2>/dev/null; do :; done
    kill_group $pid
    [ ! -e killed/$name.json ] || complain "the run was over before it was killed"
    expect 0 "1/1" run --row "3x50 tanh" --rule dfa --out killed
    [ "$(value killed/$name.json last_epoch)" = "$(value $dfa last_epoch)" ] ||
        complain "a killed run: other weights"
else
    echo "left out: runs that are killed, because there is no setsid"
fi

# ---- The page, on results that say they are of MNIST
for file in $frozen $bp $dfa; do
    sed -i -e 's/"hash": "[0-9a-f]*"/"hash": "91091ee6c8719722"/' \
        -e 's/"test_hash": "[0-9a-f]*"/"test_hash": "0253440ddefd98c7"/' $file
done
expect 0 "3 results in page.md" reproduce --page page.md --out whole
grep -q '^| 3x50 tanh frozen | bp | 1 | [0-9.]* |.* | [0-9.]* | | |$' page.md ||
    complain "the page has no curve of the frozen row to epoch 50"
error=$(sed -n 's/^ *"train_error": \[\([0-9.e-]*\),.*/\1/p' $dfa)
grep -q "^| 3x50 tanh | dfa | 1 | $(awk -v x="$error" 'BEGIN { printf "%.2f", 100 * x }') |" page.md ||
    complain "the page's curve of dfa does not begin with $error"
grep -q '^| 3x50 tanh | dfa | a curve | .* | no figure to judge by; recipe incomplete |$' page.md ||
    complain "a curve is judged"
exit $((failures > 0))
