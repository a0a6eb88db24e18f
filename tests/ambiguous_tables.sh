#!/bin/sh
# ambiguous_tables.sh PROGRAM - fields that are almost numbers and first lines that may or may not be a
# header: which are refused, which are read, and the messages.
. "$(dirname "$0")/shell/expect.sh"

# column VALUE VALUE VALUE VALUE: writes a table with these values in its second column.
column() {
    printf 'a,b,label\n5,%s,x\n1,%s,y\n8,%s,x\n2,%s,y\n' "$@" >column.csv
}

# refused MESSAGE VALUES...: the table is refused with MESSAGE
refused() {
    words=$1
    shift
    column "$@"
    expect 3 "$words" "$program" data info column.csv
    expect 0 "" "$program" data info column.csv --categorical b # the option that the message suggests works
}

# read_as TEXT VALUES...: the table of columns contains TEXT.
read_as() {
    words=$1
    shift
    column "$@"
    "$program" data info --json column.csv >column.json 2>column.err || complain "$1 ...: $(cat column.err)"
    grep -qF "$words" column.json || complain "$1 ...: no $words in $(cat column.json)"
}

refused 'found "+-1", a sign in another notation' +-1 +-2 +-3 +-4
refused 'found "--1", a sign in another notation' --1 --2 --3 --4
refused 'found "- 1", a sign in another notation' '- 1' '- 2' '- 3' '- 4'
refused 'found "1+2j", a complex number' 1+2j 3+4j 5-6j 1e3-2j
refused 'found "(1+2j)", a complex number' '(1+2j)' '(3+4j)' '(5-6j)' '(1-2j)'
refused 'found "[1 2]", several numbers in one field' '[1 2]' '[3 4]' '[5 6]' '[7 8]'
refused 'found "(1, 2)", several numbers in one field' '"(1, 2)"' '"(3, 4)"' '"(5, 6)"' '"(7, 8)"'
refused 'found "0x1.8p3", a number in another base' 0x1.8p3 0x1p3 0x1p4 0x1.cp1
refused 'found "1.5+100", an exponent in another notation' 1.5+100 2.5-101 3.5+102 4.5+100
refused 'a number in characters that are not ASCII' ௧௨ ௩௪ ௫௬ ௭௮
refused 'a number in characters that are not ASCII' 5·5 6·5 7·1 8·2
refused 'a number in characters that are not ASCII' “5” “6” “7” “8”
refused 'a number in characters that are not ASCII' ½ ¼ ¾ 1½
refused 'an exponent in another notation' 1×10³ 2×10³ 3×10⁴ 4×10⁻²
refused 'a number in quotes of another kind' '`5`' '`6`' '`7`' '`8`'
refused 'found "5 zł", a currency' '5 zł' '6 zł' '7 zł' '8 zł'
refused 'found "7.5G", a letter after a number' 7.5G 1.5G 2.0G 3.5G
refused 'found "1/2", a fraction or two numbers' 1/2 3/4 1/3 2/3
refused '--ignore "b" leaves it out' '555 1234' '555 2345' '555 3456' '555 4567'

# Fields that only resemble dates or such numbers are read as words or numbers.
read_as '"b=2020/01"' 2020/01 2020/02 2021/03 2021/12
read_as '"b=01/02"' 01/02 03/04 05/06 12/31
read_as '"b=(0, 10]"' '"(0, 10]"' '"(10, 20]"' '"(20, 30]"' '"(0, 10]"'
read_as '"b=1.2.3"' 1.2.3 1.2.4 2.0.0 1.3.1
read_as '"b=10.0.0.1"' 10.0.0.1 10.0.0.2 8.8.8.8 10.0.0.1
read_as '"b=12:30"' 12:30 01:15 23:59 00:00
read_as '"b=555-1234"' 555-1234 555-2345 555-3456 555-1234
read_as '"b=4G"' 4G 5G 3G 4G
read_as '"b=x²"' x² x³ y² y³
read_as '"b=A+"' A+ B- C A-
read_as '"name":"b","min":5.0' '" 5"' '" 6 "' '7 ' '" 8"' # also with blanks inside quotes

# ---- First lines

# header CODE TEXT: `data info table.csv` ends with CODE and prints TEXT
header() {
    expect "$1" "$2" "$program" data info table.csv
}

body='5.1,3.5,1.4,0.2,x\n4.9,3.0,1.4,0.2,y\n6.2,3.1,4.4,1.2,x\n'
printf "0,1,2,3,target\n$body" >table.csv
header 0 "note: line 1 is used as the names of the columns (--header no treats it as an example)"
printf "country,2001,2005,2007,2011\nx,5.1,3.5,1.4,0.2\ny,4.9,3.0,1.4,0.2\nx,6.2,3.1,4.4,1.2\n" >table.csv
header 3 'line 1: "country" to "2011" may be names'
printf "2001,2005,2007,2011,grp\n$body" >table.csv
header 3 'line 1: "2001" to "grp" may be names'
expect 0 "x" "$program" data info table.csv --header yes
printf "0,0,0,0,x\n$body" >table.csv # a series that begins at 0
header 0 "examples"
printf "0.1,0.2,0.5,1,2,5,material\n5.1,3.5,1.4,0.2,3,3,x\n4.9,3.0,1.4,0.2,1,2,y\n6.2,3.1,4.4,1.2,0,1,x\n" \
    >table.csv
header 3 'line 1: "0.1" to "material" may be names'

words='red,small,yes\nblue,large,no\nred,large,yes\nblue,small,no\n'
printf "color,size,ok\n${words}color,size,ok\n$words" >table.csv
header 3 "line 6 repeats the header; remove the line, or use --header no"
printf "color,size,ok\n$words" >table.csv # negative control
header 0 "color=red"
printf "$words$words" >table.csv # duplicate examples
header 0 "8 to train on"
printf "red,small,label\n$words" >table.csv
header 3 'may be names of the 3 columns'
printf ',color,size,label\n0,red,small,yes\n1,blue,large,no\n2,red,large,yes\n' >table.csv
header 0 'column "" left out: it numbers the rows'
printf 'v1,v2,,\nham,p,,\nspam,q,,\nham,q,,\n' >table.csv # Excel's empty columns
header 0 'column "unnamed: 2" left out: it has no values'
printf 'a,b,label,\n5,1,x,\n3,4,y,\n' >table.csv
header 0 'column "unnamed: 3" left out: it has no values'
printf '\357\273\277\357\273\277a,b,label\n5,1,x\n3,4,y\n' >table.csv
expect 0 "x" "$program" data info table.csv --ignore a # two byte order marks are not part of the name

# ---- Other files

printf '# made\n1\n+1 1:0.5 3:0.2\n-1 2:0.1\n' >sparse.txt
expect 3 "this is a libsvm (svmlight) file" "$program" data info sparse.txt
printf '1,2 1:0.5\n1 2:0.1\n' >sparse.txt
expect 3 "this is a libsvm (svmlight) file" "$program" data info sparse.txt
printf '1 | a:2 b:3\n-1 | a:1 b:2\n' >sparse.txt
expect 3 "this is a Vowpal Wabbit file" "$program" data info sparse.txt
printf '1\n2\n3\n' >one.txt # negative control
expect 3 "only one column" "$program" data info one.txt
printf 'a,b,label\n1,2,x\n3,4,y\n' >plain.csv
gzip -c plain.csv | gzip -c >twice.csv.gz
expect 3 "a gzip file inside a gzip file" "$program" data info twice.csv.gz
gzip -c plain.csv >once.csv.gz
expect 0 "examples" "$program" data info once.csv.gz
if command -v iconv >/dev/null; then
    printf '长度,宽度,标签\n1,2,甲\n3,4,乙\n' >wide.txt
    for order in LE BE; do
        iconv -f UTF-8 -t "UTF-16$order" wide.txt >wide.csv
        expect 3 "this is text in UTF-16" "$program" data info wide.csv
    done
fi

# ---- Labels

printf 'a,b,label\n1,2,x # sure\n3,4,y\n5,6,x\n2,2,y\n' >table.csv
header 3 'line 2, column "label": found "x # sure", a comment after a label'
expect 0 "x # sure" "$program" data info table.csv --categorical label
printf 'a,b,label\n1,2,x #1\n3,4,y\n5,6,x\n2,2,y\n' >table.csv
header 3 'a comment after a label'
# A # inside a field does not begin a comment.
printf 'a,b,label\n1,2,room #1\n3,4,room #2\n5,6,C#\n2,2,room #2\n' >table.csv
header 0 "room #1"
printf 'label,b\nx,red # c\ny,blue\nx,red\ny,blue\n' >table.csv
expect 3 'column "b": found "red # c", a comment after a word' "$program" data info table.csv --label label
printf 'a,b,label\n1,2,x y\n3,4,x\302\240y\n5,6,z\n' >table.csv
header 0 'differ in blanks and are two classes'
printf 'a,b,label\n1,2,true\n3,4,1\n5,6,0\n2,2,false\n' >table.csv
header 0 'numbers ("1") and words ("true") are both labels'
printf 'a,b,label\n1,2,18446744073709551615\n3,4,1\n' >table.csv
header 3 'numbers beyond 2^31 are classes only as words (--categorical)'

# ---- The first line of a table of words: for a model, its words tell names from values

awk 'BEGIN { for (i = 0; i < 40; i++) print (i % 3 ? "red" : "blue") "," (i % 5 ? "small" : "large") "," \
    (i % 2 ? "yes" : "no") }' >words.csv
"$program" train --data words.csv --rule linear --net "dense 2" --epochs 1 --quiet --out words ||
    complain "train words.csv"
printf 'red,small\nblue,large\nblue,small\n' >three.csv
expect 0 "3 predictions" "$program" predict --model words --data three.csv --output three.txt
printf 'red,small\n' >one.csv
expect 0 "1 prediction" "$program" predict --model words --data one.csv --output one.txt
printf 'colour,size\nblue,large\nred,large\n' >named.csv
expect 0 "2 predictions" "$program" predict --model words --data named.csv --output named.txt
printf 'red,small,yes\nblue,large,no\n' >labelled.csv
expect 0 "on 2 examples" "$program" eval --model words --data labelled.csv
{ printf '"a ""q""",b\n'; cut -d, -f1,3 words.csv; } >quotes.csv
"$program" train --data quotes.csv --rule linear --net "dense 2" --epochs 1 --quiet --out quotes ||
    complain "train quotes.csv"
head -n 2 quotes.csv >row.csv
expect 0 "1 prediction" "$program" predict --model quotes --data row.csv --output row.txt
expect 0 "line 1 is used as the names of the columns" "$program" data info quotes.csv
awk 'BEGIN { print "city,2020,region"
    for (i = 0; i < 20; i++)
        print (i % 3 ? "Oslo" : "Rome") "," 500 + i "," (i % 2 ? "north" : "south") }' >region.csv
expect 0 '"region" occurs in the first line only; if that line has the names of the columns, --header yes' \
    "$program" data info region.csv
expect 0 "" "$program" data info region.csv --header yes
grep -q "occurs in the first line only" out.txt && complain "the note comes with --header yes too"

# ---- Decimal commas in a label whose values are words
awk 'BEGIN { print "a;b;lab"
    for (i = 0; i < 40; i++) print i ";" i % 3 ";" (i % 2 ? "1,5" : "2,5") }' >comma.csv
"$program" train --data comma.csv --decimal comma --categorical lab --label lab --rule linear \
    --net "dense 2" --epochs 1 --quiet --out comma || complain "train comma.csv"
expect 0 "on 40 examples" "$program" eval --model comma --data comma.csv

# ---- Different numbers are printed differently

printf 'a,b,label\n0.1,1700000031,x\n0.10000000000000002,1700000032,y\n' >table.csv
expect 0 '"min":0.1,"mean":0.1,"max":0.10000000000000002' "$program" data info --json table.csv
header 0 "1700000032"

[ "$failures" = 0 ] && echo "ambiguous_tables: all as expected"
exit "$failures"
