#!/bin/sh
# process.sh PROGRAM - the process and its environment: closed descriptors, limits, signals, full devices,
# closed pipes, and options from the environment.
. "$(dirname "$0")/shell/expect.sh"
unset BACKLESS_QUIET BACKLESS_JSON BACKLESS_DATA
printf 'a,b,label\n1,2,x\n2,3,y\n' >t.csv
export BACKLESS_THREADS=1
net="dense 4, tanh, dense 2"
train() { "$program" train --data t.csv --net "$net" "$@"; }
epochs_of() { sed 's/^{"epoch": \([0-9]*\),.*/\1/' "$1/log.jsonl" | tr '\n' ' '; }

# ---- Closed descriptors
train --epochs 2 --out closed <&- >&- 2>&-
[ "$(epochs_of closed)" = "1 2 " ] || complain "closed descriptors: $(cat closed/log.jsonl)"
train --epochs 2 --out closed1 >&- 2>out.txt || complain "a closed standard output is no failure"
[ "$(epochs_of closed1)" = "1 2 " ] || complain "a closed standard output: $(cat closed1/log.jsonl)"

# ---- A limit on the size of files: a message, and no partly written file
awk 'BEGIN { print "a,label"; for (i = 0; i < 300; i++) print i "," (i % 2 ? "x" : "y") }' >long.csv
train --data long.csv --epochs 2 --quiet --out model >/dev/null
(
    ulimit -f 1
    expect 4 "File too large" train --data long.csv --epochs 2 --quiet --out limited
    [ "$failures" = 0 ]
) || failures=$((failures + 1))
[ -z "$(find . -name '*.tmp')" ] || complain "not removed: $(find . -name '*.tmp')"
(
    ulimit -f 1
    expect 4 "File too large" "$program" predict --model model --data long.csv --output answers.csv
    [ "$failures" = 0 ]
) || failures=$((failures + 1))
[ ! -e answers.csv ] || complain "half of the answers"

# ---- A signal saves the run and stops it, except SIGHUP under nohup. This script itself may run under nohup:
# a shell cannot restore a signal that was ignored at its start, GNU's env can.
as_by_default=
env --default-signal=HUP true 2>/dev/null && as_by_default="env --default-signal=HUP"
stop_by() { # SIGNAL FOLDER
    $as_by_default "$program" train --data t.csv --net "$net" --epochs 1000000 --no-angles --out "$2" \
        >out.txt 2>&1 &
    victim=$!
    wait_for "$2/log.jsonl" $victim
    kill -"$1" $victim
    wait $victim
}
for signal in HUP TERM INT; do
    stop_by $signal "by_$signal"
    found=$?
    [ $found = 75 ] || complain "SIG$signal: exit $found, expected 75"
    grep -q -- "--resume" out.txt || complain "SIG$signal: no message about --resume: $(cat out.txt)"
    last=$(tail -n 1 "by_$signal/log.jsonl" | sed 's/^{"epoch": \([0-9]*\),.*/\1/')
    expect 0 "stopped by epochs" "$program" train --resume "by_$signal" --epochs $((last + 2))
done
(
    trap '' HUP
    "$program" train --data t.csv --net "$net" --epochs 300 --out nohup >out.txt 2>&1 &
    victim=$!
    wait_for nohup/log.jsonl $victim
    kill -HUP $victim 2>/dev/null
    wait $victim
) || complain "a run that ignores SIGHUP was stopped by it"
[ "$(tail -n 1 nohup/log.jsonl | cut -c1-13)" = '{"epoch": 300' ] || complain "nohup: not all epochs"

# ---- The reader of a pipe ends: the run is saved
{ train --epochs 1000000 --no-angles --out left 2>words.txt; echo $? >code.txt; } | head -n 1 >first.txt
[ "$(cat code.txt)" = 75 ] || complain "closed pipe: exit $(cat code.txt), expected 75"
[ "$(wc -l <first.txt)" = 1 ] || complain "closed pipe: the reader got no line"
grep -q -- "--resume" words.txt || complain "closed pipe: $(cat words.txt)"
expect 0 "format" "$program" info left
{ "$program" rules 2>words.txt; } | head -n 1 >/dev/null
[ ! -s words.txt ] || complain "rules into head: $(cat words.txt)"

# ---- A full device
if [ -w /dev/full ]; then
    full() {
        "$@" >/dev/full 2>out.txt
        found=$?
        [ $found = 4 ] || complain "exit $found, expected 4, into a full device: $*"
        grep -q "standard output could not be written" out.txt || complain "no message: $*: $(cat out.txt)"
    }
    for word in --help --version help -h rules manual doctor "data list" "completion bash" "train --help" \
        "help train" "info closed" "data info t.csv" "rules dfa" "verify --help"; do
        # shellcheck disable=SC2086
        full "$program" $word
    done
    full train --epochs 1
    full train --epochs 1 --json
    full "$program" eval --model closed --data t.csv
    full "$program" predict --model closed --data t.csv --output -
fi
"$program" --version >out.txt || complain "--version" # control: with a writable output it succeeds

# ---- Options of a command from the environment
BACKLESS_QUIET=true BACKLESS_JSON=true train --epochs 1 >lines.txt 2>words.txt ||
    complain "switches from the environment"
[ ! -s words.txt ] || complain "BACKLESS_QUIET: $(cat words.txt)"
grep -q '^{"epoch":1,' lines.txt || complain "BACKLESS_JSON: $(cat lines.txt)"
BACKLESS_QUIET=true train --quiet=false --epochs 1 2>words.txt >/dev/null
[ -s words.txt ] || complain "the command line is not stronger than BACKLESS_QUIET"
BACKLESS_QUIET=yes expect 2 "from the environment: BACKLESS_QUIET" train --epochs 1
BACKLESS_QUIET=false expect 0 "machine " train --epochs 1
BACKLESS_MODEL=closed BACKLESS_OUTPUT=env.csv \
    expect 0 "predictions in env.csv" "$program" predict --data t.csv
BACKLESS_LABEL_NAME=Answer BACKLESS_MODEL=closed expect 0 "Answer" "$program" predict --data t.csv --output -
BACKLESS_RULES=bp,dfa expect 0 "dfa" "$program" compare --data t.csv --net "$net" --epochs 1
BACKLESS_RULES=none expect 2 "no rule" "$program" compare --data t.csv --net "$net" --epochs 1
echo '{"epochs": 3}' >three.json
BACKLESS_CONFIG=three.json expect 0 "epoch 3/3" train
BACKLESS_RESUME=closed expect 0 "epoch 4/4" "$program" train --epochs 4
BACKLESS_JSON=true expect 0 "step" "$program" bench --net "dense 2" --shape 1x1x4 --rules bp --seconds 0.01 \
    --backends portable
[ ! -e true ] || complain "bench wrote a file called true"
BACKLESS_MODEL=closed expect 0 "BACKLESS_MODEL" "$program" doctor
! grep -q "no option has this name" out.txt || complain "doctor does not know BACKLESS_MODEL"
exit $((failures > 0))
