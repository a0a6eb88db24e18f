/*
 * data_samples.c - prints a few examples of a data set: pictures side by side, rows of a table as their
 * values.
 */
#include "../terminal/shown_text.h"
#include "data_info.h"
#include "draw_pictures.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST_SAMPLES = 3, MOST_DIGITS = 10, USUAL_SAMPLES = 5, CAPTION_ROOM = 128, CAPTION_COLUMNS = 20 };

struct samples {
    const bl_data *data;
    struct terminal terminal;
    size_t n, *rows; /* the examples' numbers */
    size_t features;
    double *x; /* the values of `side_by_side` examples */
    struct drawn_picture *pictures;
    char (*captions)[CAPTION_ROOM];
    size_t side_by_side;
};

/* Writes the name of an example's class, or its number; without a class the example's id, or its number in
   the set. */
static void name_sample(const bl_data *data, size_t row, char *out)
{
    const int32_t *labels = bl_data_labels(data);
    const char *name = labels ? bl_data_class_name(data, labels[row]) : bl_data_id(data, row);
    if (name)
        snprintf(out, CAPTION_ROOM, "%s", name);
    else if (labels)
        snprintf(out, CAPTION_ROOM, "%d", (int)labels[row]);
    else
        snprintf(out, CAPTION_ROOM, "example %zu", row);
}

static bl_status read_sample(const struct samples *s, size_t sample, size_t place)
{
    name_sample(s->data, s->rows[sample], s->captions[place]);
    return bl_data_raw_rows(s->data, s->rows[sample], 1, s->x + place * s->features);
}

/* ---- Pictures */

static bl_status draw_row(const struct samples *s, const struct drawing *drawing, size_t first)
{
    size_t n = 0;
    for (; n < s->side_by_side && first + n < s->n; n++) {
        const bl_status status = read_sample(s, first + n, n);
        if (status != BL_OK)
            return status;
        s->pictures[n] = (struct drawn_picture){s->x + n * s->features, s->captions[n]};
    }
    putchar('\n');
    draw_pictures(&s->terminal, drawing, s->pictures, (int)n);
    return BL_OK;
}

static bl_status draw_all(const struct samples *s, const struct value_range *range)
{
    const bl_shape shape = bl_data_shape(s->data);
    const struct drawing drawing = {shape, range->least, range->most,
                                    drawing_columns(&s->terminal, shape, (int)s->side_by_side)};
    bl_status status = BL_OK;
    for (size_t first = 0; status == BL_OK && first < s->n; first += s->side_by_side)
        status = draw_row(s, &drawing, first);
    return status;
}

/* ---- Rows of a table */

static void print_values(const struct samples *s)
{
    const struct shown_text caption = shown_text(s->captions[0], CAPTION_COLUMNS);
    int used = 2 + CAPTION_COLUMNS;
    printf("  %s", caption.text);
    pad_to(&caption, CAPTION_COLUMNS);
    for (size_t j = 0; j < s->features; j++) {
        const struct shown_text value = shown_number(s->x[j], MOST_DIGITS);
        const int n = value.columns;
        if (used + 1 + n > s->terminal.columns - 4) {
            fputs(" ...", stdout);
            break;
        }
        printf(" %s", value.text);
        used += 1 + n;
    }
    putchar('\n');
}

static bl_status print_rows(const struct samples *s)
{
    printf("\n  %-*s values\n", CAPTION_COLUMNS, "example");
    for (size_t i = 0; i < s->n; i++) {
        const bl_status status = read_sample(s, i, 0);
        if (status != BL_OK)
            return status;
        print_values(s);
    }
    return BL_OK;
}

/* ---- Both */

/* Returns how many pictures fit side by side: at least three, which are made smaller if necessary. */
static size_t room_for(const struct samples *s, bl_shape shape)
{
    const int fit = drawing_fit(&s->terminal, shape);
    return shape.rows == 1 ? 1 : fit > LEAST_SAMPLES ? (size_t)fit : LEAST_SAMPLES;
}

static bl_status pick(struct samples *s, bl_shape shape, size_t wanted)
{
    const size_t room = room_for(s, shape);
    if (wanted == 0)
        wanted = shape.rows == 1 || room > USUAL_SAMPLES ? USUAL_SAMPLES : room;
    s->rows = malloc(wanted * sizeof *s->rows);
    if (!s->rows)
        return BL_NO_MEMORY;
    s->n = data_pick_rows(s->data, wanted, s->rows);
    s->side_by_side = s->n > 0 && s->n < room ? s->n : room;
    s->x = malloc(s->side_by_side * s->features * sizeof *s->x);
    s->pictures = malloc(s->side_by_side * sizeof *s->pictures);
    s->captions = malloc(s->side_by_side * sizeof *s->captions);
    return s->x && s->pictures && s->captions ? BL_OK : BL_NO_MEMORY;
}

bl_status data_info_print_samples(const struct data_info *info, size_t n)
{
    const bl_shape shape = bl_data_shape(info->parts[PART_TRAIN]);
    struct samples s = {.data = info->parts[PART_TRAIN],
                        .terminal = terminal_of_stdout(),
                        .features = (size_t)shape.channels * (size_t)shape.rows * (size_t)shape.cols};
    bl_status status = pick(&s, shape, n);
    if (status == BL_OK)
        status = shape.rows == 1 ? print_rows(&s) : draw_all(&s, &info->figures.all);
    free(s.rows);
    free(s.x);
    free(s.pictures);
    free(s.captions);
    return status;
}
