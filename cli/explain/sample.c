/*
 * sample.c - takes a step on one example and records it.
 *
 * The element whose arithmetic is written out is chosen before the step: the unit of the class in the last
 * block; in other dense layers the first unit, unless its delta is 0; else the unit with the largest delta,
 * of maps in their middle. Of its weights the first with a gradient is taken. In a blank corner of an image
 * there would be zeros only.
 */
#include "sample.h"
#include "sample_products.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool sample_shows(int block, int n_blocks)
{
    return n_blocks <= SAMPLE_SHOWN_BLOCKS || block < 3 || block >= n_blocks - 2;
}

/* ---- Which element */

/* Whether unit i of square maps lies in the middle third of the rows and columns. */
static bool is_central(size_t i, size_t map)
{
    const size_t side = (size_t)lround(sqrt((double)map)), at = i % map;
    return side * side == map && 3 * (at / side) >= side && 3 * (at / side) <= 2 * side &&
           3 * (at % side) >= side && 3 * (at % side) <= 2 * side;
}

/* map: the units of a channel. */
static size_t unit_of(const bl_tensor *delta, size_t map)
{
    size_t best = 0;
    bool has_central = false;
    if (map == 1 && delta->values[0] != 0.0f)
        return 0;
    for (size_t i = 0; i < delta->cols; i++) {
        const bool may = map > 1 && is_central(i, map) && delta->values[i] != 0.0f;
        if ((may && !has_central) ||
            (may == has_central && fabsf(delta->values[i]) > fabsf(delta->values[best])))
            best = i;
        has_central = has_central || may;
    }
    return best;
}

/* The gradient of a block's weights: "3.dense.weight", "0.conv.weight". */
static bool find_gradient(const bl_trainer *trainer, int block, bl_tensor *out)
{
    char start[16];
    snprintf(start, sizeof start, "%d.", block);
    for (int i = 0; bl_trainer_gradient(trainer, i, out); i++)
        if (strncmp(out->name, start, strlen(start)) == 0 &&
            strcmp(out->name + strlen(out->name) - 7, ".weight") == 0)
            return true;
    return false;
}

static void choose_column(struct focus *focus, const bl_tensor *gradient)
{
    const float *row = gradient->values + focus->row * gradient->cols;
    for (size_t j = 0; j < gradient->cols; j++)
        if (row[j] != 0.0f) {
            focus->column = j;
            return;
        }
}

static void choose_elements(struct sample *sample)
{
    bl_tensor delta, gradient;
    for (int l = 0; bl_trainer_delta(sample->trainer, l, &delta); l++) {
        struct focus *focus = &sample->focus[l];
        const bool has_weights = find_gradient(sample->trainer, l, &gradient);
        const size_t channels = has_weights && gradient.rows > 0 ? gradient.rows : delta.cols,
                     map = delta.cols / channels > 0 ? delta.cols / channels : 1;
        focus->unit = l == sample->n_blocks - 1 && sample->label >= 0 && (size_t)sample->label < delta.cols
                          ? (size_t)sample->label
                          : unit_of(&delta, map);
        focus->row = focus->unit / map;
        focus->end = focus->unit; /* until the shapes are known */
        if (has_weights)
            choose_column(focus, &gradient);
    }
}

/* What the forward of a block shows: its first layer, its source, and the shapes between. */
static void learn_shapes(struct sample *sample, const bl_trace *now)
{
    const int l = now->instruction.block;
    const bl_trace_array *x = &now->arrays[0], *head = NULL, *end = NULL;
    struct focus *focus = &sample->focus[l];
    for (int i = 0; i < now->n_arrays; i++)
        if (now->arrays[i].writes && strcmp(now->arrays[i].buffer, "output") == 0) {
            head = head ? head : &now->arrays[i];
            end = &now->arrays[i];
        }
    if (!head || strstr(now->instruction.op, "forward") == NULL || sample->heads[l][0])
        return;
    snprintf(sample->heads[l], SAMPLE_NAME, "%s", head->what);
    focus->source = strcmp(x->buffer, "input") == 0 ? -1 : x->block;
    focus->input = input_of_weight(head->what, x->shape, head->shape, focus->unit, focus->column);
    if (end->cols == head->cols || head->shape.rows * head->shape.cols > 1)
        focus->end = sample_place(focus->unit, head->shape, end->shape);
}

/* ---- Recording */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The first number that is shown, so that the element in focus is among them. */
static size_t first_shown(size_t at, size_t n_shown, size_t n)
{
    return at < n_shown ? 0 : least(at, n - n_shown);
}

static void keep_array(struct sample *sample, struct sample_step *step, const bl_trace *now, int i)
{
    const bl_trace_array *a = &now->arrays[i];
    struct sample_array *kept = &step->arrays[step->n_arrays++];
    size_t row = 0, col = 0;
    sample_name(kept->name, &kept->what, now, i, sample->n_blocks);
    sample_element(sample, now, i, &row, &col);
    kept->rows = a->rows;
    kept->cols = a->cols;
    kept->n_rows = least(a->rows, SAMPLE_ROWS);
    kept->n_cols = least(a->cols, SAMPLE_COLS);
    kept->first_row = first_shown(row, kept->n_rows, a->rows);
    kept->first_col = first_shown(col, kept->n_cols, a->cols);
    kept->is_written = now->is_done;
    for (size_t r = 0; r < kept->n_rows; r++)
        for (size_t c = 0; c < kept->n_cols; c++)
            kept->values[r * kept->n_cols + c] =
                a->values[(kept->first_row + r) * a->stride + kept->first_col + c];
}

static struct sample_step *new_step(struct sample *sample, const bl_trace *now)
{
    if (sample->n_steps == sample->room) {
        const size_t room = 2 * sample->room + 16;
        struct sample_step *steps = realloc(sample->steps, room * sizeof *steps);
        if (!steps)
            return NULL;
        sample->steps = steps;
        sample->room = room;
    }
    struct sample_step *step = &sample->steps[sample->n_steps];
    *step = (struct sample_step){.instruction = now->instruction,
                                 .arrays = calloc(2 * (size_t)now->n_arrays + 1, sizeof *step->arrays)};
    sample->n_steps += step->arrays != NULL;
    return step->arrays ? step : NULL;
}

static bool keep_elements(struct sample *sample, const bl_trace *now)
{
    if ((size_t)now->n_arrays > sample->before_room) {
        float *before = realloc(sample->before, (size_t)now->n_arrays * sizeof *before);
        if (!before)
            return false;
        sample->before = before;
        sample->before_room = (size_t)now->n_arrays;
    }
    for (int i = 0; i < now->n_arrays; i++) {
        size_t row = 0, col = 0;
        sample_element(sample, now, i, &row, &col);
        sample->before[i] = now->arrays[i].values[row * now->arrays[i].stride + col];
    }
    return true;
}

static bool write_arithmetic(struct sample *sample, struct sample_step *step, const bl_trace *now)
{
    size_t n = 0;
    FILE *to = open_memstream(&step->arithmetic, &n);
    if (!to)
        return false;
    sample_write_arithmetic(to, sample, now);
    return fclose(to) == 0;
}

static bool keep_step(struct sample *sample, const bl_trace *now)
{
    struct sample_step *step = now->is_done ? &sample->steps[sample->n_steps - 1] : new_step(sample, now);
    if (!step || (!now->is_done && !keep_elements(sample, now)))
        return false;
    for (int i = 0; i < now->n_arrays; i++)
        if (now->is_done ? now->arrays[i].writes : now->arrays[i].reads)
            keep_array(sample, step, now, i);
    return !now->is_done || write_arithmetic(sample, step, now);
}

static void visit(void *user, const bl_trace *now)
{
    struct sample *sample = user;
    learn_shapes(sample, now);
    if (sample->also)
        sample->also(sample->also_user, now);
    if (!sample_shows(now->instruction.block, sample->n_blocks))
        sample->n_folded += now->is_done != 0;
    else if (!sample->is_full)
        sample->is_full = !keep_step(sample, now);
}

/* ---- The step */

int sample_count_blocks(const bl_trainer *trainer)
{
    bl_instruction item;
    int n = 0;
    for (int i = 0; bl_trainer_instruction(trainer, i, &item); i++)
        n = item.block >= n ? item.block + 1 : n;
    return n;
}

/* The examples of the step, unscaled, as bl_trainer_step takes them. */
struct examples {
    double *raw;
    float *x, *targets;
    const int32_t *labels; /* NULL: there are targets */
};

static void free_examples(struct examples *e)
{
    free(e->raw);
    free(e->x);
    free(e->targets);
}

/* The targets are kept for the reader, too. */
static bl_status read_targets(struct examples *e, struct sample *sample, const bl_data *data, size_t outputs)
{
    const size_t n = sample->n_examples * outputs;
    sample->targets = calloc(n, sizeof *sample->targets);
    if (!sample->targets)
        return BL_NO_MEMORY;
    sample->n_targets = outputs;
    const bl_status status = bl_data_raw_targets(data, sample->example, sample->n_examples, sample->targets);
    for (size_t i = 0; status == BL_OK && i < n; i++)
        e->targets[i] = (float)sample->targets[i];
    return status;
}

static bl_status read_examples(struct examples *e, struct sample *sample, const bl_data *data)
{
    const bl_shape shape = bl_data_shape(data);
    const size_t n = sample->n_examples,
                 features = (size_t)shape.channels * (size_t)shape.rows * (size_t)shape.cols,
                 outputs = (size_t)bl_data_outputs(data);
    e->raw = calloc(n * features, sizeof *e->raw);
    e->x = calloc(n * features, sizeof *e->x);
    e->targets = calloc(n * outputs, sizeof *e->targets);
    e->labels = bl_data_labels(data) ? bl_data_labels(data) + sample->example : NULL;
    if (!e->raw || !e->x || !e->targets)
        return BL_NO_MEMORY;
    bl_status status = bl_data_raw_rows(data, sample->example, n, e->raw);
    for (size_t i = 0; status == BL_OK && i < n * features; i++)
        e->x[i] = (float)e->raw[i];
    return status == BL_OK && !e->labels ? read_targets(e, sample, data, outputs) : status;
}

/* Inspects the batch, chooses the elements, and takes the step. Batch norm takes its statistics from
   several examples, so a net with one gets the next example too. */
static bl_status take(struct sample *sample, const bl_data *data, struct examples *e)
{
    bl_status status = read_examples(e, sample, data);
    if (status != BL_OK)
        return status;
    const size_t n = sample->n_examples;
    const bl_batch batch = {.size = sizeof batch,
                            .n = n,
                            .x = e->x,
                            .labels = e->labels,
                            .targets = e->labels ? NULL : e->targets};
    status = e->labels ? bl_trainer_inspect(sample->trainer, e->x, e->labels, n)
                       : bl_trainer_inspect_targets(sample->trainer, e->x, e->targets, n);
    if (status != BL_OK)
        return status;
    choose_elements(sample);
    return bl_trainer_trace(sample->trainer, &batch, visit, sample, &sample->loss);
}

static int begin(struct sample *sample, const struct session *session, bl_trainer *trainer,
                 const bl_data *data, size_t example)
{
    const int n = sample_count_blocks(trainer);
    const char *net = bl_config_get(bl_trainer_config(trainer), "net");
    *sample = (struct sample){
        .session = session,
        .trainer = trainer,
        .example = example,
        .n_examples = strstr(net, "batchnorm") && example + 1 < bl_data_count(data) ? 2 : 1,
        .source = bl_data_source(data),
        .label = bl_data_labels(data) ? bl_data_labels(data)[example] : -1,
        .rate = strtod(bl_config_get(bl_trainer_config(trainer), "lr"), NULL),
        .n_blocks = n,
        .focus = calloc((size_t)n + 1, sizeof *sample->focus), /* + 1: calloc of 0 may return NULL */
        .heads = calloc((size_t)n + 1, sizeof *sample->heads)};
    if (!sample->focus || !sample->heads)
        return usage_error("no memory for the numbers of %d blocks", n), EXIT_OTHER;
    if (sample->label >= 0)
        sample->of_class = bl_data_class_name(data, sample->label);
    return EXIT_DONE;
}

int sample_take(struct sample *sample, const struct session *session, bl_trainer *trainer,
                const bl_data *data, size_t example, bl_trace_fn also, void *also_user)
{
    struct examples e = {NULL, NULL, NULL, NULL};
    int code = begin(sample, session, trainer, data, example);
    if (code != EXIT_DONE)
        return code;
    sample->also = also;
    sample->also_user = also_user;
    bl_status status = bl_trainer_set_rate(trainer, sample->rate);
    if (status == BL_OK)
        status = take(sample, data, &e);
    if (status == BL_OK && sample->is_full)
        code = (usage_error("no memory for the numbers of the step"), EXIT_OTHER);
    free_examples(&e);
    return status == BL_OK ? code : fail_with(session, status);
}

void sample_free(struct sample *sample)
{
    for (size_t i = 0; i < sample->n_steps; i++) {
        free(sample->steps[i].arrays);
        free(sample->steps[i].arithmetic);
    }
    free(sample->steps);
    free(sample->focus);
    free(sample->heads);
    free(sample->before);
    free(sample->targets);
    *sample = (struct sample){.n_steps = 0};
}
