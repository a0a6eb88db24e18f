#!/bin/sh
# option_values.sh PROGRAM - runs option_values.py: the options of every command, with values that they may
# refuse.
python3=$(command -v python3) || { echo "SKIP: python3 is not installed" && exit 77; }
exec "$python3" "$(dirname "$0")/option_values.py" "$1"
