#!/bin/sh
# run_folder.sh PROGRAM - only one process can use a run folder at a time; the temporary files of a killed
# process are removed; if the disk becomes full at any moment, the last checkpoint remains and the run
# continues from it to the same bits.
. "$(dirname "$0")/shell/expect.sh"
small=$folder/small
is_mounted=0
cleanup() {
    [ "$is_mounted" = 1 ] && umount "$small"
    rm -rf "$folder"
}
trap cleanup EXIT

awk 'BEGIN { print "a,b,kind"
    for (i = 0; i < 400; i++)
        printf "%.4f,%.4f,%s\n", sin(7 * i), cos(5 * i), (i % 3 ? "no" : "yes") }' >table.csv
hash_of() { sed -n 's/.*"weights_hash": "\([0-9a-f]*\)".*/\1/p' "$1/result.json" 2>/dev/null; }

# train DIR EPOCHS OPTION...
train() {
    out=$1 epochs=$2
    shift 2
    "$program" train --data table.csv --net "dense 40, tanh, dense 2" --epochs "$epochs" --batch 40 --val 40 \
        --out "$out" "$@"
}

# Begins a run in the background; $! is the id of its process.
begin() {
    "$program" train --data table.csv --net "dense 40, tanh, dense 2" --epochs 100000 --out "$1" \
        --quiet >/dev/null 2>&1 &
    wait_for "$1/log.jsonl" $!
}

# ---- train --json prints the lines of the log, those of steps and of epochs, without blanks
train lines 3 --angles 2,5 --json --quiet >out.txt 2>&1 || complain "train --json: $(cat out.txt)"
sed 's/": /":/g; s/, "/,"/g; s/}, {/},{/g' lines/log.jsonl >expected.txt
[ "$(wc -l <expected.txt)" = 5 ] || complain "the log has not 5 lines: $(cat expected.txt)"
cmp -s expected.txt out.txt ||
    complain "train --json differs from log.jsonl: $(diff expected.txt out.txt | head -4)"

# ---- a second process is refused
begin long
first=$!
for option in --force --quiet; do
    train long 3 $option >out.txt 2>&1
    code=$?
    [ $code = 4 ] || complain "a second process with $option: exit $code, expected 4"
    grep -q "another process ($first) trains in this folder" out.txt || complain "it says: $(cat out.txt)"
done
"$program" train --resume long --quiet >out.txt 2>&1
[ $? = 4 ] || complain "--resume allows a second process"
"$program" info long >/dev/null 2>&1 || complain "info fails while the run is training"

# ---- SIGTERM saves the run; the lock is released when the process ends, also by kill -9
kill -TERM $first
wait $first
[ $? = 75 ] || complain "SIGTERM: another exit code than 75"
[ -e long/lock ] && complain "the lock was not removed"
"$program" info long >/dev/null 2>&1 || complain "no model after SIGTERM"
begin killed
second=$!
kill -KILL $second
wait $second 2>/dev/null
: >killed/model.safetensors.123-0.tmp
: >killed/log.jsonl.77-12.tmp
: >killed/notes.tmp
train killed 2 --force --quiet >out.txt 2>&1 || complain "a killed run keeps its folder: $(cat out.txt)"
[ "$(ls killed | grep -c 'tmp$')" = 1 ] && [ -e killed/notes.tmp ] || complain "temporary files: $(ls killed)"

# ---- a disk that becomes full at any size of the files
mkdir small
if mount -t tmpfs -o size=1m tmpfs small 2>/dev/null; then
    is_mounted=1
else
    echo "SKIP: a tmpfs cannot be mounted here, so no disk can be full"
    [ "$failures" = 0 ] && exit 77
    exit "$failures"
fi
train whole 6 --quiet >/dev/null 2>&1
wanted=$(hash_of whole)
full=0 resumed=0
page=1
while [ $page -le 24 ]; do
    umount small && mount -t tmpfs -o size=$((page * 4))k tmpfs small || exit 1
    train small/run 6 --quiet >out.txt 2>&1
    code=$?
    if [ $code = 4 ]; then
        full=$((full + 1))
        grep -q "No space left" out.txt || complain "$page pages: $(cat out.txt)"
        mount -o remount,size=4m small
        if [ -e small/run/model.safetensors ]; then
            grep -q "still holds the last checkpoint" out.txt ||
                complain "$page pages: nothing about the checkpoint"
            resumed=$((resumed + 1))
            "$program" eval --model small/run --data table.csv >/dev/null 2>&1 ||
                complain "$page pages: the model is broken"
            "$program" train --resume small/run --quiet >out.txt 2>&1 ||
                complain "$page pages, --resume: $(cat out.txt)"
            [ "$(hash_of small/run)" = "$wanted" ] || complain "$page pages: other bits after --resume"
        fi
        ls small/run/*.tmp >/dev/null 2>&1 && complain "$page pages: a temporary file was not removed"
    elif [ $code = 0 ]; then
        [ "$(hash_of small/run)" = "$wanted" ] || complain "$page pages: other bits"
        [ $page -gt 1 ] || complain "no disk is that small"
        break
    else
        complain "$page pages: exit $code"
        cat out.txt
    fi
    page=$((page + 1))
done
[ $full -ge 4 ] && [ $resumed -ge 1 ] ||
    complain "the disk was full $full times, and $resumed runs could be resumed"
[ $code = 0 ] || complain "no size was enough"

[ "$failures" = 0 ] && echo "run folder: as expected, $full full disks, $resumed resumed"
exit "$failures"
