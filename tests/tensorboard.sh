#!/bin/sh
# tensorboard.sh PROGRAM - train --tensorboard: the events equal the run's log, also after a resume from an
# older checkpoint, and a folder that cannot be written does not stop the training. Needs Python; if
# BACKLESS_PYTHON has the tensorboard package, its reader is compared too.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/shell/expect.sh"
reader=$here/check_tensorboard.py
if ! python3 -c 'import json' 2>/dev/null; then
    echo "SKIP: no python3"
    exit 77
fi
export BACKLESS_THREADS=1
awk -v OFS=, 'BEGIN {
    print "a,b,label"
    for (i = 0; i < 60; i++)
        print i % 7, (i * i) % 11, i % 3 ? "u" : "v"
}' >t.csv
train() { "$program" train "$@" --tensorboard events --no-report --quiet || complain "train $*"; }
# agree EVENTS RUN: keeps both as they are now. One Python compares them at the end, because it takes longer
# to start than to compare.
n_kept=0
agree() {
    n_kept=$((n_kept + 1))
    kept_run=$folder/compared/$n_kept/$2
    mkdir -p "$kept_run" && cp "$1" "$2/log.jsonl" "$2/config.json" "$kept_run" ||
        complain "no events or no run: $1, $2"
    set -- "$kept_run/${1##*/}" "$kept_run"
    printf '%s\n' "$@" >>compared.txt
}
events() { echo "events/$1/events.out.tfevents.0.backless"; }

# Runs with angles within and at the end of epochs, with a validation set, and with regression targets.
train --data t.csv --val 0.2 --batch 10 --epochs 4 --angles 4,5,9 --out runs/a
agree "$(events a)" runs/a
train --data t.csv --label label --shape 1x1x2 --batch 7 --epochs 2 --angles none --out runs/b/
agree "$(events b)" runs/b
awk -v OFS=, 'BEGIN { print "a,y"; for (i = 0; i < 60; i++) print i % 7 + 0.5, i % 5 + 0.25 }' >numbers.csv
train --data numbers.csv --target number --val 0.2 --epochs 3 --out runs/numbers
agree "$(events numbers)" runs/numbers

# The checkpoint that the run resumes from is older than its events, the last of which is incomplete.
train --data t.csv --val 0.2 --batch 10 --epochs 2 --angles 4 --out runs/c
cp -r runs/c kept
train --resume runs/c --epochs 4
agree "$(events c)" runs/c
rm -r runs/c
cp -r kept runs/c
printf 'incomplete' >>"$(events c)"
train --resume runs/c --epochs 3
agree "$(events c)" runs/c
# Another run with the same name replaces the events.
train --data t.csv --rule fa --batch 10 --epochs 1 --force --out runs/c
agree "$(events c)" runs/c

# Several runs, each in its subfolder.
"$program" compare --data t.csv --rules bp,dfa --epochs 2 --batch 10 --out rules --tensorboard rule-events \
    --quiet >/dev/null ||
    complain "compare"
agree rule-events/dfa/events.out.tfevents.0.backless rules/dfa
"$program" sweep --data t.csv --val 0.2 --rule dfa --lr 1e-3,1e-2 --epochs 2 --out sweep \
    --tensorboard sweep-events --quiet >/dev/null || complain "sweep"
[ "$(ls sweep-events | wc -l)" = 2 ] || complain "the sweep's events: $(ls sweep-events)"
for run in sweep-events/*; do
    agree "$run/events.out.tfevents.0.backless" "sweep/${run#*/}"
done

[ "$n_kept" = 9 ] || complain "$n_kept runs are compared, expected 9"
xargs python3 "$reader" <compared.txt || complain "the events of a run do not agree with its log"

# Negative controls: a changed value, and a changed byte that a checksum covers.
sed 's/"train_loss": 0\.6/"train_loss": 0.5/' runs/a/log.jsonl >changed.jsonl
mkdir changed && mv changed.jsonl changed/log.jsonl && cp runs/a/config.json changed
cmp -s changed/log.jsonl runs/a/log.jsonl && complain "the log was not changed"
python3 "$reader" "$(events a)" changed >/dev/null 2>&1 && complain "a changed loss is not noticed"
cp "$(events a)" damaged
printf 'x' | dd of=damaged bs=1 seek=9 conv=notrunc 2>/dev/null
python3 "$reader" damaged runs/a >/dev/null 2>&1 && complain "a damaged checksum is not noticed"
python3 "$reader" "$(events a)" runs/a "$(events c)" runs/a >/dev/null 2>&1 &&
    complain "the events of another run are not noticed"

# If the events cannot be written although their folder exists, the run prints one message and continues; its
# exit code says that something was not written.
mkdir -p lost/d/events.out.tfevents.0.backless
"$program" train --data t.csv --epochs 2 --out runs/d --tensorboard lost --quiet 2>err
[ $? = 4 ] || complain "train does not exit with 4"
[ "$(grep -c 'no more is written for TensorBoard' err)" = 1 ] || complain "$(cat err)"
[ "$(wc -l <err)" = 1 ] || complain "more than one message: $(cat err)"
[ -e runs/d/result.json ] || complain "the run did not end"
mkdir -p lost/bp/events.out.tfevents.0.backless
"$program" compare --data t.csv --epochs 2 --rules bp,dfa --tensorboard lost --quiet >rows 2>err
[ $? = 4 ] || complain "compare does not exit with 4"
[ "$(wc -l <err)" = 1 ] || complain "more than one message: $(cat err)"
grep -q '^dfa ' rows || complain "compare did not go on: $(cat rows)"
[ "$failures" = 0 ] || exit 1
echo "the events agree with the logs"
