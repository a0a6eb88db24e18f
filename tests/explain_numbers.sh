#!/bin/sh
# explain_numbers.sh PROGRAM - the numbers of a step on an example, which backless explain --data prints,
# recomputed (check_explain.py), and as docs/explain.md shows them; what it says about images, deep nets and
# JSON; and what it refuses.
. "$(dirname "$0")/shell/expect.sh"
here=$(cd "$(dirname "$0")" && pwd)
iris=$here/../examples/iris.csv
# The four lengths of the flowers without their species, for real-valued targets.
sed '/^#/d; s/,[^,]*$//' "$iris" >flowers.csv
numbers="--data flowers.csv --label petal_width --target number"
net="dense 4, tanh, dense 3"

if command -v python3 >/dev/null 2>&1; then
    python3 "$here/check_explain.py" "$program" "$iris" flowers.csv ||
        complain "the printed numbers do not fit each other"
    "$program" explain dfa --net "$net" --data "$iris" --quiet --json >json.txt || complain "no JSON"
    python3 - <<'END' || complain "the JSON of a step"
import json
sample = json.load(open("json.txt"))["sample"]
assert sample["example"] == 1 and sample["class"] == 0 and sample["lr"] == 0.1 and sample["folded"] == 0
ops = [step["op"] for step in sample["steps"]]
assert ops[:3] == ["forward", "forward", "loss"] and ops.count("update") == 2, ops
for step in sample["steps"]:
    assert step["arrays"] and isinstance(step["arithmetic"], str)
    for array in step["arrays"]:
        assert len(array["values"]) == min(array["shape"][0], 4), array
END
    # shellcheck disable=SC2086
    "$program" explain bp --net "dense 4, tanh, dense C" $numbers --example 60 --quiet --json >json.txt ||
        complain "no JSON of real-valued targets"
    python3 -c 'import json; sample = json.load(open("json.txt"))["sample"]
assert sample["targets"] == [1.4] and "class" not in sample, sample' || complain "the JSON of targets"
fi

# docs/explain.md shows what the program prints.
if command -v python3 >/dev/null 2>&1; then
    (cd "$here/.." && "$program" explain dfa --net "$net" --data examples/iris.csv --quiet) >shown.txt
    python3 - "$here/../docs/explain.md" <<'END' || complain "docs/explain.md shows other numbers"
import re, sys
printed = open("shown.txt", encoding="utf-8").read()
document = open(sys.argv[1], encoding="utf-8").read()
blocks = re.findall(r"<!-- output -->\n((?:    .*\n|\n(?=    ))+)", document)
assert len(blocks) == 6, len(blocks)
for block in blocks:
    text = re.sub(r"^    ", "", block, flags=re.M)
    assert text in printed, text
END
fi

# The step is the trainer's: the same seed and example give the same numbers, whatever the threads.
"$program" explain dfa --net "$net" --data "$iris" --quiet --threads 1 >one.txt || complain "one thread"
"$program" explain dfa --net "$net" --data "$iris" --quiet --threads 3 >three.txt || complain "three threads"
cmp -s one.txt three.txt || complain "threads change the numbers"
expect 0 "iris.csv, class 2 virginica" "$program" explain dfa --net "$net" --data "$iris" \
    --example 150
expect 0 "optimizer sgd, lr 0.5, init fanin" "$program" explain fa --net "$net" --data "$iris" --lr 0.5
expect 0 "init zero" "$program" explain dfa --net "$net" --data "$iris" --init zero
expect 0 "and on the next one, because batch norm" "$program" explain bp --data "$iris" \
    --net "dense 4, batchnorm, tanh, dense 3"
expect 0 "instructions of blocks 3 to 98 are not shown" "$program" explain dfa --data "$iris" \
    --net "100 x (dense 24, tanh), dense 3"
expect 0 "terms that are 0)" "$program" explain fa --data "$iris" --shape 1x2x2 \
    --net "conv 9 2x2 pad 1, relu, dense 20, relu, dense 3" --example 77

expect 2 "iris.csv has 150 examples" "$program" explain dfa --net "$net" --data "$iris" --example 151
expect 2 "expected a whole number from 1" "$program" explain dfa --net "$net" --data "$iris" --example 0
expect 2 "of the data that --data names" "$program" explain dfa --net "$net" --example 2
expect 2 "memory low" "$program" explain dfa --net "$net" --data "$iris" --memory low

# Real-valued targets: which example it is, and rules and losses for classes only.
targets() {
    # shellcheck disable=SC2086
    expect "$1" "$2" "$program" explain "$3" --net "dense 4, tanh, dense C" $numbers $4
}
targets 0 "flowers.csv, target 1.4" dfa "--example 60"
targets 0 "flowers.csv, target 1.4" bp "--example 60 --html -"
targets 2 "loss ce needs classes" bp "--loss ce"
targets 2 "rule drtp needs classes" drtp ""
exit "$failures"
