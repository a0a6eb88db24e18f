# small_fashion.sh - sourced by shell tests: small_fashion DIR [TRAINING TEST] makes DIR/fashion-mnist, whose
# files have the published format, with 300 training and 100 test images (or as many as are given) of 28 x 28
# in ten classes, which are generated, so that commands on Fashion-MNIST end in a second.

# idx_head NUMBER...: prints big-endian numbers of 32 bits
idx_head() {
    for number; do
        # shellcheck disable=SC2059
        printf "$(printf '\\%03o' $((number >> 24 & 255)) $((number >> 16 & 255)) $((number >> 8 & 255)) \
            $((number & 255)))"
    done
}

# idx_images N: prints images of noise with a bright band, whose position is the class (i mod 10)
idx_images() {
    idx_head 2051 "$1" 28 28
    LC_ALL=C awk -v n="$1" 'BEGIN {
        for (i = 0; i < n; i++)
            for (k = 0; k < 784; k++)
                printf "%c", 1 + (i * 7919 + k * 104729 + i * k * 31) % 60 + \
                    (int(k / 78.4) == i % 10 ? 60 : 0)
    }'
}

idx_labels() {
    idx_head 2049 "$1"
    LC_ALL=C awk -v n="$1" 'BEGIN {
        for (i = 0; i < n; i++)
            printf "%03o\n", i % 10
    }' | while read -r octal; do
        # shellcheck disable=SC2059
        printf "\\$octal"
    done
}

small_fashion() {
    mkdir -p "$1/fashion-mnist"
    idx_images "${2:-300}" >"$1/fashion-mnist/train-images-idx3-ubyte"
    idx_labels "${2:-300}" >"$1/fashion-mnist/train-labels-idx1-ubyte"
    idx_images "${3:-100}" >"$1/fashion-mnist/t10k-images-idx3-ubyte"
    idx_labels "${3:-100}" >"$1/fashion-mnist/t10k-labels-idx1-ubyte"
}
