#!/bin/sh
# tables.sh PROGRAM - an unprepared table with train, eval and predict: words, missing values, an id column,
# columns in another order, and regression targets.
. "$(dirname "$0")/shell/expect.sh"

# same FILE TEXT: the file begins with these lines
same() {
    printf '%s\n' "$2" >wanted.txt
    head -n "$(wc -l <wanted.txt)" "$1" | cmp -s - wanted.txt ||
        { complain "$1 begins with other lines"; head -n 5 "$1"; }
}

# The label depends on class, sex and fare; some ages are missing.
awk 'BEGIN {
    print "PassengerId,Survived,Pclass,Name,Sex,Age,Fare"
    for (i = 1; i <= 600; i++) {
        sex = (i * 7 % 19) % 3 ? "male" : "female"
        class = i % 4 ? 3 : 1
        fare = class == 1 ? 50 + i % 7 : 5 + i % 5
        age = i % 11 ? 20 + i * 7 % 40 : ""
        saved = sex == "female" || (class == 1 && fare > 53)
        printf "%d,%d,%d,\"Person, Nr. %d\",%s,%s,%.2f\n", i, saved, class, i, sex, age, fare
    }
}' >train.csv
# The same people without labels, with columns and rows in another order, and other ids.
awk -F, 'NR == 1 { print "Fare;Sex;PassengerId;Age;Pclass;Name" }
         NR > 1 { printf "%s;%s;P%d;%s;%s;\"%s\"\n", $8, $6, 900 - NR, $7, $3, "no; body" }' train.csv |
    { read -r header; echo "$header"; sort -r; } >test.csv

# One thread, because on a machine that is busy with other tests two threads wait for each other.
export BACKLESS_THREADS=1
net="dense 16, tanh, dense 2"
expect 3 'line 12, column "Age": found "", no value' "$program" train --data train.csv --label Survived \
    --ignore Name --net "$net"
expect 3 'column "Name": more than 256 different words' \
    "$program" train --data train.csv --label Survived --missing impute --net "$net"
expect 0 'column "PassengerId" left out: it numbers the rows' \
    "$program" train --data train.csv --label Survived --missing impute --ignore Name --net "$net" --val 0.1 \
    --test-fraction 0.2 --epochs 60 --batch 20 --lr 0.01 --out run
error=$(sed -n 's/.*"test_error": \([0-9.]*\).*/\1/p' run/result.json)
awk "BEGIN { exit !(${error:-1} < 0.05) }" || complain "test error ${error:-none}, expected below 0.05"

expect 0 "600 predictions" "$program" predict --model run --data test.csv --output plain.csv
same plain.csv "ImageId,Label"
expect 0 "600 predictions" "$program" predict --model run --data test.csv --id-column PassengerId \
    --label-name Survived --output named.csv
head -n 1 named.csv | grep -qx "PassengerId,Survived" || complain "header $(head -n 1 named.csv)"
expect 0 'no id column "passengerid" in this file: the ids are numbers from 1; did you mean "PassengerId"?' \
    "$program" predict --model run --data test.csv --id-column passengerid --output typo.csv
"$program" predict --model run --data test.csv --id-column PassengerId --output typo.csv 2>&1 |
    grep -q "no id column" &&
    complain "an id column that is there is called missing"
expect 0 "600 predictions" "$program" predict --model run --data test.csv --id-column Row --proba \
    --output proba.csv
same proba.csv "Row,0,1"
sed -n 2p proba.csv | grep -qE '^1,[01]\.[0-9]+(e-[0-9]+)?,[0-9.]+(e-[0-9]+)?$' ||
    complain "odds: $(sed -n 2p proba.csv)"

# The predictions, joined by id, are compared with the labels.
awk -F, 'NR > 1 { print "P" 900 - NR "," $2 }' train.csv | sort >truth.txt
tail -n +2 named.csv | sort | join -t, truth.txt - >joined.txt
wrong=$(awk -F, '$2 != $3' joined.txt | wc -l)
[ "$(wc -l <joined.txt)" = 600 ] || complain "$(wc -l <joined.txt) ids came back, expected 600"
[ "$wrong" -lt 30 ] || complain "$wrong of 600 answers are wrong, expected below 30"
# Negative control: if two words of one column are exchanged, most predictions are wrong.
sed 's/;male;/;man;/; s/;female;/;male;/; s/;man;/;female;/' test.csv >swapped.csv
expect 0 "600 predictions" "$program" predict --model run --data swapped.csv --id-column PassengerId \
    --output swapped.out
swapped=$(tail -n +2 swapped.out | sort | join -t, truth.txt - | awk -F, '$2 != $3' | wc -l)
[ "$swapped" -gt 300 ] ||
    complain "$swapped wrong answers with words exchanged, expected many more than $wrong"

# Tables that do not fit the model
sed 's/;female;/;other;/' test.csv >other.csv
expect 3 '"other" is none of the 2 words of the training set' "$program" predict --model run \
    --data other.csv --output o.csv
[ -e o.csv ] && complain "a refused table left a file of predictions"
expect 0 "600 predictions" "$program" predict --model run --data other.csv --missing impute --output o.csv
sed 's/^Fare/Price/' test.csv >renamed.csv
expect 3 'no column "Fare"' "$program" predict --model run --data renamed.csv --output o2.csv
expect 2 "expected a number of examples" "$program" train --data train.csv --val many

# Regression targets
awk 'BEGIN { print "a,b,kind,price"
    for (i = 0; i < 400; i++) { a = (i * 37 % 101) / 50 - 1; b = (i * 53 % 97) / 48 - 1
        printf "%.4f,%.4f,%s,%.4f\n", a, b, i % 2 ? "new" : "old",
            1000 + 300 * a - 200 * b * b + (i % 2 ? 150 : 0) } }' >prices.csv
expect 0 'column "price" has regression targets' \
    "$program" train --data prices.csv --label price --loss mse --net "dense 64, tanh, dense 1" --epochs 150 \
    --batch 16 --lr 0.01 --schedule cosine --test-fraction 0.25 --rule dfa --out price
r2=$(sed -n 's/.*"test_r2": \([0-9.]*\).*/\1/p' price/result.json)
awk "BEGIN { exit !(${r2:-0} > 0.95) }" || complain "r2 ${r2:-none}, expected above 0.95"
expect 0 '"rmse":' "$program" eval --model price --data prices.csv --label price --json
expect 2 "is for classes" "$program" predict --model price --data prices.csv --proba --output p.csv
expect 0 "400 predictions" "$program" predict --model price --data prices.csv --label-name price \
    --output p.csv
paste -d, prices.csv p.csv |
    awk -F, 'NR > 1 { d = $4 - $6; sum += d * d } END { exit !(sqrt(sum / 400) < 60) }' ||
    complain "the answers are not in the targets' unit"
expect 3 "expected whole numbers or words" \
    "$program" train --data prices.csv --label price --loss mse --target class --net "dense 1"
expect 2 "needs classes" "$program" train --data prices.csv --label price --target number --net "dense 1" \
    --loss ce

[ "$failures" = 0 ] && echo "tables: all as expected"
exit "$failures"
