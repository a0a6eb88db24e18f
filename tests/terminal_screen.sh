#!/bin/sh
# terminal_screen.sh PROGRAM - progress on a terminal of few columns: no line is wider than the terminal, a
# progress line is overwritten without being erased first, and none remains at the end.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/shell/expect.sh"
python3 -c 'import os, pty, termios; os.openpty()' 2>/dev/null ||
    { echo "SKIP: no python3, or no pseudo terminal (/dev/pts)"; exit 77; }
screen() { python3 -S "$here/terminal_screen.py" "$@"; } # -S: python3 starts sooner
# Epochs must take long enough for several redraws. A sanitizer makes them several times longer.
rows=800
widths="60 80 120" line_widths="30 60 100" panel_sizes="60 80 200 60x12" slow_widths="80 100 110"
if [ -n "${QUICK_TESTS:-}" ]; then
    widths="60 80" line_widths="30 100" panel_sizes="60 200 60x12" slow_widths=80
    if is_sanitized; then rows=250 widths=80 line_widths=30 panel_sizes="60 60x12"; fi
    echo "left out: widths of the terminal for which the same code runs (terminal_screen_all tries them)"
fi
awk -v rows=$rows 'BEGIN { print "a,b,kind"
    for (i = 0; i < rows; i++)
        printf "%.4f,%.4f,%s\n", sin(7 * i), cos(5 * i),
            (sin(7 * i) * cos(5 * i) > 0 ? "x" : "y") }' >table.csv

# ---- controls: terminal_screen.py finds each fault
control() { # FAULT BYTES
    printf "$2" >bytes
    expect 1 "$1" screen 20 --replay bytes
}
control "wider than 20 columns" 'a line that is too long\n'
control "a progress line stays" '\repoch 1/9  12 %%\033[K\nrow\n'
control "stays at the end" '\repoch 1/9  12 %%\033[K'
control "erased and written" '\r\033[K\repoch 1/9  12 %%\033[K\r\033[K'
control "an escape sequence" '\033[2J'
control "a progress line stays" '\repoch 1/9  12 %%\033[K\r\nloss   1\033[K\r\nloss   2\033[J\r\033[1A'
control "erased and written" \
    '\repoch 1/9  12 %%\033[K\r\nloss   1\033[J\r\033[1A\r\033[J\repoch 1/9  12 %%\033[K\r\033[J'
control "the cursor goes above" 'row\n\033[3A'
printf '\repoch 1/9  12 %%\033[K\repoch 9/9   9 %%\033[K\r\033[Krow\n' >bytes
expect 0 "2 progress lines" screen 20 --replay bytes

# ---- help: lines are broken between words
help_fits() { # COLUMNS WORD...
    columns=$1
    shift
    expect 0 "0 progress lines" screen "${columns}x400" -- "$program" "$@"
}
for width in $widths; do
    help_fits "$width" help
    help_fits "$width" rules
    [ "$width" = 60 ] || help_fits "$width" nets # its columns of numbers take 53
    for command in train explain data reproduce; do
        help_fits "$width" "$command" --help
    done
done
help_fits 80 train --help
epochs="        passes over the training set (default: from 10 to 50, for 500 to 12000"
grep -qx "  --epochs N" out.txt && grep -qx "$epochs" out.txt ||
    { complain "the help of --epochs is not below it"; cat out.txt; }

# ---- train: one progress line within long epochs, also if standard output is a pipe
for columns in $line_widths; do
    expect 0 "progress lines" screen "$columns" -- \
        sh -c '"$1" train --data table.csv --net "dense 800, tanh, dense 800, tanh, dense 2" --epochs 1 \
        --batch 8 --no-angles >/dev/null' sh "$program"
    grep -q '^[1-9][0-9]* progress lines' out.txt ||
        { complain "no progress at $columns columns"; cat out.txt; }
done

# ---- the panel below the lines of epochs; a single line if there is no room; the options that choose between
# them
panel() { # FRAGMENT SIZE ENVIRONMENT OPTION...
    fragment=$1 size=$2 variables=$3
    shift 3
    expect 0 "$fragment" screen "$size" -- \
        env $variables "$program" train --data table.csv \
        --net "dense 300, tanh, dense 300, tanh, dense 2" --rule dfa --epochs 2 --batch 8 "$@"
    grep -q "^epoch 2/2  train" out.txt || { complain "no line of the last epoch"; cat out.txt; }
}
for size in $panel_sizes; do
    panel "6 rows of a panel" "$size" "LC_ALL=C.UTF-8"
done
panel "6 rows of a panel, 0 colours" 60 "LC_ALL=C NO_COLOR=1"
expect 0 "6 rows of a panel" screen 100 -- \
    "$program" train --data table.csv --json --progress panel \
    --net "dense 300, tanh, dense 300, tanh, dense 2" --rule dfa --epochs 2 --batch 8
panel "0 rows of a panel" 59 "LC_ALL=C"
panel "0 rows of a panel" 80x11 "LC_ALL=C"
panel "0 rows of a panel, 0 colours" 80 "LC_ALL=C" --progress line
panel "0 rows of a panel, 0 colours" 80 "TERM=dumb"
panel "0 progress lines" 80 "LC_ALL=C" --progress none
expect 2 "expected panel, line or none" "$program" train --data table.csv --progress bars
# A terminal that becomes narrower, and tells it late.
narrow() { # STYLE COLUMNS FEWER FRAGMENT
    expect 0 "$4" screen "$2" --narrow "samples/s" "$3" -- \
        "$program" train --data table.csv --progress "$1" \
        --net "dense 300, tanh, dense 300, tanh, dense 2" --rule dfa --epochs 3 --batch 8 --no-angles
}
narrow panel 120 70 "rows of a panel"
narrow line 80 30 "progress lines"
# A terminal that becomes too small, and Ctrl-C.
expect 0 "rows of a panel" screen 80 --resize "angle  at step" 11 -- \
    "$program" train --data table.csv \
    --net "dense 300, tanh, dense 300, tanh, dense 2" --rule dfa --epochs 3 --batch 8
expect 75 "6 rows of a panel" screen 80 --interrupt "angle  at step" -- \
    "$program" train --data table.csv \
    --net "dense 300, tanh, dense 300, tanh, dense 2" --rule dfa --epochs 2000 --batch 8
# Ctrl-C while redraws wait for a slow terminal: none of them may be cut. Where the kernel cuts depends on the
# size of a redraw, and so on the columns.
for size in $slow_widths; do
    expect 75 "6 rows of a panel" screen "$size" --interrupt-slow "loss   " -- \
        "$program" train --data table.csv \
        --net "dense 300, tanh, dense 300, tanh, dense 2" --rule dfa --epochs 2000 --batch 8
done

# A dumb terminal cannot overwrite lines, and a quiet run prints nothing: neither has progress lines.
expect 0 "0 progress lines" screen 60 -- \
    sh -c 'TERM=dumb exec "$1" train --data table.csv --net "dense 400, tanh, dense 400, tanh, dense 2" \
    --epochs 1 --batch 8 --no-angles >/dev/null' sh "$program"
expect 0 "0 progress lines" screen 60 -- \
    sh -c '"$1" train --data table.csv --quiet --net "dense 400, tanh, dense 400, tanh, dense 2" --epochs 1 \
    --batch 8 --no-angles >/dev/null' sh "$program"

[ "$failures" = 0 ] || { echo "$failures failed"; exit 1; }
echo "terminal_screen: as expected"
