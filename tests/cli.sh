#!/bin/sh
# cli.sh PROGRAM - the program from end to end on small generated data: results, exit codes, files.
. "$(dirname "$0")/shell/expect.sh"

# A table of two classes, each of two clouds of points, that no straight line separates.
awk 'BEGIN {
    print "a,b,kind"
    for (i = 0; i < 1200; i++) {
        side = i % 4
        x = side == 0 || side == 1 ? 1 : -1
        y = side == 0 || side == 2 ? 1 : -0.6
        printf "%.6f,%.6f,%s\n", x + 0.3 * sin(7 * i), y + 0.3 * cos(5 * i), (x * y > 0 ? "inner" : "outer")
    }
}' >clouds.csv
net="dense 32, tanh, dense 32, tanh, dense 2"
# init is fanin, because from all-zero weights the net cannot separate the clouds.
train="--data clouds.csv --test-fraction 0.25 --lr 0.003 --init fanin"

# ---- usage and help
expect 2 "train neural networks" "$program"
expect 0 "backless train" "$program" help
expect 0 "--schedule" "$program" train --help
expect 0 "backless 0." "$program" --version
expect 2 "no command" "$program" teach
expect 2 "did you mean --epochs" "$program" train --epoch 3
expect 2 "needs a value" "$program" train --lr
expect 2 "unexpected argument \"iris\"" "$program" train iris
expect 2 "no data" "$program" train --net "dense 2"
expect 2 "no rule" "$program" train --rule magic
expect 2 "no such layer" "$program" train --net "dance 10"
expect 2 "expected a number" "$program" train --lr fast
expect 2 "ends with 3 units" "$program" train --data clouds.csv --net "dense 3"
expect 2 "use --init fanin" "$program" train --data clouds.csv --net "$net" --rule bp --init zero
expect 2 "use --init fanin" "$program" train --data clouds.csv --net "dense 9, relu, dense 2" --init zero
expect 2 "no backend" "$program" train --data clouds.csv --net "$net" --backend abacus
expect 0 "feedback alignment" "$program" rules
expect 0 "any" "$program" rules dfa
expect 2 "no rule" "$program" rules magic

# ---- broken data: exit 3, a message with the place, no run folder
printf 'a,b\n1,x\n2,y\n3\n' >ragged.csv
printf 'a,b,label\n1,2,0\n3,nan,1\n' >nan.csv
: >empty.csv
gzip -c clouds.csv | head -c 900 >cut.csv.gz
printf '\000\000\010\003\000\000' >short-images-idx3-ubyte
for bad in ragged.csv nan.csv empty.csv cut.csv.gz short-images-idx3-ubyte missing.csv; do
    expect 3 "$bad" "$program" train --data "$bad" --net "$net" --out "run-$bad"
    [ ! -e "run-$bad" ] || complain "$bad: a run folder was created"
done

# ---- a training run
expect 0 "stopped by epochs" "$program" train $train --net "$net" --rule dfa --epochs 30 --out run
for file in config.json log.jsonl result.json model.safetensors; do
    [ -s "run/$file" ] || complain "run/$file is missing"
done
[ "$(wc -l <run/log.jsonl)" = 30 ] || complain "log.jsonl has not one line an epoch"
ls run/*.tmp >/dev/null 2>&1 && complain "a temporary file was not removed"
expect 2 "--force replaces it" "$program" train $train --net "$net" --epochs 1 --out run
expect 0 "error" "$program" eval --model run --data clouds.csv
awk '{ exit !($2 < 5.0) }' out.txt || { complain "the clouds are not learnt"; cat out.txt; }
expect 0 "0.dense.weight" "$program" info run
expect 0 "1200 predictions" "$program" predict --model run --data clouds.csv --output answers.csv
[ "$(head -n 2 answers.csv | tr '\n' ' ')" = "ImageId,Label 1,inner " ] || complain "answers.csv begins wrong"
cut -d, -f1,2 clouds.csv >blind.csv
expect 0 "Id,kind" "$program" predict --model run --data blind.csv --output - --id-column Id --label-name kind
expect 0 "ImageId,inner,outer" "$program" predict --model run --data blind.csv --output - --proba
expect 3 "no-model" "$program" eval --model no-model.safetensors --data clouds.csv
head -c 2000 run/model.safetensors >broken.safetensors
expect 3 "broken.safetensors" "$program" info broken.safetensors
expect 4 "no-such-folder" "$program" predict --model run --data clouds.csv --output no-such-folder/answers.csv

# With ten classes a number that ends with 0 is written; it must be read back from the file unchanged.
awk 'BEGIN { for (i = 0; i < 200; i++) printf "%d,%d,%d\n", i % 10, i % 7, i % 10 }' >ten.csv
expect 0 "stopped by epochs" "$program" train --data ten.csv --net "dense 10" --epochs 1 --out ten
expect 0 "200 examples" "$program" eval --model ten --data ten.csv

# ---- JSON, configuration, environment
"$program" train $train --net "$net" --epochs 2 --json --quiet >lines.json 2>messages.txt ||
    complain "--json failed"
[ "$(grep -c '"test_error":' lines.json)" = 2 ] || complain "--json: not one line an epoch"
[ ! -s messages.txt ] || complain "--quiet is not quiet"
echo '{"rule": "fa", "epochs": 3, "lr": 0.01}' >options.json
expect 0 "epoch 1/1" "$program" train --config options.json --data clouds.csv --net "$net" --epochs 1
expect 0 "feedback alignment, L" "$program" train --config options.json --data clouds.csv --net "$net"
BACKLESS_RULE=ifa expect 0 "indirect" "$program" train --data clouds.csv --net "$net" --epochs 1
BACKLESS_EPOCHS=many expect 2 "BACKLESS_EPOCHS" "$program" train --data clouds.csv --net "$net"

# ---- compare
expect 0 "linear" "$program" compare --data clouds.csv --test-fraction 0.25 --init fanin --net "$net" \
    --epochs 3 --rates 1e-3,1e-2
for rule in bp fa dfa ifa frozen linear; do
    grep -q "^$rule " out.txt || complain "compare: no row for $rule"
done
expect 0 "fanin" "$program" compare --data clouds.csv --net "$net" --test-fraction 0.2 --epochs 1 \
    --rules dfa --init same

expect 0 "dfa" "$program" compare --data clouds.csv --net "dense 32, relu, dense 2" --test-fraction 0.2 \
    --epochs 2 --rules "dfa, bp" --loss mse --optimizer sgd --rates 1e6,0.1 --rate-epochs 20
grep -q "^dfa .* 0.1$" out.txt || { complain "compare: a rate that diverged was chosen"; cat out.txt; }
expect 2 "use --init fanin" "$program" compare --data clouds.csv --net "$net" --rules dfa,bp --init zero

# ---- divergence: exit 5 with a message, and the last model with finite weights is kept
expect 5 "diverged at step" "$program" train $train --net "dense 32, relu, dense 2" --rule bp --loss mse \
    --optimizer sgd --lr 1e6 --epochs 50 --out diverged
expect 0 "weights_hash" "$program" info diverged

# ---- resumed after kill -9 and after SIGINT: the same bits as an uninterrupted run
hash_of() { "$program" info "$1/model.safetensors" | awk '/^weights_hash/ { print $2 }'; }
"$program" train $train --net "$net" --epochs 60 --batch 8 --out whole --quiet >/dev/null 2>&1
"$program" train $train --net "$net" --epochs 60 --batch 8 --out killed --quiet >/dev/null 2>&1 &
victim=$!
wait_for killed/log.jsonl $victim
kill -9 $victim 2>/dev/null
wait $victim 2>/dev/null
expect 0 "stopped by epochs" "$program" train --resume killed
[ "$(hash_of whole)" = "$(hash_of killed)" ] || complain "kill -9 and --resume: other bits"
[ "$(wc -l <killed/log.jsonl)" = 60 ] || complain "kill -9 and --resume: not one line an epoch"

# The run that is stopped has too many epochs to end before the signal. The uninterrupted run has three epochs
# more than the stopped one reached; the schedule is constant, because others depend on the number of epochs.
"$program" train $train --net "$net" --epochs 1000000 --batch 8 --schedule constant --out stopped \
    --quiet >/dev/null 2>&1 &
victim=$!
wait_for stopped/log.jsonl $victim
kill -TERM $victim 2>/dev/null
wait $victim
found=$?
if [ $found = 75 ]; then
    last=$(($(wc -l <stopped/log.jsonl) + 3))
    expect 0 "stopped by epochs" "$program" train --resume stopped --threads 1 --epochs $last
    expect 0 "" "$program" train $train --net "$net" --epochs $last --batch 8 --schedule constant \
        --out whole --force --quiet
    [ "$(hash_of whole)" = "$(hash_of stopped)" ] || complain "SIGTERM and --resume: other bits"
else
    complain "SIGTERM: exit $found, expected 75"
fi
sed 's/^1\./2./' clouds.csv >other.csv
expect 3 "other training data" "$program" train --resume stopped --data other.csv --epochs $((last + 1))

cp stopped/result.json result.before
expect 0 "stopped by epochs" "$program" train --resume stopped --epochs $last
cmp -s stopped/result.json result.before || complain "resuming a finished run changed its result"
expect 2 "cannot be changed when a run is resumed" "$program" train --resume stopped --lr 0.5

# ---- standard output that cannot be written
if [ -c /dev/full ]; then
    "$program" train $train --net "$net" --epochs 1 >/dev/full 2>/dev/null
    [ $? = 4 ] || complain "a full standard output was not noticed"
fi

[ "$failures" = 0 ] || { echo "$failures failed"; exit 1; }
echo "everything as expected"
