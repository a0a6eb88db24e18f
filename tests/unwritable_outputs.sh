#!/bin/sh
# unwritable_outputs.sh PROGRAM - a folder or file for results that cannot be written is refused before the
# work: one message, exit code 4, nothing on standard output. A full device, which is found at the end only,
# ends every command with exit code 4 too.
. "$(dirname "$0")/shell/expect.sh"
export BACKLESS_THREADS=1
printf 'a,b,label\n1,2,x\n2,3,y\n3,1,x\n' >t.csv
data="--data t.csv --epochs 1"
"$program" train $data --quiet --out run >out.txt 2>&1 || complain "train"
"$program" sweep $data --rule bp,dfa --quiet --out runs >out.txt 2>&1 || complain "sweep"
echo "no folder" >file

# refuses FRAGMENT COMMAND...
refuses() {
    fragment=$1
    shift
    "$@" >printed 2>message
    found=$?
    [ "$found" = 4 ] || complain "exit $found, expected 4: $*"
    [ "$(wc -l <message)" = 1 ] || complain "$(wc -l <message) lines, expected 1: $*: $(cat message)"
    [ ! -s printed ] || complain "prints before it refuses: $*: $(cat printed)"
    grep -qF -e "$fragment" message || complain "nothing about \"$fragment\": $*: $(cat message)"
}
# all_refuse FRAGMENT FOLDER RUN...: every command with an output there. RUN: how the program is called.
all_refuse() {
    why=$1 to=$2
    shift 2
    # shellcheck disable=SC2086
    for option in out tensorboard; do
        refuses "--$option $to: $why" "$@" train $data --$option $to
        for command in "compare --rules bp" "compare --rules bp --seeds 2" "sweep --rule bp,dfa"; do
            refuses "--$option $to" "$@" $command $data --$option $to
            grep -qF -e "$why" message || complain "nothing about \"$why\": $command: $(cat message)"
        done
    done
    refuses "$to/made" "$@" predict --model run --data t.csv --output $to/made
    refuses "$to/made" "$@" export run --onnx $to/made
    refuses "$to/made" "$@" curves run --output $to/made
    refuses "$to/made" "$@" report run --output $to/made
    refuses "$to/made" "$@" report run --svg $to/made
    refuses "$to/made" "$@" explain dfa --html $to/made
    refuses "$to/made" "$@" bench --json $to/made
    refuses "$to/made" "$@" reproduce --page $to/made
}
all_refuse "file is a file, expected a folder" file/x "$program"
refuses "--out file: file is a file, expected a folder" "$program" train $data --out file
refuses "--tensorboard file: file is a file" "$program" train $data --tensorboard file
[ -z "$(find . -name 'made*')" ] || complain "something was written: $(find . -name 'made*')"

if [ "$(id -u)" != 0 ] || ! command -v setpriv >/dev/null 2>&1; then
    echo "left out: folders without permission, which need root and setpriv"
else
    chmod 755 . && cp "$program" ./backless && cp -P "$(dirname "$program")"/libbackless.so* . 2>/dev/null
    mkdir mine
    nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups ./backless "$@"; }
    all_refuse "the folder mine cannot be written to: Permission denied" mine/x nobody
    refuses "--out mine: the folder mine cannot be written to" nobody train $data --out mine
    refuses "--resume run: the folder run cannot be written to" nobody train --resume run --epochs 2
fi

# A full device.
if [ -c /dev/full ]; then
    for command in "rules" "nets" "info run" "data list" "data info t.csv" "curves run" \
        "report run --output -" "predict --model run --data t.csv --output -" \
        "eval --model run --data t.csv" "explain dfa" "manual" "completion bash" "doctor" "help" \
        "--version" "train --help" "train $data" "train $data --json" \
        "compare $data --rules bp" "compare $data --rules bp --json" "sweep $data --rule bp,dfa --out runs" \
        "collect runs" "reproduce lillicrap2016 --list"; do
        # shellcheck disable=SC2086
        "$program" $command >/dev/full 2>message
        found=$?
        [ "$found" = 4 ] || complain "exit $found, expected 4: $command >/dev/full"
        [ "$(grep -c '^backless: ' message)" = 1 ] || complain "$command >/dev/full: $(cat message)"
    done
    refuses "/dev/full: cannot be written" "$program" predict --model run --data t.csv --output /dev/full
    refuses "/dev/full: cannot be written" "$program" report run --output /dev/full
    refuses "/dev/full: cannot be written" "$program" export run --onnx /dev/full
fi
[ "$failures" = 0 ] && echo "unwritable_outputs: as expected"
exit $((failures > 0))
