#!/bin/sh
# reproduce.sh PROGRAM - backless reproduce on small generated images: the list of rows, refused arguments,
# runs, resuming after a kill, result files, --check, --collect, and the comparison with the published errors.
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/shell/expect.sh"
. "$tests/shell/small_fashion.sh"
unset BACKLESS_THREADS BACKLESS_DATA
# Fashion-MNIST has the format and the image size of MNIST. Under a sanitizer an epoch has three steps instead
# of five, the last of them on a smaller batch; from zero weights adversarial examples move from the third on.
if is_sanitized; then small_fashion . 150 40; else small_fashion .; fi
data=./fashion-mnist
reproduce() { "$program" reproduce "$@"; }
run() { reproduce nokland2016 --row "4x100 tanh" --data $data "$@"; }
run_nowhere() { reproduce nokland2016 --row "4x100 tanh" --data ./nowhere --seeds 3 --jobs 1 --out none; }
value() { sed -n "s/^ *\"$2\": \"\\{0,1\\}\\([^\",]*\\)\"\\{0,1\\},\\{0,1\\}\$/\\1/p" "$1"; }

# ---- The list, and refused arguments
expect 0 "table 1, 1x800 tanh, dfa" reproduce nokland2016 --list --row "1x800 Tanh"
grep -q "1.68 ± 0.05 .* at most .* not run" out.txt || complain "the list lacks published figures or the time"
expect 0 "no convergence" reproduce nokland2016 --list --row "100x240 tanh" --rule bp
expect 0 "3.90 " reproduce nokland2016 --list --table text
expect 2 "no row \"2x900 tanh\"" reproduce nokland2016 --row "2x900 tanh"
expect 2 "has no table \"9\"" reproduce nokland2016 --table 9
expect 2 "no such cell with the rule \"ifa\"" reproduce nokland2016 --row "1x800 tanh" --rule ifa
expect 2 "no target \"nokland\"" reproduce nokland --list
expect 2 "no target is given" reproduce
expect 2 "--seeds is \"0\"" reproduce nokland2016 --row "4x100 tanh" --seeds 0
expect 2 "--epochs is 301, but the recipe has at most 300" reproduce nokland2016 --row "4x100 tanh" \
    --epochs 301
expect 3 "nowhere" run_nowhere
expect 2 "--collect needs folders" reproduce nokland2016 --collect
[ ! -e results ] || complain "a refusal made a folder of results"

# ---- Two runs at the same time: a short one for each seed
expect 0 "2/2" run --epochs 3 --seeds 2 --jobs 2 --out short
[ "$(grep -c ": started, run folder short/runs/" out.txt)" = 2 ] || complain "two runs are not called started"
short=short/nokland2016-text-4x100_tanh-ifa-1-epochs3.json
grep -q '"short": true' $short || complain "a short run is not marked short"
[ "$(value $short epochs | head -n 1)" = 3 ] || complain "a short run has another number of epochs"
[ "$(value $short first_epoch)" != "$(value $short last_epoch)" ] || complain "two hashes are equal"
[ "$(wc -c <$short)" -lt 40000 ] || complain "a result has more than 40 kB"
cp $short before.json
grep -q "report in short/runs/report.html" out.txt || complain "nothing tells where the report is"
[ "$(grep -o '<li data-run=' short/runs/report.html | wc -l)" = 2 ] ||
    complain "the report has not the two runs"
rm -f short/runs/report.html
expect 0 "1 at once" run --epochs 1 --seeds 2 --jobs 1 --threads 2 --out two_threads --no-report
grep -q '"threads": 2,' two_threads/nokland2016-text-4x100_tanh-ifa-1-epochs1.json ||
    complain "--threads is ignored"
expect 0 "0 runs to do" run --epochs 3 --seeds 2 --out short --no-report
[ ! -e short/runs/report.html ] || complain "--no-report writes one"
run --epochs 3 --seeds 2 --out short --no-report --json >cells.json 2>/dev/null || complain "no JSON"
[ "$(wc -l <cells.json)" = 1 ] || complain "--json prints other lines than one for the cell"
cell='"target":"nokland2016","table":"text","row":"4x100 tanh","rule":"ifa",'
grep -q "^{$cell.*}$" cells.json ||
    complain "the JSON object is not that of the cell"
for seed in 1 2; do
    weights=$(value short/nokland2016-text-4x100_tanh-ifa-$seed-epochs3.json last_epoch)
    grep -q "{\"seed\":$seed,\"short\":true,.*\"weights\":\"$weights\"" cells.json ||
        complain "the JSON object lacks the result of seed $seed"
done
run --epochs 1 --out json --json >cells.json 2>out.txt || complain "a run with --json fails"
[ "$(wc -l <cells.json)" = 1 ] || complain "--json prints progress"
# One run, so that on a machine of several cores the others are free for its threads.
grep -q '"threads": 1,' json/nokland2016-text-4x100_tanh-ifa-1-epochs1.json ||
    complain "a run has more than one thread without --threads"
grep -q "1/1 .* done in" out.txt || complain "--json does not say which run is done"
reproduce nokland2016 --list --row "1x800 tanh" --rule dfa --json >listed.json || complain "no list as JSON"
published='"published":{"text":"1.68 ± 0.05","mean":0.0168,"deviation":0.0005,'
grep -q "$published.*\"verdict\":\"not run\",\"seconds\":[0-9]" listed.json ||
    complain "the list as JSON lacks published figures or the time"
cmp -s before.json $short || complain "a result was written again"

# ---- Rows of table 1 with options of their own: each short run has these options, and --check repeats it
short_row() { reproduce nokland2016 --row "$1" --rule dfa --data $data --epochs 1 --out rows; }
expect 0 "1/1" short_row "2x800 tanh + ADV"
expect 0 "only short runs, or other data" reproduce nokland2016 --list \
    --row "2x800 tanh + ADV" --rule dfa --out rows
expect 0 "1/1" short_row "2x800 tanh + DO"
expect 0 "1/1" short_row "2x800 tanh"
adversarial=rows/nokland2016-1-2x800_tanh_+_adv-dfa-1-epochs1.json
dropout=rows/nokland2016-1-2x800_tanh_+_do-dfa-1-epochs1.json
plain=rows/nokland2016-1-2x800_tanh-dfa-1-epochs1.json
[ "$(value $adversarial adversarial)" = 0.08 ] ||
    complain "the adversarial row does not move examples by 0.08"
[ "$(value $plain adversarial)" = 0 ] || complain "a row without adversarial training moves examples"
[ "$(value $dropout schedule)" = cosine ] || complain "the rate of the dropout row does not decay"
[ "$(value $adversarial first_epoch)" != "$(value $plain first_epoch)" ] ||
    complain "the adversarial row is the plain one"
expect 0 "" reproduce --check $adversarial --data $data
sed 's/"adversarial": "0.08"/"adversarial": "0.09"/' $adversarial >changed.json
expect_failure() { ! reproduce --check changed.json --data $data >out.txt 2>&1; }
expect_failure || complain "a result with another distance is taken for the same"

# The name of a run folder states its row; a folder named after a row with other options is refused
mkdir renamed
cp -r rows/runs/nokland2016-1-2x800_tanh-dfa-1-epochs1 renamed/nokland2016-1-3x800_tanh-dfa-1-epochs1
expect 3 "is named as a run of table 1, 3x800 tanh, dfa, but its options are others" \
    reproduce nokland2016 --collect renamed --out renamed
mv renamed/nokland2016-1-3x800_tanh-dfa-1-epochs1 renamed/any
expect 0 "nokland2016-1-2x800_tanh-dfa-1-epochs1.json" \
    reproduce nokland2016 --collect renamed/any --out renamed

# ---- Published figures of the epoch with the least test error are compared with our best epoch; rules that
# the library does not have are listed as absent
lenet() { reproduce biotorch2021 --row mnist --data $data --out lenet "$@"; }
expect 0 "rule absent" lenet --list
[ "$(grep -c "mnist, [bf]rsf .* rule absent" out.txt)" = 2 ] ||
    complain "other rules than brsf and frsf are absent"
expect 2 "this version has no rule brsf" lenet --rule brsf
expect 0 "omitted: lenet mnist with the rule frsf" lenet --epochs 1
[ "$(find lenet -maxdepth 1 -name '*.json' | wc -l)" = 4 ] || complain "not all rules that are there were run"
best=lenet/biotorch2021-lenet-mnist-bp-1-epochs1.json
[ "$(value $best optimizer)" = "sgd momentum 0.9 l2 1e-3" ] ||
    complain "the decay of LeNet is not the gradient's"
expect 0 "equal in epochs 1 to 1 of 1" reproduce --check $best --data $data

# ---- A rule of a row can have options of its own; a result with those of another rule is refused
other=lenet/biotorch2021-lenet-mnist-dfa-1-epochs1.json
[ "$(value $best lr) $(value $other lr)" = "0.03 3e-3" ] || complain "bp and dfa have the same rate"
mkdir other_rate
sed 's/"lr": "3e-3"/"lr": "0.03"/' $other >other_rate/${other##*/}
expect 3 'the option lr is "0.03", but the row'"'"'s is "3e-3"' reproduce biotorch2021 --list --out other_rate

# ---- After kill -9 the same command continues and reaches the same bits
run --epochs 40 --out whole >/dev/null 2>&1 || complain "cannot run 40 epochs"
name=nokland2016-text-4x100_tanh-ifa-1-epochs40
if command -v setsid >/dev/null; then
    setsid "$program" reproduce nokland2016 --row "4x100 tanh" --data $data --epochs 40 \
        --out killed >/dev/null 2>&1 &
    pid=$!
    while [ "$(cat killed/runs/$name/log.jsonl 2>/dev/null | wc -l)" -lt 4 ] &&
        kill -0 $pid 2>/dev/null; do sleep 0.02; done
    kill_group $pid
    [ ! -e killed/$name.json ] || complain "the run was over before it was killed"
    expect 0 "1/1" run --epochs 40 --out killed
    grep -q "$name: continued, run folder killed/runs/$name\$" out.txt ||
        complain "a run that continues is not called continued"
    mv killed/$name.json first.json
    expect 0 "$name: finished before, run folder" run --epochs 40 --out killed
    cmp first.json killed/$name.json || complain "a finished run without a result gives another result"
    # SIGTERM saves the state. A run begun by another numeric revision is not continued.
    "$program" reproduce nokland2016 --row "4x100 tanh" --data $data --epochs 40 --out asked >out.txt 2>&1 &
    pid=$!
    while [ "$(cat asked/runs/$name/log.jsonl 2>/dev/null | wc -l)" -lt 4 ] &&
        kill -0 $pid 2>/dev/null; do sleep 0.02; done
    kill -TERM $pid
    wait $pid
    [ $? = 75 ] || complain "asked to stop: not exit 75"
    grep -q "stopped after 0 of 1 run; the same command continues" out.txt ||
        complain "asked to stop: nothing is said"
    cp asked/runs/$name/config.json config.json
    sed -i 's/"numeric_revision": [0-9]*/"numeric_revision": 99999/' asked/runs/$name/config.json
    expect 3 "was begun by another engine" run --epochs 40 --out asked
    cp config.json asked/runs/$name
    expect 0 "1/1" run --epochs 40 --out asked
    [ "$(value asked/$name.json last_epoch)" = "$(value whole/$name.json last_epoch)" ] ||
        complain "asked to stop: other weights"
    for key in first_epoch last_epoch mean_of_last_10; do
        [ "$(value killed/$name.json $key)" = "$(value whole/$name.json $key)" ] ||
            complain "a killed run: another $key"
    done
else
    echo "left out: runs that are killed, because there is no setsid"
fi

# ---- --check accepts a result and finds each alteration of it
whole=whole/$name.json
check() { reproduce --data $data --check "$@"; }
expect 0 "equal in epochs 1 to 40 of 40" check $whole
expect 0 "equal in epochs 1 to 1 of 40" check $whole --epochs 1 --threads 2
altered() { sed "$1" $whole >altered.json && ! cmp -s $whole altered.json ||
    complain "nothing was altered: $1"; }
first=$(value $whole first_epoch | grep -v ' ') last=$(value $whole last_epoch)
altered "s/$first/0123456789abcdef/"
expect 1 "the weights after epoch 1 have the hash $first" check altered.json --epochs 1
altered "s/$last/0123456789abcdef/"
expect 1 "the weights after epoch 40 have the hash $last" check altered.json
expect 0 "equal in epochs 1 to 1 of 40" check altered.json --epochs 1
altered 's/"train_loss": \[\([0-9]*\)/"train_loss": [9\1/'
expect 1 "epoch 1: train_loss is" check altered.json --epochs 1
altered 's/^ "numeric_revision": [0-9]*/ "numeric_revision": 99999/'
expect 2 "other engine: it has the numeric revision 99999" check altered.json
altered 's/"test_error": \[[0-9.]*/"test_error": [0.0/;s/"minimum": .*[0-9]/"minimum": 0.5/'
expect 3 "does not follow from the figures of the epochs" check altered.json
altered 's/"net": "dense 100/"net": "dense 101/'
expect 3 "the option net is" check altered.json
altered 's/"seed": 1,/"seed": 2,/'
expect 3 "is \"1\", but the row's is \"2\"" check altered.json
altered 's/"short": true/"short": false/'
expect 3 "\"short\" does not follow" check altered.json
altered 's/backless result 1/backless result 2/'
expect 3 "is not a result" check altered.json
altered 's/"row": "4x100 tanh"/"row": "4x1000 tanh"/'
expect 3 "a row \"4x1000 tanh\"" check altered.json
altered 's/"hash": "[0-9a-f]*"/"hash": "0123456789abcdef"/'
expect 3 "are other data than those of the run" check altered.json --epochs 1
altered 's/ "hash": "[0-9a-f]*"/ "hash": null/'
expect 3 "\"data\" has no hashes" check altered.json --epochs 1
altered 's/"init": "fanin"/"innit": "fanin"/'
expect 3 "its options cannot be used" check altered.json
altered 's/"stop": "paper"/"stop": "epochs"/'
expect 3 "the option stop is" check altered.json
altered 's/"epochs": "40"/"epochs": "300"/;s/"short": true/"short": false/'
expect 3 "has 40 epochs, but its stop rule ends the run after epoch 300" check altered.json
head -c 300 $whole >altered.json
expect 3 "altered.json: line" check altered.json

# ---- Run folders of backless train; 0.0001 is the preset's 1e-4
"$program" train --preset nokland2016 --data $data --net "4 x (dense 100, tanh), dense 10" --rule ifa \
    --lr 0.0001 --epochs 40 --threads 1 --out trained/a --quiet >/dev/null || complain "cannot train"
expect 0 "" reproduce nokland2016 --collect trained --out collected
for key in first_epoch last_epoch mean_of_last_10; do
    [ "$(value collected/$name.json $key | head -n 1)" = "$(value $whole $key | head -n 1)" ] ||
        complain "collected: another $key"
done
expect 0 "is there already" reproduce nokland2016 --collect trained/a --out collected
# A log of a version that wrote no hashes: the first epoch is trained again.
cp -r trained old
sed -i '/numeric_revision/d' old/a/config.json
sed -i 's/, "weights_hash": "[0-9a-f]*"//' old/a/log.jsonl
expect 0 "" reproduce nokland2016 --collect old/a --out rerun
grep -q "run once more, with the figures of the log" rerun/$name.json || complain "nothing was run once more"
[ "$(value rerun/$name.json last_epoch)" = "$last" ] &&
    grep -q "\"first_epoch\": \"$first\"" rerun/$name.json ||
    complain "run once more: other hashes"
sed -i '1s/"train_loss": [0-9]*/"train_loss": 77/' old/a/log.jsonl
rm -r rerun
expect 3 "gives other figures" reproduce nokland2016 --collect old/a --out rerun
"$program" train --preset nokland2016 --data $data --net "4 x (dense 101, tanh), dense 10" --rule ifa \
    --epochs 2 --threads 1 --out other --quiet >/dev/null || complain "cannot train"
expect 3 "are those of no row of nokland2016" reproduce nokland2016 --collect other --out rerun
for file in config.json log.jsonl result.json; do cp trained/a/$file old/a; done
sed -i "s/\"weights_hash\": \"$last\"/\"weights_hash\": \"0123456789abcdef\"/" old/a/result.json
expect 3 "the last line of log.jsonl has weights of the hash $last" reproduce nokland2016 --collect old/a \
    --out rerun
sed -i 's/, "weights_hash": "[0-9a-f]*"//' old/a/log.jsonl
expect 3 "model.safetensors has weights of the hash $last" reproduce nokland2016 --collect old/a --out rerun
cp trained/a/result.json old/a
sed -i '$d' old/a/log.jsonl
expect 3 "result.json is of another epoch" reproduce nokland2016 --collect old/a --out rerun
rm old/a/result.json
expect 3 "is not finished" reproduce nokland2016 --collect old/a --out rerun
expect 0 "is not finished, and is omitted" reproduce nokland2016 --collect old --out rerun
expect 3 "is not a run folder, and holds none" reproduce nokland2016 --collect $data --out rerun

# ---- The verdicts, on results written by hand
# Each has 34 epochs, because the stop rule ends a run there if its training errors are 0.9, 0.5 and then 0.
# The mean of the last 10 epochs is compared with the published error.
# list N WORD: WORD repeated N times, separated by commas
list() { awk -v n="$1" -v word="$2" \
    'BEGIN { for (i = 1; i <= n; i++) printf "%s%s", (i > 1 ? "," : ""), word }'; }
# made TABLE ROW RULE SEED ERROR INIT NET [HASH]: writes a result with this error in the last 10 epochs
made() {
    file=judged/$1-$(echo "$2" | tr ' ' _)-$3-$4.json
    sed -e 's/"short": true/"short": false/' -e "s/\"table\": \"text\"/\"table\": \"$1\"/" \
        -e "s/\"row\": .*/\"row\": \"$2\",/" \
        -e "s/\"rule\": .*/\"rule\": \"$3\",/" -e "s/\"seed\": 1/\"seed\": $4/" \
        -e "s/seed\": \"1\"/seed\": \"$4\"/" \
        -e "s/split-seed\": \".*\"/split-seed\": \"1\"/" -e 's/"epochs": "40"/"epochs": "300"/' \
        -e 's/"epochs": 40/"epochs": 34/' \
        -e "s/\"init\": .*/\"init\": \"$6\",/" -e "s/\"net\": .*/\"net\": \"$7\",/" \
        -e "s/\"last\": .*/\"last\": $5,/" -e "s/\"mean_of_last_10\": .*/\"mean_of_last_10\": $5,/" \
        -e 's/"minimum": .*/"minimum": 0.001,/' \
        -e 's/"train_mean_of_last_10": .*/"train_mean_of_last_10": 0/' \
        -e "s/\"test_error\": .*/\"test_error\": [$(list 23 0.9),0.001,$(list 10 "$5")]/" \
        -e "s/\"t\(est\|rain\)_loss\": .*/\"t\1_loss\": [$(list 34 9)],/" \
        -e "s/\"train_error\": .*/\"train_error\": [0.9,0.5,$(list 32 0)],/" \
        -e "s/\"hash\": \"[0-9a-f]*\"/\"hash\": \"${8:-91091ee6c8719722}\"/" \
        -e 's/"test_hash": "[0-9a-f]*"/"test_hash": "0253440ddefd98c7"/' $whole >"$file"
}
mkdir judged
one="dense 800, tanh, dense 10"
made 1 "1x800 tanh" dfa 1 0.016 zero "$one"
made 1 "1x800 tanh" dfa 2 0.017 zero "$one"
made 1 "1x800 tanh" dfa 3 0.018 zero "$one"
for seed in 1 2 3; do made 1 "1x800 tanh" bp $seed 0.018 fanin "$one"; done
made 1 "1x800 tanh" fa 1 0.016 zero "$one"
made 1 "1x800 tanh" fa 2 0.016 zero "$one"
made 1 "1x800 tanh" fa 3 0.016 zero "$one" 0123456789abcdef
made text "4x100 tanh" ifa 1 0.035 fanin \
    "dense 100, tanh, dense 100, tanh, dense 100, tanh, dense 100, tanh, dense 10"
cp short/*.json judged
expect 0 "12 results in page.md" reproduce --page page.md --out judged
# Of dfa: mean m = 1.70, deviation s = 0.10, allowed difference 2 sqrt(0.01 / 3 + 0.0025) = 0.153. Of bp: m =
# 1.80, s = 0, allowed 2 x 0.04.
line() { grep -qxF -e "$1" page.md || { complain "the page has no line: $1"; grep -e "^| [14]x" page.md; }; }
line '| 1x800 tanh | dfa | 1.68 ± 0.05 | 1.70 ± 0.10 (0.00) | 3 | +0.02 | 0.15 | 1.70 | 0.10 | 34 '\
'| consistent |'
line '| 1x800 tanh | bp | 1.59 ± 0.04 | 1.80 ± 0.00 (0.00) | 3 | +0.21 | 0.08 | 1.80 | 0.10 | 34 | outside |'
line '| 1x800 tanh | fa | 1.68 ± 0.05 | 1.60 ± 0.00 (0.00) | 2 | -0.08 | | 1.60 | 0.10 | 34 '\
'| not judged: 2 of 3 seeds |'
line '| 4x100 tanh | ifa | 3.90 | 3.50 (0.00) | 1 | -0.40 | | 3.50 | 0.10 | 34 | difference only |'
line '| 100x240 tanh | bp | no convergence | | | | | | | | not run |'
line '| conv tanh | dfa | 26.90 ± 0.50 (0.20) | | | | | | | | not run |'
grep -q '^| text, 4x100 tanh, ifa | 1 | 3 | .* (.*) | .* | short |$' page.md ||
    complain "the page does not list the short run"
grep -q '^| table 1, 1x800 tanh, fa | 3 | 34 | 1.60 (0.00) | 1.60 | other data |$' page.md ||
    complain "other data are not told"
expect 0 "+- 0.10 (3 seeds)" reproduce nokland2016 --list --row "1x800 tanh" --out judged
# LeNet: the least error of the 100 epochs, 0.1 %, is compared with the published 0.91 %
mkdir best
sed -e 's/"short": true/"short": false/' -e 's/"epochs": "1"/"epochs": "100"/' \
    -e 's/"epochs": 1,/"epochs": 100,/' \
    -e 's/"last": .*/"last": 0.05,/' -e 's/"mean_of_last_10": .*/"mean_of_last_10": 0.05,/' \
    -e 's/"minimum": .*/"minimum": 0.001,/' \
    -e 's/"train_mean_of_last_10": .*/"train_mean_of_last_10": 0/' \
    -e "s/\"t\(est\|rain\)_loss\": .*/\"t\1_loss\": [$(list 100 9)],/" \
    -e "s/\"test_error\": .*/\"test_error\": [0.001,$(list 99 0.05)]/" \
    -e "s/\"train_error\": .*/\"train_error\": [$(list 100 0)],/" \
    -e 's/"hash": "[0-9a-f]*"/"hash": "91091ee6c8719722"/' \
    -e 's/"test_hash": "[0-9a-f]*"/"test_hash": "0253440ddefd98c7"/' $best >best/one.json
expect 0 "1 result in page.md" reproduce --page page.md --out best
line '| mnist | bp | 0.91 | 5.00 (0.00) | 1 | -0.81 | | 5.00 | 0.10 | 100 '\
'| best epochs only; recipe incomplete |'
# Results with more or fewer epochs than the stop rule gives
one_more="s/,0]/,0,0]/;s/,0.016]/,0.016,0.016]/;s/,9]/,9,9]/;s/\"epochs\": 34/\"epochs\": 35/"
sed "$one_more" judged/1-1x800_tanh-fa-1.json >altered.json
expect 3 "has 35 epochs, but its stop rule ends the run after epoch 34" check altered.json
sed 's/0.9,0.5,0/0.9,0.5,0.9/' judged/1-1x800_tanh-fa-1.json >altered.json
expect 3 "has 34 epochs, but its stop rule ends the run after epoch 300" check altered.json
cp judged/1-1x800_tanh-fa-1.json judged/twin.json
expect 3 "two results of table 1, 1x800 tanh, fa, seed 1" reproduce --page page.md --out judged
# Refused before the results are read.
expect 4 "/nowhere/page.md" reproduce --page /nowhere/page.md --out judged

exit $((failures > 0))
