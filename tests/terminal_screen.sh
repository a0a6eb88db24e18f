#!/bin/sh
# terminal_screen.sh PROGRAM - progress on a terminal of few columns: no line is wider than the terminal, a
# progress line is overwritten without being erased first, and none remains at the end.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/shell/expect.sh"
python3 -c 'import os, pty, termios; os.openpty()' 2>/dev/null ||
    { echo "SKIP: no python3, or no pseudo terminal (/dev/pts)"; exit 77; }
awk 'BEGIN { print "a,b,kind"
    for (i = 0; i < 2000; i++)
        printf "%.4f,%.4f,%s\n", sin(7 * i), cos(5 * i),
            (sin(7 * i) * cos(5 * i) > 0 ? "x" : "y") }' >table.csv

# ---- the screen itself finds what it should
control() { # FAULT BYTES
    printf "$2" >bytes
    expect 1 "$1" python3 "$here/terminal_screen.py" 20 --replay bytes
}
control "wider than 20 columns" 'a line that is too long\n'
control "a progress line stays" '\repoch 1/9  12 %%\033[K\nrow\n'
control "stays at the end" '\repoch 1/9  12 %%\033[K'
control "erased and written" '\r\033[K\repoch 1/9  12 %%\033[K\r\033[K'
control "an escape sequence" '\033[2J'
printf '\repoch 1/9  12 %%\033[K\repoch 9/9   9 %%\033[K\r\033[Krow\n' >bytes
expect 0 "2 progress lines" python3 "$here/terminal_screen.py" 20 --replay bytes

# ---- train: one progress line within long epochs; with a log in a pipe as well
for columns in 30 60 100; do
    expect 0 "progress lines" python3 "$here/terminal_screen.py" "$columns" -- \
        sh -c '"$1" train --data table.csv --net "dense 800, tanh, dense 800, tanh, dense 2" --epochs 2 \
        --batch 8 --no-angles >/dev/null' sh "$program"
    grep -q '^[1-9][0-9]* progress lines' out.txt ||
        { complain "no progress at $columns columns"; cat out.txt; }
done
# Nothing can be written over on such a terminal, and a quiet run says nothing.
expect 0 "0 progress lines" python3 "$here/terminal_screen.py" 60 -- \
    sh -c 'TERM=dumb exec "$1" train --data table.csv --net "dense 800, tanh, dense 800, tanh, dense 2" \
    --epochs 1 --batch 8 --no-angles >/dev/null' sh "$program"
expect 0 "0 progress lines" python3 "$here/terminal_screen.py" 60 -- \
    sh -c '"$1" train --data table.csv --quiet --net "dense 800, tanh, dense 800, tanh, dense 2" --epochs 1 \
    --batch 8 --no-angles >/dev/null' sh "$program"

[ "$failures" = 0 ] || { echo "$failures failed"; exit 1; }
echo "terminal_screen: as expected"
