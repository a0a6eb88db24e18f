/*
 * report.h - the runs of a report, by groups, and the parts of its page.
 *
 * A group holds the runs whose options differ in nothing but the seed (and in what decides nothing of what is
 * learned).
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "../curve_rows.h"
#include "../draw/curve_path.h"

enum { BAND_RUNS = 3, EARLY_STEPS = 300, CHART_HEIGHT = 290 };

struct report_run {
    const char *name;      /* its folder, or its log */
    const json_t *options; /* of config.json; an empty object: there is none */
    const char *rule;      /* "unknown rule" where there is no config.json */
    size_t first, n_rows;  /* in curves.rows */
    double *elapsed; /* for each row: seconds of training up to the end of its epoch; NaN: no epoch's end, or
                        unknown */
    size_t group;
};

struct report_group {
    const char *rule;
    char *key; /* the options that make it, as JSON */
    char *
        options; /* those in which it differs from other groups of the rule: "lr 1e-3, batch 64"; may be "" */
    char short_name[48]; /* the rule, with a number where other groups have it too */
    char *members;       /* "0,3,6": numbers of its runs */
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
/* Whether a folder holds a log. */
bool report_is_run(const char *folder);
/* After the last report_read. */
int report_sort(struct report *report);
void report_free(struct report *report);

/* The page. 0: no memory. */
int report_write(FILE *to, const struct report *report);
/* Two charts as a picture in SVG: the score by which runs are judged, and the angle of the first hidden block
   in the first steps. 0: no memory. */
int picture_write(FILE *to, const struct report *report);

/* These write folder/report.html at the end of a command that trains, unless it was given --no-report, and
   print where it is. A page that cannot be made changes no exit code. */

/* Of all runs in the folder and below it. */
void report_of_folder(const struct session *session, const char *folder);
/* Of those of the n run folders folder/NAME that hold a log; with more than 200, only a message. */
void report_of_runs(const struct session *session, const char *folder, const char *const *names, size_t n);
/* Before the runs in a folder are replaced: removes folder/report.html, if it is a regular file. */
void report_remove(const char *folder);

/* ---- Series: a figure against epochs, seconds or steps */

enum records { EPOCHS, EARLY }; /* the ends of epochs; what was measured in the first EARLY_STEPS steps */

struct series {
    struct point *points;
    double *deviations; /* NULL: of one run */
    size_t n;
};

/* x: "epoch", "elapsed" or "step"; y: a column. Of several runs the mean and the standard deviation (n - 1)
   at the epochs or steps that all of them have; a gap where one of them has no number. 0: no memory. */
int series_make(struct series *out, const struct report *report, const size_t *runs, size_t n_runs,
                enum records records, const char *x, const char *y);
void series_free(struct series *series);
/* Whether the row belongs to these records. */
bool row_is_among(const json_t *row, enum records records);
/* NaN: there is no number. */
double row_number(const json_t *row, const char *column);
const json_t *report_row(const struct report *report, const struct report_run *run, size_t i);
/* The last row of an epoch; NULL: there is none. */
const json_t *last_epoch(const struct report *report, const struct report_run *run);
/* The column by which runs are judged, the first of these that all of them have at their end: "val_error",
   "val_rmse", "test_error", "test_rmse", "train_error"; else "train_loss". */
const char *score_column(const struct report *report);
bool report_has(const struct report *report, const char *column);

/* ---- Parts of the page; 0: no memory */

int put_curves(FILE *to, const struct report *report, enum detail detail);
int put_angles(FILE *to, const struct report *report, enum detail detail);
int put_norms(FILE *to, const struct report *report, enum detail detail);
int put_models(FILE *to, const struct report *report);
/* Of a picture, of two charts beside each other; the margins around them in the units of a chart. */
enum { PICTURE_MARGIN = 6, PICTURE_TOP = 30 };
int put_picture_charts(FILE *to, const struct report *report);
void put_title(FILE *to, const struct report *report);
/* The content of the style element: colours for both themes, rules' classes, the styles of charts. */
void put_chart_styles(FILE *to);
void put_summary(FILE *to, const struct report *report);
void put_runs(FILE *to, const struct report *report);
/* The data, as CSV of about `most` bytes or less. */
int put_data(FILE *to, const struct report *report, size_t most);

/* The command that trains the run again, in text for a POSIX shell. */
void put_command(FILE *to, const struct report_run *run);

#endif
