#!/bin/sh
# compare_terminal.sh PROGRAM - compare on a terminal of few columns: the table, the text around it and the
# progress lines fit, also for pictures in folders; and the note about a busy machine.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/shell/expect.sh"
python3 -c 'import os, pty, termios, zlib; os.openpty()' 2>/dev/null ||
    { echo "SKIP: no python3, or no pseudo terminal (/dev/pts)"; exit 77; }
# Rules must train long enough for several redraws. A sanitizer makes them several times slower.
rows=1000
is_sanitized && rows=200
awk -v rows=$rows 'BEGIN { print "Id,a,b,kind"
    for (i = 1; i <= rows; i++)
        printf "%d,%.4f,%.4f,%s\n", i, sin(7 * i), cos(5 * i),
            (sin(7 * i) * cos(5 * i) > 0 ? "x" : "y") }' >table.csv
awk 'BEGIN { print "a,b,y"
    for (i = 0; i < 200; i++) {
        a = sin(7 * i); b = cos(5 * i);
        printf "%.4f,%.4f,%.4f\n", a, b, 3 * a - 2 * b + 10
    } }' >line.csv
screen() { # CODE FRAGMENT COLUMNS OPTION...
    code=$1 fragment=$2 columns=$3
    shift 3
    expect "$code" "$fragment" python3 "$here/terminal_screen.py" "$columns" -- "$program" compare "$@"
}
views() { sed -n 's/^\([0-9]*\) progress lines$/\1/p' out.txt; }

# ---- In 60 columns the table keeps all of its usual columns; optional ones without room are left out
screen 0 "init   lr" 60 --data table.csv --test-fraction 0.2 --epochs 20
for rule in bp fa dfa ifa drtp usf kp dkp adfa pepita frozen linear; do
    grep -q "^$rule  *[0-9.]* %" out.txt || complain "no row for $rule at 60 columns"
done
[ "$(views)" -gt 3 ] || { complain "no progress for epochs that are shorter than its pauses"; cat out.txt; }
screen 0 "test rmse     r2  angles" 60 --data line.csv --target number --test-fraction 0.2 --epochs 3
screen 0 "terminal   60 columns are too few for: " 60 --data table.csv --test-fraction 0.2 --val 0.2 \
    --epochs 3 --rates 1e-3,1e-2 \
    --net "dense 9, tanh, dense 9, tanh, dense 9, tanh, dense 9, tanh, dense 9, tanh, dense 2" \
    --rules bp,dfa,pepita,linear
grep -q "^dfa .* [0-9.]* \.\.  *[0-9]*: [0-9.]* %, " out.txt ||
    { complain "angles and best epoch at 60 columns"; cat out.txt; }
screen 0 "train error" 24 --data table.csv --epochs 3 --rules bp,dfa
screen 0 "samples/s  init    lr" 200 --data table.csv --epochs 3 --rules bp,dfa
# COLUMNS limits the width if it is less than that of the terminal; output to a file is not shortened.
expect 0 "angles    samples/s" python3 "$here/terminal_screen.py" 60 -- env COLUMNS=200 "$program" compare \
    --data table.csv --epochs 2 --rules bp
expect 0 "angles    samples/s" sh \
    -c 'COLUMNS=60 python3 "$0" 200 -- env COLUMNS=60 "$1" compare --data table.csv --epochs 2 --rules bp' \
    "$here/terminal_screen.py" "$program"
COLUMNS=60 "$program" compare --data table.csv --epochs 2 --rules bp >table.txt 2>err.txt
grep -q "angle per block (deg)       samples/s  init    lr" table.txt ||
    { complain "a table in a file"; cat table.txt; }
[ "$(grep -c "$(printf '\r')" err.txt)" = 0 ] || complain "progress lines in a file"

# ---- Ctrl-C on the terminal
expect 75 'not run: dfa,' python3 "$here/terminal_screen.py" 60 --interrupt "bp 1/3: epoch " \
    -- "$program" compare --data table.csv \
    --net "dense 600, tanh, dense 600, tanh, dense 2" --epochs 2000 --rules bp,dfa,linear
expect 75 'stopped while choosing a rate for bp, before the' python3 "$here/terminal_screen.py" 60 \
    --interrupt "bp 1/3 at 1e-3: epoch " -- \
    "$program" compare --data table.csv --net "dense 600, tanh, dense 600, tanh, dense 2" --epochs 2000 \
    --rules bp,dfa,linear --rates 1e-3

# ---- folders of pictures, whose names are the classes
python3 - <<'EOF'
import os, random, struct, zlib
random.seed(1)
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
for part, n in (("train", 30), ("test", 8)):
    for kind in ("lying", "standing", "very long name of a class indeed"):
        os.makedirs(f"pictures/{part}/{kind}")
        for i in range(n):
            k = random.randrange(8)
            rows = [bytes([0] + [255 if (y if kind == "lying" else x) == k and kind[0] != "v"
                                 else random.randrange(60)
                                 for x in range(8)]) for y in range(8)]
            with open(f"pictures/{part}/{kind}/{i}.png", "wb") as file:
                file.write(b"\x89PNG\r\n\x1a\n" +
                           chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)) +
                           chunk(b"IDAT", zlib.compress(b"".join(rows))) + chunk(b"IEND", b""))
EOF
if "$program" data info pictures --samples 0 >/dev/null 2>&1; then
    screen 0 "left out   ifa, pepita: the rule is not defined for this" 60 --data pictures --epochs 3 \
        --net "conv 4 3x3, tanh, maxpool 2, dense 9, tanh, dense 3"
    tr '\n' ' ' <out.txt | tr -s ' ' | grep -q "classes: lying, standing, very long name of a c" ||
        { complain "names of classes"; cat out.txt; }
    grep -q "^bp " out.txt && grep -q "^linear " out.txt && ! grep -q "^ifa " out.txt ||
        { complain "rows"; cat out.txt; }
else
    echo "SKIP of pictures: this build reads no PNG"
fi

# ---- this program and another one on the same core: half of the time is spent waiting, and a note says so
if [ -r /proc/self/schedstat ] && command -v taskset >/dev/null; then
    core=$(taskset -cp $$ | sed 's/.*: \([0-9]*\).*/\1/')
    taskset -c "$core" timeout 100 sh -c 'while :; do :; done' &
    busy=$!
    expect 0 "samples/s with ~ are too low to be compared" taskset -c "$core" "$program" compare \
        --data table.csv --rules bp,dfa --net "dense 300, tanh, dense 300, tanh, dense 2" --epochs 5
    grep -q "^bp .* ~[0-9]" out.txt ||
        { complain "no mark at a speed that was measured on a busy core"; cat out.txt; }
    kill $busy
    wait $busy 2>/dev/null
fi

[ "$failures" = 0 ] || { echo "$failures failed"; exit 1; }
echo "compare_terminal: as expected"
