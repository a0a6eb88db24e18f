/*
 * test_conv.c - convolutions and pools against their definitions, written out here in double precision:
 * outputs, every gradient of bp by central differences, and the signals of fa and dfa, on every backend;
 * shapes that do not fit are refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include "backless_experimental.h"

#include <math.h>

enum {
    N = 3,
    CHANNELS = 2,
    ROWS = 7,
    COLS = 6,
    INPUTS = CHANNELS * ROWS * COLS,
    CLASSES = 3,
    MOST = 400,
    LAYERS = 8
};

/* Central differences in double have an error of about 1e-8; sums of a few hundred floats are rounded by 6e-8
   of their largest terms, which are a few units here, and enter two further products. */
static const double step = 1e-4, bound = 2e-5;

enum kind { END, CONV, DENSE, TANH, RELU, MAX, AVG, FLAT, NORM };

struct spec { /* a layer, as described by the text of the net */
    enum kind kind;
    int channels, rows, cols, stride, pad; /* channels: units of a dense layer */
};

struct net_case {
    const char *text;
    struct spec layers[LAYERS];
};

/* Layers, with the members that their kind has. */
#define CONV_OF(c, r, k, s, p)                                                                               \
    {                                                                                                        \
        .kind = CONV, .channels = c, .rows = r, .cols = k, .stride = s, .pad = p                             \
    }
#define POOL_OF(which, r, k, s)                                                                              \
    {                                                                                                        \
        .kind = which, .rows = r, .cols = k, .stride = s                                                     \
    }
#define DENSE_OF(n)                                                                                          \
    {                                                                                                        \
        .kind = DENSE, .channels = n                                                                         \
    }
#define SIMPLE(which)                                                                                        \
    {                                                                                                        \
        .kind = which                                                                                        \
    }

static const struct net_case nets[] = {
    {"conv 4 3x3, tanh, dense 3", {CONV_OF(4, 3, 3, 1, 0), SIMPLE(TANH), DENSE_OF(3)}},
    {"conv 3 5x5 pad 2, tanh, maxpool 3 stride 2, conv 5 3x3 pad 1, relu, avgpool 2, dense 3",
     {CONV_OF(3, 5, 5, 1, 2), SIMPLE(TANH), POOL_OF(MAX, 3, 3, 2), CONV_OF(5, 3, 3, 1, 1), SIMPLE(RELU),
      POOL_OF(AVG, 2, 2, 2), DENSE_OF(3)}},
    {"conv 4 3x2 stride 2 pad 1, maxpool 2x3 stride 1, tanh, flatten, dense 5, tanh, dense 3",
     {CONV_OF(4, 3, 2, 2, 1), POOL_OF(MAX, 2, 3, 1), SIMPLE(TANH), SIMPLE(FLAT), DENSE_OF(5), SIMPLE(TANH),
      DENSE_OF(3)}},
    /* windows larger than the image */
    {"conv 3 9x7 stride 2 pad 4, relu, conv 2 3x3 stride 3 pad 2, tanh, dense 3",
     {CONV_OF(3, 9, 7, 2, 4), SIMPLE(RELU), CONV_OF(2, 3, 3, 3, 2), SIMPLE(TANH), DENSE_OF(3)}},
    {"conv 4 3x3, tanh, maxpool all, dense 3",
     {CONV_OF(4, 3, 3, 1, 0), SIMPLE(TANH), POOL_OF(MAX, 5, 4, 1), DENSE_OF(3)}},
    {"conv 5 3x3 pad 1, tanh, avgpool all, dense 3",
     {CONV_OF(5, 3, 3, 1, 1), SIMPLE(TANH), POOL_OF(AVG, 7, 6, 1), DENSE_OF(3)}},
    {"conv 90 1x1, avgpool 3x2 stride 3, conv 3 2x2, tanh, dense 3",
     {CONV_OF(90, 1, 1, 1, 0), POOL_OF(AVG, 3, 2, 3), CONV_OF(3, 2, 2, 1, 0), SIMPLE(TANH), DENSE_OF(3)}},
};
enum { N_NETS = sizeof nets / sizeof *nets };

/* Nets with batch norm, whose output depends on the whole batch. */
static const struct net_case normed[] = {
    {"conv 4 3x3 pad 1, batchnorm, tanh, maxpool 2, dense 6, batchnorm, tanh, dense 3",
     {CONV_OF(4, 3, 3, 1, 1), SIMPLE(NORM), SIMPLE(TANH), POOL_OF(MAX, 2, 2, 2), DENSE_OF(6), SIMPLE(NORM),
      SIMPLE(TANH), DENSE_OF(3)}},
    {"dense 5, tanh, batchnorm, dense 3", {DENSE_OF(5), SIMPLE(TANH), SIMPLE(NORM), DENSE_OF(3)}},
};
enum { N_NORMED = sizeof normed / sizeof *normed };

static float x[N * INPUTS];
static int32_t labels[N];

/* ---- definitions in double precision */

struct map {
    int channels, rows, cols;
    double v[20000];
};

static int size_of(const struct map *m)
{
    return m->channels * m->rows * m->cols;
}

/* Convolution with zero padding: numbers outside of the map are 0. */
static void convolve(const struct spec *s, const struct map *in, const double *W, const double *b,
                     struct map *out)
{
    *out = (struct map){.channels = s->channels,
                        .rows = (in->rows + 2 * s->pad - s->rows) / s->stride + 1,
                        .cols = (in->cols + 2 * s->pad - s->cols) / s->stride + 1};
    for (int c = 0; c < s->channels; c++)
        for (int y = 0; y < out->rows; y++)
            for (int z = 0; z < out->cols; z++) {
                double sum = b ? b[c] : 0.0;
                for (int i = 0; i < in->channels; i++)
                    for (int k = 0; k < s->rows; k++)
                        for (int l = 0; l < s->cols; l++) {
                            const int row = y * s->stride + k - s->pad, col = z * s->stride + l - s->pad;
                            if (row >= 0 && row < in->rows && col >= 0 && col < in->cols)
                                sum += W[((c * in->channels + i) * s->rows + k) * s->cols + l] *
                                       in->v[(i * in->rows + row) * in->cols + col];
                        }
                out->v[(c * out->rows + y) * out->cols + z] = sum;
            }
}

static void pool(const struct spec *s, const struct map *in, struct map *out)
{
    *out = (struct map){.channels = in->channels,
                        .rows = (in->rows - s->rows) / s->stride + 1,
                        .cols = (in->cols - s->cols) / s->stride + 1};
    for (int c = 0; c < in->channels; c++)
        for (int y = 0; y < out->rows; y++)
            for (int z = 0; z < out->cols; z++) {
                double most = -1e300, sum = 0.0;
                for (int k = 0; k < s->rows; k++)
                    for (int l = 0; l < s->cols; l++) {
                        const double v =
                            in->v[(c * in->rows + y * s->stride + k) * in->cols + z * s->stride + l];
                        most = v > most ? v : most;
                        sum += v;
                    }
                out->v[(c * out->rows + y) * out->cols + z] =
                    s->kind == MAX ? most : sum / (s->rows * s->cols);
            }
}

static void multiply(const struct spec *s, const struct map *in, const double *W, const double *b,
                     struct map *out)
{
    *out = (struct map){.channels = 1, .rows = 1, .cols = s->channels};
    for (int i = 0; i < s->channels; i++) {
        out->v[i] = b ? b[i] : 0.0;
        for (int j = 0; j < size_of(in); j++)
            out->v[i] += W[i * size_of(in) + j] * in->v[j];
    }
}

static void behind(const struct spec *s, const struct map *in, struct map *out)
{
    if (s->kind == MAX || s->kind == AVG) {
        pool(s, in, out);
        return;
    }
    *out = *in;
    for (int i = 0; i < size_of(in); i++)
        out->v[i] = s->kind == TANH ? tanh(in->v[i]) : s->kind == RELU ? fmax(in->v[i], 0.0) : in->v[i];
    if (s->kind == FLAT)
        *out = (struct map){.channels = 1, .rows = 1, .cols = size_of(in)},
        memcpy(out->v, in->v, sizeof in->v);
}

static bool is_weighted(const struct spec *s)
{
    return s->kind == CONV || s->kind == DENSE;
}

static void weighted(const struct spec *s, const struct map *in, const double *W, const double *b,
                     struct map *out)
{
    if (s->kind == CONV)
        convolve(s, in, W, b, out);
    else
        multiply(s, in, W, b, out);
}

/* ---- the reference net */

struct oracle {
    const struct net_case *net;
    double W[3][MOST * 3], b[3][100], scale[3][100], shift[3][100];
    size_t n_weights[3];
};

/* The numbers of a tensor; NULL: it is not used. */
static double *oracle_tensor(struct oracle *o, const char *name)
{
    const int l = name[0] - '0';
    return strstr(name, "weight")  ? o->W[l]
           : strstr(name, "bias")  ? o->b[l]
           : strstr(name, "scale") ? o->scale[l]
           : strstr(name, "shift") ? o->shift[l]
                                   : NULL;
}

static void take_weights(struct oracle *o, const struct net_case *net, const bl_model *model)
{
    bl_tensor t;
    *o = (struct oracle){.net = net};
    for (int i = 0; bl_model_tensor(model, i, &t); i++) {
        double *to = oracle_tensor(o, t.name);
        for (size_t k = 0; to && k < fixture_count(t); k++)
            to[k] = (double)t.values[k];
        if (strstr(t.name, "weight"))
            o->n_weights[t.name[0] - '0'] = fixture_count(t);
    }
}

/* Batch norm over the whole batch, by its definition. */
static void normalise(struct map *m, const double *scale, const double *shift)
{
    const int map = m[0].rows * m[0].cols, channels = m[0].channels;
    const bool is_row = channels == 1 && m[0].rows == 1; /* of a dense layer: each number is a channel */
    for (int c = 0; c < (is_row ? map : channels); c++) {
        const int size = is_row ? 1 : map;
        double sum = 0.0, square = 0.0;
        for (int n = 0; n < N; n++)
            for (int i = 0; i < size; i++)
                sum += m[n].v[c * size + i];
        const double mean = sum / (N * size);
        for (int n = 0; n < N; n++)
            for (int i = 0; i < size; i++)
                square += (m[n].v[c * size + i] - mean) * (m[n].v[c * size + i] - mean);
        for (int n = 0; n < N; n++)
            for (int i = 0; i < size; i++)
                m[n].v[c * size + i] =
                    scale[c] * (m[n].v[c * size + i] - mean) / sqrt(square / (N * size) + 1e-5) + shift[c];
    }
}

/* Computes the scores of the batch. */
static void run(const struct oracle *o, struct map *m)
{
    static struct map next;
    int l = -1;
    for (const struct spec *s = o->net->layers; s->kind != END; s++) {
        l += is_weighted(s);
        if (s->kind == NORM)
            normalise(m, o->scale[l], o->shift[l]);
        for (int n = 0; n < N && s->kind != NORM; n++) {
            if (is_weighted(s))
                weighted(s, &m[n], o->W[l], o->b[l], &next);
            else
                behind(s, &m[n], &next);
            m[n] = next;
        }
    }
}

/* From the weighted output of block l to its end, or to its map before the pool. */
static void run_behind(const struct oracle *o, struct map *m, int l, bool to_pool)
{
    static struct map next;
    int at = -1;
    for (const struct spec *s = o->net->layers; s->kind != END; s++) {
        at += is_weighted(s);
        if (at == l && to_pool && (s->kind == MAX || s->kind == AVG))
            return;
        if (at == l && !is_weighted(s)) {
            behind(s, m, &next);
            *m = next;
        }
    }
}

static void input_of(int n, struct map *m)
{
    *m = (struct map){.channels = CHANNELS, .rows = ROWS, .cols = COLS};
    for (int i = 0; i < INPUTS; i++)
        m->v[i] = (double)x[n * INPUTS + i];
}

/* Mean cross-entropy of the batch. */
static double loss_of(const struct oracle *o)
{
    static struct map m[N];
    double loss = 0.0;
    for (int n = 0; n < N; n++)
        input_of(n, &m[n]);
    run(o, m);
    for (int n = 0; n < N; n++) {
        double sum = 0.0;
        for (int k = 0; k < CLASSES; k++)
            sum += exp(m[n].v[k]);
        loss += (log(sum) - m[n].v[labels[n]]) / N;
    }
    return loss;
}

static double slope(struct oracle *o, double *w)
{
    const double kept = *w;
    *w = kept + step;
    const double above = loss_of(o);
    *w = kept - step;
    const double below = loss_of(o);
    *w = kept;
    return (above - below) / (2.0 * step);
}

/* ---- the fixture */

static void make(struct fixture *fixture, const char *backend, const char *net, const char *rule,
                 const char *feedback_at)
{
    const struct fixture_options options = {
        .net = net, .rule = rule, .loss = "ce", .init = "fanin", .feedback_at = feedback_at};
    *fixture = (struct fixture){bl_context_new(NULL), NULL, NULL, NULL, NULL};
    fixture_must(fixture, bl_context_use(fixture->ctx, backend, 2));
    fixture_must(fixture, bl_config_create(&fixture->config, fixture->ctx));
    fixture_must(fixture, fixture_configure(fixture->config, &options));
    fixture_must(fixture, bl_data_wrap(&fixture->data, fixture->ctx, x, labels, N,
                                       (bl_shape){CHANNELS, ROWS, COLS}, CLASSES));
    fixture_must(fixture, bl_trainer_create(&fixture->trainer, fixture->ctx, fixture->config, fixture->data));
    fixture->model = bl_trainer_model(fixture->trainer);
}

static void fill(void)
{
    fixture_fill(5, x, labels, N, INPUTS, CLASSES);
}

static void assert_gradients(const struct net_case *net, const char *backend, bool has_norm)
{
    static struct oracle o;
    struct fixture fixture;
    bl_tensor g, t;
    bl_score score;
    make(&fixture, backend, net->text, "bp", NULL);
    take_weights(&o, net, fixture.model);
    fixture_must(&fixture, bl_model_evaluate(fixture.model, fixture.data, &score));
    if (!has_norm && fabs(score.loss - loss_of(&o)) > bound) /* that one uses running statistics */
        fail_msg("%s: loss %g, expected %g", net->text, score.loss, loss_of(&o));
    fixture_must(&fixture, bl_trainer_inspect(fixture.trainer, x, labels, N));
    for (int i = 0; bl_trainer_gradient(fixture.trainer, i, &g); i++) {
        assert_true(bl_model_tensor(fixture.model, i, &t));
        double *w = oracle_tensor(&o, t.name);
        assert_non_null(w);
        for (size_t k = 0; k < fixture_count(g); k += 1 + k / 40) {
            const double expected = slope(&o, &w[k]);
            if (!(fabs((double)g.values[k] - expected) < bound))
                fail_msg("%s on %s: tensor %s, number %zu: %g, expected %g", net->text, backend, t.name, k,
                         (double)g.values[k], expected);
        }
    }
    fixture_free(&fixture);
}

static void gradients_are_those_of_the_loss(void **state)
{
    (void)state;
    fill();
    for (int backend = 0; bl_backend_name(backend); backend++) {
        for (size_t i = 0; i < N_NETS; i++)
            assert_gradients(&nets[i], bl_backend_name(backend), false);
        for (size_t i = 0; i < N_NORMED; i++)
            assert_gradients(&normed[i], bl_backend_name(backend), true);
    }
}

/* After a step with the rate 0 the running statistics are r = 0.9 r + 0.1 times those of the batch. */
static void running_statistics_follow_the_batches(void **state)
{
    static struct oracle o;
    struct fixture fixture;
    (void)state;
    fill();
    make(&fixture, "portable", "conv 2 3x3, batchnorm, tanh, dense 3", "dfa", NULL);
    take_weights(&o, &(struct net_case){"", {CONV_OF(2, 3, 3, 1, 0)}}, fixture.model);
    double sum[2] = {0.0, 0.0}, square[2] = {0.0, 0.0};
    static struct map in, out;
    const int map = (ROWS - 2) * (COLS - 2);
    for (int n = 0; n < N; n++) {
        input_of(n, &in);
        convolve(&o.net->layers[0], &in, o.W[0], o.b[0], &out);
        for (int c = 0; c < 2; c++)
            for (int i = 0; i < map; i++) {
                sum[c] += out.v[c * map + i];
                square[c] += out.v[c * map + i] * out.v[c * map + i];
            }
    }
    fixture_must(&fixture, bl_trainer_step(fixture.trainer, x, labels, N, NULL));
    const bl_tensor mean = fixture_tensor(&fixture, "0.batchnorm.mean"),
                    variance = fixture_tensor(&fixture, "0.batchnorm.variance");
    for (int c = 0; c < 2; c++) {
        const double count = N * map, m = sum[c] / count, v = (square[c] - count * m * m) / (count - 1.0);
        assert_true(fabs((double)mean.values[c] - 0.1 * m) < bound);
        assert_true(fabs((double)variance.values[c] - (0.9 + 0.1 * v)) < bound);
    }
    fixture_free(&fixture);
}

/* The derivative, with respect to the weighted output of block l, of the inner product of the signal and the
   block's end (or its map before the pool). */
static double down(const struct oracle *o, int l, bool to_pool, const struct map *a, const double *signal,
                   int k)
{
    static struct map m;
    double sum[2] = {0.0, 0.0};
    for (int side = 0; side < 2; side++) {
        m = *a;
        m.v[k] += side ? -step : step;
        run_behind(o, &m, l, to_pool);
        for (int j = 0; j < size_of(&m); j++)
            sum[side] += signal[j] * m.v[j];
    }
    return (sum[0] - sum[1]) / (2.0 * step);
}

/* Computes the weighted output of block l. */
static void output_of(const struct oracle *o, int n, int l, struct map *m)
{
    static struct map next;
    int at = -1;
    input_of(n, m);
    for (const struct spec *s = o->net->layers; at < l; s++) {
        if (is_weighted(s))
            at++;
        if (is_weighted(s))
            weighted(s, m, o->W[at], o->b[at], &next);
        else
            behind(s, m, &next);
        *m = next;
    }
}

/* The derivative, with respect to the end of block l, of the inner product of the next block's delta and its
   weighted output with B in place of W. */
static void pull(const struct oracle *o, int l, const float *B, const float *delta, struct map *end,
                 double *signal)
{
    static double M[MOST * 3];
    static struct map next;
    const struct spec *s = o->net->layers;
    for (int at = is_weighted(s) ? 0 : -1; at < l + 1;)
        at += is_weighted(++s);
    for (size_t k = 0; k < o->n_weights[l + 1]; k++)
        M[k] = (double)B[k];
    for (int k = 0; k < size_of(end); k++) {
        struct map unit = *end;
        memset(unit.v, 0, sizeof unit.v);
        unit.v[k] = 1.0; /* one column at a time, because the map is linear */
        weighted(s, &unit, M, NULL, &next);
        signal[k] = 0.0;
        for (int j = 0; j < size_of(&next); j++)
            signal[k] += (double)delta[j] * next.v[j];
    }
}

struct way { /* how a rule sends signals */
    const char *rule, *feedback_at;
    bool is_chain, to_pool, is_by_channel;
};

/* The number of channels of the weighted layer of block l. */
static int channels_of(const struct oracle *o, int l)
{
    const struct spec *s = o->net->layers;
    for (int at = is_weighted(s) - 1; at < l; at += is_weighted(s))
        s++;
    return s->channels;
}

/* signal = e B for one example, at the feedback position, whose map is `there`. */
static void send(const struct way *way, bl_tensor e, int n, bl_tensor B, int channels,
                 const struct map *there, double *signal)
{
    const int map = way->is_by_channel ? size_of(there) / channels : 1;
    assert_int_equal(B.cols * (size_t)map, size_of(there));
    for (int j = 0; j < size_of(there); j++) {
        signal[j] = 0.0;
        for (size_t k = 0; k < e.cols; k++)
            signal[j] +=
                (double)e.values[(size_t)n * e.cols + k] * (double)B.values[k * B.cols + (size_t)(j / map)];
    }
}

/* Asserts that the delta of example n at block l is the derivative of its signal through the layers after the
   weights. */
static void assert_delta(struct fixture *fixture, const struct oracle *o, const struct way *way, int l, int n)
{
    static struct map a, there;
    static double signal[MOST * 20];
    bl_tensor delta, follower, e;
    char name[20];
    bl_trainer_delta(fixture->trainer, l, &delta);
    bl_trainer_delta(fixture->trainer, l + 1, &follower);
    for (int last = l + 1; bl_trainer_delta(fixture->trainer, last, &e); last++)
        continue;
    output_of(o, n, l, &a);
    there = a;
    run_behind(o, &there, l, way->to_pool);
    snprintf(name, sizeof name, "%d.feedback", way->is_chain ? l + 1 : l);
    const bl_tensor B = fixture_tensor(fixture, name);
    if (way->is_chain)
        pull(o, l, B.values, follower.values + (size_t)n * follower.cols, &there, signal);
    else
        send(way, e, n, B, channels_of(o, l), &there, signal);
    assert_int_equal(delta.cols, size_of(&a));
    for (int k = 0; k < size_of(&a); k += 1 + k / 30) {
        const double expected = down(o, l, way->to_pool, &a, signal, k);
        const double found = (double)delta.values[(size_t)n * delta.cols + (size_t)k];
        if (!(fabs(found - expected) < bound))
            fail_msg("%s by %s, feedback-at %s: block %d, number %d: %g, expected %g", o->net->text,
                     way->rule, way->feedback_at, l, k, found, expected);
    }
}

static void signals_are_those_of_the_rules(void **state)
{
    static struct oracle o;
    static const struct way ways[] = {
        {.rule = "dfa", .feedback_at = "end"},
        {.rule = "fa", .feedback_at = "end", .is_chain = true},
        {.rule = "dfa", .feedback_at = "before-pool", .to_pool = true},
        {.rule = "dfa", .feedback_at = "channels", .is_by_channel = true},
    };
    (void)state;
    fill();
    for (size_t i = 0; i < 4 * N_NETS; i++) {
        struct fixture fixture;
        bl_tensor follower;
        const struct net_case *net = &nets[i / 4];
        make(&fixture, "portable", net->text, ways[i % 4].rule, ways[i % 4].feedback_at);
        take_weights(&o, net, fixture.model);
        fixture_must(&fixture, bl_trainer_inspect(fixture.trainer, x, labels, N));
        for (int l = 0; bl_trainer_delta(fixture.trainer, l + 1, &follower); l++)
            for (int n = 0; n < N; n++)
                assert_delta(&fixture, &o, &ways[i % 4], l, n);
        fixture_free(&fixture);
    }
}

/* The option feedback-at is for direct rules only, and is stored in the model file. */
static void feedback_at_is_for_direct_rules_only(void **state)
{
    static const char *const refusing[] = {"bp", "fa", "usf", "kp", "dkp", "pepita", "frozen"};
    (void)state;
    fill();
    for (size_t i = 0; i < sizeof refusing / sizeof *refusing; i++) {
        struct fixture fixture;
        const struct fixture_options options = {.net = "conv 4 3x3, relu, dense 3",
                                                .rule = refusing[i],
                                                .init = "fanin",
                                                .feedback_at = "before-pool"};
        const struct fixture_batch batch = {x, labels, N, INPUTS, CLASSES, {CHANNELS, ROWS, COLS}};
        assert_int_equal(fixture_try(&fixture, "portable", 1, &options, &batch), BL_NOT_DEFINED);
        if (!strstr(bl_why(fixture.ctx), "does not support the option feedback-at"))
            fail_msg("%s: %s", refusing[i], bl_why(fixture.ctx));
        fixture_free(&fixture);
    }
    for (int i = 0; i < 2; i++) {
        struct fixture fixture;
        bl_model *again = NULL;
        make(&fixture, "portable", nets[1].text, i ? "drtp" : "adfa", i ? "channels" : "before-pool");
        assert_string_equal(bl_model_metadata(fixture.model, "inlet"), i ? "channels" : "before-pool");
        fixture_must(&fixture, bl_model_save(fixture.model, "feedback_at.safetensors"));
        fixture_must(&fixture, bl_model_load(&again, fixture.ctx, "feedback_at.safetensors"));
        remove("feedback_at.safetensors");
        bl_model_free(again);
        fixture_free(&fixture);
    }
}

static void shapes_that_do_not_fit_are_refused(void **state)
{
    static const struct {
        const char *net, *rule, *fragment;
    } cases[] = {
        {"conv 4 9x3, dense 3", "bp",
         "layer 1 \"conv 4 9x3\" on an input of 2 x 7 x 6: its window of 9 x 3 is larger"},
        {"conv 4 3x3, tanh, maxpool 6, dense 3", "bp",
         "layer 3 \"maxpool 6x6 stride 6\" on an input of 4 x 5 x 4"},
        {"dense 10, tanh, conv 4 3x3, dense 3", "bp",
         "layer 3 \"conv 4 3x3\" on an input of 1 x 1 x 10: a convolution"},
        {"conv 4 3x3, flatten, maxpool 2, dense 3", "bp",
         "layer 3 \"maxpool 2x2 stride 2\" on an input of 1 x 1 x 80"},
        {"dense 9, tanh, dropout 1, dense 3", "bp", "dropout 1"},
        {"conv 4, dense 3", "bp", "expected \"conv CHANNELS ROWSxCOLS"},
        {"conv 0 3x3, dense 3", "bp", "1 to 1048576 channels"},
        {"conv 4 3x3 stride 0, dense 3", "bp", "expected \"conv"},
        {"conv 4 3x3 pad 3, dense 3", "bp", "some windows of 3 x 3 contain nothing of the map"},
        {"maxpool 2, conv 4 3x3, dense 3", "bp", "it must begin with a layer that has weights"},
    };
    (void)state;
    fill();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct fixture_options options = {.net = cases[i].net, .rule = cases[i].rule, .init = "fanin"};
        bl_context *ctx = bl_context_new(NULL);
        bl_config *config = NULL;
        bl_data *data = NULL;
        bl_trainer *trainer = NULL;
        assert_int_equal(bl_config_create(&config, ctx), BL_OK);
        bl_status status = fixture_configure(config, &options);
        if (status == BL_OK)
            assert_int_equal(
                bl_data_wrap(&data, ctx, x, labels, N, (bl_shape){CHANNELS, ROWS, COLS}, CLASSES), BL_OK);
        if (status == BL_OK)
            status = bl_trainer_create(&trainer, ctx, config, data);
        assert_int_equal(status, BL_BAD_VALUE);
        assert_null(trainer);
        if (!strstr(bl_why(ctx), cases[i].fragment))
            fail_msg("expected \"%s\" in: %s", cases[i].fragment, bl_why(ctx));
        bl_data_free(data);
        bl_config_free(config);
        bl_context_free(ctx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_those_of_the_loss),
        cmocka_unit_test(running_statistics_follow_the_batches),
        cmocka_unit_test(signals_are_those_of_the_rules),
        cmocka_unit_test(feedback_at_is_for_direct_rules_only),
        cmocka_unit_test(shapes_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
