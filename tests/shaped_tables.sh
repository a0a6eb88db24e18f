#!/bin/sh
# shaped_tables.sh PROGRAM - tables whose columns are the pixels of images (--shape): convolutions can be
# used, values are scaled as pixels, and the bits are those of the same images in an IDX file.
. "$(dirname "$0")/shell/expect.sh"
export BACKLESS_THREADS=1
command -v python3 >/dev/null || { echo "SKIP: needs python3, which makes the images"; exit 77; }

# 120 images of 6 x 7, some of whose pixels are always 0, as IDX and as a table in the form of Kaggle's
# digits; and images of 3 x 4 x 5.
python3 - <<'PYTHON'
import random, struct
random.seed(5)
n, rows, cols = 120, 6, 7
images = [[0 if j < 7 else min(255, (i % 3) * 60 + random.randrange(130)) for j in range(rows * cols)]
          for i in range(n)]
images[3][20], images[4][21] = 0, 255
with open("train-images-idx3-ubyte", "wb") as f:
    f.write(struct.pack(">IIII", 0x803, n, rows, cols) + bytes(b for image in images for b in image))
with open("train-labels-idx1-ubyte", "wb") as f:
    f.write(struct.pack(">II", 0x801, n) + bytes(i % 3 for i in range(n)))
def table(name, header, rows_of, label):
    with open(name, "w") as f:
        if header:
            pixels = ["pixel%d" % j for j in range(len(rows_of[0]))]
            f.write(",".join((["label"] if label else []) + pixels) + "\n")
        for i, row in enumerate(rows_of):
            f.write(",".join(([str(i % 3)] if label else []) + [str(x) for x in row]) + "\n")
table("digits.csv", True, images, True)
table("test.csv", True, images, False)
table("bare.csv", False, images, True)
table("tenths.csv", True, [[x / 16 for x in image] for image in images], True)
table("colour.csv", True, [[random.random() for j in range(60)] for i in range(60)], True)
PYTHON
net="conv 3 3x3, tanh, maxpool 2, dense 3"
go="--epochs 2 --rule bp --seed 3 --quiet --no-angles --force"
hash_of() { sed -n 's/.*"weights_hash": "\([0-9a-f]*\)".*/\1/p' "$1/result.json" 2>/dev/null; }

# ---- the bits are those of images
expect 0 "" "$program" train --data train-images-idx3-ubyte --net "$net" $go --out idx
expect 0 "" "$program" train --data digits.csv --shape 1x6x7 --net "$net" $go --out table
[ -n "$(hash_of idx)" ] && [ "$(hash_of idx)" = "$(hash_of table)" ] ||
    complain "a table gives other weights than IDX"
expect 0 "" "$program" train --data digits.csv --shape 6x7 --net "$net" $go --out two
[ "$(hash_of two)" = "$(hash_of table)" ] || complain "6x7 is not 1x6x7"
expect 0 "" "$program" train --data bare.csv --header no --label first --shape 1x6x7 --net "$net" $go \
    --out bare
[ "$(hash_of bare)" = "$(hash_of table)" ] || complain "a table without a header gives other weights"
# Control: another shape for the same numbers gives other bits.
expect 0 "" "$program" train --data digits.csv --shape 1x7x6 --net "$net" $go --out turned
[ "$(hash_of turned)" = "$(hash_of table)" ] && complain "1x7x6 gives the weights of 1x6x7"
# also for a dense net --shape means one scale for all pixels; without it each column has its own
expect 0 "" "$program" train --data digits.csv --shape 1x6x7 --net "dense 3" $go --out shaped
expect 0 "" "$program" train --data train-images-idx3-ubyte --net "dense 3" $go --out flat
[ "$(hash_of shaped)" = "$(hash_of flat)" ] || complain "a dense net has other weights from a shaped table"
expect 0 "" "$program" train --data digits.csv --net "dense 3" $go --out columns
[ "$(hash_of columns)" = "$(hash_of flat)" ] && complain "without --shape columns are scaled like pixels"

# ---- the model stores the shape: eval and predict need no --shape, find columns by name, and read both IDX
# and tables
expect 0 "on 120 examples" "$program" eval --model table --data digits.csv
head -n 1 out.txt >of_table.txt
expect 0 "on 120 examples" "$program" eval --model table --data train-images-idx3-ubyte
head -n 1 out.txt | cmp -s - of_table.txt || complain "the evaluation of IDX differs"
expect 0 "on 120 examples" "$program" eval --model table --data digits.csv --shape 1x6x7
expect 2 "the training set's examples are 1 x 6 x 7" "$program" eval --model table --data digits.csv \
    --shape 1x7x6
expect 0 "120 predictions" "$program" predict --model table --data test.csv --output a.csv
python3 -c '
rows = [line.rstrip("\n").split(",") for line in open("digits.csv")]
with open("mixed.csv", "w") as f:
    for row in rows:
        f.write(",".join(row[::-1]) + "\n")'
expect 0 "120 predictions" "$program" predict --model table --data mixed.csv --output b.csv
cmp -s a.csv b.csv || complain "columns in another order give other answers"
expect 0 "1 x 6 x 7" "$program" info table
expect 0 "images of 6 x 7" "$program" data info digits.csv --shape 1x6x7
expect 0 "error" "$program" compare --data digits.csv --shape 1x6x7 --net "$net" --rules bp,dfa --epochs 1 \
    --quiet
"$program" train --data digits.csv --shape 1x6x7 --net "$net" $go --epochs 3 --out part \
    --max-time 0.000001 >/dev/null 2>&1
expect 0 "" "$program" train --resume part --max-time 0 --quiet
expect 0 "epoch 1" "$program" train --data colour.csv --shape 3x4x5 --net "conv 2 3x3, tanh, dense 3" \
    --rule bp --epochs 1

# ---- numbers of any range are scaled to [0, 1] by one minimum and maximum
expect 0 "" "$program" train --data tenths.csv --shape 1x6x7 --net "$net" $go --out tenths
expect 0 "scaling        1" "$program" info tenths

# ---- refused tables and shapes
expect 2 "has 126 numbers, but an example has 42 features" "$program" train --data digits.csv --shape 3x6x7
expect 2 "has 42 numbers, but an example has 41 features" "$program" train --data digits.csv --shape 1x6x7 \
    --ignore pixel9
for shape in 42 0x6x7 6x 1x2x3x7 axb 1x6x-7 1x65536x65536 99999999999x1x1 "" "1,6,7"; do
    expect 2 "expected channels, rows and columns" "$program" train --data digits.csv --shape "$shape"
done
expect 2 "are 1 x 6 x 7 already" "$program" train --data train-images-idx3-ubyte --shape 1x7x6
expect 0 "epoch 1" "$program" train --data train-images-idx3-ubyte --shape 1x6x7 --rule bp --epochs 1
sed '2s/,0,/,,/' digits.csv >holes.csv
expect 3 'an image (--shape) has no missing values' "$program" train --data holes.csv --shape 1x6x7
expect 2 "an image has no missing values" "$program" train --data holes.csv --shape 1x6x7 --missing impute
# ---- for a model
# A model of images has no columns: which column of a table is the label is told.
awk -F, '{ for (i = 2; i <= NF; i++) printf "%s,", $i; print $1 }' bare.csv >last.csv
expect 0 "column 42 (from 0) is used as the label" "$program" eval --model idx --data last.csv
expect 0 "" "$program" eval --model idx --data bare.csv --label first
grep -q "is used as the label" out.txt && complain "a note about the label that --label names"
# An image has no missing values.
expect 0 "" "$program" train --data digits.csv --shape 1x6x7 --net "$net" $go --out pixels
expect 3 "no value, and there is no mean of this column to fill in" "$program" eval --model pixels \
    --data holes.csv --missing impute
# pixels in other units
awk -F, 'NR == 1 { print } NR > 1 { printf "%s", $1
    for (i = 2; i <= NF; i++) printf ",%g", $i / 255
    print "" }' digits.csv >unit.csv
expect 0 "the numbers of the training set were up to about 255: are the units the same?" "$program" eval \
    --model pixels --data unit.csv
"$program" eval --model pixels --data digits.csv 2>&1 | grep -q "units" &&
    complain "a note about the same units"
sed '2,$s/,0,/,zero,/; 3s/,zero,/,one,/' digits.csv >words.csv
expect 3 "holds words" "$program" train --data words.csv --shape 1x6x7
expect 2 "a convolution needs an image" "$program" train --data digits.csv --net "$net"
grep -qF -- "--shape" out.txt || complain "a convolution on a table: no message about --shape"

[ "$failures" = 0 ] && echo "shaped_tables: all as expected"
exit "$failures"
