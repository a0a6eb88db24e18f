/*
 * reproduction_list.c - backless reproduce TARGET --list: prints every cell with its published figures, the
 * results so far, and the time that one run of it takes on this machine.
 *
 * The time is the median of a few real steps on one thread, multiplied by the steps of an epoch and by the
 * number of epochs. This number is the mean over finished runs, or without any the largest of the recipe ("at
 * most"). The evaluation of the test set after each epoch is added by its share of a step's
 * multiply-accumulates. Cells that this version cannot run have no time.
 */
#include "../seconds.h"
#include "reproduction.h"

#include "backless_experimental.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BATCH = 64, MOST_STEPS = 9 };
static const double MOST_SECONDS = 0.3; /* for timing the steps of a cell, after the first two */

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int batch_of(const bl_trainer *trainer)
{
    const int batch = atoi(bl_config_get(bl_trainer_config(trainer), "batch"));
    return batch < MOST_BATCH ? batch : MOST_BATCH;
}

static bl_status step(bl_trainer *trainer, const struct target_data *data, const float *x,
                      const int32_t *labels)
{
    static const float targets[MOST_BATCH * MOST_FEATURES];
    const size_t batch = (size_t)batch_of(trainer);
    return data->make ? bl_trainer_step_targets(trainer, x, targets, batch, NULL)
                      : bl_trainer_step(trainer, x, labels, batch, NULL);
}

/* Times a training step. The first step is not counted, because it allocates and first touches all memory. */
static bl_status time_step(bl_trainer *trainer, const struct target_data *data, double *seconds)
{
    static float x[MOST_BATCH * MOST_FEATURES];
    static int32_t labels[MOST_BATCH];
    double times[MOST_STEPS], sum = 0.0;
    int n = 0;
    for (size_t i = 0; i < MOST_BATCH * MOST_FEATURES; i++)
        x[i] = (float)(i * 2654435761u % 256) / 255.0f;
    for (int i = 0; i < MOST_BATCH; i++)
        labels[i] = i % data->classes;
    bl_status status = step(trainer, data, x, labels);
    while (status == BL_OK && n < MOST_STEPS && (n == 0 || sum < MOST_SECONDS)) {
        const double began = seconds_now();
        status = step(trainer, data, x, labels);
        times[n] = seconds_now() - began;
        sum += times[n++];
    }
    if (status != BL_OK)
        return status;
    qsort(times, (size_t)n, sizeof *times, by_size);
    *seconds = times[n / 2];
    return BL_OK;
}

static bl_status time_epoch(bl_context *ctx, const struct cell *cell, double *seconds)
{
    bl_config *config = NULL;
    bl_data *data = NULL;
    bl_trainer *trainer = NULL;
    bl_work work;
    double one = 0.0;
    const struct target_data *of = cell->row->data;
    bl_status status = cell_configure(&config, ctx, cell, 1, 0);
    if (status == BL_OK)
        status = cell_make_trainer(&trainer, &data, ctx, config, cell->row);
    if (status == BL_OK)
        status = time_step(trainer, of, &one);
    if (status == BL_OK) {
        bl_trainer_count(trainer, &work);
        const double forward = work.forward / (work.forward + work.signal + work.gradient),
                     steps = ((double)of->examples + forward * (double)of->test_examples) / batch_of(trainer);
        *seconds = one * ceil(steps);
    }
    bl_trainer_free(trainer);
    bl_data_free(data);
    bl_config_free(config);
    return status;
}

/* Returns the seconds of one run. */
static double run_seconds(const struct cell *cell, const struct cell_figures *f, double epoch)
{
    struct cell first;
    const double own = f->n > 0 ? f->epochs : (double)cell_epochs(cell);
    return epoch * (own + (cell_begins_with(cell, &first) ? (double)cell_epochs(&first) : 0.0));
}

/* Writes the time of one run. */
static void time_text(const struct cell_figures *f, double seconds, char out[NAME_ROOM])
{
    char duration[NAME_ROOM];
    duration_text(fmax(seconds, 1.0), duration);
    snprintf(out, NAME_ROOM, "%.20s%.100s", f->n > 0 ? "" : "at most ", duration);
}

void print_cell_head(const struct cell *first, bool has_time)
{
    char here[NAME_ROOM];
    snprintf(here, sizeof here, "%s, %%", cell_error_name(first));
    printf("%-30s  %-16s  %-24s  %-16s  %s\n", "cell", "published, %", here, has_time ? "time of a run" : "",
           "verdict");
}

void print_cell(const struct cell *cell, const struct results *results, const char *time)
{
    const struct cell_figures f = cell_judge(cell, results);
    char name[NAME_ROOM], published[NAME_ROOM], verdict[NAME_ROOM], here[NAME_ROOM] = "-";
    cell_text(cell, name);
    published_text(cell->published, published);
    cell_verdict(cell, &f, verdict);
    if (f.n == 1)
        snprintf(here, sizeof here, "%.2f (1 seed)", f.mean);
    else if (f.n > 1)
        snprintf(here, sizeof here, "%.2f +- %.2f (%d seeds)", f.mean, f.deviation, f.n);
    /* the sign "±" takes two bytes and one column */
    const int wide = strstr(published, "±") ? 17 : 16;
    printf("%-30s  %-*s  %-24s  %-16s  %s\n", name, wide, published, here, time ? time : "", verdict);
    if (cell_lacks_rule(cell) && time)
        printf("%30s  needs a rule that this version does not have\n", "");
    fflush(stdout);
}

/* Prints a cell with the time that one run of it takes. */
static bl_status list_cell(const struct session *s, bl_context *ctx, const struct cell *cell,
                           const struct results *results)
{
    const struct cell_figures f = cell_judge(cell, results);
    const bool can_run = !cell_lacks_rule(cell);
    char time[NAME_ROOM] = "";
    double epoch = (double)NAN;
    const bl_status status = can_run ? time_epoch(ctx, cell, &epoch) : BL_OK;
    const double seconds = run_seconds(cell, &f, epoch);
    if (status != BL_OK)
        return status;
    if (can_run)
        time_text(&f, seconds, time);
    if (extra_of(s, "json"))
        print_cell_json(cell, results, seconds);
    else
        print_cell(cell, results, time);
    return BL_OK;
}

int reproduction_list(const struct session *s, const struct cell *cells, int n_cells)
{
    struct results results;
    bl_context *ctx = bl_context_new(NULL);
    bl_status status = bl_context_use(ctx, bl_config_get(s->config, "backend"), threads_or_one(s));
    const int code =
        status == BL_OK ? results_read(&results, s, reproduction_folder(s)) : fail_with(s, status);
    if (code == EXIT_DONE && !extra_of(s, "json") && n_cells > 0)
        print_cell_head(&cells[0], true);
    for (int i = 0; code == EXIT_DONE && status == BL_OK && i < n_cells; i++) {
        status = list_cell(s, ctx, &cells[i], &results);
        if (status != BL_OK)
            usage_error("%s", bl_why(ctx));
    }
    if (code == EXIT_DONE)
        results_release(&results);
    bl_context_free(ctx);
    return code == EXIT_DONE ? exit_code_of(status) : code;
}
