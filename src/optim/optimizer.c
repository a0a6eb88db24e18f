/*
 * optimizer.c - SGD (momentum; Nesterov), RMSprop as Torch7's, Adam (Kingma & Ba 2015), all with weight
 * decay: decoupled (Loshchilov & Hutter 2019, arXiv:1711.05101) or as the derivative of a penalty (l2). The
 * formulas are at the step structs in backend.h.
 */
#include "optimizer.h"

#include "../base/context.h"
#include "../base/maths.h"
#include "../base/nearest.h"

#include <stddef.h>
#include <string.h>

enum { PENALTY_PIECE = 512 };

static struct update sgd_step(const struct optimizer *o, float decay)
{
    return (struct update){.kind = UPDATE_SGD, .sgd = {o->rate, o->momentum, decay, o->nesterov}};
}

static struct update rmsprop_step(const struct optimizer *o, float decay)
{
    return (struct update){.kind = UPDATE_RMSPROP, .rmsprop = {o->rate, o->rho, o->epsilon, decay}};
}

static struct update adam_step(const struct optimizer *o, float decay)
{
    return (struct update){
        .kind = UPDATE_ADAM,
        .adam = {o->rate, o->beta1, o->beta2, o->epsilon, decay, o->correction1, o->correction2}};
}

static const struct optimizer_ops table[] = {
    {"sgd",
     "sgd [momentum M] [nesterov] [weight-decay X] [l2 X]",
     0.1,
     false,
     1,
     {"momentum", NULL},
     sgd_step},
    {"rmsprop",
     "rmsprop [rho R] [epsilon E] [initial V] [weight-decay X] [l2 X]",
     1e-3,
     true,
     1,
     {"mean_square", NULL},
     rmsprop_step},
    {"adam",
     "adam [beta1 B] [beta2 B] [epsilon E] [weight-decay X] [l2 X]",
     3e-3,
     true,
     2,
     {"mean", "mean_square"},
     adam_step},
};

struct setting { /* a word, the field that it sets, and the permitted numbers: least <= x < below */
    const char *optimizer, *word; /* optimizer NULL: all optimisers have it */
    size_t offset;
    double least, below;
};

static const struct setting settings[] = {
    {"sgd", "momentum", offsetof(struct optimizer, momentum), 0.0, 1.0},
    {"rmsprop", "rho", offsetof(struct optimizer, rho), 0.0, 1.0},
    {"rmsprop", "epsilon", offsetof(struct optimizer, epsilon), 1e-30, 1.0},
    {"rmsprop", "initial", offsetof(struct optimizer, initial), 0.0, 1e30},
    {"adam", "beta1", offsetof(struct optimizer, beta1), 0.0, 1.0},
    {"adam", "beta2", offsetof(struct optimizer, beta2), 0.0, 1.0},
    {"adam", "epsilon", offsetof(struct optimizer, epsilon), 1e-30, 1.0},
    {NULL, "weight-decay", offsetof(struct optimizer, weight_decay), 0.0, 1e6},
    {NULL, "l2", offsetof(struct optimizer, l2), 0.0, 1e6},
    {NULL, "decay", offsetof(struct optimizer, decay), 0.0, 1.0}, /* in files that version 0.1.0 wrote */
};

static const struct optimizer_ops *find_optimizer(struct slice name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (slice_is(name, table[i].name))
            return &table[i];
    return NULL;
}

static bool belongs_to(const struct setting *setting, const struct optimizer_ops *ops)
{
    return !setting->optimizer || strcmp(setting->optimizer, ops->name) == 0;
}

static const struct setting *find_setting(const struct optimizer_ops *ops, struct slice word)
{
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (belongs_to(&settings[i], ops) && slice_is(word, settings[i].word))
            return &settings[i];
    return NULL;
}

/* Names that other libraries use. */
static const struct alias optimizer_aliases[] = {
    {"adamw", "write \"adam weight-decay X\", which is AdamW"},
    {"momentum sgdm heavyball msgd", "write \"sgd momentum 0.9\""},
    {"nesterov nag", "write \"sgd momentum 0.9 nesterov\""},
    {"gd bgd gradientdescent vanilla stochasticgradientdescent",
     "write sgd; with --batch as large as the training set it is gradient descent on the whole set"},
    {"rms rmspropoptimizer", "write rmsprop"},
    {"nadam radam adamax amsgrad adagrad adadelta adabelief adafactor lamb lars lion sophia shampoo muon "
     "rprop",
     "that optimiser is not implemented; there are sgd, rmsprop and adam"},
    {"lbfgs bfgs cg newton levenbergmarquardt lm",
     "methods of second order are not implemented; there are sgd, rmsprop and adam"},
};

static const struct alias setting_aliases[] = {
    {"lr rate learningrate eta stepsize", "the learning rate is an option of its own, --lr"},
    {"wd", "write weight-decay X"},
    {"eps", "write epsilon E"},
    {"mom mu", "write momentum M"},
    {"alpha smoothing", "the decay rate of rmsprop's mean square is written rho R"},
    {"betas b1 b2", "write beta1 B beta2 B, without brackets and commas"},
    {"amsgrad centered maximize dampening foreach fused", "that setting is not implemented"},
};

static const char *optimizer_name_at(size_t i)
{
    return i < sizeof table / sizeof *table ? table[i].name : NULL;
}

static const char *optimizer_usage_at(size_t i)
{
    return table[i].usage;
}

static bl_status no_optimizer(bl_context *ctx, struct slice word)
{
    static const struct vocabulary optimizers = {optimizer_name_at, optimizer_usage_at, optimizer_aliases,
                                                 sizeof optimizer_aliases / sizeof *optimizer_aliases};
    char advice[400];
    vocabulary_advise(&optimizers, word, advice, sizeof advice);
    BL_FAIL(ctx, BL_BAD_VALUE, "no optimizer \"%.*s\"; %s", word.n < 100 ? (int)word.n : 100, word.at,
            advice);
}

/* "momentum=0.9" is looked up as "momentum". */
static bl_status no_setting(bl_context *ctx, const struct optimizer_ops *ops, struct slice word)
{
    const char *equals = word.n > 0 ? memchr(word.at, '=', word.n) : NULL;
    const struct slice name = {word.at, equals ? (size_t)(equals - word.at) : word.n};
    struct nearest search, alias;
    char advice[160] = "";
    nearest_begin(&alias, name);
    nearest_offer_aliases(&alias, setting_aliases, sizeof setting_aliases / sizeof *setting_aliases);
    nearest_begin(&search, name);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (belongs_to(&settings[i], ops) && strcmp(settings[i].word, "decay") != 0)
            nearest_offer(&search, slice_of(settings[i].word), settings[i].word);
    if (alias.found && alias.distance == 0 && search.distance > 0)
        text_append(advice, sizeof advice, "%s", alias.found);
    else if (search.found && equals)
        text_append(advice, sizeof advice, "write %s and the number with a blank between", search.found);
    else if (search.found)
        text_append(advice, sizeof advice, "did you mean \"%s\"?", search.found);
    BL_FAIL(ctx, BL_BAD_VALUE, "optimizer %s does not know \"%.*s\"; %s%s", ops->name,
            word.n < 100 ? (int)word.n : 100, word.at,
            advice[0] ? advice : "usage: ", advice[0] ? "" : ops->usage);
}

/* The limit is also checked after rounding to float, where a beta1 of 0.9999999999 is 1 and Adam would divide
   by 0. */
static bool is_within(const struct setting *setting, double value)
{
    return value >= setting->least && value < setting->below && (float)value < (float)setting->below;
}

static bl_status read_setting(bl_context *ctx, struct optimizer *o, struct slice word, struct slice *rest)
{
    if (slice_is(word, "nesterov") && strcmp(o->ops->name, "sgd") == 0) {
        o->nesterov = true;
        return BL_OK;
    }
    const struct setting *setting = find_setting(o->ops, word);
    if (!setting)
        return no_setting(ctx, o->ops, word);
    struct slice number = {"", 0};
    double value = 0.0;
    if (!slice_word(rest, &number) || !text_to_double(number, &value) || !is_within(setting, value))
        BL_FAIL(ctx, BL_BAD_VALUE,
                "optimizer %s: %s \"%.*s\", expected a number from %g to below %g as a float", o->ops->name,
                setting->word, (int)number.n, number.at, setting->least, setting->below);
    *(float *)((char *)o + setting->offset) = (float)value;
    return BL_OK;
}

bl_status optimizer_parse(bl_context *ctx, struct optimizer *out, const char *text)
{
    struct slice rest = slice_of(text), word = {"", 0};
    (void)slice_word(&rest, &word);
    struct optimizer o = {
        .ops = find_optimizer(word), .rho = 0.99f, .beta1 = 0.9f, .beta2 = 0.999f, .epsilon = 1e-8f};
    if (!o.ops)
        return no_optimizer(ctx, word);
    while (slice_word(&rest, &word))
        BL_TRY(read_setting(ctx, &o, word, &rest));
    if (o.nesterov && o.momentum <= 0.0f)
        BL_FAIL(ctx, BL_BAD_VALUE,
                "optimizer \"%s\": nesterov needs a momentum, as in \"sgd momentum 0.9 nesterov\"", text);
    *out = o;
    return BL_OK;
}

bl_status optimizer_check_text(bl_context *ctx, const char *text)
{
    struct optimizer ignored;
    return optimizer_parse(ctx, &ignored, text);
}

/* The share of each weight that a step subtracts. */
static double shrinking_at(const struct optimizer *o, double rate)
{
    return (double)o->decay + (double)o->lambda + rate * (double)o->weight_decay;
}

bl_status optimizer_check_rate(bl_context *ctx, const struct optimizer *o, double rate)
{
    const double share = shrinking_at(o, rate), lambda = (double)o->decay + (double)o->lambda;
    char texts[3][32];
    if (share >= 1.0)
        BL_FAIL(ctx, BL_BAD_VALUE,
                "weight-decay %s at learning rate %s%s%s multiplies each weight by 1 - %g in each step, "
                "expected a positive number; use a smaller weight-decay or a smaller --lr",
                text_of_digits((double)o->weight_decay, 6, texts[0]), text_of_digits(rate, 6, texts[1]),
                lambda > 0.0 ? " with lambda " : "", lambda > 0.0 ? text_of_digits(lambda, 6, texts[2]) : "",
                share);
    return BL_OK;
}

void optimizer_begin(struct optimizer *o, double rate, uint64_t t)
{
    o->rate = (float)rate;
    o->shrinking = (float)shrinking_at(o, rate);
    o->correction1 = (float)(1.0 - maths_power((double)o->beta1, t));
    o->correction2 = (float)(1.0 - maths_power((double)o->beta2, t));
}

struct update optimizer_step(const struct optimizer *o, bool decays)
{
    return o->ops->step(o, decays ? o->shrinking : 0.0f);
}

size_t optimizer_slots(const struct optimizer *o)
{
    return o->ops->step == sgd_step && o->momentum <= 0.0f ? 0 : o->ops->n_slots;
}

static void step_piece(const struct backend *backend, const struct update *step, float *w, const float *g,
                       float *const slots[], size_t n)
{
    switch (step->kind) {
    case UPDATE_SGD:
        backend->sgd(&step->sgd, w, g, slots[0], n);
        break;
    case UPDATE_RMSPROP:
        backend->rmsprop(&step->rmsprop, w, g, slots[0], n);
        break;
    case UPDATE_ADAM:
        backend->adam(&step->adam, w, g, slots[0], slots[1], n);
        break;
    }
}

/* Adds the penalty's derivative to the gradient piece by piece, in a buffer, because the caller's gradient
   must not change. of: the penalised weights. */
static void step_with_penalty(const struct optimizer *o, const struct backend *backend,
                              const struct update *step, const float *of, float *w, const float *g,
                              float *const slots[], size_t n)
{
    float slope[PENALTY_PIECE];
    for (size_t at = 0; at < n; at += PENALTY_PIECE) {
        const size_t size = n - at < PENALTY_PIECE ? n - at : PENALTY_PIECE;
        float *here[OPTIMIZER_MAX_SLOTS];
        for (size_t i = 0; i < OPTIMIZER_MAX_SLOTS; i++)
            here[i] = slots[i] ? slots[i] + at : NULL;
        for (size_t i = 0; i < size; i++)
            slope[i] = g[at + i] + o->l2 * of[at + i];
        step_piece(backend, step, w + at, slope, here, size);
    }
}

void optimizer_update(const struct optimizer *o, const struct backend *backend, bool decays, float *w,
                      const float *g, float *const slots[], size_t n)
{
    const struct update step = optimizer_step(o, decays);
    if (decays && o->l2 > 0.0f)
        step_with_penalty(o, backend, &step, w, w, g, slots, n);
    else
        step_piece(backend, &step, w, g, slots, n);
}

void optimizer_suppose(const struct optimizer *o, const struct backend *backend, const float *w,
                       const float *g, float *const slots[], float *change, size_t n)
{
    const struct update step = optimizer_step(o, false);
    memset(change, 0, n * sizeof *change);
    if (o->l2 > 0.0f)
        step_with_penalty(o, backend, &step, w, change, g, slots, n);
    else
        step_piece(backend, &step, change, g, slots, n);
    for (size_t i = 0; i < n; i++)
        change[i] -= o->shrinking * w[i];
}
