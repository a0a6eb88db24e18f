#!/bin/sh
# check_recipes.sh PROGRAM - every block of docs/recipes.md works: the blocks of sh, python and c are run in
# order, in one folder, on small tables. A block that needs a missing module or compiler is left out with a
# message, and so are the blocks after it in its section.
set -u
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
build=$(dirname "$program")
tree=$(cd "$(dirname "$0")/.." && pwd)
recipes=${2:-$tree/docs/recipes.md}
python=${BACKLESS_PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
mkdir bin blocks work
ln -s "$program" bin/backless
export PATH="$folder/bin:$PATH" BACKLESS_THREADS=1
export CPATH="$tree/include" LIBRARY_PATH="$build" LD_LIBRARY_PATH="$build"

# Writes a table of three classes with little overlap, so that the results of the recipes do not depend on the
# small sets.
table() { # SEED EXAMPLES
    awk -v seed="$1" -v n="$2" 'BEGIN { srand(seed); print "a,b,c,kind"
        for (i = 0; i < n; i++) { k = i % 3
            printf "%.3f,%.3f,%.3f,%s\n", k + rand(), 2 * rand() - k, k * k + rand(),
                substr("xyz", k + 1, 1) } }'
}
table 1 120 >work/train.csv
table 2 60 >work/test.csv

# blocks/NUMBER.LANGUAGE, and blocks/list: number, language and section of each
awk '/^## / { section = substr($0, 4) }
    !inside && /^```[a-z]+$/ { language = substr($0, 4); inside = 1
                               file = sprintf("blocks/%02d.%s", ++n, language)
        print n "\t" language "\t" section >"blocks/list"; printf "" >file; next }
    inside && /^```$/ { inside = 0; close(file); next }
    inside { print >file }
    END { exit inside }' "$recipes" || { echo "$recipes: the last block has no end"; exit 1; }
[ -s blocks/list ] || { echo "$recipes: no blocks"; exit 1; }

# Prints why a Python block cannot run here, or nothing.
missing_module() {
    for module in $(sed -nE 's/^(import|from) ([a-z, ]+).*/\2/p' "$1" | sed 's/ import.*//; s/,/ /g'); do
        "$python" -c "import $module" 2>/dev/null || { echo "$python has no $module"; return; }
    done
}
has_sanitizer() { nm -D --undefined-only "$build/libbackless.so" |
    grep -q -e __asan_init -e __ubsan -e __tsan_init; }
missing_library() {
    command -v cc >/dev/null 2>&1 || { echo "there is no C compiler"; return; }
    [ -e "$build/libbackless.so" ] || { echo "the shared library was not built"; return; }
    has_sanitizer && echo "the programs of the recipes are not linked to the sanitizer"
}

left_out() {
    echo "left out: block $1 ($2, \"$3\"): $4"
    skipped=$3
    n_skipped=$((n_skipped + 1))
}

# run NUMBER LANGUAGE FILE
run() {
    case $2 in
    sh) (cd work && sh -eu "$3") ;;
    python) (cd work && "$python" "$3") ;;
    c) cp "$3" "work/$(sed -nE '1s,^/\* ([a-z_]+\.c) .*,\1,p' "$3")" ;;
    *) echo "no command is known for a block of $2" && return 1 ;;
    esac
}

failures=0 n_skipped=0 n_run=0 skipped=
while IFS="$(printf '\t')" read -r number language section; do
    file=$folder/blocks/$(printf '%02d.%s' "$number" "$language")
    if [ "$section" = "$skipped" ]; then
        left_out "$number" "$language" "$section" "it needs the block before"
        continue
    fi
    reason=
    [ "$language" != python ] || reason=$(missing_module "$file")
    [ "$language" != c ] || reason=$(missing_library)
    if [ -n "$reason" ]; then
        left_out "$number" "$language" "$section" "$reason"
        continue
    fi
    if ! run "$number" "$language" "$file" >out.txt 2>&1 </dev/null; then
        echo "FAILED: block $number ($language, \"$section\"):"
        cat "$file" out.txt
        failures=$((failures + 1))
    fi
    n_run=$((n_run + 1))
    cp out.txt "$number.out"
done <blocks/list

# Checks the files that some of the blocks write, if they were run.
expect() { # WHAT FOUND EXPECTED
    [ "$2" = "$3" ] || { echo "FAILED: $1: \"$2\", expected \"$3\""; failures=$((failures + 1)); }
}
runs_in() { sed 1d "$1" | cut -d, -f1 | sort -u | wc -l; }
if [ $# -lt 2 ]; then
    expect "seeds in seeds.csv" "$(runs_in work/seeds.csv)" 3
    expect "runs in curves.csv" "$(runs_in work/curves.csv)" 2
    expect "runs in night.csv" "$(runs_in work/night.csv)" 20
    expect "lines of scores.jsonl" \
        "$(grep -c '^{"run":"night/.*,"score":{"count":60,.*}}$' work/scores.jsonl)" 20
    expect "runs that finished after they were stopped" \
        "$(ls work/long/result.json work/cluster/result.json | wc -l)" 2
    # Negative controls: a block that fails and a block without its closing fence are found.
    printf '## A\n```sh\ntrue\nfalse\ntrue\n```\n' >fails.md
    printf '## A\n```sh\ntrue\n' >endless.md
    printf '## A\n```sh\ntrue\n```\n' >works.md
    for name in fails:1 endless:1 works:0; do
        sh "$tree/tests/check_recipes.sh" "$program" "$folder/${name%:*}.md" >control.txt 2>&1
        expect "${name%:*}.md" $? "${name#*:}"
    done
fi
[ "$failures" = 0 ] || exit 1
[ "$n_run" -gt 0 ] || { echo "SKIP: no block could be run" && exit 77; }
echo "$n_run blocks of $recipes were run, $n_skipped left out"
