#!/bin/sh
# docs.sh PROGRAM FOLDER - the pictures of the documents, from short runs on data of the tree. The same
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
