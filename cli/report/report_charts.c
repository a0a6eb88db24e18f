/*
 * report_charts.c - writes the charts of a report: errors and losses, angles, norms, speed.
 */
#include "../draw/chart.h"
#include "../draw/markup.h"
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BLOCKS = 6, HEIGHT = CHART_HEIGHT, SMALL_HEIGHT = 250 };

/* The quantity that a chart shows. */
struct wanted {
    const char *title, *x, *y, *x_label, *y_label;
    enum records records;
    bool is_angle;
    int height;
    enum detail detail;
    const struct point *place; /* left and upper edge in a picture; NULL: the chart is a figure of the page */
};

/* Lines with the series that they show. */
struct lines {
    struct chart_line *lines;
    struct series *series;
    char (*members)[24]; /* for lines of single runs */
    size_t n;
};

static void free_lines(struct lines *l)
{
    for (size_t i = 0; l->series && i < l->n; i++)
        series_free(&l->series[i]);
    free(l->lines);
    free(l->series);
    free(l->members);
}

static int make_lines(struct lines *l, const struct report *report)
{
    const size_t n = report->n_runs + report->n_groups;
    *l = (struct lines){.lines = calloc(n, sizeof *l->lines),
                        .series = calloc(n, sizeof *l->series),
                        .members = calloc(n, sizeof *l->members)};
    return l->lines && l->series && l->members;
}

static int add_line(struct lines *l, const struct report *report, const struct wanted *w,
                    const struct report_group *group, const size_t *runs, size_t n_runs)
{
    struct series *s = &l->series[l->n];
    if (!series_make(s, report, runs, n_runs, w->records, w->x, w->y))
        return 0;
    snprintf(l->members[l->n], sizeof *l->members, "%zu", runs[0]);
    l->lines[l->n] = (struct chart_line){
        .name = runs == group->runs ? group->short_name : NULL,
        .style = (int)group->style,
        .group = (int)(group - report->groups),
        .members = n_runs > 1 ? group->members : l->members[l->n],
        .points = s->points,
        .deviations = w->detail == WITHOUT_BANDS ? NULL : s->deviations,
        .n = s->n,
    };
    l->n++;
    return 1;
}

/* Adds one line with a band if the group has BAND_RUNS seeds or more, otherwise a line for each run, of which
   the first has the group's name. */
static int add_group(struct lines *l, const struct report *report, const struct wanted *w,
                     const struct report_group *group)
{
    if (group->n_runs >= BAND_RUNS)
        return add_line(l, report, w, group, group->runs, group->n_runs);
    for (size_t i = 0; i < group->n_runs; i++)
        if (!add_line(l, report, w, group, group->runs + i, 1))
            return 0;
    return 1;
}

struct interval {
    double least, most; /* of the values above 0; of all values */
    size_t n;
    bool has_zero; /* some value is 0 or less */
};

static void widen(struct interval *r, double value)
{
    if (!isfinite(value))
        return;
    if (value > 0.0 && (r->n == 0 || value < r->least || r->least == 0.0))
        r->least = value;
    if (r->n == 0 || value > r->most)
        r->most = value;
    r->has_zero = r->has_zero || value <= 0.0;
    r->n++;
}

static struct interval range_of(const struct lines *l, bool of_x)
{
    struct interval r = {0};
    for (size_t i = 0; i < l->n; i++)
        for (size_t k = 0; k < l->lines[i].n; k++) {
            const struct point p = l->lines[i].points[k];
            if (!isfinite(p.y))
                continue;
            widen(&r, of_x ? p.x : p.y);
            if (!of_x && l->lines[i].deviations)
                widen(&r, p.y + l->lines[i].deviations[k]);
        }
    return r;
}

static struct axis x_axis(const struct wanted *w, const struct interval *x)
{
    if (w->records == EARLY)
        return (struct axis){.least = 1.0, .most = EARLY_STEPS, .is_log = true};
    struct axis axis = axis_from_zero(x->most);
    /* The axis ends at the last epoch and begins at the first, with no space for epochs that were not
       trained. */
    if (strcmp(w->x, "epoch") == 0)
        axis = (struct axis){.least = 0.0, .most = fmax(x->most, 1.0), .is_whole = true};
    return axis;
}

/* Writes a chart; nothing if no run has a number to show. */
static int put_chart(FILE *to, const struct report *report, const struct wanted *w)
{
    struct lines l;
    char y_label[96];
    int is_done = make_lines(&l, report);
    for (size_t g = 0; is_done && g < report->n_groups; g++)
        is_done = add_group(&l, report, w, &report->groups[g]);
    if (is_done) {
        const struct interval x = range_of(&l, true), y = range_of(&l, false);
        const struct axis y_axis =
            w->is_angle ? (struct axis){.least = 0.0, .most = 180.0} : axis_around(y.least, y.most);
        snprintf(y_label, sizeof y_label, "%s%s", w->y_label,
                 !y_axis.is_log ? ""
                 : y.has_zero   ? " (log axis, 0 at the bottom)"
                                : " (log axis)");
        const struct chart chart = {.title = w->title,
                                    .x_label = w->x_label,
                                    .y_label = y_label,
                                    .x_key = w->x,
                                    .y_key = w->y,
                                    .records = w->records == EPOCHS ? "epochs" : "early",
                                    .x = x_axis(w, &x),
                                    .y = y_axis,
                                    .mark = w->is_angle ? 90.0 : NAN,
                                    .height = w->height,
                                    .lines = l.lines,
                                    .n_lines = l.n};
        if (y.n > 0)
            is_done =
                w->place ? chart_write_part(to, &chart, w->place->x, w->place->y) : chart_write(to, &chart);
    }
    free_lines(&l);
    return is_done;
}

/* ---- Errors and losses */

static const struct {
    const char *column, *title, *label;
} scores[] = {
    {"test_error", "Test error", "error (fraction)"},
    {"val_error", "Validation error", "error (fraction)"},
    {"test_rmse", "Test RMSE", "RMSE"},
    {"val_rmse", "Validation RMSE", "RMSE"},
    {"train_error", "Training error", "error (fraction)"},
    {"train_loss", "Training loss", "loss"},
    {"test_loss", "Test loss", "loss"},
    {"val_loss", "Validation loss", "loss"},
};

static int put_score(FILE *to, const struct report *report, enum detail detail, size_t i)
{
    char title[80];
    struct wanted w = {.title = title,
                       .x = "epoch",
                       .y = scores[i].column,
                       .x_label = "epoch",
                       .y_label = scores[i].label,
                       .height = HEIGHT,
                       .detail = detail};
    snprintf(title, sizeof title, "%s by epochs", scores[i].title);
    if (!put_chart(to, report, &w))
        return 0;
    snprintf(title, sizeof title, "%s by training time", scores[i].title);
    w.x = "elapsed";
    w.x_label = "seconds of training, without measurements";
    return put_chart(to, report, &w);
}

int put_curves(FILE *to, const struct report *report, enum detail detail)
{
    int is_done = 1;
    fputs("<section id=\"curves\"><h2>Error and loss</h2><div class=\"charts\">\n", to);
    for (size_t i = 0; is_done && i < sizeof scores / sizeof *scores; i++)
        if (report_has(report, scores[i].column))
            is_done = put_score(to, report, detail, i);
    fputs("</div></section>\n", to);
    return is_done;
}

int put_seconds(FILE *to, const struct report *report, enum detail detail)
{
    if (!report_has(report, "seconds"))
        return 1;
    fputs("<section id=\"speed\"><h2>Speed</h2>\n<p>Seconds of training in each epoch, without measurements. "
          "Epochs of one run cost the same arithmetic: where they take longer, other programs used the "
          "processor.</p>\n<div class=\"charts small\">\n",
          to);
    const int is_done = put_chart(to, report,
                                  &(struct wanted){.title = "Seconds per epoch",
                                                   .x = "epoch",
                                                   .y = "seconds",
                                                   .x_label = "epoch",
                                                   .y_label = "seconds",
                                                   .height = SMALL_HEIGHT,
                                                   .detail = detail});
    fputs("</div></section>\n", to);
    return is_done;
}

/* Writes the chart of the score by which runs are judged. */
static int put_picture_score(FILE *to, const struct report *report, const struct point *place)
{
    const char *column = score_column(report);
    size_t i = 0;
    while (strcmp(scores[i].column, column) != 0)
        i++;
    return put_chart(to, report,
                     &(struct wanted){.title = scores[i].title,
                                      .x = "epoch",
                                      .y = column,
                                      .x_label = "epoch",
                                      .y_label = scores[i].label,
                                      .height = HEIGHT,
                                      .place = place});
}

int put_picture_charts(FILE *to, const struct report *report)
{
    return put_picture_score(to, report, &(struct point){PICTURE_MARGIN, PICTURE_TOP}) &&
           put_chart(to, report,
                     &(struct wanted){.title = "Angle to backpropagation, first block",
                                      .x = "step",
                                      .y = "angle_flat_0",
                                      .x_label = "step (log axis)",
                                      .y_label = "degrees",
                                      .records = EARLY,
                                      .is_angle = true,
                                      .height = HEIGHT,
                                      .place = &(struct point){CHART_WIDTH, PICTURE_TOP}});
}

/* ---- Figures of blocks */

/* Chooses the hidden blocks that are shown: all, or MOST_BLOCKS of them from the first to the last. */
static size_t choose_blocks(size_t n_hidden, size_t chosen[MOST_BLOCKS])
{
    const size_t n = n_hidden < MOST_BLOCKS ? n_hidden : MOST_BLOCKS;
    for (size_t i = 0; i < n; i++)
        chosen[i] = n < 2 ? 0 : i * (n_hidden - 1) / (n - 1);
    return n;
}

static int put_blocks(FILE *to, const struct report *report, const struct wanted *base, const char *figure,
                      size_t n_blocks)
{
    size_t chosen[MOST_BLOCKS];
    const size_t n = choose_blocks(n_blocks, chosen);
    int is_done = 1;
    for (size_t i = 0; is_done && i < n; i++) {
        char title[96], column[64];
        struct wanted w = *base;
        snprintf(title, sizeof title, "%s, block %zu", base->title, chosen[i]);
        snprintf(column, sizeof column, "%s_%zu", figure, chosen[i]);
        w.title = title;
        w.y = column;
        is_done = put_chart(to, report, &w);
    }
    return is_done;
}

static bool any_block_has(const struct report *report, const char *figure)
{
    for (size_t l = 0; l < report->curves.blocks; l++) {
        char column[64];
        snprintf(column, sizeof column, "%s_%zu", figure, l);
        if (report_has(report, column))
            return true;
    }
    return false;
}

static void say_which_blocks(FILE *to, size_t n_blocks)
{
    if (n_blocks > MOST_BLOCKS)
        fprintf(to, "<p class=\"note\">%d of %zu blocks are shown, from the first to the last.</p>\n",
                MOST_BLOCKS, n_blocks);
}

int put_angles(FILE *to, const struct report *report, enum detail detail)
{
    const struct wanted early = {.title = "First steps",
                                 .x = "step",
                                 .x_label = "step (log axis)",
                                 .y_label = "degrees",
                                 .records = EARLY,
                                 .is_angle = true,
                                 .height = SMALL_HEIGHT,
                                 .detail = detail};
    struct wanted epochs = {.title = "Angle",
                            .x = "epoch",
                            .x_label = "epoch",
                            .y_label = "degrees",
                            .is_angle = true,
                            .height = SMALL_HEIGHT,
                            .detail = detail},
                  weight = epochs;
    weight.title = "Angle of weights and feedback";
    const size_t n_hidden = report->curves.blocks ? report->curves.blocks - 1 : 0;
    fputs("<section id=\"angles\"><h2>Angle to backpropagation</h2>\n", to);
    if (n_hidden == 0 || !any_block_has(report, "angle_flat")) {
        fputs("<p class=\"note\">The logs hold no angles of hidden blocks: the nets have none, or the runs "
              "were trained with "
              "<code>--angles none</code>.</p></section>\n",
              to);
        return 1;
    }
    fputs(
        "<p>The angle between the deltas of the rule and those of backpropagation at the same weights, with "
        "all examples concatenated into one vector "
        "(<code>angle_flat</code>). Below 90 degrees a step follows the gradient downhill. A gap is where "
        "backpropagation "
        "has no direction, as at weights of zero. The last block's angle is 0 by definition.</p>\n",
        to);
    say_which_blocks(to, n_hidden);
    fprintf(to, "<h3>The first %d steps</h3><div class=\"charts small\">\n", EARLY_STEPS);
    int is_done = put_blocks(to, report, &early, "angle_flat", n_hidden);
    fputs("</div>\n<h3>All epochs</h3><div class=\"charts small\">\n", to);
    is_done = is_done && put_blocks(to, report, &epochs, "angle_flat", n_hidden);
    fputs("</div>\n", to);
    if (is_done && any_block_has(report, "angle_weight")) {
        fputs("<h3>Weights and feedback</h3><p>The angle between a block's weights and the matrix with "
              "which the feedback aligns them. The first block has none.</p><div class=\"charts small\">\n",
              to);
        is_done = put_blocks(to, report, &weight, "angle_weight", report->curves.blocks);
        fputs("</div>\n", to);
    }
    fputs("</section>\n", to);
    return is_done;
}

int put_norms(FILE *to, const struct report *report, enum detail detail)
{
    static const struct {
        const char *column, *title;
    } norms[] = {{"signal_norm", "Norm of the rule's deltas"},
                 {"bp_norm", "Norm of backpropagation's deltas"},
                 {"weight_norm", "Norm of the weights"}};
    int is_done = 1;
    if (report->curves.blocks == 0)
        return 1;
    if (detail != ALL_CHARTS) {
        fprintf(to,
                "<p class=\"note\">The norms of deltas and weights%s are left out, so that the page of so "
                "many runs stays small; "
                "<code>backless curves RUN...</code> shows them.</p>\n",
                detail == WITHOUT_BANDS ? ", and the bands of one standard deviation," : "");
        return 1;
    }
    fputs("<section id=\"norms\"><h2>Norms</h2>\n<p>Deltas: the mean of the norms of all examples. Weights: "
          "the root of the sum of "
          "squares.</p>\n",
          to);
    say_which_blocks(to, report->curves.blocks);
    for (size_t i = 0; is_done && i < sizeof norms / sizeof *norms; i++) {
        const struct wanted w = {.title = norms[i].title,
                                 .x = "epoch",
                                 .x_label = "epoch",
                                 .y_label = "norm",
                                 .height = SMALL_HEIGHT,
                                 .detail = detail};
        if (!any_block_has(report, norms[i].column))
            continue;
        fprintf(to, "<details%s><summary>%s</summary><div class=\"charts small\">\n", i == 2 ? " open" : "",
                norms[i].title);
        is_done = put_blocks(to, report, &w, norms[i].column, report->curves.blocks);
        fputs("</div></details>\n", to);
    }
    fputs("</section>\n", to);
    return is_done;
}
