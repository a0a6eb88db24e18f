#!/bin/sh
# data_info.sh PROGRAM - backless data list and info on small sets that this script makes: figures, tables,
# images drawn in characters and in colours; and on Fashion-MNIST, where it is installed.
set -u
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
# Colours are for terminals only: output to a pipe must have none.
export HOME="$folder" LC_ALL=C.UTF-8 TERM=xterm-256color COLORTERM=truecolor
unset BACKLESS_DATA BACKLESS_DATA_DIR XDG_CACHE_HOME NO_COLOR COLUMNS
failures=0

complain() {
    echo "FAILED: $1"
    [ ! -s out.txt ] || sed 's/^/    /' out.txt
    failures=$((failures + 1))
}

# expect CODE FRAGMENT COMMAND...: the exit code, and text somewhere in what is printed
expect() {
    code=$1 fragment=$2
    shift 2
    "$@" >out.txt 2>&1
    found=$?
    [ "$found" = "$code" ] || complain "exit $found, expected $code: $*"
    grep -qF -e "$fragment" out.txt || complain "nothing about \"$fragment\": $*"
}
also() { grep -qF -e "$1" out.txt || complain "nothing about \"$1\" either"; }
has_no() { ! grep -qF -e "$1" out.txt || complain "there should be nothing about \"$1\""; }
is_exactly() { cmp -s "$1" out.txt || { complain "expected:"; sed 's/^/    /' "$1"; }; }
# Removes blanks at the ends of lines, because editors would remove them from the expected text in this file.
trim() { sed 's/ *$//' out.txt >trimmed.txt && mv trimmed.txt out.txt; }

# ---- usage
expect 2 "backless data list" "$program" data
also "backless data info"
also "backless data get"
expect 0 "backless data get NAME" "$program" data --help
also "FILE.part"
expect 0 "--samples N" "$program" data info --help
also "--test-fraction"
expect 0 "--mirror URL" "$program" help data get
expect 0 "backless data " "$program" help
expect 2 'has no command "teach"' "$program" data teach
expect 2 "usage: backless" "$program" data info
expect 2 "unexpected argument" "$program" data info a b
expect 2 "one of the two" "$program" data info a --data b
expect 2 "--samples is" "$program" data info a --samples few
expect 2 "--samples is" "$program" data info a --samples -1
expect 2 "did you mean --samples" "$program" data info a --sample 3
expect 2 "unexpected argument" "$program" data list mnist
expect 3 "missing.csv" "$program" data info missing.csv

# ---- list
expect 0 "not here: backless data get mnist" "$program" data list
also "handwritten digits"
mkdir -p sets/mnist .cache/backless/mnist
expect 0 "$folder/.cache/backless/mnist" "$program" data list
for option in "--data-dir=$folder/sets" "--data-dir $folder/sets"; do
    # shellcheck disable=SC2086
    expect 0 "$folder/sets/mnist" "$program" data list $option
done
BACKLESS_DATA_DIR=$folder/sets expect 0 "$folder/sets/mnist" "$program" data list
BACKLESS_DATA=$folder/sets expect 0 "$folder/sets/mnist, but not all of it" "$program" data list
touch sets/mnist/other-file # a set of another program, whose files have other names
BACKLESS_DATA=$folder/sets expect 0 "$folder/sets/mnist" "$program" data list
has_no "not all of it"
expect 0 "\"name\":\"mnist\"" "$program" data list --json --data-dir "$folder/sets"
also "\"path\":\"$folder/sets/mnist\",\"complete\":true"
touch sets/mnist/train-labels-idx1-ubyte sets/mnist/t10k-labels-idx1-ubyte.gz
expect 0 "not all of it: backless data get mnist" "$program" data list --data-dir sets
touch sets/mnist/train-images-idx3-ubyte.gz sets/mnist/t10k-images-idx3-ubyte
expect 0 "sets/mnist" "$program" data list --data-dir sets
has_no "not all of it"
touch sets/mnist/train-images-idx3-ubyte.gz.part
expect 0 "not all of it" "$program" data list --data-dir sets
expect 0 "\"complete\":false" "$program" data list --data-dir sets --json

# ---- a table
cat >table.csv <<'END'
length,width,kind
1,10,small
2,20,small
3,60,large
-4,30,small
END
cat >expected.txt <<'END'
data       table.csv
source     table.csv
examples   4 to train on
shape      2 columns
values     -4 to 60, mean 15.25
classes    2

        class                              train
     0  large                                  1
     1  small                                  3

        column                                 min        mean         max
     0  length                                  -4         0.5           3
     1  width                                   10          30          60

  example              values
  large                3 60
  small                1 10
  small                2 20
END
expect 0 "table.csv" "$program" data info table.csv --label kind --samples 3
is_exactly expected.txt
expect 0 "table.csv" "$program" data info --data table.csv --label kind --samples 3
is_exactly expected.txt
expect 0 "classes" "$program" data info table.csv --label kind --samples 0
has_no "example  "
expect 0 "1 to validate on" "$program" data info table.csv --label kind --val 1
also "class                              train       val"
also "     1  small                                  2         1"
expect 0 "-4 to 60" "$program" data info table.csv --label kind --samples 1000
also "-4 30"
"$program" data info table.csv --label kind --json >out.txt 2>&1 || complain "--json failed"
{ tr -d '\n' && echo; } >expected.txt <<'END'
{"data":"table.csv","source":"table.csv","train":4,"val":0,"test":0,"shape":[1,1,2],"outputs":2,
"values":{"min":-4.0,"mean":15.25,"max":60.0},
"classes":[{"name":"large","train":1},{"name":"small","train":3}],
"columns":[{"name":"length","min":-4.0,"mean":0.5,"max":3.0},
{"name":"width","min":10.0,"mean":30.0,"max":60.0}],
"missing":{"values":0,"columns":[]},"notes":[]}
END
# The notes of the reader are tested elsewhere.
sed 's/"notes":\[.*\]/"notes":[]/' out.txt >trimmed.txt && mv trimmed.txt out.txt
is_exactly expected.txt

awk 'BEGIN {
    for (i = 0; i < 400; i++) { for (j = 0; j < 25; j++) printf "%d,", i + j; print "c" i % 100 } }' >many.csv
expect 0 "and 80 more (--all shows them)" "$program" data info many.csv
also "and 5 more"
also " ..."
[ "$(wc -L <out.txt)" -le 80 ] || complain "a line is longer than the terminal"
expect 0 "c99" "$program" data info many.csv --all
has_no "more (--all"
also "    24  "

printf 'a,b,kind\n1,2,x\033[31mred\n3,4,\303\244pfel\n5,6,a name that is much longer than the room for it\n' \
    >escapes.csv
expect 0 "x?[31mred" "$program" data info escapes.csv
grep -q "$(printf '\033')" out.txt && complain "a class name reached the terminal with a control character"
also "$(printf '\303\244pfel  ')"
also "a name that is much longer t.. "
odd=$(printf 'odd\377.csv') # a file name that is not UTF-8; JSON output must be
cp table.csv "$odd"
expect 0 '"data":null' "$program" data info "$odd" --json
expect 0 "data       odd?.csv" "$program" data info "$odd"

# ---- images: a gradient from black to white; white above black; a gradient in every other row
slope='\000\125\252\377'
black='\000\000\000\000'
printf '\000\000\010\003\000\000\000\003\000\000\000\004\000\000\000\004' >grey-images-idx3-ubyte
# shellcheck disable=SC2059
printf "$slope$slope$slope$slope\\377\\377\\377\\377\\377\\377\\377\\377\
\\000\\000\\000\\000\\000\\000\\000\\000$slope$black$slope$black" \
    >>grey-images-idx3-ubyte
printf '\000\000\010\001\000\000\000\003\001\000\001' >grey-labels-idx1-ubyte
cat >expected.txt <<'END'
data       grey-images-idx3-ubyte
source     grey-images-idx3-ubyte
examples   3 to train on
shape      images of 4 x 4 (rows x columns), grey
values     0 to 255, mean 106.25
classes    2

        class                              train
     0                                         1
     1                                         2

@@@@   -*@   .-=
       -*@   .-=
0     1     1
END
expect 0 "grey" "$program" data info grey-images-idx3-ubyte
trim
is_exactly expected.txt
expect 0 '"columns":null' "$program" data info grey-images-idx3-ubyte --json
also '"shape":[1,4,4]'
COLUMNS=20 expect 0 "@@@@   -*@   .-=" "$program" data info grey-images-idx3-ubyte
expect 0 "@@@@   -*@" "$program" data info grey-images-idx3-ubyte --samples 2

printf '\000\000\010\004\000\000\000\002\000\000\000\003\000\000\000\002\000\000\000\001'\
'\377\377\000\000\000\000\000\000\000\000\377\377' \
    >colour-images-idx4-ubyte # red, blue
printf '\000\000\010\001\000\000\000\002\000\001' >colour-labels-idx1-ubyte
expect 0 "3 colours" "$program" data info colour-images-idx4-ubyte
also ":  ."

# An image that is wider than the terminal is reduced; alternating black and white columns become grey.
printf '\000\000\010\003\000\000\000\002\000\000\000\002\000\000\001\220' >wide-images-idx3-ubyte
awk 'BEGIN { for (i = 0; i < 800; i++) printf "\\000\\377" }' >wide.txt
# shellcheck disable=SC2059
printf "$(cat wide.txt)" >>wide-images-idx3-ubyte
printf '\000\000\010\001\000\000\000\002\000\001' >wide-labels-idx1-ubyte
COLUMNS=42 expect 0 "====================  ====================" "$program" data info wide-images-idx3-ubyte
[ "$(tail -n 3 out.txt | wc -L)" -le 42 ] || complain "a picture is wider than the terminal"

# ---- the same on a terminal
if command -v script >/dev/null && script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    escape=$(printf '\033')
    # on_terminal VARIABLES PATH: prints what the command shows on a terminal
    on_terminal() {
        script -qec "env $1 '$program' data info $2 --samples 1" /dev/null </dev/null | tr -d '\r' >out.txt
    }
    pair() { printf '%s' "${escape}[38;$1m${escape}[48;$1m▀"; }
    on_terminal "TERM=xterm-256color COLORTERM=truecolor" colour-images-idx4-ubyte
    also "$(pair '2;255;0;0')${escape}[0m"
    on_terminal "TERM=xterm-256color COLORTERM=" colour-images-idx4-ubyte
    also "$(pair '5;196')${escape}[0m"
    on_terminal "TERM=xterm-256color COLORTERM=24bit" grey-images-idx3-ubyte
    also "$(pair '2;255;255;255')$(pair '2;255;255;255')"
    printf '\000\001\001' | dd of=grey-labels-idx1-ubyte bs=1 seek=8 conv=notrunc 2>/dev/null
    on_terminal "TERM=tmux-256color COLORTERM=" grey-images-idx3-ubyte
    also "$(pair '5;16')$(pair '5;240')$(pair '5;248')$(pair '5;231')"
    for plain in "NO_COLOR=1 TERM=xterm-256color COLORTERM=truecolor" "TERM=dumb COLORTERM=truecolor" \
        "TERM=vt100 COLORTERM=" "LC_ALL=C TERM=xterm-256color COLORTERM=truecolor"; do
        on_terminal "$plain" grey-images-idx3-ubyte
        also " -*@"
        grep -q "$escape" out.txt && complain "colours in spite of $plain"
    done
else
    echo "without script, no terminal is tried"
fi

# ---- a set that is installed
if [ -e /usr/share/datasets/fashion-mnist ]; then
    expect 0 "/usr/share/datasets/fashion-mnist" "$program" data list
    expect 0 "60000 to train on, 10000 to test on" "$program" data info fashion-mnist
    also "images of 28 x 28"
    also "0 to 255, mean 72.94"
    also "     9  Ankle boot                          6000      1000"
    also "T-shirt/top                Trouser                    Pullover"
fi
if [ -c /dev/full ]; then
    "$program" data info table.csv --label kind >/dev/full 2>/dev/null
    [ $? = 4 ] || complain "a full standard output was not noticed"
fi

[ "$failures" = 0 ] || { echo "$failures failed"; exit 1; }
echo "everything as expected"
