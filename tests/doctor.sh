#!/bin/sh
# doctor.sh PROGRAM - `backless doctor` reports what is present, missing or wrong, and leaves no files.
set -u
program=$1
broken=$(dirname "$1")/broken_backless
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0
for variable in $(env | grep -oE '^(BACKLESS|OMP)_[A-Z_]*'); do
    unset "$variable"
done
unset NO_COLOR
export HOME="$folder/home" XDG_CACHE_HOME="$folder/cache"
mkdir "$folder/home" "$folder/sets"

complain() {
    echo "FAILED: $1"
    cat "$folder/out.txt"
    failures=$((failures + 1))
}

# doctor CODE ARGUMENT...: runs env with the arguments, which must end with CODE
doctor() {
    code=$1
    shift
    env "$@" >"$folder/out.txt" 2>"$folder/words.txt"
    found=$?
    [ "$found" = "$code" ] || complain "exit $found, expected $code: $*"
}

# says PATTERN: a line of the report matches the pattern
says() { grep -qE -e "$1" "$folder/out.txt" || complain "nothing about \"$1\""; }
warns() { grep -qF -e "$1" "$folder/words.txt" || complain "no message about \"$1\""; }

# ---- The real build and machine
doctor 0 "$program" doctor
for section in build environment machine training "data sets" terminal; do says "^$section\$"; done
says "^  backless +$("$program" --version | cut -d' ' -f2) "
for part in libarchive Jansson compiler; do says "^  $part +[0-9a-zA-Z]"; done
says "^  bfloat16 +([0-9.]+ times as many multiply-adds|no instructions)"
for part in PNG JPEG libcurl; do says "^[ -] $part +(missing: )?[0-9a-z]"; done
says '^  portable +takes a step'
says '^  chosen +portable, by --backend auto'
says '^  variables +none'
says '^  downloads +.*/cache/backless \(can be made, [0-9.]+ GB free\)'
says "^  searched +$folder/cache/backless, "
says '^  colours +none: the output is not a terminal'
says '^backless can train here'
[ ! -s "$folder/words.txt" ] || complain "words on standard error though all is well"
grep -A1 '^- ' "$folder/out.txt" | grep -v '^--' | awk 'NR % 2 == 0 && !/ > /' | grep -q . &&
    complain "something is missing and nothing says how to get it"
[ ! -e "$folder/cache" ] || complain "the folder for downloads was made"

# ---- The JSON output has the same findings
lines=$(grep -cE '^[ !X-] [a-zA-Z]' "$folder/out.txt")
doctor 0 "$program" doctor --json
[ "$(grep -c '"verdict": ' "$folder/out.txt")" = $((lines - 1)) ] || complain "--json: other lines"
says '^ "can_train": true'
if command -v python3 >/dev/null; then
    python3 -m json.tool "$folder/out.txt" >/dev/null || complain "--json: no JSON"
fi

# ---- libcurl that cannot be loaded
library=$(grep -a -o 'libcurl\.so\.[0-9]*' "$program")
if [ -n "$library" ]; then
    mkdir "$folder/broken"
    : >"$folder/broken/$library"
    doctor 0 env LD_LIBRARY_PATH="$folder/broken" "$program" doctor
    says "^- libcurl +missing: downloads of data sets: $folder/broken/$library"
fi

# ---- Data sets
doctor 0 BACKLESS_DATA="$folder/sets" "$program" doctor
says '^  BACKLESS_DATA +'"$folder/sets"
says '^- mnist +missing: 60000'
says '^ +> fetch it \(backless data get mnist\)'
says "^  searched +$folder/sets, $folder/cache/backless, "
says "^  downloads +$folder/sets \\(can be written, "
mkdir "$folder/sets/mnist" "$folder/named" "$folder/named/mnist"
touch "$folder/sets/mnist/a-file" "$folder/named/mnist/a-file" # an empty folder is no set
doctor 0 BACKLESS_DATA="$folder/sets" "$program" doctor
says "^  mnist +$folder/sets/mnist\$"
doctor 0 BACKLESS_DATA="$folder/sets" "$program" doctor --data-dir "$folder/named"
says "^  mnist +$folder/named/mnist\$"
doctor 0 BACKLESS_DATA_DIR="$folder/named" "$program" doctor
says "^  mnist +$folder/named/mnist\$"
doctor 0 BACKLESS_DATA="$folder/nowhere" "$program" doctor
says '^! BACKLESS_DATA +.*no such folder'
doctor 0 XDG_CACHE_HOME=/proc/1 "$program" doctor
says '^! downloads +/proc/1/backless cannot be written: /proc/1: '
[ -z "$(find "$folder" -name '*doctor*')" ] || complain "a file was not removed"

# ---- Variables
doctor 2 BACKLESS_EPOCHS=many "$program" doctor
says '^X BACKLESS_EPOCHS +many: epochs is "many"'
warns 'it cannot train here: in the environment, BACKLESS_EPOCHS: epochs is "many"'
doctor 2 BACKLESS_EPOCHS=many "$program" doctor --json
says '^ "can_train": false'
says '"reason": "in the environment, BACKLESS_EPOCHS'
doctor 2 BACKLESS_BACKEND=abacus "$program" doctor
says '^X BACKLESS_BACKEND +abacus: no backend "abacus"'
doctor 2 BACKLESS_BACKEND=onednn "$program" doctor
says '^X BACKLESS_BACKEND +onednn: the backend "onednn" was removed'
doctor 0 BACKLESS_BACKEND=portable BACKLESS_THREADS=3 "$program" doctor
says '^  chosen +portable, by --backend portable'
doctor 0 BACKLESS_EPOCH=3 OMP_NUM_THREADS=8 "$program" doctor
says '^! BACKLESS_EPOCH +3 \(no option has this name'
says '^  OMP_NUM_THREADS +8 \(the most threads'
doctor 0 NO_COLOR=1 LC_ALL=C "$program" doctor
says '^  colours +none: NO_COLOR'
says '^! characters +not UTF-8'
doctor 0 LC_ALL=C.UTF-8 "$program" doctor
says '^  characters +UTF-8 \(LC_ALL'

# ---- Cores
if command -v nproc >/dev/null; then
    says "^[ !] cores +$(env -u OMP_NUM_THREADS nproc)"
    if [ "$(nproc --all)" -gt 1 ] && command -v taskset >/dev/null && taskset -c 0 true 2>/dev/null; then
        doctor 0 taskset -c 0 "$program" doctor
        says '^! cores +1 for this process, of '
    fi
fi

# ---- Usage, and a library that does not work
doctor 2 "$program" doctor please
doctor 2 "$program" doctor --epochs 3
doctor 1 BROKEN=no-step "$broken" doctor
says '^X portable '
warns 'it cannot train here: '
doctor 0 BROKEN=old-library "$broken" doctor
says '^! libbackless +0\.0\.1'

[ "$failures" = 0 ] || { echo "$failures failed"; exit 1; }
echo "everything as expected"
