#!/bin/sh
# docs.sh PROGRAM FOLDER - the pictures of the documents, from short runs on data of the tree and on CIFAR-10,
# which is in the folder that $BACKLESS_TEST_CIFAR names, or where `--data cifar10` finds it. The same
# program writes the same bytes on every machine; tests/docs_pictures.sh compares them with those in
# docs/pictures.
set -eu
program=$1 pictures=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
mkdir -p "$pictures"

"$program" compare --data "$(dirname "$0")/../examples/iris.csv" --test-fraction 0.3 \
    --net "dense 20, tanh, dense 20, tanh, dense 3" --rules bp,fa,dfa,ifa --seeds 3 --batch 8 --epochs 25 \
    --lr 3e-3 --init fanin --out "$folder/iris" --no-report --quiet >/dev/null
"$program" report "$folder"/iris/rule-bp-* "$folder"/iris/rule-dfa-* "$folder"/iris/rule-fa-* \
    --svg "$pictures/iris.svg"
# The rules whose feedback is random.
"$program" report "$folder"/iris/rule-dfa-* "$folder"/iris/rule-fa-* "$folder"/iris/rule-ifa-* \
    --svg "$pictures/alignment.svg"

"$program" explain dfa --net "dense 240, tanh, dense 240, tanh, dense C" --svg "$pictures/wiring_dfa.svg"

# cifar NAME NET: three rules on CIFAR-10, one seed
cifar() {
    "$program" compare --data cifar10 --net "$2" --rules bp,fa,dfa --lr 1e-3 --epochs 4 --out "$folder/$1" \
        --no-report --quiet >/dev/null
    "$program" report "$folder/$1/bp" "$folder/$1/fa" "$folder/$1/dfa" --svg "$pictures/$1.svg"
}
[ -z "${BACKLESS_TEST_CIFAR-}" ] || export BACKLESS_DATA="$BACKLESS_TEST_CIFAR"
if "$program" data info cifar10 >/dev/null 2>&1; then
    cifar cifar_dense "dense 200, tanh, dense 200, tanh, dense C"
    cifar cifar_conv "conv 8 5x5 stride 2, tanh, conv 16 5x5 stride 2, tanh, dense 64, tanh, dense C"
else
    echo "left out: the pictures of CIFAR-10, because the data are not there (backless data get cifar10)"
fi
