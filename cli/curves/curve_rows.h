/*
 * curve_rows.h - reads the logs of run folders into one table: a row for each record, and a column for each
 * figure.
 */
#ifndef CLI_CURVE_ROWS_H
#define CLI_CURVE_ROWS_H

#include "../command.h"

#include <jansson.h>
#include <sys/stat.h>

/* A file that was read, identified by values that do not depend on its name. */
struct curve_file {
    dev_t device;
    ino_t number;
};

struct curves {
    const struct session *session;
    json_t *rows;     /* objects: column -> text, number or null; a missing value is null */
    json_t *settings; /* an object: run -> the options in its config.json */
    struct curve_file *files;
    size_t n_files;
    size_t blocks;    /* the largest number of blocks of any record */
    bool has_targets; /* some record has figures of regression targets, such as the rmse */
};

/* Adds the records of a run. where: its folder or its log.jsonl. A last line that is incomplete (because
   the run continues or crashed) is left out with a note. On error prints a message. Returns the exit code.
   */
int curves_read(struct curves *curves, const char *where);
bool curves_have_read(const struct curves *curves, const struct stat *file);
void curves_free(struct curves *curves);

/* Returns the names of the columns in order, as an array of texts. NULL: no memory. Options in which the runs
   differ become columns, and are written into the rows. */
json_t *curves_columns(struct curves *curves);

/* Writes a value as a field of CSV: numbers in the fewest digits that read back as the same number, null as
   an empty field. */
void curves_put_value(FILE *to, const json_t *value);

#endif
