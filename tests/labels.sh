#!/bin/sh
# labels.sh PROGRAM - labels of other files than the training set: which class each is, and what is refused with its place.
. "$(dirname "$0")/shell/expect.sh"

train() { # FILE OUT OPTION...
    file=$1 out=$2
    shift 2
    "$program" train --data "$file" --net "dense 2" --rule linear --epochs 1 --threads 1 --quiet --force --out "$out" "$@" \
        >out.txt 2>&1 || { complain "train $file"; cat out.txt; }
}

# ---- no labels, or a feature for a label
printf 'a,label\n1,0\n2,1\n3,0\n4,1\n' >train.csv
printf 'a\n1\n2\n' >bare.csv
printf 'a,label\n1,\n2,?\n' >blank.csv
printf '1,0\n2,1\n3,0\n4,1\n' >plain.csv
train train.csv run
expect 3 'bare.csv: no labels to measure against: it has no column "label"' "$program" eval --model run --data bare.csv
expect 3 "no labels to measure against" "$program" eval --model run --data bare.csv --json
expect 3 'column "label" is empty' "$program" eval --model run --data blank.csv
expect 0 "" "$program" predict --model run --data blank.csv --output -
expect 3 'column "a" is one of the features' "$program" eval --model run --data train.csv --label a --json
expect 3 'is one of the features' "$program" eval --model run --data train.csv --label 0
expect 3 'is one of the features' "$program" eval --model run --data bare.csv --label first
expect 0 "error" "$program" eval --model run --data train.csv
train plain.csv plain --header no
expect 3 "is one of the features" "$program" eval --model plain --data plain.csv --header no --label 0
expect 0 "error" "$program" eval --model plain --data plain.csv --header no --label 1

# ---- numbers are no places among words
printf 'a,label\n1,benign\n2,malignant\n3,benign\n4,malignant\n' >words.csv
printf 'a,label\n1,1\n2,0\n' >numbers.csv
expect 3 'numbers.csv: line 2, column "label": label "1", which is none of the 2 classes of the training set ("benign", "malignant")' \
    "$program" train --data words.csv --test numbers.csv --net "dense 2" --rule linear --epochs 1 --quiet
train words.csv words
expect 3 'label "1", which is none' "$program" eval --model words --data numbers.csv
for label in Benign "benign." nan "" 0; do
    printf 'a,label\n1,benign\n2,%s\n' "$label" >one.csv
    expect 3 'one.csv: line 3, column "label"' "$program" eval --model words --data one.csv
done
printf 'a,label\n1, benign\n2,"malignant"\n' >spaces.csv
expect 0 "on 2 examples" "$program" eval --model words --data spaces.csv

# ---- numbers by value, texts by their bytes where --categorical says so; the model knows which
printf 'a,label\n1,01\n2,1.0\n' >value.csv
expect 0 "on 2 examples" "$program" eval --model run --data value.csv
printf 'a,label\n1,01\n2,1\n3,02\n4,2\n' >codes.csv
expect 0 '"outputs":4' "$program" data info codes.csv --categorical label --samples 0 --json
expect 0 '"outputs":2' "$program" data info codes.csv --samples 0 --json
"$program" train --data codes.csv --categorical label --net "dense 4" --rule linear --epochs 1 --quiet --out codes >/dev/null
expect 0 "on 4 examples" "$program" eval --model codes --data codes.csv
expect 3 'line 3, column "label": label "1.0", which is none of the 4 classes' "$program" eval --model codes --data value.csv
printf 'a,label\n1,Yes\n2,yes\n3,No\n' >cases.csv
expect 0 'differ in case and are two classes' "$program" data info cases.csv --samples 0

exit "$failures"
