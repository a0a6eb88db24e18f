#!/bin/sh
# unfinished_sets.sh PROGRAM - a folder with the name of a data set that is empty, or holds an unfinished
# download or some of the files only, does not count as the set for backless doctor and backless data list.
. "$(dirname "$0")/shell/expect.sh"
unset BACKLESS_DATA BACKLESS_DATA_DIR BACKLESS_THREADS
export HOME="$folder/home" XDG_CACHE_HOME="$folder/cache"
mkdir -p sets/mnist

# is_there YES|NO WHAT: what doctor and data list say of the folder
is_there() {
    "$program" doctor --data-dir sets >doctor.txt 2>&1
    "$program" doctor --data-dir sets --json >doctor.json 2>&1
    "$program" data list --data-dir sets >list.txt 2>&1
    verdict=$(grep -A1 '"name": "mnist"' doctor.json | sed -n 's/.*"verdict": "\(.*\)".*/\1/p')
    case $1 in
    YES)
        [ "$verdict" = fine ] && grep -qE '^  mnist +sets/mnist$' doctor.txt ||
            complain "$2: doctor does not find the set: $(grep mnist doctor.txt)"
        grep -qE '^ +sets/mnist$' list.txt || complain "$2: data list does not find the set"
        ;;
    NO)
        [ "$verdict" = missing ] && grep -qE '^- mnist +sets/mnist, but not all of it$' doctor.txt &&
            grep -qF '> fetch the rest (backless data get mnist)' doctor.txt ||
            complain "$2: doctor takes it for the set: $(grep mnist doctor.txt)"
        grep -qF 'sets/mnist, but not all of it: backless data get mnist' list.txt ||
            complain "$2: data list takes it for the set"
        ;;
    esac
}

is_there NO "an empty folder"
echo part >sets/mnist/train-images-idx3-ubyte.gz.part
is_there NO "an unfinished download"
mv sets/mnist/train-images-idx3-ubyte.gz.part sets/mnist/train-images-idx3-ubyte.gz
is_there NO "one file of four"
touch sets/mnist/train-labels-idx1-ubyte sets/mnist/t10k-labels-idx1-ubyte.gz \
    sets/mnist/t10k-images-idx3-ubyte
is_there YES "four files"
rm sets/mnist/*
touch sets/mnist/my-images.npy
is_there YES "files of another program"

[ "$failures" = 0 ] || { echo "$failures failed" && exit 1; }
