#!/bin/sh
# untrusted_files.sh PROGRAM - arrays, archives and images, both unusual files of other programs and malicious
# ones, are read correctly or refused by name, in a few megabytes of memory and without delay.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/shell/expect.sh"
python3 -c 'import zipfile, zlib' 2>/dev/null || { echo "SKIP: no python3"; exit 77; }
python3 "$here/untrusted_files.py" || { echo "FAILED: untrusted_files.py"; exit 1; }

info() { timeout 20 "$program" data info "$1" --samples 0 --json; }
run() { # FILE OUT OPTION...
    file=$1 out=$2
    shift 2
    "$program" train --data "$file" --rule linear --epochs 1 --threads 1 --quiet \
        --out "$out" "$@" >out.txt 2>&1 ||
        { complain "train $file"; cat out.txt; }
}

# ---- labels and names of arrays
expect 0 '{"name":"cat","train":2},{"name":"dog","train":1},{"name":"é","train":1}' info text.npz
expect 0 '{"name":"cat","train":2},{"name":"dog","train":1},{"name":"é","train":1}' info big.npz
expect 0 '{"name":"cat","train":2},{"name":"cow","train":1},{"name":"dog","train":1}' info bytes.npz
expect 0 '{"name":"-1","train":2},{"name":"1","train":1},{"name":"7","train":1}' info negative.npz
expect 3 "numpy.argmax" info onehot.npz
expect 3 "dates (datetime64)" info dates.npz
expect 3 'both "x" and "X" may be the examples' info two.npz
expect 3 'both "x" and "X" may be the examples' "$program" data info told.npz --label digit
expect 0 '"train":4,"val":0,"test":4' info parts.npz
run order.npz order --net "dense 2"
for file in order fortran; do
    "$program" predict --model order --data $file.npz --proba --output $file.csv --quiet ||
        complain "predict $file.npz"
done
cmp -s order.csv fortran.csv || complain "Fortran order means other examples"
run bytes.npz bytes --net "dense 3"
expect 3 "label 0 in row 0 (from 0), which is none of the 3 classes" "$program" eval --model bytes \
    --data numbers.npz
expect 3 'row 3, counted from 0: label "é", which is none' "$program" eval --model bytes --data text.npz
expect 3 "has no labels to compare the predictions with" "$program" eval --model order --data bare.npz

# ---- decompression bombs, with less memory than they unpack to. (A sanitizer needs terabytes of address
# space, so there is no limit with one.)
limit=400000
(ulimit -v $limit && "$program" --version) >/dev/null 2>&1 || limit=unlimited
small() { (ulimit -v $limit && exec "$program" data info "$1" --samples 0); }
expect 0 "4 to train on" small order.npz
expect 3 "contains only repetition" small bomb.npz
expect 3 "its shape needs 2199023255552" small lie.npz
expect 3 "contains only repetition" small bomb.csv.gz

# ---- pictures
info gamma/ >out.txt 2>&1
if grep -q "this build does not read PNG and JPEG" out.txt; then
    echo "SKIP: this build does not read PNG and JPEG"
    exit "$failures"
fi
expect 0 '"min":128.0,"mean":128.0,"max":128.0' info gamma
expect 0 '"min":128.0,"mean":128.0,"max":128.0' info deep
expect 0 '"train":2,"val":0,"test":2' info parts
expect 3 "size/test/p/a.png: 3 x 20 pixels (rows x columns), but the training set has 8 x 8; --resize" info \
    size
run size/train size_run --net "dense 2"
expect 3 "size/test/p/a.png: 3 x 20 pixels" "$program" eval --model size_run --data size/test
expect 3 "flat/a.png: 4 x 4 pixels" "$program" predict --model size_run --data flat --output -
expect 0 "on 1 example" "$program" eval --model size_run --data size/test --resize 8x8
expect 3 "are not in folders of classes" "$program" eval --model size_run --data flat --resize 8x8
run size resized --net "dense 2" --resize 8x8
expect 0 "on 1 example" "$program" eval --model resized --data size/test
expect 0 "a.png" "$program" predict --model resized --data flat --output -
expect 3 "classes/" info classes
expect 3 "60000 x 60000 pixels" small huge
expect 3 "pipe/q/b.png: has the name of an image, but is not a regular file (a named pipe)" info pipe
expect 3 "link/q/b.jpg: cannot be examined" info link
expect 3 "loop/q/b.png: cannot be examined" info loop
expect 3 "folder/q/b.png: has the name of an image, but is not a regular file (a folder)" info folder
expect 3 "gif/q/b.gif: an image, but neither PNG nor JPEG" info gif
expect 3 "gifs/p/a.gif: an image, but neither PNG nor JPEG" info gifs
expect 3 "named/q/b.png: neither a PNG nor a JPEG by its first bytes, but a GIF" info named
expect 3 "beside/b.png: an image outside the" info beside
expect 3 "is not a regular file (a named pipe)" info idx

exit "$failures"
