/*
 * class_names.c - finds the class of a set to which a label of another file refers.
 */
#include "data_internal.h"

#include <math.h>
#include <string.h>

bl_status data_check_labels(bl_context *ctx, const int32_t *labels, size_t n, int outputs)
{
    for (size_t i = 0; labels && i < n; i++)
        if (labels[i] < 0 || labels[i] >= outputs)
            BL_FAIL(ctx, BL_BAD_VALUE, "label %ld in row %zu (from 0), expected 0 to %d", (long)labels[i], i,
                    outputs - 1);
    return BL_OK;
}

static int class_of_name(const bl_data *schema, struct slice text)
{
    for (int k = 0; k < schema->outputs; k++)
        if (slice_is(text, schema->class_names[k]))
            return k;
    return -1;
}

static int class_in_range(const bl_data *schema, double value)
{
    return value >= 0.0 && value < schema->outputs && value == floor(value) ? (int)value : -1;
}

int class_of_number(const bl_data *schema, double value)
{
    char number[32] = "";
    if (!(fabs(value) <= 0x1p31) || value != floor(value))
        return -1;
    if (!schema->class_names || schema->class_match == CLASS_BY_NUMBER)
        return class_in_range(schema, value);
    text_append(number, sizeof number, "%.0f", value + 0.0); /* adding 0 turns -0 into 0 */
    return class_of_name(schema, slice_of(number));
}

int class_of_text(const bl_data *schema, const char *text, size_t n)
{
    const struct slice label = {text, n};
    const int by_name = schema->class_names ? class_of_name(schema, label) : -1;
    double value = 0.0;
    if (by_name >= 0 || schema->class_match == CLASS_BY_TEXT || !text_to_double(label, &value))
        return by_name;
    return class_of_number(schema, value);
}

struct classes_shown classes_shown(const bl_data *schema)
{
    struct classes_shown out = {" ("};
    const size_t room = sizeof out.text - sizeof ", ...)";
    int k = 0;
    for (; k < schema->outputs; k++) {
        char name[80] = "";
        const char *known = schema->class_names ? schema->class_names[k] : NULL;
        if (known)
            text_append(name, sizeof name, "\"%s\"", text_shown(known, strlen(known)).text);
        else
            text_append(name, sizeof name, "%d", k);
        if (strlen(out.text) + strlen(name) + 2 > room)
            break;
        text_append(out.text, sizeof out.text, "%s%s", k ? ", " : "", name);
    }
    text_append(out.text, sizeof out.text, "%s)", k < schema->outputs ? ", ..." : "");
    return out;
}
