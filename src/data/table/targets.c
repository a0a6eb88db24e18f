/*
 * targets.c - converts the texts of a label column to regression targets.
 */
#include "classes.h"

#include "../../base/mem.h"

#include <math.h>

static bool to_target(const struct label_text *label, double *out)
{
    return text_to_double(label->field.text, out);
}

bool targets_are_numbers(const struct label_text *texts, size_t n)
{
    double target = 0.0;
    for (size_t i = 0; i < n; i++)
        if (!to_target(&texts[i], &target))
            return false;
    return true;
}

bool targets_are_fractions(const struct label_text *texts, size_t n)
{
    size_t fractions = 0;
    for (size_t i = 0; i < n; i++) {
        double value = 0.0;
        (void)text_to_double(texts[i].field.text, &value);
        fractions += value != floor(value);
    }
    return 2 * fractions >= n && targets_are_numbers(texts, n);
}

bl_status targets_number(bl_data *data, const struct reading *r, const struct label_text *texts,
                         const char *column)
{
    double *targets = NULL;
    BL_TRY(MEM_ARRAY(r->ctx, &targets, data->n, "targets"));
    data->targets = targets;
    data->outputs = 1;
    for (size_t i = 0; i < data->n; i++) {
        const struct slice text = texts[i].field.text;
        if (label_is_missing(slice_trim(text)))
            return labels_refuse_missing(r, texts, data->n, &texts[i],
                                         &(struct label_column){column, "line", false});
        if (r->schema && !to_target(&texts[i], &targets[i]))
            BL_FAIL(r->ctx, BL_BAD_DATA,
                    "%s: line %zu, %s: \"%s\" is not a number, but those of the training set are", r->path,
                    texts[i].line, column, text_shown(text.at, text.n).text);
        if (!to_target(&texts[i], &targets[i]))
            BL_FAIL(r->ctx, BL_BAD_DATA,
                    "%s: line %zu, %s: \"%s\" is not a number; the option target says that this column holds "
                    "regression targets, and class that it holds classes",
                    r->path, texts[i].line, column, text_shown(text.at, text.n).text);
    }
    return BL_OK;
}
