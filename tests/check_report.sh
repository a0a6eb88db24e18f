#!/bin/sh
# check_report.sh PROGRAM - the page of backless report in a browser: no error, no request, curves, values
# under the pointer, groups switched off; and without one: its values are the logs', text is escaped, a large
# report stays small. Needs Python; the browser is Chromium with ChromeDriver (Debian: chromium-driver), whose
# part is left out where they are missing.
set -eu
if ! python3 -c 'import json' 2>/dev/null; then
    echo "SKIP: no python3"
    exit 77
fi
exec python3 "$(dirname "$0")/check_report.py" "$1"
