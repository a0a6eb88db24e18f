#!/bin/sh
# label_columns.sh PROGRAM - labels in other files than the training set: the class that each means, and
# labels that are refused with their line.
. "$(dirname "$0")/shell/expect.sh"

train() { # FILE OUT OPTION...
    file=$1 out=$2
    shift 2
    "$program" train --data "$file" --net "dense 2" --rule linear --epochs 1 --threads 1 --quiet --force \
        --out "$out" "$@" >out.txt 2>&1 || { complain "train $file"; cat out.txt; }
}

# ---- a file without labels, and a feature as the label column
printf 'a,label\n1,0\n2,1\n3,0\n4,1\n' >train.csv
printf 'a\n1\n2\n' >bare.csv
printf 'a,label\n1,\n2,?\n' >blank.csv
printf '1,0\n2,1\n3,0\n4,1\n' >plain.csv
train train.csv run
expect 3 'bare.csv has no labels to compare the predictions with: it has no column "label"' "$program" eval \
    --model run --data bare.csv
expect 3 "has no labels to compare the predictions with" "$program" eval --model run --data bare.csv --json
expect 3 'column "label" is empty' "$program" eval --model run --data blank.csv
expect 0 "" "$program" predict --model run --data blank.csv --output -
expect 3 'column "a" is one of the features' "$program" eval --model run --data train.csv --label a --json
expect 3 'is one of the features' "$program" eval --model run --data train.csv --label 0
expect 3 'is one of the features' "$program" eval --model run --data bare.csv --label first
expect 0 "error" "$program" eval --model run --data train.csv
train plain.csv plain --header no
expect 3 "is one of the features" "$program" eval --model plain --data plain.csv --header no --label 0
expect 0 "error" "$program" eval --model plain --data plain.csv --header no --label 1

# ---- a number is not the index of a class that has a word as its name
printf 'a,label\n1,benign\n2,malignant\n3,benign\n4,malignant\n' >words.csv
printf 'a,label\n1,1\n2,0\n' >numbers.csv
expect 3 'numbers.csv: line 2, column "label": label "1", which is none of the 2 classes '\
'of the training set ("benign", "malignant")' \
    "$program" train --data words.csv --test numbers.csv --net "dense 2" --rule linear --epochs 1 --quiet
train words.csv words
expect 3 'label "1", which is none' "$program" eval --model words --data numbers.csv
for label in Benign "benign." nan "" 0; do
    printf 'a,label\n1,benign\n2,%s\n' "$label" >one.csv
    expect 3 'one.csv: line 3, column "label"' "$program" eval --model words --data one.csv
done
printf 'a,label\n1, benign\n2,"malignant"\n' >spaces.csv
expect 0 "on 2 examples" "$program" eval --model words --data spaces.csv

# ---- labels are compared by value if they are numbers, by their bytes with --categorical; the model stores
# which
printf 'a,label\n1,01\n2,1.0\n' >value.csv
expect 0 "on 2 examples" "$program" eval --model run --data value.csv
printf 'a,label\n1,01\n2,1\n3,02\n4,2\n' >codes.csv
expect 0 '"outputs":4' "$program" data info codes.csv --categorical label --samples 0 --json
expect 0 '"outputs":2' "$program" data info codes.csv --samples 0 --json
"$program" train --data codes.csv --categorical label --net "dense 4" --rule linear --epochs 1 --quiet \
    --out codes >/dev/null
expect 0 "on 4 examples" "$program" eval --model codes --data codes.csv
expect 3 'line 3, column "label": label "1.0", which is none of the 4 classes' "$program" eval --model codes \
    --data value.csv
printf 'a,label\n1,Yes\n2,yes\n3,No\n' >cases.csv
expect 0 'differ in case and are two classes' "$program" data info cases.csv --samples 0

# ---- rows without a label are counted and refused; labels are not imputed
printf 'a,label\n1,x\n2,\n3,y\n4,NA\n' >some.csv
expect 3 'line 3, column "label": "" is not a label (2 such lines); labels '\
'are not imputed: remove the lines' \
    "$program" train --data some.csv --missing impute
sed '5d' some.csv >one.csv
expect 3 '(1 such line); labels are not imputed: remove the line, or' "$program" train --data one.csv

# ---- a column of dates is not chosen as the label; classes with one example are reported
for date in 2024-01-%02d 1/%d/2024 %d.1.24 "2024-01-%02d 10:00" 2024-01-%02dT10:00:00; do
    awk -v date="$date" 'BEGIN {
        print "day,a,up";
        for (i = 1; i <= 28; i++) printf date ",%d,%d\n", i, i * 7 % 5, i % 2 }' >dates.csv
    expect 0 'column "up" is used as the label' "$program" data info dates.csv --samples 0
done
for word in 1.2.3.4 10-20 a-b-c 1-2/3 12345-1-1 v1.2.3; do
    awk -v word="$word" 'BEGIN {
        print "what,a,up";
        for (i = 1; i <= 28; i++) printf "%s,%d,%d\n", i % 3 ? word : "x", i * 7 % 5, i % 2 }' >words.csv
    expect 0 'column "what" is used as the label' "$program" data info words.csv --samples 0
done
awk 'BEGIN { print "a,price"; for (i = 1; i <= 30; i++) printf "%d,%d\n", i % 7, 1000 + i * i }' >prices.csv
expect 0 'column "price": 30 of the 30 classes have one example each, which is too few to '\
'learn from; --target number treats them' \
    "$program" data info prices.csv --samples 0
expect 0 '1 regression target' "$program" train --data prices.csv --target number --epochs 1
grep -q "have one example" out.txt && complain "regression targets are called classes"
awk 'BEGIN { print "a,name"; for (i = 1; i <= 30; i++) printf "%d,n%d\n", i % 7, i }' >names.csv
expect 0 'have one example each, which is too few to learn from; --label names another column' \
    "$program" data info names.csv --samples 0
awk 'BEGIN { print "a,kind"; for (i = 1; i <= 30; i++) printf "%d,n%d\n", i % 7, i % 15 }' >kinds.csv
"$program" data info kinds.csv --samples 0 2>&1 | grep -q "have one example" &&
    complain "classes of two examples are reported"

# ---- missing regression targets are refused like missing labels; advice for a model differs from that for
# training
awk 'BEGIN { print "a,y"; for (i = 1; i <= 30; i++) printf "%d,%s\n", i, i == 4 ? "" : i % 7 + 0.5 }' >gap.csv
sed '5d' gap.csv >whole.csv
for option in "--loss mse" "--target number" ""; do
    expect 3 'line 5, column "y": "" is not a label (1 such line)' "$program" train --data gap.csv $option
done
"$program" train --data whole.csv --epochs 1 --quiet --out numbers
expect 3 'line 5, column "y": "" is not a label (1 such line)' "$program" eval --model numbers --data gap.csv
printf 'a,y\n1,2\n2,three\n' >three.csv
expect 3 '"three" is not a number, but those of the training set are' "$program" eval --model numbers \
    --data three.csv
printf 'a\n1\n\n3\n' >hole.csv
expect 3 '--missing impute fills them in by the mean of the training set' "$program" predict --model numbers \
    --data hole.csv --output -

printf 'a\n1\n' >alone.csv
expect 0 "1 prediction in alone.txt" "$program" predict --model numbers --data alone.csv --output alone.txt

# ---- a test set with the examples of the training set, and one without labels
expect 0 "the test set has the examples of the training set" "$program" train --data whole.csv \
    --test whole.csv --epochs 1
cp whole.csv copy.csv
expect 0 "the test set has the examples of the training set" "$program" compare --data whole.csv \
    --test copy.csv --epochs 1 --rules bp
"$program" train --data whole.csv --test-fraction 0.2 --epochs 1 2>&1 | grep -q "the test set has" &&
    complain "a drawn test set is called the training set"
sed '2d' whole.csv >less.csv
"$program" train --data whole.csv --test less.csv --epochs 1 2>&1 | grep -q "the test set has" &&
    complain "another test set is called the training set"
cut -d, -f1 whole.csv >blind.csv
expect 3 'a file without labels can be used for predictions, but not as a test set' "$program" train \
    --data whole.csv --test blind.csv

# ---- columns that the model does not use, in files without its label or without names
awk 'BEGIN { print "age,fare,class,survived"
    for (i = 1; i <= 40; i++) printf "%d,%d,%s,%d\n", i, i * 2 % 9, i % 2 ? "First" : "Second", i % 3 % 2 }' \
    >titanic.csv
train titanic.csv titanic --label survived --ignore class
# "class" and "quality" are usual names of labels, but not the name of this model's label.
cut -d, -f1-3 titanic.csv >unlabelled.csv
expect 0 "40 predictions" "$program" predict --model titanic --data unlabelled.csv --output out.csv
awk 'NR == 1 { print "age,fare,quality" } NR > 1 { print NR "," NR % 5 "," NR % 2 }' titanic.csv >quality.csv
expect 3 'it has no column "survived"' "$program" eval --model titanic --data quality.csv
expect 0 "on 40 examples" "$program" eval --model titanic --data quality.csv --label quality
# without names, the third of three columns may be the label, or the column that training left out
awk 'BEGIN { print "id,a,b,y"
    for (i = 1; i <= 40; i++) printf "%d,%d,%d,%g\n", i, i % 7, i % 5, i % 7 * 0.5 + i % 5 * 0.25 }' >ids.csv
"$program" train --data ids.csv --net "dense 1" --rule linear --epochs 2 --threads 1 --quiet --out ids ||
    complain "train ids.csv"
cut -d, -f1-3 ids.csv >named.csv
sed 1d named.csv >bare.csv
"$program" predict --model ids --data named.csv --output named.txt --quiet || complain "predict named.csv"
expect 3 "3 columns, which may be the 2 features and the label, or the features and a column that training" \
    "$program" predict --model ids --data bare.csv --output -
expect 0 "40 predictions" "$program" predict --model ids --data bare.csv --ignore 0 --output bare.txt
[ "$(cut -d, -f2 named.txt)" = "$(cut -d, -f2 bare.txt)" ] || complain "--ignore 0 gives other predictions"
cut -d, -f2-4 ids.csv | sed 1d >right.csv
expect 0 "on 40 examples" "$program" eval --model ids --data right.csv --label last
# a label that the file's columns only suggest is told, for a model too
printf 'kind,a\n0,1\n1,2\n0,3\n' >other_name.csv
expect 0 'test set: column "kind" is used as the label' "$program" train --data train.csv \
    --test other_name.csv --net "dense 2" --rule linear --epochs 1

exit "$failures"
