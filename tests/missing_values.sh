#!/bin/sh
# missing_values.sh PROGRAM - a model imputes missing values if its training did, and data info counts them.
. "$(dirname "$0")/shell/expect.sh"
export BACKLESS_THREADS=1

# In the training table some ages are missing and no fares.
awk 'BEGIN {
    print "Id,age,fare,port,kind"
    for (i = 1; i <= 120; i++)
        printf "%d,%s,%d,%s,%s\n", i, (i % 7 ? 20 + i % 40 : ""), 5 + i % 9, (i % 3 ? "S" : "C"),
            (i % 2 ? "yes" : "no")
}' >train.csv
sed 's/,[0-9]*,S,/,?,NA,/' train.csv >holes.csv
sed '$s/,[SC],/,X,/' train.csv >words.csv
quick="--rule linear --epochs 2 --quiet --no-angles"

# ---- the model stores whether missing values are imputed
expect 3 'no value' "$program" train --data train.csv $quick
expect 0 "" "$program" train --data train.csv --missing impute $quick --out run
expect 0 "error" "$program" eval --model run --data train.csv
expect 0 'column "fare": 80 missing values, where the training set had none: '\
'filled in by the mean of its column' \
    "$program" eval --model run --data holes.csv
grep -qF 'column "port": 80 missing values, where the training set had none: treated as none of its words' \
    out.txt ||
    complain "no note about port"
expect 0 "120 predictions" "$program" predict --model run --data holes.csv --output answers.csv
cp answers.csv without.csv
expect 0 "120 predictions" "$program" predict --model run/model.safetensors --data holes.csv \
    --missing impute \
    --output answers.csv
cmp -s answers.csv without.csv || complain "--missing impute gives other predictions than the default"
# --missing refuse still refuses them, and an unknown word is not a missing value
expect 3 'no value' "$program" predict --model run --data holes.csv --missing refuse --output answers.csv
expect 3 'no value' env BACKLESS_MISSING=refuse "$program" eval --model run --data train.csv
expect 3 '"X" is none of the 2 words' "$program" eval --model run --data words.csv
expect 0 "120 predictions" "$program" predict --model run --data words.csv --missing impute \
    --output answers.csv
# a column that is empty in every row of the file
sed '2,$s/,[0-9]*,\([0-9]*\),/,,\1,/' train.csv >empty.csv
expect 0 "120 predictions" "$program" predict --model run --data empty.csv --output answers.csv
# a test file is read with the same rule as the training set, and its notes are printed
expect 0 "" "$program" train --data train.csv --test holes.csv --missing impute $quick
for command in train "compare --rules linear"; do
    expect 0 'test set: column "fare": 80 missing values, where the training set had none' \
        "$program" $command --data train.csv --test holes.csv --missing impute --epochs 1 --angles none
done
# words that only rows have which are held out
sed '$s/,[SC],/,rare,/' train.csv >rare.csv
expect 0 '1 word or missing value occurs only in rows that are held out: column "port=rare"' \
    "$program" train --data rare.csv --missing impute --val "last 5" --rule linear --epochs 1

# --missing impute is stored also if the training table has no missing values. Control: without the option
# they are refused.
sed '/^[0-9]*,,/d' train.csv >full.csv
expect 0 "" "$program" train --data full.csv --missing impute $quick --out full
expect 0 "filled in by the mean" "$program" eval --model full --data train.csv
expect 0 "" "$program" train --data full.csv $quick --out strict
expect 3 'no value' "$program" eval --model strict --data train.csv
expect 3 'no value' "$program" predict --model strict --data train.csv --output answers.csv

# ---- without a mean of each column nothing can be filled in
expect 0 "" "$program" train --data full.csv --missing impute --normalize none $quick --out none
expect 3 'column "age": no value, and there is no mean of this column to fill in' \
    "$program" eval --model none --data train.csv
expect 3 'no value, and there is no mean' "$program" train --data full.csv --test train.csv --missing impute \
    --normalize none $quick
expect 0 "" "$program" eval --model none --data full.csv

# ---- data info counts missing values
expect 0 "missing    17 values in 1 column of the file" "$program" data info train.csv
grep -qE '^ +1  age +17$' out.txt || complain "no count of ages"
expect 0 "missing    177 values in 3 columns" "$program" data info holes.csv
expect 0 '"missing":{"values":177,"columns":[{"name":"age","place":1,"values":17},'\
'{"name":"fare","place":2,"values":80}' \
    "$program" data info holes.csv --json
expect 0 '"missing":{"values":0,"columns":[]}' "$program" data info full.csv --json
"$program" data info full.csv 2>&1 | grep -q missing &&
    complain "missing values are reported although there are none"
expect 3 'no value' "$program" data info train.csv --missing refuse
printf '1,?,x\n2,3,z\n,4,z\n' >bare.csv
expect 0 "missing    2 values in 2 columns" "$program" data info bare.csv
grep -qE '^ +1  column 1 +1$' out.txt || complain "a column without a name is not reported by its number"
# it also counts missing labels, and missing values in columns that training refuses
printf 'a,b,y\n1,?,x\n2,3,\nNA,4,z\n7,5,x\n,6,N/A\n' >labels.csv
expect 0 "2 rows without a label, which is column \"y\", left out here" "$program" data info labels.csv
grep -qF "missing    5 values in 3 columns" out.txt ||
    { complain "labels that are missing are not counted"; cat out.txt; }
# words that mean a missing value in other programs are refused, with advice about missing values and not
# about words
for word in null None NaN - . '#N/A' '<NA>'; do
    awk -v word="$word" 'BEGIN {
        print "a,y";
        for (i = 0; i < 20; i++) printf "%s,%d\n", i == 5 ? word : i, i % 2 }' >foreign.csv
    expect 3 "found \"$word\"; expected a number; \
write a missing value as an empty field, ?, NA or N/A" \
        "$program" train --data foreign.csv --missing impute
done
expect 3 "is not a label" "$program" train --data labels.csv --missing impute $quick
awk 'BEGIN { print "name,a,y"; for (i = 0; i < 300; i++) printf "n%d,%s,%d\n", i, i % 4 ? i : "", i % 2 }' \
    >names.csv
expect 0 'column "name" left out: it has more different words than training accepts' "$program" data info \
    names.csv --label y
expect 3 "more than 256 different words" "$program" train --data names.csv --label y --missing impute $quick
# a validation part in which a column has no value
printf 'a,b,y\n,3,x\n,4,x\n,5,z\n,6,z\n7,8,z\n' >one.csv
expect 0 "to validate on" "$program" data info one.csv --val "last 1"
grep -qE '^ +0  a +- +- +-$' out.txt || { complain "figures of no values"; cat out.txt; }

# ---- compare prints the reader's notes too
expect 0 'column "Id" left out: it numbers the rows' "$program" compare --data train.csv --missing impute \
    --rules linear,bp --net "dense 4, tanh, dense 2" --epochs 1
grep -qF 'column "kind" is used as the label' out.txt || complain "compare does not print the label"
grep -qF 'the label column was chosen as the last column with values' out.txt ||
    complain "compare gives no reason"
"$program" compare --data train.csv --missing impute --rules linear --net "dense 2" --epochs 1 \
    --quiet 2>&1 | grep -q note &&
    complain "--quiet prints notes"

[ "$failures" = 0 ] && echo "missing_values: all as expected"
exit "$failures"
