/*
 * option_table.c - the table of options: key, argument, default, group, help, check. All interfaces use this
 * table.
 */
#include "option_table.h"

#include "../../backend/backend.h"
#include "../../base/text.h"
#include "../../data/set/augment.h"
#include "../../data/set/data.h"
#include "../../losses/loss.h"
#include "../../net/init.h"
#include "../../net/modules.h"
#include "../../optim/optimizer.h"
#include "../../rules/rule.h"
#include "../angles/angle_steps.h"
#include "../step/freeze.h"
#include "../step/schedule.h"
#include "option_words.h"
#include "preset.h"

#include <string.h>

static bl_status check_any(bl_context *ctx, const char *key, const char *text)
{
    (void)ctx, (void)key, (void)text;
    return BL_OK;
}

/* Refuses an empty value, because it usually comes from an unset shell variable. */
static bl_status check_given(bl_context *ctx, const char *key, const char *text, const char *what)
{
    if (!text[0])
        BL_FAIL(ctx, BL_BAD_VALUE, "%s is \"\", expected %s", key, what);
    return BL_OK;
}

static bl_status check_folder(bl_context *ctx, const char *key, const char *text)
{
    return check_given(ctx, key, text, "a folder");
}

static bl_status check_data(bl_context *ctx, const char *key, const char *text)
{
    return check_given(ctx, key, text, "the name of a data set, a folder or a file");
}

static bl_status check_column(bl_context *ctx, const char *key, const char *text)
{
    return check_given(ctx, key, text, "the name or number of a column");
}

static bl_status check_number(bl_context *ctx, const char *key, const char *text, double least, double most)
{
    double x = 0.0;
    char low[32], high[32];
    if (!text_to_double(slice_of(text), &x) || x < least || x > most)
        BL_FAIL(ctx, BL_BAD_VALUE, "%s is \"%s\", expected a number from %s to %s", key, text,
                text_of_digits(least, 6, low), text_of_digits(most, 6, high));
    return BL_OK;
}

static bl_status check_size(bl_context *ctx, const char *key, const char *text, size_t least, size_t most)
{
    size_t n = 0;
    if (!text_to_size(slice_of(text), &n) || n < least || n > most)
        BL_FAIL(ctx, BL_BAD_VALUE, "%s is \"%s\", expected a whole number from %zu to %zu", key, text, least,
                most);
    return BL_OK;
}

static bl_status check_count(bl_context *ctx, const char *key, const char *text)
{
    return check_size(ctx, key, text, 0, 1000000000);
}

static bl_status check_positive(bl_context *ctx, const char *key, const char *text)
{
    return check_size(ctx, key, text, 1, 100000000);
}

static bl_status check_threads(bl_context *ctx, const char *key, const char *text)
{
    return check_size(ctx, key, text, 0, 1024);
}

static bl_status check_seed(bl_context *ctx, const char *key, const char *text)
{
    uint64_t seed = 0;
    if (!text_to_u64(slice_of(text), &seed))
        BL_FAIL(ctx, BL_BAD_VALUE, "%s is \"%s\", expected a whole number below 2^64", key, text);
    return BL_OK;
}

static bl_status check_rate(bl_context *ctx, const char *key, const char *text)
{
    return check_number(ctx, key, text, 1e-12, 1e6);
}

/* Checks a bound: 0, which switches the option off, or 1e-6 to 1e3. */
static bl_status check_bound(bl_context *ctx, const char *key, const char *text)
{
    double x = 0.0;
    return text_to_double(slice_of(text), &x) && x == 0.0 ? BL_OK : check_number(ctx, key, text, 1e-6, 1e3);
}

static bl_status check_seconds(bl_context *ctx, const char *key, const char *text)
{
    return check_number(ctx, key, text, 0.0, 1e9);
}

static bl_status check_fraction(bl_context *ctx, const char *key, const char *text)
{
    return check_number(ctx, key, text, 0.0, 0.999999);
}

static bl_status check_lambda(bl_context *ctx, const char *key, const char *text)
{
    return check_number(ctx, key, text, 0.0, 0.9);
}

static bl_status check_word(bl_context *ctx, const char *key, const char *text, const char *words)
{
    struct slice rest = slice_of(words), word;
    while (slice_word(&rest, &word))
        if (slice_is(word, text))
            return BL_OK;
    BL_FAIL(ctx, BL_BAD_VALUE, "%s is \"%s\", expected one of: %s", key, text, words);
}

static bl_status check_missing(bl_context *ctx, const char *key, const char *text)
{
    return check_word(ctx, key, text, "refuse impute");
}

static bl_status check_memory(bl_context *ctx, const char *key, const char *text)
{
    return check_word(ctx, key, text, "normal low");
}

static bl_status check_backend(bl_context *ctx, const char *key, const char *text)
{
    (void)key;
    return backend_check(ctx, text);
}

static bl_status check_precision(bl_context *ctx, const char *key, const char *text)
{
    return check_word(ctx, key, text, "float32 bf16 bf16-dense");
}

static bl_status check_target(bl_context *ctx, const char *key, const char *text)
{
    return check_word(ctx, key, text, "auto class number");
}

static bl_status check_switch(bl_context *ctx, const char *key, const char *text)
{
    return check_word(ctx, key, text, "true false");
}

static bl_status check_header(bl_context *ctx, const char *key, const char *text)
{
    return check_word(ctx, key, text, "auto yes no");
}

static bl_status check_cache(bl_context *ctx, const char *key, const char *text)
{
    return check_word(ctx, key, text, "yes no");
}

static bl_status check_separator(bl_context *ctx, const char *key, const char *text)
{
    return check_word(ctx, key, text, "auto , ; | : ^ ~ tab space");
}

static bl_status check_decimal(bl_context *ctx, const char *key, const char *text)
{
    return check_word(ctx, key, text, "auto point comma");
}

static bl_status check_reduction(bl_context *ctx, const char *key, const char *text)
{
    return check_word(ctx, key, text, "mean sum");
}

/* Checks the option val: "500", "0.1" or "last 500". */
static bl_status check_val(bl_context *ctx, const char *key, const char *text)
{
    size_t n = 0;
    double share = 0.0;
    const bool is_last = strncmp(text, "last ", 5) == 0;
    const bool is_count = text_to_size(slice_of(is_last ? text + 5 : text), &n) && n <= 1000000000;
    const bool is_share = text_to_double(slice_of(text), &share) && share > 0.0 && share < 1.0;
    if (!is_count && !is_share)
        BL_FAIL(ctx, BL_BAD_VALUE,
                "%s is \"%s\", expected a number of examples, a share below 1, or \"last N\"", key, text);
    return BL_OK;
}

/* "2/5" */
static bl_status check_fold(bl_context *ctx, const char *key, const char *text)
{
    size_t fold, folds;
    if (!text[0] || fold_parse(text, &fold, &folds))
        return BL_OK;
    BL_FAIL(ctx, BL_BAD_VALUE, "%s is \"%s\", expected I/K with I from 1 to K and K from 2 to %d, as 2/5",
            key, text, MOST_FOLDS);
}

static bl_status check_resize(bl_context *ctx, const char *key, const char *text)
{
    (void)key;
    struct slice rest = slice_of(text), rows, cols;
    size_t sides[2];
    const bool is_right = slice_next(&rest, 'x', &rows) && slice_next(&rest, 'x', &cols) && !rest.at &&
                          text_to_size(rows, &sides[0]) && text_to_size(cols, &sides[1]) && sides[0] > 0 &&
                          sides[1] > 0 && sides[0] <= 4096 && sides[1] <= 4096;
    if (!is_right)
        BL_FAIL(ctx, BL_BAD_VALUE, "resize is \"%s\", expected rows and columns, as in 32x32", text);
    return BL_OK;
}

static bl_status check_shape(bl_context *ctx, const char *key, const char *text)
{
    bl_shape shape;
    if (!shape_parse(text, &shape))
        BL_FAIL(ctx, BL_BAD_VALUE, "%s is \"%s\", expected channels, rows and columns, as in 1x28x28", key,
                text);
    return BL_OK;
}

static bl_status check_stop(bl_context *ctx, const char *key, const char *text)
{
    return check_word(ctx, key, text, "epochs paper");
}

/* Options whose grammar is checked in another file. */
#define CHECK_WITH(function)                                                                                 \
    static bl_status function##_option(bl_context *ctx, const char *key, const char *text)                   \
    {                                                                                                        \
        (void)key;                                                                                           \
        return function(ctx, text);                                                                          \
    }
CHECK_WITH(normalize_check_text)
CHECK_WITH(augment_check_text)
CHECK_WITH(net_check_text)
CHECK_WITH(init_check_text)
CHECK_WITH(rule_check_text)
CHECK_WITH(feedback_check_text)
CHECK_WITH(feedback_at_check_text)
CHECK_WITH(modules_check_text)
CHECK_WITH(slope_check_text)
CHECK_WITH(loss_check_text)
CHECK_WITH(optimizer_check_text)
CHECK_WITH(schedule_check_text)
CHECK_WITH(freeze_check_text)
CHECK_WITH(angle_steps_check_text)
CHECK_WITH(preset_check_text)

const struct option_row option_table[] = {
    {{"data", "NAME|PATH", "", "data",
      "the data: a named set, a folder, or a file (table, IDX, CIFAR, SVHN, NumPy)"},
     check_data},
    {{"test", "PATH", "", "data", "another file to test on; folders and named sets have their own test set"},
     check_data},
    {{"data-dir", "DIR", "", "data", "folder that is searched first for named sets, before $BACKLESS_DATA"},
     check_folder},
    {{"label", "first|last|COLUMN", "", "data",
      "label column of a table: its name, its number from 0, first or last (default: detected)"},
     check_column},
    {{"header", "auto|yes|no", "auto", "data", "whether a table's first line names its columns"},
     check_header},
    {{"separator", "auto|tab|space|CHAR", "auto", "data",
      "separator of a table's fields: , ; | tab, space (any number of blanks), or : ^ ~ (not detected by "
      "auto)"},
     check_separator},
    {{"decimal", "auto|point|comma", "auto", "data",
      "decimal sign of a table's numbers (auto: as in the model's table, else point)"},
     check_decimal},
    {{"categorical", "COLUMNS", "", "data",
      "comma-separated columns whose values are words, even if they look like numbers"},
     check_any},
    {{"ignore", "none|COLUMNS", "", "data",
      "comma-separated columns to omit; none: omit no column automatically"},
     check_any},
    {{"id-column", "COLUMN", "", "data",
      "column that identifies the examples; not an input, kept for predict"},
     check_column},
    {{"missing", "refuse|impute", "refuse", "data",
      "empty, ? and NA fields: refuse them, or impute them and add a column that marks them (eval and "
      "predict: as in training)"},
     check_missing},
    {{"target", "auto|class|number", "auto", "data",
      "contents of the label column (auto: numbers if all are and at least half have a fraction, or with the "
      "loss mse if all are; else classes)"},
     check_target},
    {{"resize", "ROWSxCOLS", "", "data",
      "size to which the images of a folder are scaled (default: all must have one size, the model's)"},
     check_resize},
    {{"shape", "CxROWSxCOLS", "", "data",
      "read the features of a table or array as an image of channels, rows and columns, as in 1x28x28; "
      "scaled as pixels"},
     check_shape},
    {{"normalize", "auto|none|global|channel|...", "auto", "data",
      "scaling of the inputs: range (to 0 .. 1); to mean 0 and deviation 1 of all numbers (global), of "
      "each channel, each feature or each image; \"zca [EPSILON]\" (whitened); none (auto: range for "
      "images, else feature)"},
     normalize_check_text_option},
    {{"cache", "yes|no", "yes", "data",
      "whether the matrix of normalize zca, which takes about a minute to compute for CIFAR, is kept in the "
      "user's cache and taken from there"},
     check_cache},
    {{"augment", "none|TERM, ...", "none", "data",
      "random transformations of the training images, in order: \"pad-crop 4, flip, translate 2\" (pixels)"},
     augment_check_text_option},
    {{"val", "N|F|last N", "0", "data",
      "training examples held out for validation: a number or a fraction, drawn by class and seed; or the "
      "last N"},
     check_val},
    {{"test-fraction", "F", "0", "data",
      "fraction of a single file held out for testing, drawn by class and seed"},
     check_fraction},
    {{"fold", "I/K", "", "data",
      "instead of --test-fraction: test on part I of K parts of a single file, drawn by class and seed"},
     check_fold},
    {{"split-seed", "N", "1", "data",
      "seed of the examples that --val, --test-fraction and --fold draw; independent of --seed"},
     check_seed},
    {{"net", "LAYERS", "", "net",
      "the layers, as in \"3 x (dense 240, tanh), dense C\", where C is the number of classes, or a net of "
      "backless nets (default: dense 100, tanh, dense 100, tanh, dense C)"},
     net_check_text_option},
    {{"init", "zero|fanin|glorot|he|...", "", "net",
      "initial weights: zero, fanin, fanin-first (fanin in the first layer, zero in the others), glorot, "
      "he, \"uniform X\", or FILE.safetensors: those of that model (default: zero for fa, dfa, drtp, kp, "
      "dkp and adfa on nets of tanh, logistic, gelu or softplus with 3 outputs or more, without layernorm "
      "for fa and kp, and for linear, all without --freeze; else fanin)"},
     init_check_text_option},
    {{"rule", "NAME", "dfa", "rule", "learning rule; backless rules lists them"}, rule_check_text_option},
    {{"feedback", "nokland|lillicrap|FILE|...", "", "rule",
      "feedback matrices: nokland, lillicrap, \"fanin [GAIN]\", \"uniform X\", \"normal S\", weights (fa, "
      "kp: a copy of the initial weights) or a file (default: nokland; with sgd \"uniform 1\", but "
      "\"fanin\", or \"fanin 0.5\" with relus, for fa and kp with two or more hidden blocks)"},
     feedback_check_text_option},
    {{"feedback-at", "end|before-pool|channels", "end", "rule",
      "where the feedback of dfa, adfa and drtp enters a block: at its end, before its pool, or one number "
      "per channel"},
     feedback_at_check_text_option},
    {{"modules", "layer|residual|N", "layer", "rule",
      "pieces of the net inside which derivatives are exact: each weighted layer, each residual, or N "
      "weighted layers"},
     modules_check_text_option},
    {{"slope", "cos a|cos f|1|f'", "", "rule",
      "adfa: what replaces the derivative of an activation f(a) (default: cos a)"},
     slope_check_text_option},
    {{"lambda", "X", "", "rule",
      "kp and dkp: fraction by which weights and feedback decay at each step (default: 1e-5)"},
     check_lambda},
    {{"preset", "none|nokland2016|dfa-torch", "none", "training",
      "settings of a paper, for the options that are not given: nokland2016 is bce, sum, rmsprop at 1e-4, "
      "constant, batch 64, 300 epochs, stop paper, feedback nokland; dfa-torch is its published code, with "
      "299 epochs, and fa started as there"},
     preset_check_text_option},
    {{"loss", "ce|bce|mse", "", "training",
      "softmax + cross-entropy, logistic + binary cross-entropy, squared error (default: ce for classes, bce "
      "for two classes with one unit, mse for regression)"},
     loss_check_text_option},
    {{"reduction", "mean|sum", "mean", "training", "gradient of a batch: mean or sum over its examples"},
     check_reduction},
    {{"optimizer", "adam|rmsprop|sgd|...", "", "training",
      "adam, rmsprop, \"sgd momentum 0.9 nesterov\", each with \"weight-decay X\" (as AdamW) or \"l2 X\" "
      "(default: adam)"},
     optimizer_check_text_option},
    {{"adversarial", "EPS", "0", "training",
      "train on x + EPS sign(dJ/dx) alone, by the input gradient of bp whatever the rule; 0: off"},
     check_bound},
    {{"max-norm", "C", "0", "training",
      "after each step, scale the weights into a unit down to the norm C where they exceed it; 0: off"},
     check_bound},
    {{"clip-norm", "C", "0", "training",
      "scale the gradients of a step, all together, down to the norm C where they exceed it; 0: off"},
     check_bound},
    {{"clip-value", "C", "0", "training", "limit each number of a step's gradients to -C .. C; 0: off"},
     check_bound},
    {{"freeze", "none|BLOCKS [from N] [until N], ...", "none", "training",
      "blocks that are not trained, in all epochs, or from one or until one (inclusive): "
      "\"0 1 until 5, 3 from 10\""},
     freeze_check_text_option},
    {{"lr", "RATE", "", "training",
      "learning rate (default: 3e-3 for adam, 1e-3 for rmsprop, 0.1 (1 - momentum) for sgd)"},
     check_rate},
    {{"schedule", "constant|cosine|auto|...", "", "training",
      "constant, \"step EVERY FACTOR\", \"multistep EPOCH,... FACTOR\", \"cosine [warmup N]\", auto "
      "(default: cosine; constant with --stop paper)"},
     schedule_check_text_option},
    {{"batch", "N", "", "training",
      "examples per step; the last, smaller batch of an epoch is kept (default: from 8 to 64, by the number "
      "of examples)"},
     check_positive},
    {{"epochs", "N", "", "training",
      "passes over the training set (default: from 10 to 50, for 500 to 12000 steps; 300 with --stop paper)"},
     check_count},
    {{"stop", "epochs|paper", "epochs", "training",
      "paper: stop also when the running training error falls to 1e-4 (for regression, the loss divided by "
      "that of the first epoch)"},
     check_stop},
    {{"patience", "N", "0", "training", "stop after N epochs without a better validation error; 0: never"},
     check_count},
    {{"max-time", "SECONDS", "0", "training", "stop after this many seconds of training; 0: never"},
     check_seconds},
    {{"memory", "normal|low", "normal", "training",
      "low: blocks are trained one after the other, in the memory of a few (dfa, dkp, adfa, drtp); same "
      "bits, one more forward pass, no angles"},
     check_memory},
    {{"precision", "float32|bf16|bf16-dense", "float32", "training",
      "bf16: dense layers and convolutions multiply numbers rounded to bfloat16; weights, sums and tests "
      "stay float32. bf16-dense: dense layers only, as bf16 in 0.1.0"},
     check_precision},
    {{"seed", "N", "1", "training",
      "seed of weights, feedback, order, and the examples on which angles are measured"},
     check_seed},
    {{"weight-seed", "N", "", "training", "seed of the initial weights (default: --seed)"}, check_seed},
    {{"feedback-seed", "N", "", "training", "seed of the feedback (default: --seed)"}, check_seed},
    {{"order-seed", "N", "", "training",
      "seed of the order of the examples and the masks of dropout (default: --seed)"},
     check_seed},
    {{"angles", "auto|none|STEPS", "auto", "training",
      "when the angles to backpropagation are measured: auto, none, every 10 steps (10), after these steps "
      "(1,3,10)"},
     angle_steps_check_text_option},
    {{"threads", "N", "0", "machine",
      "number of threads; 0: all that this process may use, or fewer while that is faster; the result is the "
      "same"},
     check_threads},
    {{"backend", "auto|portable", "auto", "machine",
      "the numerical engine; portable is the only one, with the same bits on every machine"},
     check_backend},
    {{"out", "DIR", "", "run", "run folder for the log, the model and what is needed to resume"},
     check_folder},
    {{"force", NULL, "false", "run", "replace the contents of the run folder"}, check_switch},
    {{"no-angles", NULL, "false", "former", "the name of version 0.1.0 for angles none"}, check_switch},
    {{"inlet", "end|before-pool|channels", "end", "former", "the name of version 0.1.0 for feedback-at"},
     feedback_at_check_text_option},
};
const size_t option_count = sizeof option_table / sizeof *option_table;
