/*
 * report.h - the runs of a report, by groups, and the parts of its page.
 *
 * The runs of a group differ in the seed only, apart from options that do not affect what is learned.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "../curves/curve_rows.h"
#include "../draw/curve_path.h"

enum { BAND_RUNS = 3, EARLY_STEPS = 300, CHART_HEIGHT = 290 };

struct report_run {
    const char *name;      /* the name of its folder or of its log */
    const json_t *options; /* of config.json; an empty object if there is none */
    const char *rule;      /* "unknown rule" if there is no config.json */
    size_t first, n_rows;  /* in curves.rows */
    double *elapsed; /* for each row: seconds of training up to the end of its epoch; NaN: no epoch's end, or
                        unknown */
    size_t group;
};

struct report_group {
    const char *rule;
    char *key;           /* the options that its runs have in common, as JSON */
    char *options;       /* that differ from other groups of the rule: "lr 1e-3, batch 64"; may be "" */
    char short_name[48]; /* the rule, with a number if other groups have the same rule */
    char *members;       /* numbers of its runs: "0,3,6" */
    size_t *runs, n_runs;
    size_t style;
    size_t best; /* the run with the least score at its end */
};

/* The limits that keep a page of many runs small. */
enum detail { ALL_CHARTS, WITHOUT_NORMS, WITHOUT_BANDS };

struct report {
    const struct session *session;
    struct curves curves;
    struct report_run *runs;
    struct report_group *groups;
    size_t n_runs, n_groups;
};

/* Reads the runs at `where`: a run folder, a log, or a folder that contains run folders at any depth. On
   error prints a message. Returns the exit code. */
int report_read(struct report *report, const char *where);
/* Returns whether a folder holds a log. */
bool report_is_run(const char *folder);
/* Must be called after the last report_read: forms the groups. Prints errors. Returns the exit code. */
int report_sort(struct report *report);
void report_free(struct report *report);

/* Writes the page. 0: no memory. */
int report_write(FILE *to, const struct report *report);
/* Writes two charts as an SVG picture: the score by which runs are judged, and the angle of the first hidden
   block in the first steps. 0: no memory. */
int picture_write(FILE *to, const struct report *report);

/* These functions write folder/report.html at the end of a command that trains, unless it was given
   --no-report, and print where it is. An error changes no exit code. */

/* A page of all runs in the folder and below it. */
void report_of_folder(const struct session *session, const char *folder);
/* A page of those of the n run folders folder/NAME that hold a log; with more than 200 of them, only a
   message is printed. */
void report_of_runs(const struct session *session, const char *folder, const char *const *names, size_t n);
/* Must be called before the runs in a folder are replaced: removes folder/report.html, if it is a regular
   file. */
void report_remove(const char *folder);

/* ---- Series: a figure against epochs, seconds or steps */

enum records { EPOCHS, EARLY }; /* the ends of epochs; the measurements in the first EARLY_STEPS steps */

struct series {
    struct point *points;
    double *deviations; /* NULL if the series is of one run */
    size_t n;
};

/* Makes a series. x: "epoch", "elapsed" or "step"; y: a column. For several runs, the mean and the standard
   deviation (n - 1) at the epochs or steps that all of them have; a gap if one of them has no number there.
   0: no memory. */
int series_make(struct series *out, const struct report *report, const size_t *runs, size_t n_runs,
                enum records records, const char *x, const char *y);
void series_free(struct series *series);
/* Returns whether the row belongs to these records. */
bool row_is_among(const json_t *row, enum records records);
/* Returns the number in the column; NaN if there is none. */
double row_number(const json_t *row, const char *column);
const json_t *report_row(const struct report *report, const struct report_run *run, size_t i);
/* Returns the last row of an epoch; NULL if there is none. */
const json_t *last_epoch(const struct report *report, const struct report_run *run);
/* Returns the column by which runs are judged, the first of these that all of them have at their end:
   "val_error", "val_rmse", "test_error", "test_rmse", "train_error"; otherwise "train_loss". */
const char *score_column(const struct report *report);
bool report_has(const struct report *report, const char *column);

/* ---- Parts of the page; 0: no memory */

int put_curves(FILE *to, const struct report *report, enum detail detail);
int put_angles(FILE *to, const struct report *report, enum detail detail);
int put_norms(FILE *to, const struct report *report, enum detail detail);
int put_seconds(FILE *to, const struct report *report, enum detail detail);
int put_models(FILE *to, const struct report *report);
/* The margins around the two charts of a picture, in the units of a chart. */
enum { PICTURE_MARGIN = 6, PICTURE_TOP = 30 };
int put_picture_charts(FILE *to, const struct report *report);
void put_title(FILE *to, const struct report *report);
/* Writes the content of the style element: colours for both themes, classes of the rules, styles of the
   charts. */
void put_chart_styles(FILE *to);
void put_summary(FILE *to, const struct report *report);
void put_runs(FILE *to, const struct report *report);
/* Writes the data as CSV of about `most` bytes or less. */
int put_data(FILE *to, const struct report *report, size_t most);

/* Writes the command that trains the run again, as text for a POSIX shell. */
void put_command(FILE *to, const struct report_run *run);

#endif
