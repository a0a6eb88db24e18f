#!/bin/sh
# in_memory.sh - prints the folder for temporary files of tests: TMPDIR, if it is set; /dev/shm, if a gigabyte is free there; else
# /tmp. The tests write thousands of small files and sync them: in memory they do not wait for the disk.
if [ -n "${TMPDIR-}" ]; then
    echo "$TMPDIR"
elif [ -w /dev/shm ] && df -Pk /dev/shm | awk 'NR == 2 && $4 >= 1048576 { found = 1 } END { exit !found }'; then
    echo /dev/shm
else
    echo /tmp
fi
