/*
 * reproduction_not_run.c - the part of the page about cells that have no result: what a run costs at most, in
 * figures that are the same on every machine.
 */
#include "reproduction.h"

#include "backless_experimental.h"

/* Multiply-accumulates per second of one core, for the hours of the page. Measured: 12,700 examples per
   second of "2x800 tanh" by fa, 3.2 million each, on a core of an AMD EPYC (Zen 4) with AVX-512. */
static const double MACS_PER_SECOND = 40e9;

/* Computes the multiply-accumulates of the longest run of a cell: its training and, after each epoch, the
   evaluation of the test set. The additional passes of adversarial training are not counted. */
static bl_status longest_run(bl_context *ctx, const struct cell *cell, double *macs)
{
    const struct target_data *of = cell->row->data;
    bl_config *config = NULL;
    bl_data *data = NULL;
    bl_trainer *trainer = NULL;
    bl_work work;
    bl_status status = cell_configure(&config, ctx, cell, 1, 0);
    if (status == BL_OK)
        status = cell_make_trainer(&trainer, &data, ctx, config, cell->row);
    if (status == BL_OK) {
        bl_trainer_count(trainer, &work);
        *macs = cell_epochs(cell) * ((work.forward + work.signal + work.gradient) * (double)of->examples +
                                     work.forward * (double)of->test_examples);
    }
    bl_trainer_free(trainer);
    bl_data_free(data);
    bl_config_free(config);
    return status;
}

bl_status put_not_run(FILE *to, bl_context *ctx, const struct target *target, const struct results *results)
{
    struct cell cell;
    bool has_head = false;
    for (int i = 0; cell_at(target, NULL, NULL, NULL, i, &cell); i++) {
        const struct cell_figures f = cell_judge(&cell, results);
        char name[NAME_ROOM];
        double macs = 0.0;
        if (f.n > 0 || cell_lacks_rule(&cell))
            continue;
        const bl_status status = longest_run(ctx, &cell, &macs);
        if (status != BL_OK)
            return status;
        if (!has_head)
            fprintf(
                to,
                "\n### Cells without a run\n\n"
                "The cost of one run if no stop rule ends it before the last epoch of its recipe. The hours\n"
                "are those of one core that does %.0f billion multiply-accumulates per second, as a core\n"
                "with AVX-512 does.\n\n"
                "| cell | most epochs | billions of multiply-accumulates | hours |\n|---|---|---|---|\n",
                MACS_PER_SECOND / 1e9);
        has_head = true;
        cell_text(&cell, name);
        fprintf(to, "| %s | %d | %.0f | %.2f |\n", name, cell_epochs(&cell), macs / 1e9,
                macs / MACS_PER_SECOND / 3600.0);
    }
    return BL_OK;
}
