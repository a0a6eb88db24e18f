/*
 * data_info_json.c - prints the contents of a data set as one JSON object.
 */
#include "data_info.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Returns a text as JSON; null for a name in a file that is not UTF-8, because JSON must be. */
static json_t *text(const char *words)
{
    json_t *string = words ? json_string(words) : NULL;
    return string ? string : json_null();
}

static json_t *number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *class_json(const struct data_info *info, int k)
{
    json_t *out = json_object();
    json_object_set_new(out, "name", text(bl_data_class_name(info->parts[PART_TRAIN], k)));
    for (int i = 0; i < N_PARTS; i++)
        if (info->parts[i])
            json_object_set_new(out, info->part_names[i], json_integer((json_int_t)info->class_counts[i][k]));
    return out;
}

static json_t *classes_json(const struct data_info *info)
{
    json_t *list = info->classes > 0 ? json_array() : json_null();
    for (int k = 0; k < info->classes; k++)
        json_array_append_new(list, class_json(info, k));
    return list;
}

static void set_range(json_t *to, const struct value_range *range)
{
    json_object_set_new(to, "min", number(range->least));
    json_object_set_new(to, "mean", number(range->mean));
    json_object_set_new(to, "max", number(range->most));
}

static json_t *columns_json(const struct data_info *info)
{
    json_t *list = info->figures.n_columns > 0 ? json_array() : json_null();
    for (size_t j = 0; j < info->figures.n_columns; j++) {
        json_t *column = json_object();
        json_object_set_new(column, "name", text(bl_data_column_name(info->parts[PART_TRAIN], j)));
        set_range(column, &info->figures.columns[j]);
        json_array_append_new(list, column);
    }
    return list;
}

static json_t *missing_json(const bl_data *data)
{
    json_t *list = json_array(), *out = json_object();
    bl_missing missing = {.size = sizeof missing};
    size_t sum = 0;
    for (int i = 0; bl_data_missing(data, i, &missing); i++) {
        json_t *column = json_object();
        json_object_set_new(column, "name", text(missing.column));
        json_object_set_new(column, "place", json_integer((json_int_t)missing.place));
        json_object_set_new(column, "values", json_integer((json_int_t)missing.count));
        json_array_append_new(list, column);
        sum += missing.count;
    }
    json_object_set_new(out, "values", json_integer((json_int_t)sum));
    json_object_set_new(out, "columns", list);
    return out;
}

static json_t *notes_json(const bl_data *data)
{
    json_t *list = json_array();
    for (int i = 0; bl_data_note(data, i); i++)
        json_array_append_new(list, text(bl_data_note(data, i)));
    return list;
}

/* Prints a number of jansson's output again, with the fewest digits that read back as the same number.
   Returns where it ends. */
static const char *print_number(const char *at)
{
    char *end = NULL, out[32];
    const double x = strtod(at, &end);
    const size_t n = (size_t)(end - at);
    if (!memchr(at, '.', n) && !memchr(at, 'e', n)) { /* an integer */
        printf("%.*s", (int)n, at);
        return end;
    }
    for (int digits = fabs(x) < 1e15 && x == floor(x) ? 15 : 1; digits <= 17; digits++) {
        snprintf(out, sizeof out, "%.*g", digits, x);
        if (strtod(out, NULL) == x)
            break;
    }
    printf("%s%s", out, strpbrk(out, ".e") ? "" : ".0");
    return end;
}

static const char *print_string(const char *at)
{
    size_t n = 1;
    while (at[n] && at[n] != '"')
        n += at[n] == '\\' && at[n + 1] ? 2 : 1;
    n += at[n] == '"';
    printf("%.*s", (int)n, at);
    return at + n;
}

/* Prints an object with short numbers. jansson has one number of digits for all reals: with 15 some doubles
   become equal, with 17 the number 0.1 is unreadable. */
static void print_shortest(const json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(17));
    for (const char *at = text; at && *at;) {
        if (*at == '"')
            at = print_string(at);
        else if (*at == '-' || (*at >= '0' && *at <= '9'))
            at = print_number(at);
        else
            putchar(*at++);
    }
    free(text);
}

void data_info_print_json(const struct data_info *info)
{
    const bl_data *train = info->parts[PART_TRAIN];
    const bl_shape shape = bl_data_shape(train);
    json_t *out = json_object(), *values = json_object();
    json_object_set_new(out, "data", text(info->name));
    json_object_set_new(out, "source", text(bl_data_source(train)));
    for (int i = 0; i < N_PARTS; i++)
        json_object_set_new(out, info->part_names[i],
                            json_integer(info->parts[i] ? (json_int_t)bl_data_count(info->parts[i]) : 0));
    json_object_set_new(out, "shape", json_pack("[i, i, i]", shape.channels, shape.rows, shape.cols));
    json_object_set_new(out, "outputs", json_integer(bl_data_outputs(train)));
    set_range(values, &info->figures.all);
    json_object_set_new(out, "values", values);
    json_object_set_new(out, "classes", classes_json(info));
    json_object_set_new(out, "columns", columns_json(info));
    json_object_set_new(out, "missing", missing_json(train));
    json_object_set_new(out, "notes", notes_json(train));
    print_shortest(out);
    putchar('\n');
    json_decref(out);
}
