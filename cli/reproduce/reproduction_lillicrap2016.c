/*
 * reproduction_lillicrap2016.c - the linear task of T. P. Lillicrap, D. Cownden, D. B. Tweed, C. J. Akerman,
 * "Random synaptic feedback weights support error backpropagation for deep learning", Nature Communications
 * 7:13276, 2016.
 *
 * A linear net of 30-20-10 units without biases learns targets y = T x, T ~ U(-1, 1) of 10 x 30, from samples
 * x ~ N(0, I), one at a time: W ~ U(-0.01, 0.01), B ~ U(-0.5, 0.5), squared error, learning rate 1e-3, 2000
 * samples. The rows differ in the learning rate only, so that each rule can be judged at its best rate. The
 * paper shows curves and angles, no table.
 *
 * T and x are drawn as initial weights by the library, because these have the same bits on every machine.
 * They are the same in all runs: the seed of a run decides W, B and the order of the samples.
 */
#include "reproduction.h"

#include <string.h>

enum { INPUTS = 30, OUTPUTS = 10, TRAIN = 2000, TEST = 1000, SAMPLES = TRAIN + TEST };

/* The seeds of T and of x. */
static const char teacher_seed[] = "1", sample_seed[] = "2";

/* ---- The task */

/* Writes the initial weights (units x inputs) of a linear layer without biases. */
static bl_status draw_weights(bl_context *ctx, int units, int inputs, const char *init, const char *seed,
                              float *out)
{
    static const float x[INPUTS], y[SAMPLES * INPUTS];
    char net[32];
    snprintf(net, sizeof net, "dense %d nobias", units);
    const char *const options[][2] = {{"rule", "bp"}, {"net", net}, {"init", init}, {"seed", seed}};
    bl_data *like = NULL;
    bl_config *config = NULL;
    bl_trainer *trainer = NULL;
    bl_tensor W;
    bl_status status = bl_data_wrap_targets(&like, ctx, x, y, 1, (bl_shape){1, 1, inputs}, units);
    if (status == BL_OK)
        status = bl_config_create(&config, ctx);
    for (size_t i = 0; status == BL_OK && i < sizeof options / sizeof *options; i++)
        status = bl_config_set(config, options[i][0], options[i][1]);
    if (status == BL_OK)
        status = bl_trainer_create(&trainer, ctx, config, like);
    if (status == BL_OK && bl_model_tensor(bl_trainer_model(trainer), 0, &W))
        memcpy(out, W.values, W.rows * W.cols * sizeof *out);
    bl_trainer_free(trainer);
    bl_config_free(config);
    bl_data_free(like);
    return status;
}

static bl_status draw_teacher(bl_context *ctx, float T[OUTPUTS][INPUTS])
{
    return draw_weights(ctx, OUTPUTS, INPUTS, "uniform 1", teacher_seed, T[0]);
}

/* Draws x. The init `he` draws N(0, 2 / inputs), which is N(0, 1) for 2 inputs. */
static bl_status draw_samples(bl_context *ctx, float x[SAMPLES][INPUTS])
{
    return draw_weights(ctx, SAMPLES * INPUTS / 2, 2, "he", sample_seed, x[0]);
}

static void apply(float T[OUTPUTS][INPUTS], const float x[INPUTS], float y[OUTPUTS])
{
    for (int k = 0; k < OUTPUTS; k++) {
        double sum = 0.0;
        for (int i = 0; i < INPUTS; i++)
            sum += (double)T[k][i] * (double)x[i];
        y[k] = (float)sum;
    }
}

static bl_status make_task(bl_data **train, bl_data **test, bl_context *ctx)
{
    static float T[OUTPUTS][INPUTS], x[SAMPLES][INPUTS], y[SAMPLES][OUTPUTS];
    const bl_shape shape = {1, 1, INPUTS};
    bl_status status = draw_teacher(ctx, T);
    if (status == BL_OK)
        status = draw_samples(ctx, x);
    for (int n = 0; status == BL_OK && n < SAMPLES; n++)
        apply(T, x[n], y[n]);
    if (status == BL_OK)
        status = bl_data_wrap_targets(train, ctx, x[0], y[0], TRAIN, shape, OUTPUTS);
    if (status == BL_OK)
        status = bl_data_wrap_targets(test, ctx, x[TRAIN], y[TRAIN], TEST, shape, OUTPUTS);
    return status;
}

/* The expected loss of outputs 0: E |T x|^2 / 2 = |T|^2 / 2, because x ~ N(0, I). */
static bl_status loss_of_zero(double *out, bl_context *ctx)
{
    float T[OUTPUTS][INPUTS];
    double sum = 0.0;
    const bl_status status = draw_teacher(ctx, T);
    for (int k = 0; status == BL_OK && k < OUTPUTS; k++)
        for (int i = 0; i < INPUTS; i++)
            sum += (double)T[k][i] * (double)T[k][i];
    *out = sum / 2.0;
    return status;
}

static const struct target_data task = {.name = "linear task 30-20-10",
                                        .shape = {1, 1, INPUTS},
                                        .classes = OUTPUTS,
                                        .examples = TRAIN,
                                        .test_examples = TEST,
                                        .hash = "1ed4dcd2abd1277b",
                                        .make = make_task,
                                        .loss_of_zero = loss_of_zero};

/* ---- The rows */

#define ROW(rate)                                                                                            \
    {                                                                                                        \
        .table = "linear task", .name = "lr " rate, .net = "dense 20 nobias, dense C nobias", .data = &task, \
        .cells = {{.rule = "bp", .kind = PUBLISHED_CURVE}, {.rule = "fa", .kind = PUBLISHED_CURVE}},         \
        .options = {{"lr", rate}},                                                                           \
    }

static const struct target_row rows[] = {ROW("3e-4"), ROW("1e-3"), ROW("2e-3"), ROW("4e-3"), ROW("8e-3")};

const struct target target_lillicrap2016 = {
    .name = "lillicrap2016",
    .paper = "T. P. Lillicrap, D. Cownden, D. B. Tweed, C. J. Akerman, Random synaptic feedback weights "
             "support error backpropagation for deep learning, Nature Communications 7:13276, 2016",
    .judged_note =
        "A linear net of 30-20-10 units without biases learns y = T x. Errors are normalised: the "
        "squared error in percent of that of outputs that are all 0. The paper shows curves at the "
        "learning rate 1e-3. The other rows show each rule at further rates, so that the rules "
        "can be compared at the best rate of each. These best rates are chosen on the same samples "
        "that the errors are measured on.",
    .options = {{"loss", "mse"},
                {"optimizer", "sgd"},
                {"schedule", "constant"},
                {"batch", "1"},
                {"epochs", "1"},
                {"init", "uniform 0.01"},
                {"feedback", "lillicrap"},
                {"angles", "100"}},
    .rows = rows,
    .n_rows = sizeof rows / sizeof *rows,
};
