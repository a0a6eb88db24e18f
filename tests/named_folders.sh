#!/bin/sh
# named_folders.sh PROGRAM - named data sets are found in folders with the names that the archives and
# torchvision use.
. "$(dirname "$0")/shell/expect.sh"
unset BACKLESS_DATA XDG_CACHE_HOME
HOME=$folder/home
export HOME

bytes() { printf "$(printf '\\%03o' "$@")"; }
# idx FOLDER: writes 4 training and 4 test images of 2 x 2
idx() {
    mkdir -p "$1"
    for part in train t10k; do
        { bytes 0 0 8 3 0 0 0 4 0 0 0 2 0 0 0 2 && bytes 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; } \
            >"$1/$part-images-idx3-ubyte"
        { bytes 0 0 8 1 0 0 0 4 && bytes 0 1 2 1; } >"$1/$part-labels-idx1-ubyte"
    done
}
# record LABEL...: prints a CIFAR record: labels, then a black image of 32 x 32
record() { bytes "$@" && head -c 3072 /dev/zero; }
cifar10() {
    mkdir -p "$1"
    for file in data_batch_1 data_batch_2 data_batch_3 data_batch_4 data_batch_5 test_batch; do
        { record 0 && record 1; } >"$1/$file.bin"
    done
}
cifar100() {
    mkdir -p "$1"
    for file in train test; do { record 0 0 && record 1 1; } >"$1/$file.bin"; done
}
# found NAME PATH DATA-DIR: `data list` prints PATH, and the set can be read
found() {
    "$program" data list --data-dir "$3" >list.txt
    grep -A1 "^$1 " list.txt | grep -qE "^ +$2\$" || complain "$1 in $3 is not $2: $(cat list.txt)"
    expect 0 "$2" "$program" data info "$1" --data-dir "$3" --samples 0
    expect 0 "$2" env BACKLESS_DATA="$3" "$program" data info "$1" --samples 0
}

idx torch/MNIST/raw
idx torch/FashionMNIST/raw
idx torch/KMNIST/raw
cifar10 torch/cifar-10-batches-bin
cifar100 torch/cifar-100-binary
found mnist torch/MNIST/raw torch
found fashion-mnist torch/FashionMNIST/raw torch
found kmnist torch/KMNIST/raw torch
found cifar10 torch/cifar-10-batches-bin torch
found cifar100 torch/cifar-100-binary torch
# The data folder is the folder of the set itself, or one above it
found mnist torch/MNIST/raw torch/MNIST
found mnist torch/MNIST/raw torch/MNIST/raw
found cifar10 torch/cifar-10-batches-bin torch/cifar-10-batches-bin
expect 0 "4 to train on" "$program" data info torch/MNIST --samples 0
expect 0 "4 to train on" "$program" train --data mnist --data-dir torch --net "dense 3" --epochs 1 \
    --rule linear
# Whether the classes of a set with names and of one without are the same is not known: a note asks.
for set in mnist fashion-mnist; do
    "$program" train --data $set --data-dir torch --net "dense C" --epochs 1 --rule linear --quiet --out $set ||
        complain "train $set"
done
expect 0 "fashion-mnist names its classes, and the training set does not" "$program" eval --model mnist \
    --data fashion-mnist --data-dir torch
expect 0 "the training set names its classes, and mnist does not" "$program" eval --model fashion-mnist \
    --data mnist --data-dir torch
expect 0 "" "$program" eval --model mnist --data mnist --data-dir torch
grep -q "names its classes" out.txt && complain "a note about the same set"
# torchvision's root may have the name of the set
idx roots/mnist/MNIST/raw
found mnist roots/mnist/MNIST/raw roots
# A folder with the name of the set takes precedence
idx both/mnist
idx both/MNIST/raw
found mnist both/mnist both
# The archive that is not unpacked
mkdir archives
tar -C torch -cf archives/cifar-10-binary.tar cifar-10-batches-bin
gzip archives/cifar-10-binary.tar
found cifar10 archives/cifar-10-binary.tar.gz archives
# Folders without readable files are not found; for CIFAR's version for Python the reason is printed
mkdir -p empty/MNIST/raw empty/cifar-10-batches-bin python/cifar-10-batches-py
: >python/cifar-10-batches-py/data_batch_1
expect 3 "no data set mnist; looked in empty" "$program" train --data mnist --data-dir empty
expect 3 "no data set cifar10; looked in empty" "$program" train --data cifar10 --data-dir empty
expect 3 "python/cifar-10-batches-py is its version for Python, expected the binary version" \
    "$program" train --data cifar10 --data-dir python

exit $((failures > 0))
