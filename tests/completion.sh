#!/bin/sh
# completion.sh PROGRAM - the scripts of `backless completion` in the shells: bash and fish print their
# completions, zsh completes lines in a pseudo terminal. A shell that is not installed is left out with a
# message.
set -u
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0
tried=0
complain() {
    echo "FAILED: $1"
    failures=$((failures + 1))
}

mkdir -p "$folder/place/a folder" "$folder/home"
: >"$folder/place/a table.csv"
HOME=$folder/home
export HOME

# Lines that end at the cursor, and words that must be among the completions (with - in front: must not be).
cases="$folder/cases"
cat >"$cases" <<'END'
backless |train compare completion help -dfa
backless tr|train -compare
backless help pre|predict
backless train --ru|--rule -train -dfa
backless train --|--rule --data --net -bp
backless train --rule |bp fa dfa ifa frozen linear -fashion-mnist
backless train --rule d|dfa -fa
backless train --rule=d|dfa -fa
backless train --json --rule d|dfa
backless train --loss |ce bce mse
backless train --backend p|portable -auto -onednn
backless train --init |zero fanin glorot he -same
backless compare --init |zero fanin glorot he same
backless compare --rules |bp dfa
backless compare --rules bp,d|bp,dfa -bp,fa
backless train --data fash|fashion-mnist -mnist
backless train --data a\ |a_folder a_table.csv
backless train --out a|a_folder -a_table.csv
backless eval --part |train val test
backless eval --ru|-rule
backless rules i|ifa -dfa
backless nets |lenet nokland-conv -2x800
backless explain d|dfa dkp drtp -fa
backless explain dfa --pro|--program
backless explain dfa --ht|--html
backless explain dfa --html a|a_folder a_table.csv
backless explain dfa --data fash|fashion-mnist -mnist
backless completion |bash zsh fish -train
backless data |list info get -train -fashion-mnist
backless data get fash|fashion-mnist -mnist
backless data info a\ |a_folder a_table.csv
backless data info --samp|--samples
backless data list --samp|-samples
backless train --lr |-1e-4 -bp -a_folder
backless bench --nets 1x800,co|1x800,conv 1x800,conv-dropout -1x800,2x800
backless bench --rules |bp dfa -2x800
backless bench --js|-json
backless reproduce n|nokland2016
backless reproduce nokland2016 --rule d|dfa -fa
END

# check SHELL LINE ANSWERS WORDS: compares the completions ANSWERS with WORDS. Blanks and backslashes in file
# names are replaced by underscores, and = and the slash of a folder are ignored.
check() {
    printf '%s\n' "$3" | sed 's/\\ / /g; s/^--[a-z-]*=\(.\)/\1/; s,[/=]* *$,,; s/ /_/g' >"$folder/answers"
    for word in $4; do
        case $word in
        --*) grep -qxF -e "$word" "$folder/answers" || complain "$1: \"$2\": no $word" ;;
        -*) ! grep -qxF -e "${word#-}" "$folder/answers" || complain "$1: \"$2\": offers ${word#-}" ;;
        *) grep -qxF -e "$word" "$folder/answers" || complain "$1: \"$2\": no $word" ;;
        esac
    done
}

# ask SHELL COMMAND...: checks each line of the cases with the completions that COMMAND prints.
ask() {
    shell=$1
    shift
    tried=$((tried + 1))
    while IFS='|' read -r line words; do
        check "$shell" "$line" "$(cd "$folder/place" && "$@" "$line")" "$words"
    done <"$cases"
}

for shell in bash zsh fish; do
    "$program" completion $shell >"$folder/$shell" || complain "no completion for $shell"
    command -v $shell >/dev/null 2>&1 || { echo "left out: $shell is not installed" && continue; }
    $shell -n "$folder/$shell" || complain "$shell does not understand its completion"
done

# Splits the line as bash does: = is a word of its own, and the last word is completed.
cat >"$folder/ask.bash" <<'END'
source "$1"
line=${2//=/ = }
eval "COMP_WORDS=(${line//\\ /_})"
[[ $line == *' ' && $line != *'\ ' ]] && COMP_WORDS+=('')
COMP_WORDS=("${COMP_WORDS[@]//_/ }")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_backless 
printf '%s\n' "${COMPREPLY[@]}"
END
if command -v bash >/dev/null 2>&1; then
    ask bash bash --norc "$folder/ask.bash" "$folder/bash"
fi
cat >"$folder/ask.fish" <<'END'
source $argv[1]
complete -C $argv[2] | string replace -r '\t.*' ''
END
if command -v fish >/dev/null 2>&1; then
    ask fish fish --no-config "$folder/ask.fish" "$folder/fish"
fi

# zsh completes on a terminal only: each line is typed on a pseudo terminal, followed by a Tab, and must
# become the expected line.
cat >"$folder/ask.zsh" <<'END'
zmodload zsh/zpty zsh/datetime || exit 77
lines=(
    'backless tra' 'backless train '
    'backless train --ru' 'backless train --rule='
    'backless train --rule df' 'backless train --rule dfa '
    'backless train --rule=df' 'backless train --rule=dfa '
    'backless train --quiet --loss m' 'backless train --quiet --loss mse '
    'backless train --out a' 'backless train --out a\ folder/'
    'backless train --data fash' 'backless train --data fashion-mnist '
    'backless train --data a\ t' 'backless train --data a\ table.csv '
    'backless compare --rules bp,df' 'backless compare --rules bp,dfa,'
    'backless eval --pa' 'backless eval --part='
    'backless rules froz' 'backless rules frozen '
    'backless nets len' 'backless nets lenet '
    'backless completion f' 'backless completion fish '
    'backless data g' 'backless data get '
    'backless data get kmn' 'backless data get kmnist '
    'backless data info --samp' 'backless data info --samples='
    'backless help pre' 'backless help predict '
)
zpty -b terminal zsh -f -i
show='show() { print -r -- "$BUFFER" >'$1'/line.new; mv '$1'/line.new '$1'/line; BUFFER=; }'
for command in 'unsetopt beep' 'autoload -U compinit' "compinit -u -d $1/dump" "source $1/zsh" "$show" \
        'zle -N show' "bindkey '^T' show"; do
    zpty -w terminal "$command"
done
failures=0
for line expected in "$lines[@]"; do
    zpty -w -n terminal "$line"$'\t\x14'
    for ((i = 0; i < 1000; i++)); do
        zpty -r -t terminal ignored
        [[ -e $1/line ]] && break
        sleep 0.01
    done
    found=$(cat $1/line 2>/dev/null; printf .)
    rm -f $1/line
    [[ ${found%$'\n'.} == $expected ]] && continue
    print -r -- "FAILED: zsh: \"$line\" became \"${found%$'\n'.}\", expected \"$expected\""
    ((failures++))
done
zpty -d terminal
exit $((failures > 0))
END
if command -v zsh >/dev/null 2>&1; then
    tried=$((tried + 1))
    (cd "$folder/place" && zsh -f "$folder/ask.zsh" "$folder") || complain "zsh"
fi

[ "$tried" -gt 0 ] || { echo "SKIP: none of bash, zsh and fish is installed" && exit 77; }
[ "$failures" = 0 ] || { echo "$failures failed" && exit 1; }
echo "everything as expected"
