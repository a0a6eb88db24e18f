#!/bin/sh
# tables_input.sh PROGRAM - tables from standard input and named pipes, and tables with decimal commas in all
# commands: predict and eval use the table format that the model stores.
. "$(dirname "$0")/shell/expect.sh"

export BACKLESS_THREADS=1
awk 'BEGIN { print "a;b;label"
    for (i = 0; i < 60; i++)
        printf "%d,%d;%d,5;%s\n", i % 7, i % 10, i * 3 % 11, (i % 7 > 3 ? "x" : "y") }' >commas.csv
tr ',' '.' <commas.csv >points.csv
settings="--rule linear --epochs 2 --quiet"

# Decimal commas
expect 3 'line 2, column "a": found "0,0", a decimal comma' "$program" train --data commas.csv \
    --net "dense 2" $settings
expect 0 "" "$program" train --data commas.csv --decimal comma --net "dense 2" $settings --out commas
expect 0 "" "$program" train --data points.csv --net "dense 2" $settings --out points
expect 0 "60 examples" "$program" eval --model commas --data commas.csv
cp out.txt commas.txt
expect 0 "60 examples" "$program" eval --model points --data points.csv
cmp -s out.txt commas.txt || complain "commas and points teach different things"
expect 3 'found "0.0", a point, although the decimal sign is a comma' "$program" eval --model commas \
    --data points.csv
expect 0 "60 examples" "$program" eval --model commas --data points.csv --decimal point
expect 3 "--decimal comma reads it" "$program" predict --model points --data commas.csv --output -
expect 2 "expected one of: auto point comma" "$program" eval --model points --data points.csv --decimal dot

# Standard input
expect 0 "60 examples" sh -c '"$1" eval --model points --data - <points.csv' - "$program"
expect 0 "60 examples" sh -c 'gzip -c points.csv | "$1" eval --model points --data -' - "$program"
expect 0 "60 examples" sh -c 'cat points.csv | "$1" eval --model points --data /dev/stdin' - "$program"
expect 0 "ImageId,Label" sh -c '"$1" predict --model points --data - --output - <points.csv' - "$program"
expect 0 "standard input" sh -c '"$1" data info - <points.csv' - "$program"
expect 0 "linear" sh -c '"$1" compare --rules bp,linear --net "dense 3, tanh, dense 2" --epochs 1 --data - \
    --test-fraction 0.3 \
    --quiet <points.csv' - "$program"
expect 3 "standard input: is empty" sh -c '"$1" eval --model points --data - </dev/null' - "$program"
expect 2 "standard input: can be read only once" \
    sh -c '"$1" train --data - --test - --net "dense 2" --rule linear <points.csv' - "$program"
expect 0 "" sh -c '"$1" train --data - --net "dense 2" --rule linear --epochs 1 --quiet --out piped \
    <points.csv' - "$program"
expect 0 "" sh -c '"$1" train --resume piped --epochs 2 --quiet <points.csv' - "$program"
expect 0 "" "$program" train --resume piped --epochs 3 --quiet --data points.csv
expect 3 "is empty" sh -c '"$1" train --resume piped --epochs 4 --quiet </dev/null' - "$program"
mkfifo pipe
cat points.csv >pipe &
expect 0 "60 examples" "$program" eval --model points --data pipe
kill $! 2>/dev/null

# In a table of one column an empty line is a row with a missing value.
printf 'x,label\n1,p\n2,q\n,q\n3,p\n' >train.csv
printf 'x\n1\n\n3\n' >test.csv
expect 0 "" "$program" train --data train.csv --missing impute --net "dense 2" --rule linear --epochs 1 \
    --quiet --out one
expect 0 "3,p" "$program" predict --model one --data test.csv --missing impute --output - --quiet
[ "$(wc -l <out.txt)" = 4 ] || complain "$(wc -l <out.txt) lines of answers, expected 4"

# The decisions of the reader are printed.
printf '# measured in 2020\n"a" "b" "label"\n"r1" 1 2 "x"\n"r2" 3 5 "y"\n' >rows.txt
expect 0 "lines that begin with # are left out" "$program" data info rows.txt
expect 0 "columns are separated by blanks" "$program" data info rows.txt
expect 0 "their first fields are names of the rows" "$program" data info rows.txt

[ "$failures" = 0 ] && echo "tables_input: all as expected"
exit "$failures"
