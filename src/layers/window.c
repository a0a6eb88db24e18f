/*
 * window.c - parsing and shape arithmetic of windows (convolution, pooling).
 */
#include "layer_table.h"

static bool read_side(struct slice text, int *out)
{
    size_t side = 0;
    const bool is_right = text_to_size(text, &side) && side >= 1 && side <= 1024;
    *out = (int)side;
    return is_right;
}

/* Parses the sides of a window: "5" or "5x3". */
static bool read_sides(struct window *window, struct slice word)
{
    struct slice rows = {0};
    slice_next(&word, 'x', &rows);
    if (!word.at)
        return read_side(rows, &window->rows) && read_side(rows, &window->cols);
    return read_side(rows, &window->rows) && read_side(word, &window->cols);
}

static bool read_option(struct window *window, struct slice key, struct slice value)
{
    size_t number = 0;
    if (!text_to_size(value, &number) || number > 1024)
        return false;
    if (slice_is(key, "stride") && number >= 1)
        window->stride = (int)number;
    else if (slice_is(key, "pad"))
        window->pad = (int)number;
    else
        return false;
    return true;
}

bl_status window_parse(bl_context *ctx, struct window *out, struct slice text, const char *usage)
{
    struct slice rest = text, key, value;
    bool is_right = slice_word(&rest, &value) && read_sides(out, value);
    while (is_right && slice_word(&rest, &key))
        is_right = slice_word(&rest, &value) && read_option(out, key, value);
    if (!is_right)
        BL_FAIL(ctx, BL_BAD_VALUE, "expected \"%s\"", usage);
    return BL_OK;
}

bl_status window_fit(bl_context *ctx, const struct window *window, bl_shape in, bl_shape *out)
{
    const int rows = in.rows + 2 * window->pad - window->rows,
              cols = in.cols + 2 * window->pad - window->cols;
    if (rows < 0 || cols < 0)
        BL_FAIL(ctx, BL_BAD_VALUE, "its window of %d x %d is larger than the map of %d x %d%s", window->rows,
                window->cols, in.rows, in.cols, window->pad ? " with its padding" : "");
    if (window->pad >= window->rows || window->pad >= window->cols)
        BL_FAIL(ctx, BL_BAD_VALUE, "with a padding of %d some windows of %d x %d contain nothing of the map",
                window->pad, window->rows, window->cols);
    *out = (bl_shape){in.channels, rows / window->stride + 1, cols / window->stride + 1};
    return BL_OK;
}
