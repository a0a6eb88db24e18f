#!/bin/sh
# check_report.sh PROGRAM - the page of backless report: its values are those of the logs, text is escaped,
# and a large report stays small; in a browser it makes no request and no error, draws curves, shows values
# under the pointer, and switches groups off. Needs Python; the part in the browser needs Chromium with
# ChromeDriver (Debian: chromium-driver), and is left out where they are missing.
set -eu
if ! python3 -c 'import json' 2>/dev/null; then
    echo "SKIP: no python3"
    exit 77
fi
exec python3 "$(dirname "$0")/check_report.py" "$1"
