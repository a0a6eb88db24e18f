#!/bin/sh
# resume.sh PROGRAM - --resume with a damaged log, and with relative paths in another folder.
. "$(dirname "$0")/shell/expect.sh"
printf 'a,b,label\n1,2,x\n2,3,y\n' >t.csv
printf 'a,b,label\n3,2,x\n2,5,y\n' >test.csv
export BACKLESS_THREADS=1
net="dense 4, tanh, dense 2"
"$program" train --data t.csv --test test.csv --net "$net" --epochs 5 --quiet --out whole >/dev/null
ok() { "$@" >out.txt 2>&1 || { complain "exit $?: $*"; cat out.txt; }; }
resume() { "$program" train --resume run --epochs 6 --quiet; }
epochs() { sed 's/^{"epoch": \([0-9]*\),.*/\1/' run/log.jsonl | tr '\n' ' '; }
fresh() { rm -rf run && cp -r whole run; }
refused() { # FRAGMENT
    cp run/log.jsonl before
    expect 3 "$1" resume
    cmp -s run/log.jsonl before || complain "a log that is refused was changed: $1"
    cmp -s run/model.safetensors whole/model.safetensors || complain "a checkpoint was changed: $1"
}

# ---- The log
fresh && ok resume && [ "$(epochs)" = "1 2 3 4 5 6 " ] || complain "as it is: $(epochs)"
fresh && printf '{"epoch": 6, "tra' >>run/log.jsonl && ok resume
[ "$(epochs)" = "1 2 3 4 5 6 " ] || complain "half a line: $(epochs)"
fresh && printf '{"epoch": 6}\n{"epoch": 7}\n' >>run/log.jsonl && ok resume
[ "$(epochs)" = "1 2 3 4 5 6 " ] || complain "lines after the checkpoint: $(epochs)"
fresh && echo >>run/log.jsonl && ok resume
[ "$(epochs)" = "1 2 3 4 5 6 " ] || complain "an empty last line: $(epochs)"
fresh && sed -i 1G run/log.jsonl && refused "run/log.jsonl, line 2: is not a line of a log"
fresh && sed -i '3s/.*/junk/' run/log.jsonl && refused "line 3: is not a line of a log"
fresh && sed -i '3s/}$//' run/log.jsonl && refused "line 3: is not a line of a log"
fresh && sed -i 3d run/log.jsonl && refused "line 3: is of epoch 4, but the line before it is of epoch 2"
fresh && sed -i '2{h;d};3G' run/log.jsonl && refused "line 2: is of epoch 3"
fresh && sed -i 2p run/log.jsonl && refused "line 3: is of epoch 2"
fresh && sed -i 1d run/log.jsonl && refused "line 1: is of epoch 2, expected epoch 1"
fresh && sed -i 5d run/log.jsonl &&
    refused "line 4: the log ends with epoch 4, but the checkpoint is of epoch 5"
fresh && rm run/log.jsonl && ok resume
[ "$(epochs)" = "6 " ] || complain "a missing log: $(epochs)"
ok "$program" train --resume run --epochs 7 --quiet
[ "$(epochs)" = "6 7 " ] || complain "a second resume after a missing log: $(epochs)"
fresh && : >run/log.jsonl
expect 0 "run/log.jsonl: lines of epochs 1 to 5 are missing" "$program" train --resume run --epochs 6
ok "$program" train --resume run --epochs 7 --quiet
[ "$(epochs)" = "6 7 " ] || complain "a second resume after an empty log: $(epochs)"
size=$(wc -c <whole/log.jsonl)
last=$(tail -n 1 whole/log.jsonl | wc -c)
for cut in 1 2 9 $((last / 2)) $((last - 1)); do
    fresh && head -c $((size - cut)) whole/log.jsonl >run/log.jsonl && ok resume
    ok "$program" train --resume run --epochs 7 --quiet
    [ $cut = 1 ] && expected="1 2 3 4 5 6 7 " || expected="1 2 3 4 6 7 "
    [ "$(epochs)" = "$expected" ] || complain "the last line without $cut bytes: $(epochs)"
done

# ---- A process that ended between the last checkpoint and the result: a resume writes it
cp -r whole lacking
rm lacking/result.json
ok "$program" train --resume lacking --quiet
cmp -s whole/result.json lacking/result.json || complain "a result that is written by a resume differs"
rm lacking/result.json
sed '$d' whole/log.jsonl >lacking/log.jsonl
printf '{"epo' >>lacking/log.jsonl
"$program" train --resume lacking --quiet >/dev/null 2>&1
grep -q '"epoch": 5' lacking/result.json ||
    complain "no result where the last line of the log was lost: $(cat lacking/result.json)"

# ---- Relative paths in another folder: the files that the run began with, or a sentence about --data
hash_of() { sed -n 's/.*"weights_hash": "\(.*\)".*/\1/p' "$1/result.json"; }
fresh && resume >/dev/null
right=$(hash_of run)
mkdir away
fresh
ok sh -c "cd away && '$program' train --resume ../run --epochs 6 --quiet"
[ "$(hash_of run)" = "$right" ] || complain "another folder: other bits"
fresh
cp test.csv away/t.csv
printf 'a,b,label\n9,9,x\n9,9,x\n' >away/test.csv
ok sh -c "cd away && '$program' train --resume ../run --epochs 6 --quiet"
fresh && resume >/dev/null
figure() { sed -n 's/.*"test_loss": \([^,]*\).*/\1/p' run/result.json; }
there=$(figure)
fresh
(cd away && "$program" train --resume ../run --epochs 6 --quiet >/dev/null)
[ "$(figure)" = "$there" ] || complain "another test file of the same name was read"
fresh
mv t.csv moved.csv
expect 3 "say where: --data PATH" sh -c "cd away && '$program' train --resume ../run --epochs 6"
expect 3 "say where: --data PATH" "$program" train --resume run --epochs 6
ok sh -c "cd away && '$program' train --resume ../run --epochs 6 --data ../moved.csv --quiet"
[ "$(hash_of run)" = "$right" ] || complain "--data: other bits"
exit $((failures > 0))
