#!/bin/sh
# valgrind.sh PROGRAM: a short training, evaluation and prediction under valgrind, on a generated table.
# Fails on any use of an uninitialised value, any access out of bounds, and any leaked block.
set -eu

program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Three classes on a noisy circle. The generator is linear congruential, so the table is always the same.
awk 'BEGIN {
    s = 1
    split("red green blue", names)
    print "a,b,c,class"
    for (i = 0; i < 150; i++) {
        k = i % 3
        for (j = 0; j < 3; j++) { s = (s * 16807) % 2147483647; noise[j] = s / 2147483647 - 0.5 }
        printf "%.6f,%.6f,%.6f,%s\n", cos(2.1 * k) + noise[0], sin(2.1 * k) + noise[1], noise[2],
               names[k + 1]
    }
}' >"$folder/table.csv"

under_valgrind() {
    valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect \
        --show-leak-kinds=definite,indirect "$program" "$@"
}

for threads in 1 2; do
    under_valgrind train --data "$folder/table.csv" --test-fraction 0.2 --val 30 \
        --net "dense 20, tanh, dense 20, tanh, dense 3" --rule dfa --epochs 2 --batch 16 \
        --threads $threads --out "$folder/run-$threads" >/dev/null
    under_valgrind eval --model "$folder/run-$threads" --data "$folder/table.csv" >/dev/null
    under_valgrind predict --model "$folder/run-$threads" --data "$folder/table.csv" \
        --output "$folder/answers.csv" >/dev/null
    echo "valgrind: $threads threads: no errors, no leaks"
done
