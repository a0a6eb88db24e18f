/*
 * reproduction_page.c - backless reproduce --page FILE: generates docs/reproduction.md from the results of a
 * folder.
 */
#include "reproduction.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char head[] = "# Reproduction\n"
                           "\n"
                           "This page is written by `backless reproduce --page docs/reproduction.md` from "
                           "the files in `results/`; a test compares the\n"
                           "two. Figures are test errors in percent.\n"
                           "\n"
                           "**What is compared.** Each run is trained until the recipe's stop rule ends it. "
                           "Its figure is the mean of the test error over "
                           "its\n"
                           "last 10 epochs, because a single epoch jitters. This was fixed before the first "
                           "run. *Here* is the mean of that figure over "
                           "the\n"
                           "seeds ± their standard deviation s. With n seeds, n at least 3, and a published "
                           "deviation d, a cell is *consistent* when the\n"
                           "difference of the means is at most *allowed*, 2 √(s²/n + d²), and otherwise "
                           "*outside*. When everything is reproduced exactly,\n"
                           "about one cell in 20 is still outside by chance: 1 or 2 of the 28 cells of table "
                           "1 that have a deviation. *Last* is the error "
                           "after the\n"
                           "last epoch. *Minimum* is the least error of any epoch; it is chosen on the test "
                           "set, so it is shown and never judged.\n"
                           "\n"
                           "**Checking a result.** Each file has the options, the figures of every epoch, "
                           "and hashes of the weights after the first and the "
                           "last\n"
                           "epoch. `backless reproduce --check FILE.json --epochs 1` repeats the first epoch "
                           "in seconds, and without `--epochs` the whole "
                           "run;\n"
                           "the same seed gives the same bits on every machine, for any number of threads. "
                           "[results.md](results.md) describes the files.\n";

static void put_number(FILE *to, double x, int digits)
{
    if (isnan(x))
        fputs(" |", to);
    else
        fprintf(to, " | %.*f", digits, x);
}

static void put_row(FILE *to, const struct cell *cell, const struct results *results)
{
    const struct cell_figures f = cell_judge(cell, results);
    char published[NAME_ROOM], verdict[NAME_ROOM];
    published_text(cell->published, published);
    cell_verdict(cell, &f, verdict);
    fprintf(to, "| %s | %s | %s", cell->row->name, cell->published->rule, published);
    if (cell->published->train > 0.0)
        fprintf(to, " (%.2f)", cell->published->train);
    if (f.n == 0) {
        fprintf(to, " | | | | | | | | %s |\n", verdict);
        return;
    }
    fprintf(to, " | %.2f", f.mean);
    if (f.n > 1)
        fprintf(to, " ± %.2f", f.deviation);
    fprintf(to, " (%.2f) | %d", f.train, f.n);
    if (isnan(f.difference))
        fputs(" |", to);
    else
        fprintf(to, " | %+.2f", f.difference);
    put_number(to, f.allowed, 2);
    put_number(to, f.last, 2);
    put_number(to, f.minimum, 2);
    put_number(to, f.epochs, 0);
    fprintf(to, " | %s |\n", verdict);
}

/* "Table 1", "Text", "Figure 2" */
struct heading {
    char text[32];
};

static struct heading heading_of(const char *table)
{
    struct heading out;
    snprintf(out.text, sizeof out.text, "%s%s", isdigit((unsigned char)table[0]) ? "Table " : "", table);
    out.text[0] = (char)toupper((unsigned char)out.text[0]);
    return out;
}

static void put_table(FILE *to, const struct target *target, const char *table, const struct results *results)
{
    struct cell cell;
    fprintf(to,
            "\n### %s\n\n"
            "| net | rule | published (train) | here (train) | seeds | difference | allowed | last | minimum "
            "| epochs | verdict |\n"
            "|---|---|---|---|---|---|---|---|---|---|---|\n",
            heading_of(table).text);
    for (int i = 0; cell_at(target, table, NULL, NULL, i, &cell); i++)
        put_row(to, &cell, results);
}

static bool is_first_of(const struct target *target, size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (strcmp(target->rows[i].table, target->rows[row].table) == 0)
            return false;
    return true;
}

/* One line for each rule that is absent. */
static void put_absent(FILE *to, const struct target *target, const struct target_row *row)
{
    struct cell cell;
    for (int i = 0; cell_at(target, row->table, row->name, NULL, i, &cell); i++)
        if (cell_lacks_rule(&cell))
            fprintf(to, "- %s, %s, %s: this version does not have the rule\n", heading_of(row->table).text,
                    row->name, cell.published->rule);
}

static bool has_reasons(const struct target *target)
{
    for (size_t i = 0; i < target->n_rows; i++)
        if (target->rows[i].needs || target->rows[i].incomplete)
            return true;
    return false;
}

static void put_reasons(FILE *to, const struct target *target)
{
    if (!has_reasons(target))
        return;
    fputs("\nRows that this version cannot run, and rows whose recipe the paper does not tell in full:\n\n",
          to);
    for (size_t i = 0; i < target->n_rows; i++) {
        const struct target_row *row = &target->rows[i];
        const struct heading place = heading_of(row->table);
        if (row->needs)
            fprintf(to, "- %s, %s: needs %s\n", place.text, row->name, row->needs);
        else if (row->incomplete)
            fprintf(to, "- %s, %s: %s\n", place.text, row->name, row->incomplete);
        put_absent(to, target, row);
    }
}

/* Not compared with anything: the published figures come after up to 300 epochs. */
static void put_others(FILE *to, const struct target *target, const struct results *results)
{
    bool has_head = false;
    for (size_t i = 0; i < results->n; i++) {
        const struct result *r = &results->list[i];
        char name[NAME_ROOM];
        if (r->cell.target != target || (!r->is_short && !r->is_on_other_data))
            continue;
        if (!has_head)
            fputs("\n### Not comparable\n\nShort runs, and runs on other data. None of them counts above.\n\n"
                  "| cell | seed | epochs | last 10 epochs | last | why |\n|---|---|---|---|---|---|\n",
                  to);
        has_head = true;
        cell_text(&r->cell, name);
        fprintf(to, "| %s | %llu | %d | %s | %s | %s |\n", name, r->seed, r->epochs,
                percent_text(r->mean).text, percent_text(r->last).text, r->is_short ? "short" : "other data");
    }
}

static void put_page(FILE *to, const struct results *results)
{
    fputs(head, to);
    for (int t = 0; target_at(t); t++) {
        const struct target *target = target_at(t);
        fprintf(to, "\n## %s\n\n%s. %s\n", target->name, target->paper, target->judged_note);
        for (size_t i = 0; i < target->n_rows; i++)
            if (is_first_of(target, i))
                put_table(to, target, target->rows[i].table, results);
        put_cell_curves(to, target, results);
        put_epoch_curves(to, target, results);
        put_reasons(to, target);
        put_others(to, target, results);
    }
}

int reproduction_page(const struct session *s, const char *path)
{
    struct results results;
    char *text = NULL;
    size_t n = 0;
    const int code = results_read(&results, s, reproduction_folder(s));
    if (code != EXIT_DONE)
        return code;
    FILE *to = open_memstream(&text, &n);
    if (to)
        put_page(to, &results);
    const bool is_whole = to && fclose(to) == 0;
    const bl_status status = is_whole ? bl_file_write(s->ctx, path, text, n) : BL_NO_MEMORY;
    free(text);
    if (status == BL_OK)
        note(s, "%zu results in %s", results.n, path);
    results_release(&results);
    return status == BL_OK ? EXIT_DONE : fail_with(s, status);
}
