/*
 * advice.c - the message for a run that has hardly trained: its loss is compared with that of the best
 * constant prediction (the frequencies of the classes; the mean of the targets), both with the examples'
 * weights.
 */
#include "advice.h"
#include "../setup/trainer_setup.h"

#include "../../base/mem.h"
#include "../../base/text.h"

#include <math.h>
#include <string.h>

/* Bounds relative to the blind loss, the loss of the best constant prediction. HARDLY: a loss above this
   fraction of it has hardly fallen. HALF_WAY: after fewer than FEW steps, also a loss above this fraction
   counts as hardly trained, because RMSprop and Adam at 3e-3 have then changed a weight by less than 1.
   GROWN: a loss above this multiple of it is not noise; the steps are too large. */
static const double HARDLY = 0.9, HALF_WAY = 0.5, GROWN = 10.0;
enum { FEW = 300, ENOUGH = 1000, STRAY_DEGREES = 80 };

/* The weight of an example's loss; all have a mean of 1. */
static double weight_of(const bl_data *data, size_t i)
{
    return data->weights ? (double)data->weights[i] : 1.0;
}

static void sum_labels(const bl_data *data, double *sum)
{
    for (size_t i = 0; i < data->n; i++)
        sum[data->labels[i]] += weight_of(data, i);
}

/* For a single output and two classes, keeps only the sums of the second class, whose targets the output
   has. */
static size_t keep_second(const bl_trainer *t, const bl_data *data, double *sum)
{
    if (!model_is_one_of_two(t->model->net, data))
        return (size_t)data->outputs;
    sum[0] = sum[1];
    return 1;
}

static void sum_targets(const bl_data *data, struct workspace *workspace, double *sum, double *square)
{
    const size_t outputs = (size_t)data->outputs;
    for (size_t first = 0; first < data->n; first += workspace->capacity) {
        const size_t left = data->n - first, n = left < workspace->capacity ? left : workspace->capacity;
        workspace_set_size(workspace, n);
        data_gather_targets(data, NULL, first, n, workspace->y.x);
        for (size_t i = 0; i < n * outputs; i++) {
            const double y = (double)workspace->y.x[i], weight = weight_of(data, first + i / outputs);
            sum[i % outputs] += weight * y;
            square[i % outputs] += weight * y * y;
        }
    }
}

bl_status advice_blind_loss(double *out, bl_trainer *t, const bl_data *data)
{
    size_t outputs = (size_t)data->outputs;
    double *sum = NULL;
    BL_TRY(MEM_ARRAY(t->ctx, &sum, 2 * outputs, "the targets' means"));
    double *square = sum + outputs;
    if (data->labels)
        sum_labels(data, sum);
    else
        sum_targets(data, t->score_workspace, sum, square);
    outputs = keep_second(t, data, sum);
    for (size_t k = 0; k < outputs; k++) {
        sum[k] /= (double)data->n;
        /* One-hot targets equal their squares. */
        square[k] = data->labels ? sum[k] : square[k] / (double)data->n;
    }
    *out = t->model->loss->blind(sum, square, outputs);
    mem_free(t->ctx, sum);
    return BL_OK;
}

static bool has_hardly_trained(const bl_trainer *t, double blind_loss, double loss)
{
    return t->state.step > 0 &&
           (loss > HARDLY * blind_loss || (t->state.step < FEW && loss > HALF_WAY * blind_loss));
}

static void add_angle(bl_trainer *t, char *text, size_t room)
{
    for (size_t l = 0; l + 1 < t->model->net->n_blocks; l++)
        if (t->angles[l].flat > STRAY_DEGREES) {
            text_append(text, room, "; the angle of hidden block %zu to backpropagation is %.0f degrees", l,
                        t->angles[l].flat);
            return;
        }
}

/* The number of epochs that gives ENOUGH steps, at least the default. */
static size_t more_epochs(const bl_trainer *t, size_t n_examples, const struct defaults *usual)
{
    const size_t batch = config_size(t->config, "batch"), steps = (n_examples - 1) / batch + 1;
    const size_t enough = (ENOUGH - 1) / steps + 1;
    return enough > usual->epochs ? enough : usual->epochs;
}

/* Adds the advice for a loss that has grown far above the blind loss: more steps or a higher rate do not
   help. */
static void add_smaller_rate(bl_trainer *t, size_t n_examples, char *text, size_t room)
{
    const double rate = config_number(t->config, "lr"), usual = trainer_defaults(t, n_examples).rate;
    char smaller[32];
    text_append(text, room, "; try a smaller learning rate: --lr %s (now %s)",
                text_of_digits(usual < rate ? usual : rate / 10.0, 6, smaller), config_text(t->config, "lr"));
}

/* Whether the cause may be weights that were 0 at first. The first step of a hidden layer is then B times the
   covariance of inputs and labels, which is nearly 0 where the classes have the same mean inputs. After few
   steps, or at a rate below the usual one, the loss may be high for another reason. */
static bool is_stuck_at_zero(const bl_trainer *t, bool is_slow)
{
    return t->model->net->n_blocks > 1 && strcmp(config_text(t->config, "init"), "zero") == 0 &&
           t->state.step >= FEW && !is_slow;
}

static void add_way_out(bl_trainer *t, size_t n_examples, char *text, size_t room)
{
    const struct defaults usual = trainer_defaults(t, n_examples);
    const size_t epochs = more_epochs(t, n_examples, &usual);
    const char *rate = config_text(t->config, "lr");
    char higher[32];
    const bool is_short = t->state.epoch < epochs && t->state.step < ENOUGH,
               is_slow = config_number(t->config, "lr") < usual.rate, is_stuck = is_stuck_at_zero(t, is_slow);
    if (is_stuck)
        text_append(text, room,
                    "; try --init fanin (now zero, from which classes with the same mean inputs are hardly "
                    "learned)");
    if (is_short)
        text_append(text, room, "%s train longer: --epochs %zu (now %zu)", is_stuck ? ", or" : ";", epochs,
                    t->state.epoch);
    if (is_slow)
        text_append(text, room, "%s a higher rate: --lr %s (now %s)", is_short ? ", or at" : "; try",
                    text_of_digits(usual.rate, 6, higher), rate);
    if (!is_short && !is_slow)
        text_append(text, room, "%s another --lr (now %s), or inputs that say more about the target",
                    is_stuck ? ", or" : "; try", rate);
}

void advice_give(bl_trainer *t, const bl_data *data, double blind_loss, double loss)
{
    t->advice[0] = 0;
    if (!has_hardly_trained(t, blind_loss, loss))
        return;
    text_append(
        t->advice, sizeof t->advice,
        "hardly trained: after %llu steps the training loss is %.4g; a prediction that ignores the inputs "
        "reaches %.4g",
        (unsigned long long)t->state.step, loss, blind_loss);
    add_angle(t, t->advice, sizeof t->advice);
    if (loss > GROWN * blind_loss)
        add_smaller_rate(t, data->n, t->advice, sizeof t->advice);
    else
        add_way_out(t, data->n, t->advice, sizeof t->advice);
}

void advice_give_ended(bl_trainer *t, const char *reason)
{
    static const struct {
        const char *reason, *way;
    } ways[] = {
        {"epochs", "--epochs N with a larger N continues it"},
        {"patience", "--patience N with a larger N, or 0, continues it"},
        {"time", "--max-time SECONDS with more seconds in all, or 0, continues it"},
        {"paper", "the training error is below the bound of --stop paper, and nothing is left to do"},
        {"rate", "--schedule auto has halved the rate as often as it may, and nothing is left to do"}};
    t->advice[0] = 0;
    const size_t epochs = config_size(t->config, "epochs");
    if (strcmp(reason, "epochs") == 0 && (t->state.epoch > epochs || t->state.position > 0)) {
        text_append(
            t->advice, sizeof t->advice,
            "nothing was trained: the run has finished %zu epoch%s, and the option epochs is %zu; --epochs N "
            "continues it, with the N that the run was resumed with, or a larger one",
            (size_t)t->state.epoch, text_plural((size_t)t->state.epoch), epochs);
        return;
    }
    for (size_t i = 0; i < sizeof ways / sizeof *ways && t->state.epoch > 0; i++)
        if (strcmp(reason, ways[i].reason) == 0)
            text_append(t->advice, sizeof t->advice,
                        "nothing was trained: the run had ended already, after epoch %zu (by %s); %s",
                        (size_t)t->state.epoch, reason, ways[i].way);
}
