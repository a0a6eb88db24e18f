/*
 * bench_group.c - measures one net at one batch size and number of threads: every rule on every backend in
 * every precision, in turn.
 *
 * Each step is a call of bl_trainer_step on one random batch. Weights are initialised by `glorot` and the
 * learning rate is 1e-8, so that the weights hardly change in any number of steps and nothing saturates.
 * Feedback from U(-0.1, 0.1) keeps signals at about the same size through 100 layers of 240 units, unlike the
 * paper's feedback. Signals that fade would become denormal numbers, on which arithmetic is slower.
 */
#include "../seconds.h"
#include "bench.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST_ROUNDS = 5, MOST_STEPS = 1000, WARM_STEPS = 2 };
static const double peak_turn =
    0.004; /* seconds for measuring the machine's peaks in each round, because its clock may change */
static const double memory_turn = 0.003; /* seconds for measuring the bandwidth before each case's turn */
static const double turn = 0.02; /* seconds of a case's turn in a round, or one step if that is longer */

static int fail(const struct bench_group *group, const struct bench_case *c, bl_status status)
{
    fprintf(stderr, "backless: %s by %s on %s in %s: %s\n", group->net->name, c->rule, c->backend,
            c->precision, c->ctx ? bl_why(c->ctx) : "no memory");
    return exit_code_of(status);
}

static bl_status configure_case(bl_config *config, const struct bench_group *group,
                                const struct bench_case *c)
{
    char batch[16];
    snprintf(batch, sizeof batch, "%d", group->batch);
    const char *const options[][2] = {
        {"net", group->net->text},
        {"rule", c->rule},
        {"batch", batch},
        {"init", "glorot"},
        {"optimizer", group->optimizer},
        {"lr", "1e-8"},
        {"feedback", "uniform 0.1"},
        {"precision", c->precision},
    };
    bl_status status = BL_OK;
    for (size_t i = 0; i < sizeof options / sizeof *options && status == BL_OK; i++)
        status = bl_config_set(config, options[i][0], options[i][1]);
    return status;
}

static bl_status make_trainer(const struct bench_group *group, struct bench_case *c)
{
    bl_config *config = NULL;
    bl_data *data = NULL;
    bl_status status = bl_context_use(c->ctx, c->backend, group->threads);
    if (status == BL_OK)
        status = bl_config_create(&config, c->ctx);
    if (status == BL_OK)
        status = configure_case(config, group, c);
    if (status == BL_OK)
        status = bl_data_wrap(&data, c->ctx, group->x, group->labels, (size_t)group->batch, group->net->shape,
                              group->net->classes);
    if (status == BL_OK)
        status = bl_trainer_create(&c->trainer, c->ctx, config, data);
    bl_data_free(data);
    bl_config_free(config);
    if (status == BL_OK) {
        bl_trainer_count(c->trainer, &c->work);
        bl_trainer_traffic(c->trainer, &c->traffic);
    }
    return status;
}

/* Draws the batch from U(0, 1), the same numbers in every run: the linear congruential generator of Knuth and
   Lewis. */
static bool draw_batch(struct bench_group *group)
{
    const bl_shape shape = group->net->shape;
    const size_t n = (size_t)group->batch * (size_t)shape.channels * (size_t)shape.rows * (size_t)shape.cols;
    uint32_t state = 1;
    group->x = calloc(n, sizeof *group->x);
    group->labels = calloc((size_t)group->batch, sizeof *group->labels);
    if (!group->x || !group->labels)
        return false;
    for (size_t i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        group->x[i] = (float)(state >> 8) * 0x1p-24f;
    }
    for (int i = 0; i < group->batch; i++)
        group->labels[i] = i % group->net->classes;
    return true;
}

/* Returns the bytes of memory that are available without swapping; 0: not known. */
static double memory_left(void)
{
    char line[256];
    double kilobytes = 0.0;
    FILE *file = fopen("/proc/meminfo", "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "MemAvailable: %lf", &kilobytes) == 1)
            break;
    if (file)
        fclose(file);
    return 1024.0 * kilobytes;
}

/* Returns whether there is memory for `more` cases as large as the first. */
static bool has_room(const struct bench_group *group, int more)
{
    const struct bench_case *first = &group->cases[0];
    const double need = more * ((double)bl_trainer_activation_bytes(first->trainer) + first->traffic.in_use +
                                sizeof(float) * (double)first->work.weights) +
                        first->traffic.in_use; /* plus the array on which the bandwidth is measured */
    const double left = memory_left();
    if (left <= 0.0 || need < 0.9 * left)
        return true;
    fprintf(stderr,
            "backless: %s with batch %d left out: %d trainers need %.1f GB more, and %.1f GB are free; "
            "choose fewer "
            "--rules or --backends at once\n",
            group->net->name, group->batch, more, 1e-9 * need, 1e-9 * left);
    return false;
}

static bl_status step(const struct bench_group *group, const struct bench_case *c)
{
    return bl_trainer_step(c->trainer, group->x, group->labels, (size_t)group->batch, NULL);
}

/* Runs steps that are not counted, because memory pages and caches are cold in the first ones. The last of
   them is timed, to compute how many steps fit into a turn. */
static bl_status warm_up(const struct bench_group *group, struct bench_case *c, double seconds)
{
    const double share = seconds / (LEAST_ROUNDS * group->n_cases);
    double begun = 0.0;
    for (int i = 0; i < WARM_STEPS; i++) {
        begun = seconds_now();
        const bl_status status = step(group, c);
        if (status != BL_OK)
            return status;
    }
    const double fit = (share < turn ? share : turn) / (seconds_now() - begun + 1e-9);
    c->steps_each = fit < 1.0 ? 1 : fit > MOST_STEPS ? MOST_STEPS : (int)fit;
    bl_trainer_clock(c->trainer, 1);
    return BL_OK;
}

static bl_status run_turn(const struct bench_group *group, struct bench_case *c)
{
    const bl_status measured = bl_context_measure_memory(c->ctx, memory_turn, (size_t)c->traffic.in_use,
                                                         &c->bandwidth[group->n_rounds]);
    if (measured != BL_OK)
        return measured;
    const bl_status warmed =
        c->steps_each > 1 ? step(group, c)
                          : BL_OK; /* not counted, because the caches hold the data of the case before */
    if (warmed != BL_OK)
        return warmed;
    const double begun = seconds_now();
    for (int i = 0; i < c->steps_each; i++) {
        const bl_status status = step(group, c);
        if (status != BL_OK)
            return status;
    }
    c->seconds[group->n_rounds] = (seconds_now() - begun) / c->steps_each;
    return BL_OK;
}

static int run_rounds(struct bench_group *group, double seconds)
{
    const double begun = seconds_now();
    while (group->n_rounds < BENCH_MOST_ROUNDS &&
           (group->n_rounds < LEAST_ROUNDS || seconds_now() - begun < seconds)) {
        bl_status status =
            bl_context_measure_registers(group->cases[0].ctx, peak_turn, &group->peaks[group->n_rounds]);
        if (status != BL_OK)
            return fail(group, &group->cases[0], status);
        for (int i = 0; i < group->n_cases; i++) {
            status = run_turn(group, &group->cases[i]);
            if (status != BL_OK)
                return fail(group, &group->cases[i], status);
        }
        group->n_rounds++;
    }
    for (int i = 0; i < group->n_cases; i++)
        bl_trainer_times(group->cases[i].trainer, &group->cases[i].times);
    return EXIT_DONE;
}

/* Returns whether the message about a rule that the net does not allow was printed already, for another
   backend or number of threads. */
static bool is_said(const struct bench_group *group, const struct bench_case *c,
                    const struct bench_choice *choice)
{
    return c->backend != choice->backends[0] || c->precision != choice->precisions[0] ||
           group->threads != choice->threads[0] || group->batch != choice->batches[0];
}

/* Adds a case. If the rule refuses the net, the case is left out, and `code` says why. */
static bl_status add_case(struct bench_group *group, struct bench_case c, const struct bench_choice *choice,
                          int *code)
{
    c.ctx = bl_context_new(NULL);
    const bl_status status = c.ctx ? make_trainer(group, &c) : BL_NO_MEMORY;
    const bool is_refused = status == BL_BAD_VALUE || status == BL_NOT_DEFINED;
    if (status == BL_OK) {
        group->cases[group->n_cases++] = c;
        return status;
    }
    if (!is_refused || !is_said(group, &c, choice))
        *code = fail(group, &c, status);
    bl_context_free(c.ctx);
    return is_refused ? BL_OK : status;
}

/* Makes all cases. Returns false if nothing can be measured; *code is then the exit code, EXIT_DONE if only
   the memory is too small. */
static bool make_cases(struct bench_group *group, const struct bench_choice *choice, int *code)
{
    const int all = choice->n_backends * choice->n_precisions * choice->n_rules;
    for (int i = 0; i < all; i++) {
        const int way = i / choice->n_rules;
        const struct bench_case c = {.backend = choice->backends[way / choice->n_precisions],
                                     .precision = choice->precisions[way % choice->n_precisions],
                                     .rule = choice->rules[i % choice->n_rules]};
        if (add_case(group, c, choice, code) != BL_OK)
            return false;
        if (i == 0 && group->n_cases == 1 && !has_room(group, all - 1)) {
            *code = EXIT_DONE;
            return false;
        }
    }
    return group->n_cases > 0;
}

int bench_group_run(struct bench_group *group, const struct bench_choice *choice)
{
    int code = EXIT_DONE;
    if (!draw_batch(group))
        return usage_error("no memory for a batch of %d examples", group->batch), EXIT_OTHER;
    if (!make_cases(group, choice, &code))
        return code;
    for (int i = 0; i < group->n_cases; i++) {
        const bl_status status = warm_up(group, &group->cases[i], choice->seconds);
        if (status != BL_OK)
            return fail(group, &group->cases[i], status);
    }
    return run_rounds(group, choice->seconds);
}

void bench_group_release(struct bench_group *group)
{
    for (int i = 0; i < group->n_cases; i++) {
        bl_trainer_free(group->cases[i].trainer);
        bl_context_free(group->cases[i].ctx);
    }
    free(group->x);
    free(group->labels);
}
