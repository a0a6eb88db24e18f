#!/bin/sh
# output_names.sh PROGRAM - output files with the longest names that a file system allows, and outputs to a
# descriptor that is open for input.
. "$(dirname "$0")/shell/expect.sh"
printf 'a,b,label\n1,2,x\n2,3,y\n' >t.csv
export BACKLESS_THREADS=1
train() { "$program" train --data t.csv --net "dense 4, tanh, dense 2" --epochs 1 --quiet "$@"; }
predict() { "$program" predict --model run --data t.csv --quiet "$@"; }
train --out run >/dev/null || complain "the run to begin with"
predict --output right.csv || complain "the answers to begin with"

# ---- The temporary file has another name if its suffix would make the name too long
name_of() { printf "%${1}s" '' | tr ' ' n; }
for n in 206 207 208 230 250 254 255; do
    name=$(name_of $n)
    predict --output "$name" && cmp -s "$name" right.csv || complain "a name of $n bytes"
    predict --output "./$name" && cmp -s "$name" right.csv || complain "the same once more"
    rm -f "$name"
done
expect 4 "File name too long" predict --output "$(name_of 256)"
longest=$(name_of 255)
train --out "$longest" >/dev/null && [ -s "$longest/model.safetensors" ] || complain "a run folder of 255 bytes"
[ -z "$(find . -name '*.tmp' -o -name '*-0*')" ] || complain "not removed: $(find . -name '*.tmp')"

# ---- An output to the descriptor of an input file is refused like an output to that file
cp t.csv before.csv
expect 2 "this file is read as input" sh \
    -c "'$program' predict --model run --data t.csv --output /dev/fd/3 3>>t.csv"
expect 2 "this file is read as input" sh \
    -c "'$program' predict --model run --data t.csv --output /dev/fd/3 3<>t.csv"
"$program" predict --model run --data t.csv --output /dev/stdout --quiet >>t.csv 2>/dev/null
[ $? = 2 ] || complain "standard output is the data"
expect 2 "this file is read as input" \
    sh -c "'$program' predict --model run --data t.csv --output /proc/self/fd/3 3<>run/model.safetensors"
cmp -s t.csv before.csv || complain "the data were written over"
exit $((failures > 0))
