/*
 * run_table.c - the table of settings.
 *
 * All forms are made of the same columns: a column for each axis except the seed, the judged figure, the
 * number of runs, and, of a comparison, the difference to bp and the mean angles of the blocks. JSON and CSV
 * have full numbers in the unit of the log (an error is a fraction); the others are rounded, an error in
 * percent. A terminal too narrow for the axes gets them on a line of their own above the figures.
 */
#include "run_table.h"

#include "../csv_field.h"
#include "../terminal/shown_text.h"
#include "../terminal/terminal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 40, CELL_ROOM = 160, SHOWN_ANGLES = 6 };

struct text_row {
    char cells[MOST_COLUMNS][CELL_ROOM];
};

struct settings_table {
    const struct run_summary *summary;
    const char *axes[MOST_COLUMNS];
    int n_axes, n_columns;
    bool has_bp, has_angles;
    enum table_form form;
};

/* "test error" */
static void judged_name(const struct run_summary *s, char out[CELL_ROOM])
{
    static const char *const sets[] = {
        [JUDGED_TEST] = "test", [JUDGED_VAL] = "val", [JUDGED_TRAIN] = "train"};
    static const char *const kinds[] = {
        [FIGURE_NONE] = "figure", [FIGURE_ERROR] = "error", [FIGURE_RMSE] = "rmse", [FIGURE_LOSS] = "loss"};
    snprintf(out, CELL_ROOM, "%s %s", sets[s->set], kinds[s->kind]);
}

/* ---- Rounded texts */

/* Turns "1.2e-06" into a power of ten in LaTeX. */
static void latex_number(char *text, size_t room)
{
    char *e = strchr(text, 'e');
    if (!e)
        return;
    const long power = strtol(e + 1, NULL, 10);
    snprintf(e, room - (size_t)(e - text), "\\times10^{%ld}", power);
}

static void put_mean(const struct settings_table *t, const struct run_group *g, char out[CELL_ROOM])
{
    const bool is_error = t->summary->kind == FIGURE_ERROR;
    const char *between = t->form == FORM_LATEX ? " \\pm " : " ± ", *unit = is_error ? " %" : "";
    const double scale = is_error ? 100.0 : 1.0;
    char mean[32], deviation[32] = "";
    if (g->done == 0) {
        snprintf(out, CELL_ROOM, "%s", g->diverged ? "diverged" : g->failed ? "failed" : "not done");
        return;
    }
    snprintf(mean, sizeof mean, is_error ? "%.2f" : "%.4g", scale * g->mean);
    if (g->done > 1)
        snprintf(deviation, sizeof deviation, is_error ? "%.2f" : "%.2g", scale * g->deviation);
    if (t->form == FORM_LATEX) {
        latex_number(mean, sizeof mean);
        latex_number(deviation, sizeof deviation);
    }
    if (t->form == FORM_LATEX)
        snprintf(out, CELL_ROOM, "$%s%s%s$%s", mean, g->done > 1 ? between : "", deviation,
                 is_error ? "\\,\\%" : "");
    else
        snprintf(out, CELL_ROOM, "%s%s%s%s", mean, g->done > 1 ? between : "", deviation, unit);
}

/* "+1.30 (+0.90 to +1.70)", in percentage points of an error. */
static void put_difference(const struct settings_table *t, const struct run_group *g, char out[CELL_ROOM])
{
    const bool is_error = t->summary->kind == FIGURE_ERROR;
    const double scale = is_error ? 100.0 : 1.0;
    const struct paired *p = &g->to_bp;
    char mean[32], low[32], high[32];
    out[0] = 0;
    if (p->n == 0)
        return;
    snprintf(mean, sizeof mean, is_error ? "%+.2f" : "%+.3g", scale * p->mean);
    snprintf(low, sizeof low, is_error ? "%+.2f" : "%+.3g", scale * p->low);
    snprintf(high, sizeof high, is_error ? "%+.2f" : "%+.3g", scale * p->high);
    const char *mark = t->form == FORM_LATEX ? "$" : "";
    if (t->form == FORM_LATEX) {
        latex_number(mean, sizeof mean);
        latex_number(low, sizeof low);
        latex_number(high, sizeof high);
    }
    snprintf(out, CELL_ROOM, "%s%s%s", mark, mean, mark);
    if (!isnan(p->low))
        snprintf(out + strlen(out), CELL_ROOM - strlen(out), " (%s%s%s to %s%s%s)", mark, low, mark, mark,
                 high, mark);
}

static void put_runs(const struct run_group *g, char out[CELL_ROOM])
{
    if (g->done == g->n_runs)
        snprintf(out, CELL_ROOM, "%d", g->n_runs);
    else
        snprintf(out, CELL_ROOM, "%d/%d", g->done, g->n_runs);
}

/* Writes the mean angles of the first blocks, "31.2 45.0". */
static void put_angles(const struct run_group *g, char out[CELL_ROOM])
{
    out[0] = 0;
    for (int l = 0; l < g->n_angles && l < SHOWN_ANGLES; l++) {
        const size_t n = strlen(out);
        if (isnan(g->angles[l]))
            snprintf(out + n, CELL_ROOM - n, "%s-", l ? " " : "");
        else
            snprintf(out + n, CELL_ROOM - n, "%s%.1f", l ? " " : "", g->angles[l]);
    }
    if (g->n_angles > SHOWN_ANGLES)
        snprintf(out + strlen(out), CELL_ROOM - strlen(out), " ..");
}

static struct text_row head_of(const struct settings_table *t)
{
    struct text_row row = {.cells = {""}};
    for (int i = 0; i < t->n_axes; i++)
        snprintf(row.cells[i], CELL_ROOM, "%s", t->axes[i]);
    judged_name(t->summary, row.cells[t->n_axes]);
    snprintf(row.cells[t->n_axes + 1], CELL_ROOM, "runs");
    if (t->has_bp)
        snprintf(row.cells[t->n_axes + 2], CELL_ROOM, "%s", "minus bp (95 % interval)");
    if (t->has_angles)
        snprintf(row.cells[t->n_columns - 1], CELL_ROOM, "angles (deg)");
    return row;
}

/* Writes the text; of one that is too long for a cell its beginning and its end, which tell nets apart. */
static void put_shortened(const char *text, char out[CELL_ROOM])
{
    enum { PART = CELL_ROOM / 2 - 4 };
    size_t begin = PART, end = strlen(text);
    if (end < CELL_ROOM) {
        snprintf(out, CELL_ROOM, "%s", text);
        return;
    }
    end -= PART;
    while (begin > 0 && ((unsigned char)text[begin] & 0xC0) == 0x80) /* within a character of UTF-8 */
        begin--;
    while (((unsigned char)text[end] & 0xC0) == 0x80)
        end++;
    snprintf(out, CELL_ROOM, "%.*s ... %s", (int)begin, text, text + end);
}

/* The value of the group's runs; if rates differ among folds, the least and the greatest: "0.001..0.01". */
static void put_value(const struct run_group *g, const char *axis, char out[CELL_ROOM])
{
    const char *least = plan_value(g->first, axis), *greatest = least;
    for (int i = 1; i < g->n_runs; i++) {
        const char *value = plan_value(g->runs[i].run, axis);
        least = strtod(value, NULL) < strtod(least, NULL) ? value : least;
        greatest = strtod(value, NULL) > strtod(greatest, NULL) ? value : greatest;
    }
    if (strcmp(least, greatest) == 0)
        put_shortened(plan_value(g->first, axis), out);
    else
        snprintf(out, CELL_ROOM, "%s..%s", least, greatest);
}

/* For JSON and CSV: the whole value if all runs of the group have the same, else as put_value. */
static const char *whole_value(const struct run_group *g, const char *axis, char out[CELL_ROOM])
{
    const char *value = plan_value(g->first, axis);
    for (int i = 1; i < g->n_runs; i++)
        if (strcmp(plan_value(g->runs[i].run, axis), value) != 0) {
            put_value(g, axis, out);
            return out;
        }
    return value;
}

static struct text_row row_of(const struct settings_table *t, const struct run_group *g)
{
    struct text_row row = {.cells = {""}};
    for (int i = 0; i < t->n_axes; i++)
        put_value(g, t->axes[i], row.cells[i]);
    put_mean(t, g, row.cells[t->n_axes]);
    put_runs(g, row.cells[t->n_axes + 1]);
    if (t->has_bp)
        put_difference(t, g, row.cells[t->n_axes + 2]);
    if (t->has_angles)
        put_angles(g, row.cells[t->n_columns - 1]);
    return row;
}

/* ---- Text */

/* Returns the width in columns; "±" is one column of two bytes. */
static int columns_of(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

static void widen(int *widths, const struct text_row *row, int n)
{
    for (int i = 0; i < n; i++)
        widths[i] = columns_of(row->cells[i]) > widths[i] ? columns_of(row->cells[i]) : widths[i];
}

static void put_cells(const struct text_row *row, const int *widths, int from, int to)
{
    while (to > from + 1 && !row->cells[to - 1][0]) /* no blanks at the end of a line */
        to--;
    for (int i = from; i < to; i++) {
        const bool is_last = i + 1 == to;
        printf("%s", row->cells[i]);
        for (int k = columns_of(row->cells[i]); !is_last && k < widths[i] + 2; k++)
            putchar(' ');
    }
    putchar('\n');
}

static void put_axes(const struct settings_table *t, const struct text_row *row)
{
    for (int i = 0; i < t->n_axes; i++)
        printf("%s%s %s", i ? ", " : "", t->axes[i], row->cells[i]);
    putchar('\n');
}

static void print_text(const struct settings_table *t)
{
    int widths[MOST_COLUMNS] = {0}, width = 0;
    const struct run_summary *s = t->summary;
    const struct text_row head = head_of(t);
    const int room = terminal_columns(stdout);
    widen(widths, &head, t->n_columns);
    for (int i = 0; i < s->n_groups; i++) {
        const struct text_row row = row_of(t, &s->groups[i]);
        widen(widths, &row, t->n_columns);
    }
    for (int i = 0; i < t->n_columns; i++)
        width += widths[i] + (i ? 2 : 0);
    const bool is_narrow = room > 0 && width > room;
    if (is_narrow)
        printf("  ");
    put_cells(&head, widths, is_narrow ? t->n_axes : 0, t->n_columns);
    for (int i = 0; i < s->n_groups; i++) {
        const struct text_row row = row_of(t, &s->groups[i]);
        if (is_narrow) {
            put_axes(t, &row);
            printf("  ");
        }
        put_cells(&row, widths, is_narrow ? t->n_axes : 0, t->n_columns);
    }
}

/* ---- Markdown and LaTeX */

static void put_escaped(const char *text, const char *special)
{
    for (; *text; text++) {
        if (strchr(special, *text))
            putchar('\\');
        putchar(*text);
    }
}

static void put_markdown(const struct settings_table *t, const struct text_row *row)
{
    for (int i = 0; i < t->n_columns; i++) {
        printf(i ? " | " : "| ");
        put_escaped(row->cells[i], "|\\*_`");
    }
    printf(" |\n");
}

static void print_markdown(const struct settings_table *t)
{
    const struct text_row head = head_of(t);
    put_markdown(t, &head);
    for (int i = 0; i < t->n_columns; i++)
        printf(i < t->n_axes ? "|---" : "|---:");
    printf("|\n");
    for (int i = 0; i < t->summary->n_groups; i++) {
        const struct text_row row = row_of(t, &t->summary->groups[i]);
        put_markdown(t, &row);
    }
}

/* Writes text for LaTeX, in which some characters are commands. */
static void put_latex_text(const char *text)
{
    static const struct {
        char character;
        const char *command;
    } commands[] = {{'\\', "\\textbackslash{}"}, {'^', "\\textasciicircum{}"}, {'~', "\\textasciitilde{}"}};
    for (; *text; text++) {
        const char *command = NULL;
        for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
            if (*text == commands[i].character)
                command = commands[i].command;
        if (command)
            printf("%s", command);
        else
            printf(strchr("&%$#_{}", *text) ? "\\%c" : "%c", *text);
    }
}

/* Writes a row for LaTeX. The figures contain LaTeX already; only the option values are escaped, because they
   may contain any character. */
static void put_latex(const struct settings_table *t, const struct text_row *row, bool is_head)
{
    for (int i = 0; i < t->n_columns; i++) {
        printf("%s", i ? " & " : "");
        if (i < t->n_axes || is_head)
            put_latex_text(row->cells[i]);
        else
            printf("%s", row->cells[i]);
    }
    printf(" \\\\\n");
}

static void print_latex(const struct settings_table *t)
{
    const struct text_row head = head_of(t);
    printf("\\begin{tabular}{");
    for (int i = 0; i < t->n_columns; i++)
        putchar(i < t->n_axes ? 'l' : 'r');
    printf("}\n\\hline\n");
    put_latex(t, &head, true);
    printf("\\hline\n");
    for (int i = 0; i < t->summary->n_groups; i++) {
        const struct text_row row = row_of(t, &t->summary->groups[i]);
        put_latex(t, &row, false);
    }
    printf("\\hline\n\\end{tabular}\n");
}

/* ---- CSV and JSON */

static void put_csv_number(double x)
{
    putchar(',');
    if (isfinite(x))
        csv_put_number(stdout, x);
}

/* Writes the angles as one CSV field: numbers separated by blanks, "-" for a missing one. */
static void put_csv_angles(const struct run_group *g)
{
    putchar(',');
    for (int l = 0; l < g->n_angles; l++) {
        if (l > 0)
            putchar(' ');
        if (isnan(g->angles[l]))
            putchar('-');
        else
            csv_put_number(stdout, g->angles[l]);
    }
}

static void print_csv(const struct settings_table *t)
{
    char judged[CELL_ROOM];
    judged_name(t->summary, judged);
    for (int i = 0; i < t->n_axes; i++)
        printf("%s,", t->axes[i]);
    printf("figure,mean,deviation,done,runs,diverged,failed%s%s\n",
           t->has_bp ? ",minus_bp,pairs,low,high" : "", t->has_angles ? ",angles" : "");
    for (int i = 0; i < t->summary->n_groups; i++) {
        const struct run_group *g = &t->summary->groups[i];
        for (int k = 0; k < t->n_axes; k++) {
            char room[CELL_ROOM];
            csv_put_text(stdout, whole_value(g, t->axes[k], room));
            putchar(',');
        }
        printf("%s", judged);
        put_csv_number(g->mean);
        put_csv_number(g->deviation);
        printf(",%d,%d,%d,%d", g->done, g->n_runs, g->diverged, g->failed);
        if (t->has_bp) {
            put_csv_number(g->to_bp.mean);
            printf(",%d", g->to_bp.n);
            put_csv_number(g->to_bp.low);
            put_csv_number(g->to_bp.high);
        }
        if (t->has_angles)
            put_csv_angles(g);
        putchar('\n');
    }
}

static json_t *number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *angles_json(const struct run_group *g)
{
    json_t *list = json_array();
    for (int l = 0; l < g->n_angles; l++)
        json_array_append_new(list, number(g->angles[l]));
    return list;
}

static json_t *figure_json(const struct figure *figure)
{
    return figure->kind == FIGURE_NONE ? json_null() : number(figure->value);
}

static json_t *run_json(const struct summary_run *run)
{
    static const char *const states[] = {[RUN_WAITS] = "not run",
                                         [RUN_BEGUN] = "begun",
                                         [RUN_DONE] = "done",
                                         [RUN_DIVERGED] = "diverged",
                                         [RUN_FAILED] = "failed"};
    const struct run_figures *f = &run->figures;
    json_t *json = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "seed", plan_value(run->run, "seed"), "state",
                             states[f->state], "folder", run->folder, "test", figure_json(&f->test), "val",
                             figure_json(&f->val), "train", figure_json(&f->train));
    if (plan_value(run->run, "fold")[0]) {
        json_object_set_new(json, "fold", json_string(plan_value(run->run, "fold")));
        json_object_set_new(json, "lr", json_string(plan_value(run->run, "lr")));
    }
    if (f->hash[0])
        json_object_set_new(json, "weights_hash", json_string(f->hash));
    if (f->why[0])
        json_object_set_new(json, "why", json_string(f->why));
    return json;
}

static void print_json(const struct settings_table *t)
{
    char judged[CELL_ROOM];
    judged_name(t->summary, judged);
    for (int i = 0; i < t->summary->n_groups; i++) {
        const struct run_group *g = &t->summary->groups[i];
        json_t *json = json_object(), *runs = json_array();
        for (int k = 0; k < t->n_axes; k++) {
            char room[CELL_ROOM];
            json_object_set_new(json, t->axes[k], json_string(whole_value(g, t->axes[k], room)));
        }
        for (int k = 0; k < g->n_runs; k++)
            json_array_append_new(runs, run_json(&g->runs[k]));
        json_object_set_new(json, "figure", json_string(judged));
        json_object_set_new(json, "mean", number(g->mean));
        json_object_set_new(json, "deviation", number(g->deviation));
        json_object_set_new(json, "done", json_integer(g->done));
        if (t->has_bp)
            json_object_set_new(json, "minus_bp",
                                json_pack("{s:o, s:i, s:o, s:o}", "mean", number(g->to_bp.mean), "pairs",
                                          g->to_bp.n, "low", number(g->to_bp.low), "high",
                                          number(g->to_bp.high)));
        if (t->has_angles)
            json_object_set_new(json, "angles", angles_json(g));
        json_object_set_new(json, "runs", runs);
        json_dumpf(json, stdout, JSON_REAL_PRECISION(15));
        putchar('\n');
        json_decref(json);
    }
}

/* ---- Messages */

static void tell_failures(const struct session *s, const struct run_summary *summary)
{
    for (int i = 0; i < summary->n_runs; i++) {
        const struct summary_run *run = &summary->runs[i];
        if (run->figures.state == RUN_DIVERGED || run->figures.state == RUN_FAILED)
            note(s, "%-11s%s: %s", run->figures.state == RUN_FAILED ? "failed" : "diverged",
                 plan_name(run->run), run->figures.why);
    }
}

static bool has_folds(const struct run_summary *summary)
{
    return summary->plan.is_comparison && summary->n_runs > 0 &&
           plan_value(summary->runs[0].run, "fold")[0] != 0;
}

static void tell_rest(const struct session *s, const struct run_summary *summary)
{
    int bad = 0, most = 0;
    for (int i = 0; i < summary->n_groups; i++) {
        bad += summary->groups[i].diverged + summary->groups[i].failed;
        most = summary->groups[i].done > most ? summary->groups[i].done : most;
    }
    if (summary->done + bad < summary->n_runs)
        note(s, "%-11s%d of %d run%s; the same command continues with the others", "done", summary->done,
             summary->n_runs, plural(summary->n_runs));
    if (most > 1 && has_folds(summary))
        note(s,
             "%-11s± is the standard deviation over the folds (K - 1), of runs with one seed; the folds' "
             "training sets share most of their examples, so that their figures are not independent: the "
             "deviation of the mean and the interval are too small (Nadeau and Bengio 2003)",
             "deviation");
    else if (most > 1)
        note(s,
             "%-11s± is the standard deviation over the seeds (n - 1), which decide weights, feedback and "
             "the order of the examples; all runs have the same split of the data, so it does not include "
             "what another split would change",
             "deviation");
}

void run_table_print(const struct session *s, const struct run_summary *summary, enum table_form form)
{
    static void (*const printers[])(const struct settings_table *) = {[FORM_TEXT] = print_text,
                                                                      [FORM_JSON] = print_json,
                                                                      [FORM_CSV] = print_csv,
                                                                      [FORM_MARKDOWN] = print_markdown,
                                                                      [FORM_LATEX] = print_latex};
    struct settings_table t = {.summary = summary, .has_bp = summary->has_bp, .form = form};
    size_t i = 0;
    const json_t *axis = NULL;
    json_array_foreach(summary->plan.axes, i, axis)
    {
        const char *key = json_string_value(axis);
        const bool is_mean = strcmp(key, "seed") == 0 || (summary->plan.is_comparison &&
                                                          strcmp(key, "fold") == 0); /* means are over it */
        if (!is_mean && t.n_axes < MOST_COLUMNS - 4)
            t.axes[t.n_axes++] = key;
    }
    for (int g = 0; summary->plan.is_comparison && g < summary->n_groups; g++)
        t.has_angles = t.has_angles || summary->groups[g].n_angles > 0;
    t.n_columns = t.n_axes + 2 + t.has_bp + t.has_angles;
    printers[form](&t);
    fflush(stdout);
    tell_failures(s, summary);
    tell_rest(s, summary);
}
