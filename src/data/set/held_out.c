/*
 * held_out.c - notes about words, missing values and classes of a table that only held-out rows have.
 *
 * The encoding and the classes are those of the whole file. In a file of its own, such a row would be refused.
 */
#include "held_out.h"

#include "../../base/mem.h"
#include "data_internal.h"

#include <string.h>

static bl_status note_words_held_out(bl_data *train, const bool *is_mark)
{
    size_t n = 0, first = 0;
    for (size_t j = 0; j < train->features; j++) {
        bool is_there = !is_mark[j];
        for (size_t i = 0; i < train->n && !is_there; i++)
            is_there = train->doubles[i * train->features + j] != 0.0;
        if (!is_there && n++ == 0)
            first = j;
    }
    return n == 0
               ? BL_OK
               : data_add_note(train,
                               "%zu word%s or missing value%s occur%s only in rows that are held out: %s%s",
                               n, text_plural(n), text_plural(n), n == 1 ? "s" : "",
                               scaling_column(train, "feature", first).text, n > 1 ? ", ..." : "");
}

static bl_status note_classes_held_out(bl_data *train)
{
    bool *is_there = NULL;
    bl_status status = BL_OK;
    BL_TRY(MEM_ARRAY(train->ctx, &is_there, (size_t)train->outputs, "classes"));
    for (size_t i = 0; i < train->n; i++)
        is_there[train->labels[i]] = true;
    for (int k = 0; k < train->outputs && status == BL_OK; k++) {
        const char *name = train->class_names ? train->class_names[k] : "";
        if (!is_there[k])
            status = data_add_note(train, "class %d%s%s%s occurs only in rows that are held out", k,
                                   *name ? " (" : "", text_shown(name, strlen(name)).text, *name ? ")" : "");
    }
    mem_free(train->ctx, is_there);
    return status;
}

bl_status held_out_note(bl_data *train)
{
    bool *is_mark = NULL;
    if (!train->encoding)
        return BL_OK;
    if (train->labels)
        BL_TRY(note_classes_held_out(train));
    if (!train->doubles)
        return BL_OK;
    BL_TRY(MEM_ARRAY(train->ctx, &is_mark, train->features, "features"));
    encoding_marks(train->encoding, is_mark);
    const bl_status status = note_words_held_out(train, is_mark);
    mem_free(train->ctx, is_mark);
    return status;
}
