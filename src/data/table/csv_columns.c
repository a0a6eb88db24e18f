/*
 * csv_columns.c - the names of a table's columns in messages.
 */
#include "csv_dialect.h"

#include "../../base/nearest.h"

#include <string.h>

struct csv_column_text csv_column(const struct csv_dialect *layout, size_t column)
{
    struct csv_column_text out = {""};
    if (layout->names)
        text_append(out.text, sizeof out.text, "column \"%s\"",
                    text_shown(layout->names[column], strlen(layout->names[column])).text);
    else
        text_append(out.text, sizeof out.text, "column %zu (from 0)", column);
    return out;
}

const char *csv_nearest_name(const struct csv_dialect *layout, struct slice text)
{
    struct nearest search;
    nearest_begin(&search, text);
    for (size_t c = 0; layout->names && c < layout->columns; c++)
        nearest_offer(&search, slice_of(layout->names[c]), layout->names[c]);
    return search.found;
}
