#!/bin/sh
# model_messages.sh PROGRAM - commands that read a model, a run or a folder of runs say in one line what is
# wrong with the path: nothing is there, it is something else, it is cut off, or it may not be read.
. "$(dirname "$0")/shell/expect.sh"
export BACKLESS_THREADS=1
printf 'a,b,label\n1,2,x\n2,3,y\n3,1,x\n' >t.csv
"$program" compare --data t.csv --rules bp,dfa --epochs 1 --quiet --out runs >out.txt 2>&1 ||
    complain "compare"
run=runs/bp
mkdir empty
echo "this is no model" >text
: >nothing
cp -r $run cut
head -c 100 $run/model.safetensors >cut/model.safetensors
head -c 40 $run/config.json >cut/config.json

# says CODE FRAGMENT COMMAND...: one line, and nothing on standard output
says() {
    code=$1 fragment=$2
    shift 2
    "$@" >printed 2>message
    found=$?
    [ "$found" = "$code" ] || complain "exit $found, expected $code: $*"
    [ "$(wc -l <message)" = 1 ] || complain "$(wc -l <message) lines, expected 1: $*: $(cat message)"
    [ ! -s printed ] || complain "prints: $*"
    grep -qF -e "$fragment" message || complain "nothing about \"$fragment\": $*: $(cat message)"
}
from="expected a model, as train --out DIR writes DIR/model.safetensors"
for command in "eval --data t.csv --model" "predict --data t.csv --output - --model" \
    "export --onnx x.onnx" "info"; do
    # shellcheck disable=SC2086
    of() { says "$1" "$2" "$program" $command "$3"; }
    of 3 "empty/model.safetensors: cannot be opened: No such file or directory; $from" empty
    of 3 "none: cannot be opened: No such file or directory; $from" none
    of 3 "text: not a safetensors file, or damaged" text
    of 3 "$from" text
    of 3 "nothing: has 0 bytes" nothing
    of 3 "cut/model.safetensors: the header's" cut
    of 3 "did you mean runs/bp/model.safetensors?" runs
done

logs="expected the run folder of backless train --out"
for command in report curves; do
    of() { says "$1" "$2" "$program" $command --output page.html "$3"; }
    of 3 "empty: " empty
    of 3 "none: No such file or directory; $logs" none
    of 3 "text, line 1: is not a line of a log" text
    of 3 "$run/config.json: is no log, $logs, or its log.jsonl" $run/config.json
    of 3 "cut/config.json, line " cut
done
[ ! -e page.html ] || complain "a page was written"

of() { says "$1" "$2" "$program" train --resume "$3"; }
of 3 "--resume empty: the folder has no config.json" empty
of 3 "none/config.json: no such file" none
of 2 "--resume text: is a file, expected the folder of a run" text
of 2 "cut/config.json, line " cut

plans="expected a folder of backless sweep, or of backless compare with --seeds or --tune"
for path in empty none text $run; do
    says 3 "$path/plan.json: cannot be read: " "$program" collect $path
    grep -qF "$plans" message || complain "collect $path: $(cat message)"
done

result="expected a result of backless reproduce, NAME.json"
says 3 "empty: is a folder, $result" "$program" reproduce --check empty
says 3 "none: cannot be read: No such file or directory; $result" "$program" reproduce --check none
says 3 "$result" "$program" reproduce --check text
says 2 'no init "none"' "$program" compare --data t.csv --init none
says 3 "empty: no images to train with in this folder" "$program" explain dfa --data empty

# Files and folders that may not be read are called so, and not missing.
if [ "$(id -u)" != 0 ] || ! command -v setpriv >/dev/null 2>&1; then
    echo "left out: files without permission, which need root and setpriv"
else
    chmod 755 . && cp "$program" ./backless && cp -P "$(dirname "$program")"/libbackless.so* . 2>/dev/null
    cp -r $run locked && chmod 700 locked
    cp -r $run unreadable && chmod 600 unreadable/*
    nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups ./backless "$@"; }
    ./backless --version >/dev/null 2>&1 || complain "the copied program does not start"
    for path in locked unreadable; do
        says 4 "Permission denied" nobody eval --data t.csv --model $path
        says 4 "Permission denied" nobody report --output - $path
        says 4 "Permission denied" nobody curves $path
        says 4 "Permission denied" nobody train --resume $path
    done
    says 4 "Permission denied" nobody collect locked
    says 4 "Permission denied" nobody reproduce --check locked/result.json
fi
[ "$failures" = 0 ] && echo "model_messages: as expected"
exit $((failures > 0))
