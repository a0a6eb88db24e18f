/*
 * sample_arithmetic.c - the computation of one element by an instruction, with names and numbers.
 *
 * What an instruction computes is known by its name. Those that are not listed here, and layers whose
 * elements depend on many numbers (norms, dropout), show their values only.
 */
#include "sample.h"
#include "sample_products.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CHANGE = 44 }; /* characters of an update that stand beside the weight */

/* An array of the current instruction, with its element in focus. */
struct part {
    const bl_trace_array *a;
    char name[SAMPLE_NAME], element[SUM_TEXT];
    size_t row, col;
    double before, value;
};

struct instant {
    FILE *to;
    const struct sample *sample;
    const bl_trace *now;
};

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static const char *option(const struct instant *s, const char *key)
{
    return bl_config_get(bl_trainer_config(s->sample->trainer), key);
}

/* Whether an element is named by row and column, also if there is one row only. */
static bool is_matrix(const bl_trace_array *a)
{
    const char *of = strstr(a->what, " of ");
    if (is(a->buffer, "feedback") || is(of ? of + 4 : a->what, "weight"))
        return true;
    return a->rows > 1 && (is(a->buffer, "weights") || is(a->buffer, "gradient") || is(a->buffer, "state"));
}

static struct part part_at(const struct instant *s, int i)
{
    const char *what;
    struct part part = {.a = &s->now->arrays[i]};
    sample_name(part.name, &what, s->now, i, s->sample->n_blocks);
    sample_element(s->sample, s->now, i, &part.row, &part.col);
    if (is_matrix(part.a))
        sum_element_at(part.element, part.name, part.row, part.col);
    else
        sum_element(part.element, part.name, part.col);
    part.before = (double)s->sample->before[i];
    part.value = trace_value(part.a, part.row, part.col);
    return part;
}

/* The k-th array of a buffer, from 0; what NULL: any. Its a is NULL if there is none. */
static struct part find(const struct instant *s, const char *buffer, const char *what, int k)
{
    for (int i = 0; i < s->now->n_arrays; i++)
        if (is(s->now->arrays[i].buffer, buffer) && (!what || is(s->now->arrays[i].what, what)) && k-- == 0)
            return part_at(s, i);
    return (struct part){.a = NULL};
}

/* The k-th output of a layer of the instruction's own block. */
static struct part own_output(const struct instant *s, int k)
{
    for (int i = 0; i < s->now->n_arrays; i++) {
        const bl_trace_array *a = &s->now->arrays[i];
        if (is(a->buffer, "output") && a->block == s->now->instruction.block && a->writes && k-- == 0)
            return part_at(s, i);
    }
    return (struct part){.a = NULL};
}

static struct named named_of(const struct part *part)
{
    return (struct named){part->a, part->name};
}

/* ---- Forward */

/* The maximum or the mean of a window. */
static void write_pool(const struct instant *s, const struct part *from, const struct part *to)
{
    const bl_shape in = from->a->shape, out = to->a->shape;
    size_t rows = (size_t)in.rows, cols = (size_t)in.cols;
    const bool is_max = strncmp(to->a->what, "max", 3) == 0, is_all = !window_of(to->a->what, &rows, &cols);
    const size_t stride = is_all ? 1 : (size_t)number_behind(to->a->what, "stride", (double)rows),
                 map = (size_t)out.rows * (size_t)out.cols, place = to->col % map,
                 first =
                     (to->col / map * (size_t)in.rows + place / (size_t)out.cols * stride) * (size_t)in.cols +
                     place % (size_t)out.cols * stride;
    const size_t n = rows * cols;
    char number[16];
    fprintf(s->to, "%s = %s of %zu x %zu numbers from %s[%zu] on\n%*s = %s(", to->element,
            is_max ? "the largest" : "the mean", rows, cols, from->name, first, (int)strlen(to->element), "",
            is_max ? "max" : "mean");
    for (size_t i = 0; i < n && i < SUM_FEW; i++) {
        sum_number(number, trace_value(from->a, 0, first + i / cols * (size_t)in.cols + i % cols));
        fprintf(s->to, "%s%s", i ? ", " : "", number);
    }
    sum_number(number, to->value);
    fprintf(s->to, "%s)\n%*s = %s\n", n > SUM_FEW ? ", ..." : "", (int)strlen(to->element), "", number);
}

/* The formula of an activation: %s stands for its input. NULL: another layer. */
static const char *activation(const char *layer)
{
    static const char *const table[][2] = {
        {"tanh", "tanh(%s)"},   {"logistic", "1 / (1 + exp(-%s))"},
        {"relu", "max(0, %s)"}, {"softplus", "log(1 + exp(%s))"},
        {"identity", "%s"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (is(layer, table[i][0]))
            return table[i][1];
    return NULL;
}

/* Replaces %s in a formula. */
static void fill_in(char to[SUM_TEXT], const char *formula, const char *text)
{
    const char *at = strstr(formula, "%s");
    snprintf(to, SUM_TEXT, "%.*s%.60s%s", (int)(at - formula), formula, text, at + 2);
}

static void write_layer(const struct instant *s, const struct part *from, const struct part *to)
{
    const char *formula = activation(to->a->what);
    char names[SUM_TEXT], numbers[SUM_TEXT], number[20] = "(";
    const double x = from->value;
    sum_number(number + 1, x);
    if (strstr(to->a->what, "pool "))
        write_pool(s, from, to);
    if (!formula)
        return;
    const bool has_minus = x < 0.0 && strstr(formula, "-%s");
    if (has_minus)
        snprintf(number + strlen(number), 2, ")");
    fill_in(names, formula, from->element);
    fill_in(numbers, formula, has_minus ? number : number + 1);
    sum_write_formula(s->to, to->element, names, numbers, to->value);
}

static void write_layers_from(const struct instant *s, int k)
{
    for (;; k++) {
        const struct part from = own_output(s, k - 1), to = own_output(s, k);
        if (!to.a)
            return;
        if (from.a)
            write_layer(s, &from, &to);
    }
}

static void write_forward(const struct instant *s)
{
    const struct part x = part_at(s, 0), W = find(s, "weights", "weight", 0),
                      b = find(s, "weights", "bias", 0), a = own_output(s, 0);
    if (W.a && a.a) {
        struct sum sum = {.n = 0};
        if (b.a)
            sum_add(&sum, b.element, b.value, NULL, 0.0);
        add_forward_terms(&sum, a.a->what, named_of(&x), named_of(&W), a.a->shape, a.col);
        sum_write(s->to, a.element, &sum, a.value);
    }
    write_layers_from(s, 1);
}

static void write_sum(const struct instant *s, const struct part *first, const struct part *second,
                      const struct part *to)
{
    struct sum sum = {.n = 0};
    char name[SUM_TEXT];
    sum_element(name, first->name, to->col);
    sum_add(&sum, name, trace_value(first->a, 0, to->col), NULL, 0.0);
    if (second->a) {
        sum_element(name, second->name, to->col);
        sum_add(&sum, name, trace_value(second->a, 0, to->col), NULL, 0.0);
    }
    sum_write(s->to, to->element, &sum, to->value);
}

static void write_add(const struct instant *s)
{
    const struct part first = part_at(s, 0), second = part_at(s, 1), to = own_output(s, 0);
    const bool is_copy = second.a->values == first.a->values;
    const struct part none = {.a = NULL};
    if (to.a)
        write_sum(s, &first, is_copy ? &none : &second, &to);
    write_layers_from(s, 1);
}

/* ---- Loss */

static void put_exponentials(FILE *to, const struct part *a, bool are_names)
{
    char name[SUM_TEXT];
    for (size_t k = 0; k < a->a->cols && k < 3; k++) {
        if (are_names)
            sum_element(name, a->name, k);
        else
            sum_number(name, trace_value(a->a, 0, k));
        fprintf(to, "%sexp(%s)", k ? " + " : "", name);
    }
    if (a->a->cols > 3)
        fprintf(to, " + ... (%zu)", a->a->cols);
}

static void write_ce(const struct instant *s, const struct part *a, const struct part *y,
                     const struct part *e, const char *mean)
{
    const int margin = (int)strlen(e->element);
    const char *open = mean[0] ? "(" : "", *close = mean[0] ? ")" : "";
    char value[20], target[16], result[16];
    sum_number(value, trace_value(a->a, 0, e->col));
    sum_number(target, y->value);
    sum_number(result, e->value);
    fputs("sum = ", s->to);
    put_exponentials(s->to, a, true);
    fputs("\n    = ", s->to);
    put_exponentials(s->to, a, false);
    fprintf(s->to, "\n%s = %sexp(%s[%zu]) / sum - %s%s%s\n%*s = %sexp(%s) / sum - %s%s%s\n%*s = %s\n",
            e->element, open, a->name, e->col, y->element, close, mean, margin, "", open, value, target,
            close, mean, margin, "", result);
    if (s->sample->label < 0 || s->sample->n_examples > 1)
        return;
    sum_factor(value, trace_value(a->a, 0, (size_t)s->sample->label));
    sum_number(result, s->now->loss);
    fprintf(s->to, "loss = log(sum) - %s[%d] = log(sum) - %s = %s\n", a->name, s->sample->label, value,
            result);
}

/* How a target in its own unit becomes y. It has 9 digits, because it may be large and near the offset. */
static void write_target(const struct instant *s, const struct part *y)
{
    bl_scaling scaling = {.size = sizeof scaling};
    char scale[16], result[16];
    if (!s->sample->targets || !bl_model_target_scaling(bl_trainer_model(s->sample->trainer), &scaling) ||
        scaling.n == 0)
        return;
    const size_t k = scaling.n > 1 ? y->col : 0;
    const double offset = scaling.offset[k];
    sum_number(scale, scaling.scale[k]);
    sum_number(result, y->value);
    fprintf(s->to, "%s = (%.9g %c %.9g) * %s = %s\n", y->element, s->sample->targets[y->col],
            offset < 0.0 ? '+' : '-', fabs(offset), scale, result);
}

/* The loss is the mean of the examples' losses. */
static const char *which_sum(const struct instant *s)
{
    return s->sample->n_examples > 1 ? "mean of the examples' sums" : "sum over the outputs";
}

/* The squared error of one output is written out; of more, it is a sum of such terms. */
static void write_mse(const struct instant *s, const struct part *a, const struct part *y)
{
    char names[SUM_TEXT], numbers[SUM_TEXT], score[16], target[20], loss[16];
    if (a->a->cols == 1 && s->sample->n_examples == 1) {
        sum_number(score, a->value);
        sum_factor(target, y->value);
        snprintf(names, sizeof names, "(%.30s - %.30s)^2 / 2", a->element, y->element);
        snprintf(numbers, sizeof numbers, "(%s - %s)^2 / 2", score, target);
        sum_write_formula(s->to, "loss", names, numbers, s->now->loss);
        return;
    }
    sum_number(loss, s->now->loss);
    fprintf(s->to, "loss = %s of (a - y)^2 / 2 = %s\n", which_sum(s), loss);
}

static void write_loss(const struct instant *s)
{
    const char *loss = option(s, "loss");
    const struct part a = find(s, "output", NULL, 0), y = find(s, "targets", NULL, 0),
                      e = find(s, "delta", NULL, 0);
    char names[SUM_TEXT], numbers[SUM_TEXT], score[16], target[20], mean[8] = "";
    if (s->sample->n_examples > 1 && is(option(s, "reduction"), "mean"))
        snprintf(mean, sizeof mean, " / %zu", s->sample->n_examples);
    sum_number(score, trace_value(a.a, 0, e.col));
    sum_factor(target, y.value);
    write_target(s, &y);
    if (is(loss, "ce") && a.a->cols > 1) {
        write_ce(s, &a, &y, &e, mean);
        return;
    }
    const bool is_mse = is(loss, "mse");
    snprintf(names, sizeof names, is_mse ? "(%.30s - %.30s)%s" : "(1 / (1 + exp(-%.20s)) - %.20s)%s",
             a.element, y.element, mean);
    snprintf(numbers, sizeof numbers, is_mse ? "(%s - %s)%s" : "(1 / (1 + exp(-(%s))) - %s)%s", score, target,
             mean);
    sum_write_formula(s->to, e.element, names, numbers, e.value);
    if (is_mse) {
        write_mse(s, &a, &y);
        return;
    }
    sum_number(score, s->now->loss);
    fprintf(s->to, "loss = %s of log(1 + exp(a)) - a y = %s\n", which_sum(s), score);
}

/* ---- Signals and deltas */

static void write_product(const struct instant *s)
{
    const struct part v = part_at(s, 0), B = find(s, "feedback", NULL, 0), to = find(s, "signal", NULL, 0);
    struct sum sum = {.n = 0};
    if (!B.a || !to.a || B.a->rows != v.a->cols)
        return;
    const bool is_targets = is(v.a->buffer, "targets");
    const size_t n = is(option(s, "reduction"), "mean") ? s->sample->n_examples : 1;
    const double factor = is_targets ? -1.0 / (double)n : 1.0;
    char of[SUM_TEXT], at[SUM_TEXT], element[SUM_TEXT];
    const size_t map = to.a->cols / B.a->cols; /* 1, or the numbers of a channel that get one signal */
    for (size_t k = 0; k < v.a->cols; k++) {
        sum_element(element, v.name, k);
        sum_element_at(at, B.name, k, to.col / map);
        if (is_targets && n > 1)
            snprintf(of, sizeof of, "-1/%zu %.60s", n, element);
        else
            snprintf(of, sizeof of, "%s%.60s", is_targets ? "-" : "", element);
        sum_add(&sum, of, factor * trace_value(v.a, 0, k), at, trace_value(B.a, k, to.col / map));
    }
    sum_write(s->to, to.element, &sum, to.value);
}

/* The first term of a signal that already has those of other blocks. */
static void add_earlier(struct sum *sum, const struct part *to)
{
    char name[SUM_TEXT];
    snprintf(name, sizeof name, "old %.60s", to->element);
    if (to->a->reads)
        sum_add(sum, name, to->before, NULL, 0.0);
}

static void write_pull(const struct instant *s)
{
    const struct part d = part_at(s, 0), M = part_at(s, 1), to = find(s, "signal", NULL, 0);
    struct sum sum = {.n = 0};
    if (!to.a || !M.a)
        return;
    add_earlier(&sum, &to);
    add_pull_terms(&sum, s->sample->heads[d.a->block], named_of(&d), named_of(&M), to.a->shape, to.col);
    sum_write(s->to, to.element, &sum, to.value);
}

static void write_push(const struct instant *s)
{
    const struct part d = part_at(s, 0), M = part_at(s, 1), to = find(s, "signal", NULL, 0);
    struct sum sum = {.n = 0};
    if (!to.a || !M.a)
        return;
    add_forward_terms(&sum, s->sample->heads[to.a->block], named_of(&d), named_of(&M), to.a->shape, to.col);
    sum_write(s->to, to.element, &sum, to.value);
}

static void write_pull_add(const struct instant *s)
{
    const struct part d = part_at(s, 0), to = find(s, "signal", NULL, 0);
    struct sum sum = {.n = 0};
    char name[SUM_TEXT];
    add_earlier(&sum, &to);
    sum_element(name, d.name, to.col);
    sum_add(&sum, name, trace_value(d.a, 0, to.col), NULL, 0.0);
    sum_write(s->to, to.element, &sum, to.value);
}

static void write_push_add(const struct instant *s)
{
    const struct part first = part_at(s, 0), second = part_at(s, 1), to = find(s, "signal", NULL, 0);
    const struct part none = {.a = NULL};
    write_sum(s, &first, second.a->values == first.a->values ? &none : &second, &to);
}

/* The factor of a delta: the derivative of the activation, or the function that the option slope names. */
static bool factor_of(const struct instant *s, const struct part *a, const struct part *h, const char *layer,
                      char names[SUM_TEXT], char numbers[SUM_TEXT])
{
    const char *slope = option(s, "slope");
    char x[16], y[16];
    sum_number(x, a->value);
    sum_number(y, h->value);
    if (is(slope, "cos a") || is(slope, "cos f")) {
        const bool is_a = is(slope, "cos a");
        snprintf(names, SUM_TEXT, "cos(%.60s)", is_a ? a->element : h->element);
        snprintf(numbers, SUM_TEXT, "cos(%s)", is_a ? x : y);
    } else if (is(slope, "1") || is(layer, "identity")) {
        snprintf(names, SUM_TEXT, "1");
        snprintf(numbers, SUM_TEXT, "1");
    } else if (is(layer, "tanh")) {
        snprintf(names, SUM_TEXT, "(1 - %.60s^2)", h->element);
        snprintf(numbers, SUM_TEXT, h->value < 0.0 ? "(1 - (%s)^2)" : "(1 - %s^2)", y);
    } else if (is(layer, "logistic")) {
        snprintf(names, SUM_TEXT, "%.40s (1 - %.40s)", h->element, h->element);
        snprintf(numbers, SUM_TEXT, "%s * (1 - %s)", y, y);
    } else if (is(layer, "relu")) {
        snprintf(names, SUM_TEXT, "(1 if %.40s > 0, else 0)", a->element);
        snprintf(numbers, SUM_TEXT, a->value > 0.0 ? "1" : "0");
    } else if (is(layer, "softplus")) {
        snprintf(names, SUM_TEXT, "(1 - exp(-%.40s))", h->element);
        snprintf(numbers, SUM_TEXT, "(1 - exp(-%s))", y);
    } else {
        return false;
    }
    return true;
}

static void write_local_backward(const struct instant *s)
{
    const struct part a = find(s, "output", NULL, 0), h = find(s, "output", NULL, 1),
                      more = find(s, "output", NULL, 2), signal = find(s, "signal", NULL, 0),
                      to = find(s, "delta", NULL, 0);
    char factor[SUM_TEXT], factors[SUM_TEXT], names[2 * SUM_TEXT + 4], numbers[2 * SUM_TEXT + 4], number[16];
    if (!signal.a || !to.a || more.a || signal.a->cols != to.a->cols)
        return;
    sum_number(number, signal.before);
    if (!h.a) {
        sum_write_formula(s->to, to.element, signal.element, NULL, to.value);
    } else if (factor_of(s, &a, &h, h.a->what, factor, factors)) {
        snprintf(names, sizeof names, "%s %s", signal.element, factor);
        snprintf(numbers, sizeof numbers, "%s * %s", number, factors);
        sum_write_formula(s->to, to.element, names, numbers, to.value);
    }
}

/* ---- Learning */

static void write_gradient(const struct instant *s)
{
    const struct part x = part_at(s, 0), d = find(s, "delta", NULL, 0), to = find(s, "gradient", "weight", 0),
                      db = find(s, "gradient", "bias", 0);
    struct sum sum = {.n = 0};
    if (!to.a || !d.a)
        return;
    add_gradient_terms(&sum, s->sample->heads[to.a->block], named_of(&d), named_of(&x), to.row, to.col);
    sum_write(s->to, to.element, &sum, to.value);
    if (db.a && d.a->cols == db.a->cols && d.a->rows == 1)
        sum_write_formula(s->to, db.element, d.element, NULL, db.value);
}

/* A negative number behind an operator stands in brackets. */
static void put_number(FILE *to, const char *before, double x)
{
    char number[20];
    const char *blank = strrchr(before, ' ');
    if (blank && !blank[1] && blank > before && blank[-1] != '=')
        sum_factor(number, x);
    else
        sum_number(number, x);
    fprintf(to, "%s%s", before, number);
}

/* The optimiser's formula (Kingma & Ba 2015 for adam) for one number: w before and after, its gradient, and
   the state after. */
struct updated {
    const struct part *w;
    const char *g_name;
    double g;
    struct part state[2];
    bool decays;
};

static void put_change(const struct instant *s, const struct updated *u, const char *change_names)
{
    const char *optimizer = option(s, "optimizer");
    const double rate = s->sample->rate, decay = u->decays
                                                     ? rate * number_behind(optimizer, "weight-decay", 0.0) +
                                                           strtod(option(s, "lambda"), NULL)
                                                     : 0.0;
    const int margin = (int)strlen(u->w->element) + 4;
    char before[24] = "";
    if (decay > 0.0)
        snprintf(before, sizeof before, "(1 - %.6g) ", decay);
    const bool is_long = strlen(before) + strlen(change_names) > MOST_CHANGE || strchr(change_names, '/');
    fprintf(s->to, "new %s = %s%s", u->w->element, before, u->w->element);
    if (is_long)
        fprintf(s->to, "\n%*s  ", margin, "");
    fprintf(s->to, " - lr %s\n%*s = %s%s", change_names, margin, "", before, before[0] ? "*" : "");
    put_number(s->to, before[0] ? " " : "", u->w->before);
    if (is_long)
        fprintf(s->to, "\n%*s  ", margin, "");
    put_number(s->to, " - ", rate);
}

static void finish_change(const struct instant *s, const struct updated *u)
{
    fprintf(s->to, "\n    %*s = ", (int)strlen(u->w->element), "");
    put_number(s->to, "", u->w->value);
    fputc('\n', s->to);
}

static void put_average(const struct instant *s, const struct part *m, double keep, const char *what,
                        double g, const char *square)
{
    fprintf(s->to, "new %s = ", m->element);
    put_number(s->to, "", keep);
    fprintf(s->to, " %s + ", m->element);
    put_number(s->to, "", 1.0 - keep);
    fprintf(s->to, " %s%s\n    %*s = ", what, square, (int)strlen(m->element), "");
    put_number(s->to, "", keep);
    put_number(s->to, " * ", m->before);
    put_number(s->to, " + ", 1.0 - keep);
    put_number(s->to, square[0] ? " * (" : " * ", g);
    fprintf(s->to, "%s%s", square[0] ? ")" : "", square);
    fprintf(s->to, "\n    %*s = ", (int)strlen(m->element), "");
    put_number(s->to, "", m->value);
    fputc('\n', s->to);
}

static void explain_letters(const struct instant *s, const struct updated *u, const char *letters)
{
    fprintf(s->to, "    %*s   (%s)\n", (int)strlen(u->w->element), "", letters);
}

static void write_sgd(const struct instant *s, const struct updated *u)
{
    const char *optimizer = option(s, "optimizer");
    const double momentum = number_behind(optimizer, "momentum", 0.0);
    const struct part *v = &u->state[0];
    char names[2 * SUM_TEXT];
    if (v->a) {
        fprintf(s->to, "new %s = %g %s + %s\n%*s = ", v->element, momentum, v->element, u->g_name,
                (int)strlen(v->element) + 4, "");
        put_number(s->to, "", momentum);
        put_number(s->to, " * ", v->before);
        put_number(s->to, " + ", u->g);
        put_number(s->to, " = ", v->value);
        fputc('\n', s->to);
    }
    const bool is_nesterov = v->a && has_word(optimizer, "nesterov");
    if (is_nesterov)
        snprintf(names, sizeof names, "(%s + %g new %s)", u->g_name, momentum, v->element);
    else
        snprintf(names, sizeof names, v->a ? "new %s" : "%s", v->a ? v->element : u->g_name);
    put_change(s, u, names);
    put_number(s->to, is_nesterov ? " * (" : " * ", is_nesterov || !v->a ? u->g : v->value);
    if (is_nesterov)
        put_number(s->to, " + ", momentum), put_number(s->to, " * ", v->value), fputc(')', s->to);
    finish_change(s, u);
}

static void write_rmsprop(const struct instant *s, const struct updated *u)
{
    const char *optimizer = option(s, "optimizer");
    const struct part *m = &u->state[0];
    const double epsilon = number_behind(optimizer, "epsilon", 1e-8);
    char names[2 * SUM_TEXT];
    put_average(s, m, number_behind(optimizer, "rho", 0.99), u->g_name, u->g, "^2");
    snprintf(names, sizeof names, "%s / (sqrt(v) + epsilon)", u->g_name);
    put_change(s, u, names);
    put_number(s->to, " * ", u->g);
    put_number(s->to, " / (sqrt(", m->value);
    put_number(s->to, ") + ", epsilon);
    fputc(')', s->to);
    finish_change(s, u);
    explain_letters(s, u, "v: the new mean square");
}

/* In the first step, t = 1, so that the corrections are 1 - beta. */
static void write_adam(const struct instant *s, const struct updated *u)
{
    const char *optimizer = option(s, "optimizer");
    const double beta1 = number_behind(optimizer, "beta1", 0.9),
                 beta2 = number_behind(optimizer, "beta2", 0.999),
                 epsilon = number_behind(optimizer, "epsilon", 1e-8);
    const struct part *m = &u->state[0], *v = &u->state[1];
    char names[2 * SUM_TEXT];
    put_average(s, m, beta1, u->g_name, u->g, "");
    put_average(s, v, beta2, u->g_name, u->g, "^2");
    snprintf(names, sizeof names, "(m / (1 - beta1)) / (sqrt(v / (1 - beta2)) + epsilon)");
    put_change(s, u, names);
    put_number(s->to, " * (", m->value);
    put_number(s->to, " / ", 1.0 - beta1);
    fprintf(s->to, ")\n%*s  ", (int)strlen(u->w->element) + 4, "");
    put_number(s->to, " / (sqrt(", v->value);
    put_number(s->to, " / ", 1.0 - beta2);
    put_number(s->to, ") + ", epsilon);
    fputc(')', s->to);
    finish_change(s, u);
    explain_letters(s, u, "m, v: the new mean and mean square");
}

static void write_update_of(const struct instant *s, const struct part *w, const struct part *g,
                            const char *g_name, double g_value)
{
    const char *optimizer = option(s, "optimizer");
    struct updated u = {.w = w, .g_name = g ? g->element : g_name, .g = g ? g->value : g_value};
    const double l2 = number_behind(optimizer, "l2", 0.0);
    char penalised[2 * SUM_TEXT];
    u.decays = w->a->rows > 1 || is(w->a->what, "weight") || is(w->a->buffer, "feedback");
    for (int i = 0, k = 0; i < s->now->n_arrays && k < 2; i++)
        if (is(s->now->arrays[i].buffer, "state") &&
            (!strstr(s->now->arrays[i].what, " of ") ||
             is(strstr(s->now->arrays[i].what, " of ") + 4, w->a->what)))
            u.state[k++] = part_at(s, i);
    if (l2 > 0.0 && u.decays) {
        snprintf(penalised, sizeof penalised, "(%s + %g %s)", u.g_name, l2, w->element);
        u.g += l2 * w->before;
        u.g_name = penalised;
    }
    if (strncmp(optimizer, "adam", 4) == 0)
        write_adam(s, &u);
    else if (strncmp(optimizer, "rmsprop", 7) == 0)
        write_rmsprop(s, &u);
    else
        write_sgd(s, &u);
}

static void write_update(const struct instant *s)
{
    struct part w = find(s, "weights", "weight", 0), g = find(s, "gradient", "weight", 0);
    if (!w.a) {
        w = find(s, "weights", NULL, 0);
        g = find(s, "gradient", NULL, 0);
    }
    if (w.a && g.a)
        write_update_of(s, &w, &g, "", 0.0);
}

static void write_update_feedback(const struct instant *s)
{
    const struct part B = find(s, "feedback", NULL, 0), g = find(s, "gradient", "weight", 0);
    if (B.a && g.a)
        write_update_of(s, &B, &g, "", 0.0);
}

/* The gradient e^T h is not stored. */
static void write_learn_feedback(const struct instant *s)
{
    const struct part B = find(s, "feedback", NULL, 0), e = find(s, "delta", NULL, 0),
                      h = find(s, "output", NULL, 0);
    char name[2 * SUM_TEXT];
    if (!B.a || s->sample->n_examples > 1 || B.a->cols != h.a->cols)
        return;
    snprintf(name, sizeof name, "(%s[%zu] %s[%zu])", e.name, B.row, h.name, B.col);
    write_update_of(s, &B, NULL, name, trace_value(e.a, 0, B.row) * trace_value(h.a, 0, B.col));
}

void sample_write_arithmetic(FILE *to, const struct sample *sample, const bl_trace *now)
{
    static const struct {
        const char *op;
        void (*write)(const struct instant *s);
    } table[] = {
        {"forward", write_forward},
        {"add", write_add},
        {"loss", write_loss},
        {"product", write_product},
        {"pull", write_pull},
        {"pull_add", write_pull_add},
        {"push", write_push},
        {"push_add", write_push_add},
        {"local_backward", write_local_backward},
        {"gradient", write_gradient},
        {"update", write_update},
        {"update_feedback", write_update_feedback},
        {"learn_feedback", write_learn_feedback},
    };
    const struct instant instant = {to, sample, now};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (is(now->instruction.op, table[i].op))
            table[i].write(&instant);
}
