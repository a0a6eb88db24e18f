/*
 * comparison_table.c - prints the table; each row as soon as its rule is done.
 *
 * On a terminal, no line is wider than the terminal: columns are narrowed, then angles are omitted from the
 * end of their list, and then whole columns, the least important first. A line above the table names what is
 * omitted. In files and pipes the table is whole.
 */
#include "comparison.h"

#include "../terminal/terminal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum column_name { RULE, ERROR, R2, ANGLES, SPEED, INIT, RATE, VAL, BEST, N_COLUMNS };

struct table_column {
    const char *head;
    int gap, width; /* blanks before the column; its width, 0: as wide as its text (the last column) */
    bool is_number; /* flush right */
    bool is_shown;
};

struct table_layout {
    struct table_column columns[N_COLUMNS];
    int room; /* columns of the terminal; 0: no terminal */
};

enum { CELL_ROOM = 512, LEAST_ANGLES = 14, BEST_WIDTH = 20, BEST_WIDTH_OF_ONE = 11 };

static bool is_of_numbers(const struct comparison *c)
{
    return !bl_data_labels(c->train);
}

static int widest_angles(const struct comparison *c)
{
    const int n = c->n_hidden < MAX_ANGLES ? c->n_hidden : MAX_ANGLES;
    return n > 0 ? 5 * n - 1 : 1; /* "90.0 90.0" */
}

static int widest_rate(const struct comparison *c)
{
    size_t most = 2;
    for (int i = 0; i < c->n_rows; i++)
        most = strlen(c->rows[i].lr) > most ? strlen(c->rows[i].lr) : most;
    for (int i = 0; i < c->rates.n; i++)
        most = strlen(c->rates.text[i]) > most ? strlen(c->rates.text[i]) : most;
    return (int)most;
}

/* "12: 15.29 %, 15.30 %" */
static int best_width(const struct comparison *c)
{
    return c->test ? BEST_WIDTH : BEST_WIDTH_OF_ONE;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* Returns the heading of the training column: with regression targets only the training loss is known. */
static const char *error_head(const struct comparison *c)
{
    if (is_of_numbers(c))
        return c->test ? "test rmse" : "train loss";
    return c->test ? "test error" : "train error";
}

static const char *best_head(const struct comparison *c)
{
    if (is_of_numbers(c))
        return c->test ? "best epoch: val, test rmse" : "best epoch: val rmse";
    return c->test ? "best epoch: val, test error" : "best epoch: val error";
}

static struct table_layout wide_layout(const struct comparison *c)
{
    const bool has_val = c->val != NULL;
    return (struct table_layout){
        .columns = {
            [RULE] = {"rule", 0, 8, false, true},
            [ERROR] = {error_head(c), 1, 12, true, true},
            [R2] = {"r2", 1, 7, true, is_of_numbers(c) && c->test},
            [ANGLES] = {"angle per block (deg)", 2, larger(24, widest_angles(c)), false, true},
            [SPEED] = {"samples/s", 1, 12, true, true},
            [INIT] = {"init", 2, 7, false, true},
            [RATE] = {"lr", 1, has_val ? larger(8, widest_rate(c)) : 0, false, true},
            [VAL] = {is_of_numbers(c) ? "val rmse" : "val error", 1, 12, true, has_val},
            [BEST] = {best_head(c), 2, 0, false, has_val},
        }};
}

static struct table_layout narrow_layout(const struct comparison *c)
{
    struct table_layout l = wide_layout(c);
    static const struct {
        const char *head;
        int gap, width;
    } narrow[N_COLUMNS] = {
        [RULE] = {"rule", 0, 7},     [ERROR] = {NULL, 1, 0}, [R2] = {NULL, 1, 6},
        [ANGLES] = {"angles", 2, 0}, [SPEED] = {NULL, 1, 9}, [INIT] = {NULL, 2, 6},
        [RATE] = {NULL, 1, 0},       [VAL] = {NULL, 1, 10},  [BEST] = {"best epoch", 2, 0}};
    for (int i = 0; i < N_COLUMNS; i++) {
        l.columns[i].head = narrow[i].head ? narrow[i].head : l.columns[i].head;
        l.columns[i].gap = narrow[i].gap;
        l.columns[i].width = narrow[i].width;
    }
    l.columns[ERROR].width = larger((int)strlen("diverged"), (int)strlen(error_head(c)));
    l.columns[ANGLES].width = larger((int)strlen("angles"), widest_angles(c));
    l.columns[BEST].width = best_width(c);
    l.columns[RATE].width = widest_rate(c);
    return l;
}

static int width_of(const struct table_layout *l)
{
    int sum = 0;
    for (int i = 0; i < N_COLUMNS; i++)
        if (l->columns[i].is_shown)
            sum += l->columns[i].gap + larger(l->columns[i].width, (int)strlen(l->columns[i].head));
    return sum;
}

/* Omits the angles of the first hidden blocks as long as the table is too wide; this comes before whole
   columns are omitted. */
static void shorten_angles(struct table_layout *l)
{
    const int excess = width_of(l) - l->room, width = l->columns[ANGLES].width;
    if (excess > 0 && width > LEAST_ANGLES)
        l->columns[ANGLES].width = larger(LEAST_ANGLES, width - excess);
}

static struct table_layout layout_for(const struct comparison *c)
{
    static const enum column_name leave[] = {INIT, RATE, VAL, SPEED, R2, BEST, ANGLES};
    const int room = terminal_columns(stdout);
    struct table_layout l = wide_layout(c);
    if (room == 0 || width_of(&l) + (c->val ? best_width(c) : widest_rate(c)) <= room)
        return l;
    l = narrow_layout(c);
    l.room = room;
    shorten_angles(&l);
    for (size_t i = 0; i < sizeof leave / sizeof *leave && width_of(&l) > room; i++)
        l.columns[leave[i]].is_shown = false;
    return l;
}

/* Prints one line. Its format is computed for each line, because the terminal may have been made wider. */
static void print_line(const struct table_layout *l, char cells[N_COLUMNS][CELL_ROOM])
{
    char line[N_COLUMNS * CELL_ROOM] = "";
    for (int i = 0; i < N_COLUMNS; i++) {
        const struct table_column *column = &l->columns[i];
        const int width = column->is_number ? column->width : -column->width;
        const size_t used = strlen(line);
        if (column->is_shown)
            snprintf(line + used, sizeof line - used, "%*s%*s", column->gap, "", width, cells[i]);
    }
    size_t n = strlen(line);
    while (n > 0 && line[n - 1] == ' ')
        n--;
    if (l->room > 0 && n > (size_t)l->room)
        n = (size_t)l->room;
    printf("%.*s\n", (int)n, line);
    progress_flush();
}

static void note_left_out(const struct comparison *c, const struct table_layout *l)
{
    const struct table_layout all = wide_layout(c);
    char text[256] = "";
    for (int i = 0; i < N_COLUMNS; i++)
        if (all.columns[i].is_shown && !l->columns[i].is_shown)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", text[0] ? ", " : "",
                     all.columns[i].head);
    if (text[0])
        note(c->s, "%-11s%d columns are too few for: %s; --json has all", "terminal", l->room, text);
}

void table_head(const struct comparison *c)
{
    char cells[N_COLUMNS][CELL_ROOM];
    const struct table_layout l = layout_for(c);
    note_left_out(c, &l);
    for (int i = 0; i < N_COLUMNS; i++)
        snprintf(cells[i], CELL_ROOM, "%s", l.columns[i].head);
    print_line(&l, cells);
}

/* Writes "15.29 %" for classes; for regression targets the rmse, or the loss if the rmse is not measured; "-"
   if there is no score. */
static void format_score(const bl_score *score, char *out, size_t room)
{
    if (!isnan(score->error))
        snprintf(out, room, "%.2f %%", 100.0 * score->error);
    else if (!isnan(score->rmse))
        snprintf(out, room, "%.4g", score->rmse);
    else if (!isnan(score->loss))
        snprintf(out, room, "%.4g", score->loss);
    else
        snprintf(out, room, "-");
}

/* Keeps as many angles as fit into the width, with ".." in place of the others. */
static void cut_angles(char *text, int width)
{
    const size_t most = (size_t)width;
    if (width == 0 || strlen(text) <= most)
        return;
    size_t end = most - 2;
    while (end > 0 && text[end - 1] != ' ')
        end--;
    snprintf(text + end, 3, "..");
}

static void fill_error(const struct row *row, char *out)
{
    if (row_has_figures(row))
        format_score(&row->last, out, CELL_ROOM);
    else
        snprintf(out, CELL_ROOM, "%s",
                 row->state == ROW_DIVERGED ? "diverged"
                 : row->state == ROW_FAILED ? "failed"
                                            : "stopped");
}

static void fill_figures(const struct comparison *c, const struct table_layout *l, const struct row *row,
                         char cells[N_COLUMNS][CELL_ROOM])
{
    char best[64], test[64];
    snprintf(cells[R2], CELL_ROOM, "%.3f", row->last.r2);
    snprintf(cells[ANGLES], CELL_ROOM, "%s", row->angles);
    cut_angles(cells[ANGLES], l->columns[ANGLES].width);
    if (isfinite(row->speed)) /* a run without a finished epoch has no speed */
        snprintf(cells[SPEED], CELL_ROOM, "%s%.0f", row_was_slowed(row) ? "~" : "", row->speed);
    else
        snprintf(cells[SPEED], CELL_ROOM, "-");
    if (c->val)
        format_score(&row->val, cells[VAL], CELL_ROOM);
    format_score(&row->best_val, best, sizeof best);
    format_score(&row->best_test, test, sizeof test);
    if (c->val && row->best_epoch > 0)
        snprintf(cells[BEST], CELL_ROOM, "%d: %s%s%s", row->best_epoch, best, c->test ? ", " : "",
                 c->test ? test : "");
}

void table_row(const struct comparison *c, const struct row *row)
{
    char cells[N_COLUMNS][CELL_ROOM];
    const struct table_layout l = layout_for(c);
    for (int i = 0; i < N_COLUMNS; i++)
        snprintf(cells[i], CELL_ROOM, "-");
    snprintf(cells[RULE], CELL_ROOM, "%s%s", row->rule, row->state == ROW_STOPPED ? "*" : "");
    fill_error(row, cells[ERROR]);
    snprintf(cells[INIT], CELL_ROOM, "%s", row->init);
    snprintf(cells[RATE], CELL_ROOM, "%s", row->lr);
    if (row_has_figures(row))
        fill_figures(c, &l, row, cells);
    print_line(&l, cells);
}
