/*
 * reproduction_not_run.c - the part of the page about cells that have no full run: what a run costs at most,
 * in figures that are the same on every machine.
 */
#include "reproduction.h"

/* Multiply-accumulates per second of one core, for the hours of the page. Measured: 12,700 examples per
   second of "2x800 tanh" by fa, 3.2 million each, on a core of an AMD EPYC (Zen 4) with AVX-512. */
static const double MACS_PER_SECOND = 40e9;

static const char head[] =
    "\n### Cells without a full run\n\n"
    "The cost of one run by bp if no stop rule ends it before the last epoch of its recipe: three forward\n"
    "passes for each training example and one for each test example; other rules cost as much or less. The\n"
    "hours are those of one core that does %.0f billion multiply-accumulates per second, as a core with\n"
    "AVX-512 does.\n\n"
    "| table | net | rules | most epochs | billions of multiply-accumulates | hours |\n"
    "|---|---|---|---|---|---|\n";

/* Writes "bp, fa, dfa", the rules of the row without a result; false: there are none. */
static bool rules_without_run(const struct target *target, const struct target_row *row,
                              const struct results *results, char out[NAME_ROOM])
{
    struct cell cell;
    size_t n = 0;
    for (int i = 0; cell_at(target, row->table, row->name, NULL, i, &cell); i++)
        if (!cell_lacks_rule(&cell) && cell_judge(&cell, results).n == 0)
            n += (size_t)snprintf(out + n, NAME_ROOM - n, "%s%s", n > 0 ? ", " : "", cell.published->rule);
    return n > 0;
}

static bl_status put_row(FILE *to, bl_context *ctx, const struct target *target, const struct target_row *row,
                         const char *rules)
{
    const struct target_data *of = row->data;
    struct cell cell;
    bl_net_size net = {.size = sizeof net};
    const bl_status status = bl_net_measure(ctx, row->net, of->shape, of->classes, &net);
    if (status != BL_OK)
        return status;
    cell_at(target, row->table, row->name, NULL, 0, &cell);
    const int epochs = cell_epochs(&cell);
    const double passes = epochs * (3.0 * (double)of->examples + (double)of->test_examples),
                 macs = passes * net.multiply_accumulates;
    fprintf(to, "| %s | %s | %s | %d | %.0f | %.2f |\n", row->table, row->name, rules, epochs, macs / 1e9,
            macs / MACS_PER_SECOND / 3600.0);
    return BL_OK;
}

bl_status put_not_run(FILE *to, bl_context *ctx, const struct target *target, const struct results *results)
{
    bl_status status = BL_OK;
    bool has_head = false;
    for (size_t i = 0; status == BL_OK && i < target->n_rows; i++) {
        char rules[NAME_ROOM];
        if (!rules_without_run(target, &target->rows[i], results, rules))
            continue;
        if (!has_head)
            fprintf(to, head, MACS_PER_SECOND / 1e9);
        has_head = true;
        status = put_row(to, ctx, target, &target->rows[i], rules);
    }
    return status;
}
