/*
 * feedback.c - draws B, or reads it from a file.
 */
#include "feedback.h"

#include "../../base/mem.h"
#include "../../base/rng.h"
#include "../../file/tensors.h"
#include "../rule.h"
#include "feedback_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bl_status parse_size(bl_context *ctx, struct feedback_spec *out, enum feedback_kind kind,
                            struct slice rest, const char *text)
{
    double size = 0.0;
    if (!text_to_double(slice_trim(rest), &size) || !(size <= 1e6) || !((float)size > 0.0f))
        BL_FAIL(ctx, BL_BAD_VALUE, "feedback \"%s\": expected a number above 0 and up to 1e6 after the word",
                text);
    *out = (struct feedback_spec){.kind = kind, .size = size};
    return BL_OK;
}

static bool is_number(struct slice text)
{
    double ignored = 0.0;
    return text_to_double(slice_trim(text), &ignored);
}

bl_status feedback_parse(bl_context *ctx, struct feedback_spec *out, const char *text)
{
    struct slice rest = slice_of(text), word = {"", 0};
    (void)slice_word(&rest, &word);
    if (slice_is(word, "uniform"))
        return parse_size(ctx, out, FEEDBACK_UNIFORM, rest, text);
    if (slice_is(word, "normal"))
        return parse_size(ctx, out, FEEDBACK_NORMAL, rest, text);
    if (slice_is(word, "fanin") && slice_trim(rest).n > 0)
        return parse_size(ctx, out, FEEDBACK_FANIN, rest, text);
    if (strcmp(text, "weights") == 0)
        *out = (struct feedback_spec){.kind = FEEDBACK_WEIGHTS};
    else if (strcmp(text, "fanin") == 0)
        *out = (struct feedback_spec){.kind = FEEDBACK_FANIN, .size = 1.0};
    else if (strcmp(text, "nokland") == 0)
        *out = (struct feedback_spec){.kind = FEEDBACK_NOKLAND};
    else if (strcmp(text, "lillicrap") == 0)
        *out = (struct feedback_spec){.kind = FEEDBACK_UNIFORM, .size = 0.5};
    else if ((strchr(text, '.') || strchr(text, '/')) && !is_number(rest)) /* "gaussian 0.1" is not a path */
        *out = (struct feedback_spec){.kind = FEEDBACK_FILE, .path = text};
    else
        return feedback_unknown(ctx, text);
    return BL_OK;
}

bl_status feedback_check_text(bl_context *ctx, const char *text)
{
    struct feedback_spec ignored;
    return feedback_parse(ctx, &ignored, text);
}

/* The limit of a uniform distribution. terms: the number of terms of the sum that is one number of a
   signal. */
static double limit_of(const struct feedback_spec *spec, struct matrix B, double terms)
{
    if (spec->kind == FEEDBACK_NOKLAND)
        return sqrt(1.0 / (double)B.cols);
    return spec->kind == FEEDBACK_FANIN ? spec->size * sqrt(3.0 / terms) : spec->size;
}

static void draw(const struct feedback_spec *spec, const struct rng *rng, struct matrix B, double terms)
{
    const size_t n = B.rows * B.cols;
    if (spec->kind == FEEDBACK_NORMAL)
        rng_normal(rng, (float)spec->size, n, B.x);
    else
        rng_uniform(rng, (float)limit_of(spec, B, terms), n, B.x);
}

static bl_status copy_from(bl_context *ctx, const struct tensors *file, const char *path, const char *name,
                           struct matrix B)
{
    struct tensor_entry entry;
    if (!tensors_find_any(file, name, &entry))
        BL_FAIL(ctx, BL_BAD_DATA, "%s: no array \"%s\", expected one of %zu x %zu", path, name, B.rows,
                B.cols);
    if (entry.rows != B.rows || entry.cols != B.cols)
        BL_FAIL(ctx, BL_BAD_DATA, "%s: array \"%s\" is %zu x %zu, expected %zu x %zu", path, name, entry.rows,
                entry.cols, B.rows, B.cols);
    for (size_t i = 0; i < B.rows * B.cols; i++) {
        B.x[i] = entry.doubles ? (float)entry.doubles[i] : entry.values[i];
        if (!isfinite(B.x[i]))
            BL_FAIL(ctx, BL_BAD_DATA, "%s: array \"%s\" holds %g at index %zu, which no float32 holds", path,
                    name, entry.doubles[i], i);
    }
    return BL_OK;
}

static bl_status read_from(bl_context *ctx, const char *path, size_t i, struct matrix B)
{
    struct tensors *file = NULL;
    BL_TRY(arrays_read(&file, ctx, path));
    char name[32];
    snprintf(name, sizeof name, "%zu.feedback", i);
    const bl_status status = copy_from(ctx, file, path, name, B);
    tensors_free(ctx, file);
    return status;
}

static bl_status fill_feedback(struct rule *rule, size_t i, uint32_t layer, size_t rows, size_t cols,
                               double terms)
{
    float *x = NULL;
    const bool is_stored = rule->feedback.kind == FEEDBACK_STORED;
    if (is_stored && rows > rule->feedback.most / cols)
        BL_FAIL(rule->ctx, BL_BAD_DATA,
                "the feedback of block %zu is %zu x %zu, but the file holds %zu numbers in all", i, rows,
                cols, rule->feedback.most);
    BL_TRY(MEM_ARRAY(rule->ctx, &x, rows * cols, "the feedback"));
    rule->B[i] = matrix_of(x, rows, cols);
    if (is_stored || rule->feedback.kind == FEEDBACK_WEIGHTS)
        return BL_OK;
    if (rule->feedback.kind == FEEDBACK_FILE)
        return read_from(rule->ctx, rule->feedback.path, i, rule->B[i]);
    const struct rng rng = {.seed = rule->seed, .stream = RNG_FEEDBACK, .layer = layer};
    draw(&rule->feedback, &rng, rule->B[i], terms);
    return BL_OK;
}

bl_status feedback_from_output(struct rule *rule, const struct net *net, size_t l)
{
    const size_t outputs = net->blocks[net_last(net)].units;
    return fill_feedback(rule, l, (uint32_t)l, outputs, feedback_at_units(net, l, rule->feedback.feedback_at),
                         (double)outputs);
}

bl_status feedback_from_output_to_all(struct rule *rule, const struct net *net)
{
    for (size_t l = 0; l < net_last(net); l++)
        if (net->blocks[l].needs_signal)
            BL_TRY(feedback_from_output(rule, net, l));
    return BL_OK;
}

/* One number of the signal that pull computes is a sum over units x weights / inputs terms on average: all
   units of a dense layer; of a convolution, its channels at each position of the window, and fewer at the
   edges or with a stride. */
static bl_status feedback_like_weights(struct rule *rule, const struct net *net, size_t f)
{
    const struct layer *layer = net_layer(net, f);
    const double terms = (double)layer->units * (double)layer->weight_cols / (double)net->blocks[f].inputs;
    return fill_feedback(rule, f, (uint32_t)f - 1, net->weights[f].rows, net->weights[f].cols, terms);
}

bl_status feedback_like_all_weights(struct rule *rule, const struct net *net)
{
    for (size_t f = 1; f < net->n_blocks; f++)
        if (net_enters_module(net, f))
            BL_TRY(feedback_like_weights(rule, net, f));
    return BL_OK;
}

bl_status feedback_copy_weights(struct rule *rule, const struct net *net)
{
    if (rule->feedback.kind != FEEDBACK_WEIGHTS || rule->ops->derives_feedback)
        return BL_OK;
    for (size_t f = 0; f < rule->n_blocks; f++) {
        const struct matrix W = net->weights[f], B = rule->B[f];
        bool is_zero = true;
        for (size_t i = 0; B.x && i < B.rows * B.cols; i++) {
            B.x[i] = W.x[i];
            is_zero = is_zero && !(fabsf(W.x[i]) > 0.0f);
        }
        if (B.x && is_zero)
            BL_FAIL(rule->ctx, BL_BAD_VALUE,
                    "feedback weights copies the initial weights, and those of block %zu are all 0, which no "
                    "signal passes; use --init fanin",
                    f);
    }
    return BL_OK;
}

bl_status feedback_to_input(struct rule *rule, const struct net *net, double limit)
{
    const size_t outputs = net->blocks[net_last(net)].units;
    const struct feedback_spec given = rule->feedback;
    if (given.kind == FEEDBACK_NOKLAND) {
        rule->feedback.kind = FEEDBACK_UNIFORM;
        rule->feedback.size = limit;
    }
    const bl_status status = fill_feedback(rule, 0, 0, outputs, net->inputs, (double)outputs);
    rule->feedback = given;
    return status;
}
