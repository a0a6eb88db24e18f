#!/bin/sh
# output_paths.sh PROGRAM - outputs to existing paths: pipes and devices are written, links are kept, and
# folders, inputs and an empty path are refused.
. "$(dirname "$0")/shell/expect.sh"
unset BACKLESS_OUT BACKLESS_OUTPUT BACKLESS_MODEL
printf 'a,b,label\n1,2,x\n2,3,y\n' >t.csv
export BACKLESS_THREADS=1
net="dense 4, tanh, dense 2"
# ok COMMAND...: the command succeeds; its output does not matter
ok() { "$@" >out.txt 2>&1 || { complain "exit $?: $*"; cat out.txt; }; }
train() { "$program" train --data t.csv --net "$net" --epochs 2 --quiet "$@"; }
predict() { "$program" predict --model run --data t.csv --quiet "$@"; }
train --out run >/dev/null || complain "the run to begin with"
ok predict --output right.csv
same() { cmp -s "$1" right.csv || complain "$1 does not hold the answers"; }
no_leftovers() { [ -z "$(find . -name '*.tmp')" ] || complain "not removed: $(find . -name '*.tmp')"; }

# ---- Pipes, devices, descriptors
mkfifo pipe
cat pipe >got &
ok predict --output pipe
wait $!
[ -p pipe ] || complain "the pipe was replaced"
same got
predict --output /dev/stdout >got 2>/dev/null || complain "/dev/stdout"
same got
echo before >got
{ predict --output /dev/fd/3 && echo behind >&3; } 3>>got 2>/dev/null || complain "/dev/fd/3"
[ "$(sed -n '1p;$p' got)" = "before
behind" ] || complain "/dev/fd/3: the file of the descriptor was replaced: $(cat got)"
ln -s /dev/stdout link_to_stdout
predict --output link_to_stdout >got 2>/dev/null || complain "a link to /dev/stdout"
same got
[ -L link_to_stdout ] || complain "a link to /dev/stdout was replaced"
if mknod null c 1 3 2>/dev/null && : 2>/dev/null >null; then
    ok predict --output null
    [ -c null ] || complain "the device was replaced"
    mknod full c 1 7
    expect 4 "full: cannot be written (writing): No space left on device" predict --output full
    [ -c full ] || complain "the full device was replaced"
    ln -s null link_to_null
    ok predict --output link_to_null
    { [ -L link_to_null ] && [ -c null ]; } || complain "a link to a device was replaced"
else
    echo "left out: devices, mknod is not permitted here"
fi
no_leftovers

# ---- Links and permission bits
mkdir real
echo old >real/old.csv
chmod 640 real/old.csv
ln -s old.csv real/hop
ln -s real/hop link
ok predict --output link
{ [ -L link ] && [ -L real/hop ]; } || complain "a link was replaced"
same real/old.csv
[ "$(ls -l real/old.csv | cut -c1-10)" = "-rw-r-----" ] ||
    complain "other permission bits: $(ls -l real/old.csv)"
ln -s real/new.csv dangling
ok predict --output dangling
[ -L dangling ] || complain "a link to nothing was replaced"
same real/new.csv
ln -s loop loop
expect 4 "loop: cannot be written: Too many levels of symbolic links" predict --output loop
expect 4 "real: cannot be written: it is a folder" predict --output real
ln -s real to_folder
expect 4 "it is a folder" predict --output to_folder
expect 4 "cannot be written" predict --output nowhere/answers.csv
mkdir runs && ln -s ../real/model.safetensors runs/model.safetensors
ok train --out runs
{ [ -L runs/model.safetensors ] && [ -s real/model.safetensors ]; } ||
    complain "a link in a run folder was replaced"
ok train --out runs --force
[ -L runs/model.safetensors ] || complain "a link in a run folder was removed by --force"
no_leftovers

# ---- An output that is an input is refused under any name of that file
cp t.csv t.saved
ln t.csv hard.csv
ln -s t.csv soft.csv
for path in t.csv ./t.csv "$folder/t.csv" hard.csv soft.csv real/../t.csv; do
    expect 2 "this file is read as input" predict --output "$path"
done
for path in run/model.safetensors run/../run/model.safetensors; do
    expect 2 "this file is read as input" predict --output "$path"
    expect 2 "this file is read as input" "$program" predict --model run/model.safetensors --data t.csv \
        --output "$path"
done
cmp -s t.csv t.saved || complain "the data were written over"
ok "$program" info run
expect 2 "run/config.json: is a file that this run reads" "$program" train --config run/config.json --force
cp t.csv run/result.json
expect 2 "run/result.json: is a file that this run reads" \
    "$program" train --data run/result.json --net "$net" --epochs 1 --out run --force
expect 2 "run/result.json: is a file that this run reads" train --test run/result.json --out run --force
cmp -s run/result.json t.saved || complain "the test set was replaced"
[ -s run/model.safetensors ] || complain "a run was emptied before it was refused"
expect 2 "t.csv: is a file that this run reads" train --out t.csv
expect 4 "right.csv is a file, expected a folder" train --out right.csv
mkdir letters && for c in a b; do mkdir letters/$c; done
expect 2 "which is the folder of --data" "$program" train --data letters --net "$net" --out ./letters
expect 2 "which is the folder of --data" "$program" compare --data letters --net "$net" --out letters
echo mine >runs/lock
expect 4 "runs/lock: is not the lock of a run" train --out runs --force
[ "$(cat runs/lock)" = mine ] || complain "a file called lock was taken"
rm runs/lock

# ---- Empty paths
empty() { expect 2 "is \"\", expected" "$@"; }
empty train --out ""
empty train --out=
empty train --test ""
empty train --data-dir ""
empty train --label ""
empty train --config ""
empty "$program" train --data "" --net "$net"
empty "$program" train --resume ""
empty predict --output ""
empty "$program" predict --model "" --data t.csv --output x
empty "$program" eval --model "" --data t.csv
empty "$program" bench --json ""
empty "$program" data get mnist --data-dir ""
expect 2 'an argument is ""' "$program" info ""
expect 2 'an argument is ""' "$program" data info ""
BACKLESS_OUT='' expect 2 "in the environment, BACKLESS_OUT" train
BACKLESS_OUT='' expect 2 'out is "", expected a folder' train
BACKLESS_MODEL='' expect 2 "from the environment: BACKLESS_MODEL" "$program" eval --data t.csv
echo '{"out": ""}' >empty.json
expect 2 'empty.json: out is "", expected a folder' train --config empty.json

# ---- bench --json is written in the same way
ln -s real/bench.json bench_link
ok "$program" bench --net "dense 2" --shape 1x1x4 --rules bp --seconds 0.01 --backends portable \
    --json bench_link
{ [ -L bench_link ] && [ -s real/bench.json ]; } || complain "bench --json replaced a link"
expect 4 "it is a folder" "$program" bench --seconds 0.01 --json real
exit $((failures > 0))
