#!/bin/sh
# unknown_words.sh PROGRAM - unknown words are refused by one message with a suggestion, and exit code 2.
tree=$(cd "$(dirname "$0")/.." && pwd)
. "$tree/tests/shell/expect.sh"

printf 'a,b,class\n1,2,x\n2,3,y\n1,3,x\n2,2,y\n4,1,x\n0,5,y\n' >t.csv

# refused FRAGMENT ARGUMENT...: exit code 2, and one line on standard error that contains FRAGMENT
refused() {
    fragment=$1
    shift
    "$program" "$@" >stdout.txt 2>stderr.txt
    found=$?
    [ "$found" = 2 ] || complain "exit $found, expected 2: $*"
    [ "$(wc -l <stderr.txt)" = 1 ] && [ ! -s stdout.txt ] ||
        complain "not one line: $*: $(cat stderr.txt stdout.txt)"
    grep -qF -e "$fragment" stderr.txt || complain "nothing about '$fragment': $*: $(cat stderr.txt)"
}

# ---- commands
refused 'no command "trian"; did you mean "train"?' trian --data t.csv
refused 'did you mean "eval"?' evaluate
refused 'did you mean "eval"?' EVAL
refused 'did you mean "train"?' fit
refused 'did you mean "help"?' helpp
refused 'did you mean "predict"?' help pedict
refused 'backless data get NAME' download mnist
refused 'backless --version' -V
refused 'as in: backless train --data' --data t.csv
refused 'backless help lists them' xyzzy
refused 'did you mean "list"?' data lst
refused 'did you mean "get"?' data download mnist
refused 'data info NAME|PATH' data xyzzy

# ---- options: spellings of other programs, of other cases, of other commands
for pair in batch-size:batch batch_size:batch bs:batch BATCH:batch learning-rate:lr learning_rate:lr \
    lr_schedule:schedule \
    epoch:epochs n_epochs:epochs num-epochs:epochs Epochs:epochs optimiser:optimizer val-split:val \
    validation_split:val \
    test_size:test-fraction random_state:seed output_dir:out outt:out num_workers:threads label_col:label \
    sep:separator loss_function:loss criterion:loss early-stopping:patience labl:label quite:quiet; do
    refused "no option --${pair%:*}; did you mean --${pair#*:}?" train --data t.csv "--${pair%:*}" 3
    refused "no option --${pair%:*}; did you mean --${pair#*:}?" train --data t.csv "--${pair%:*}=3"
done
for word in hidden hidden_layers activation layers dropout units; do
    refused '--net "dense 100, tanh, dense 10"' train --data t.csv "--$word" 3
done
refused '--optimizer "sgd momentum 0.9' train --momentum 0.9
refused '--optimizer "adam weight-decay' train --weight_decay 0.01
refused '--quiet' train --data t.csv --verbose
refused 'there is one engine' train --data t.csv --device cuda
refused 'backless train --help lists them' train --xyzzy 3
refused 'an option of: train, compare' eval --epochs 3
refused '--batch is an option of: train, compare' eval --batch-size 3
refused 'did you mean --rule?' train --rules dfa
refused 'did you mean --model?' eval --checkpoint run
refused 'did you mean --output?' predict --out answers.csv
refused 'did you mean --rules?' bench --rule dfa
for pair in q:quiet e:epochs b:batch o:out n:net s:seed j:threads epochs:epochs lr:lr; do
    refused "no option -${pair%:*}; did you mean --${pair#*:}?" train --data t.csv "-${pair%:*}" 3
done
refused 'messages are shown unless --quiet' train -v --data t.csv
refused '--model is missing' predict -o answers.csv # -o is short for --output
refused 'two short ones: --epochs' train –epochs 3
refused 'two short ones: --epochs' train ——epochs 3
expect 0 "backless train" "$program" train -h
long=$(printf 'x%.0s' $(seq 1 300))
refused 'backless train --help lists them' train "--$long" 3
echo '{"batch_size": 3}' >c.json
refused 'c.json: no option "batch_size"; did you mean "batch"?' train --data t.csv --config c.json

# ---- values
for pair in DFA:dfa Dfa:dfa dfaa:dfa BP:bp; do
    refused "no rule \"${pair%:*}\"; did you mean \"${pair#*:}\"?" train --rule "${pair%:*}"
    refused "no rule \"${pair%:*}\"; did you mean \"${pair#*:}\"?" compare --data t.csv \
        --rules "frozen,${pair%:*}"
    refused "no rule \"${pair%:*}\"; did you mean \"${pair#*:}\"?" bench --rules "${pair%:*}"
    refused "no rule \"${pair%:*}\"; did you mean \"${pair#*:}\"?" rules "${pair%:*}"
done
refused 'backpropagation is written bp' train --rule backprop
refused 'did you mean "1x800"?' bench --nets 1x80
refused 'did you mean "lenet"?' nets lent
refused 'layer 2 "sigmoid": no such layer; the function 1 / (1 + exp(-a)) is written logistic' \
    train --data t.csv --net "dense 5, sigmoid, dense 2"
if "$program" data get https://127.0.0.1:1/x --sha256 "$(printf '%064d' 0)" --to /dev/null/x 2>&1 |
    grep -q "cannot fetch"; then
    echo "left out: data get NAME, this build cannot fetch"
else
    refused 'no data set is called "MNIST"; did you mean "mnist"?' data get MNIST
fi
expect 3 'did you mean "fashion-mnist"?' "$program" train --data Fashion_MNIST
expect 3 'did you mean t.csv?' "$program" train --data tt.csv
expect 3 'no label column "clas"; did you mean "class"?' "$program" train --data t.csv --label clas
expect 3 'did you mean "class"?' "$program" train --data t.csv --label Class
expect 3 'the file has columns 0 to 2' "$program" train --data t.csv --label xyzzy
expect 3 'did you mean "b"?' "$program" train --data t.csv --ignore B

# ---- files, folders, and columns of a file for a model
"$program" train --data t.csv --epochs 1 --quiet --out runs/first || complain "train: exit $?"
sed '1s/a,b,class/A,b,klass/' t.csv >other.csv
sed '1s/class/klass/' t.csv >klass.csv
expect 3 'did you mean runs/first?' "$program" eval --model runs/frist --data t.csv
expect 3 'did you mean runs/first?' "$program" eval --model rnus/first --data t.csv
expect 3 'did you mean runs/first/config.json?' "$program" train --resume runs/firts
expect 3 'did you mean ./t.csv?' "$program" train --data ./tt.csv
expect 3 'did you mean c.json?' "$program" train --data t.csv --config cc.json
expect 3 'xyzzy.csv: no such file or folder, and no data set of that name; there are: ' "$program" train \
    --data xyzzy.csv
expect 3 'which is feature 0 (from 0) of the training set; the nearest is "A"' "$program" eval \
    --model runs/first --data other.csv
expect 3 'it has no column "class" (the nearest is "klass")' "$program" eval --model runs/first \
    --data klass.csv
expect 3 'it has no column "clas" (the nearest is "class")' "$program" eval --model runs/first --data t.csv \
    --label clas

# ---- a file or set without --data, several rules, and an option of other programs
refused 'did you mean --data t.csv?' train t.csv
refused 'did you mean --data fashion-mnist?' compare fashion-mnist
refused 'did you mean --model t.csv?' eval t.csv --data t.csv
refused 'did you mean --rule dfa?' train dfa --data t.csv
refused 'a list has commas: --rules bp,dfa' compare --data t.csv --rules bp dfa
refused 'no rule "dfaa"; did you mean "dfa"?' explain dfaa
refused 'unexpected argument "none.csv"; usage: backless train' train none.csv
refused 'unexpected argument "other"; usage: backless train' train --data t.csv other
refused 'backless compare --rules dfa,bp trains several' train --data t.csv --rule dfa,bp
refused '--rule fa: compare takes a list of rules, --rules' compare --data t.csv --rules bp --rule fa
refused 'did you mean --lr?' train --data t.csv --rate 0.1

# ---- variables
BACKLESS_BATCH_SIZE=3 expect 0 \
    "the environment variable BACKLESS_BATCH_SIZE is not followed: no option has \
this name; did you mean BACKLESS_BATCH?" \
    "$program" train --data t.csv --epochs 1
BACKLESS_EPOCH=3 expect 0 "did you mean BACKLESS_EPOCHS?" "$program" train --data t.csv --epochs 1
BACKLESS_XYZZY=3 expect 0 "BACKLESS_XYZZY is not followed" "$program" rules
BACKLESS_EPOCH=3 expect 0 "" "$program" train --data t.csv --epochs 1 --quiet
[ ! -s out.txt ] || complain "a note in spite of --quiet: $(cat out.txt)"
env BACKLESS_DATA=/tmp BACKLESS_EPOCHS=1 BACKLESS_TEST_DATA=x BACKLESS_MODEL=x BACKLESS_THREADS=1 \
    BACKLESS_PYTHON=x "$program" train --data t.csv >out.txt 2>&1 || complain "known variables: exit $?"
! grep -q "is not followed" out.txt || complain "a known variable is not known: $(cat out.txt)"
# the variables that the Python package, its notebooks and the tests read
read_by_python=$(cd "$tree" && grep -rhoE 'environ(\.get\(|\[)\\?"BACKLESS_[A-Z_]+' python tests docs |
    grep -oE 'BACKLESS_[A-Z_]+' | sort -u)
case $read_by_python in
*BACKLESS_LIBRARY*) ;;
*) complain "the variables of the Python package are not found: $read_by_python" ;;
esac
for name in $read_by_python; do
    env "$name=x" "$program" nets 2>&1 | grep "$name is not followed" &&
        complain "$name, which Python reads, is not known"
done

# a path below a file: the message suggests the file, and never the path itself
expect 3 'no such file or folder; did you mean t.csv?' "$program" train --data t.csv/
expect 3 'no such file or folder; did you mean t.csv?' "$program" train --data t.csv/x.csv
ln -s nothing link.csv
"$program" train --data link.csv 2>&1 | grep -q 'did you mean link.csv' &&
    complain "a link to nothing is suggested for itself"
refused '--resume t.csv: is a file, expected the folder of a run' train --resume t.csv

# missing arguments are named in the message
refused '--model is missing; usage: backless eval' eval --data t.csv
refused '--data is missing; usage: backless eval' eval --model run
refused '--data is missing; usage: backless predict' predict --model run --output answers.csv
refused '--output (- for standard output) is missing; usage: backless predict' predict --model run \
    --data t.csv

exit $((failures > 0))
