/*
 * reproduction_targets.c - the table of targets, and their cells by name.
 */
#include "reproduction.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

const struct target *target_at(int i)
{
    static const struct target *const table[] = {&target_nokland2016, &target_lillicrap2016,
                                                 &target_biotorch2021};
    return i >= 0 && i < (int)(sizeof table / sizeof *table) ? table[i] : NULL;
}

const struct target *target_find(const char *name)
{
    for (int i = 0; target_at(i); i++)
        if (strcmp(target_at(i)->name, name) == 0)
            return target_at(i);
    return NULL;
}

static bool is_named(const char *wanted, const char *name)
{
    return !wanted || strcasecmp(wanted, name) == 0;
}

bool cell_at(const struct target *target, const char *table, const char *row, const char *rule, int i,
             struct cell *out)
{
    for (size_t r = 0; r < target->n_rows; r++) {
        const struct target_row *at = &target->rows[r];
        if (!is_named(table, at->table) || !is_named(row, at->name))
            continue;
        for (int k = 0; k < MAX_CELLS && at->cells[k].kind != PUBLISHED_NOTHING; k++)
            if (is_named(rule, at->cells[k].rule) && i-- == 0) {
                *out = (struct cell){target, at, &at->cells[k]};
                return true;
            }
    }
    return false;
}

bool cell_begins_with(const struct cell *cell, struct cell *out)
{
    const char *row = cell->row->begins_with;
    return row && cell_at(cell->target, cell->row->table, row, NULL, 0, out);
}

const char *cell_error_name(const struct cell *cell)
{
    return cell->row->data->loss_of_zero ? "normalised test error" : "test error";
}

bool cell_lacks_rule(const struct cell *cell)
{
    for (int i = 0; bl_rule_name(i); i++)
        if (strcmp(bl_rule_name(i), cell->published->rule) == 0)
            return false;
    return true;
}

void cell_text(const struct cell *cell, char out[NAME_ROOM])
{
    const bool is_number = isdigit((unsigned char)cell->row->table[0]);
    snprintf(out, NAME_ROOM, "%s%s, %s, %s", is_number ? "table " : "", cell->row->table, cell->row->name,
             cell->published->rule);
}

void cell_file_name(const struct cell *cell, unsigned long long seed, int epochs, char out[NAME_ROOM])
{
    int n = snprintf(out, NAME_ROOM, "%s-%s-%s-%s-%llu", cell->target->name, cell->row->table,
                     cell->row->name, cell->published->rule, seed);
    if (epochs > 0)
        snprintf(out + n, NAME_ROOM - (size_t)n, "-epochs%d", epochs);
    for (char *at = out; *at; at++)
        if (*at == ' ')
            *at = '_';
}
