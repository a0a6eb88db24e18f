/*
 * conv.c - two-dimensional convolution: y[c] = b[c] + sum over input channels i and window positions k of
 * W[c, i, k] (x[i] shifted by k).
 *
 * W: channels x (input channels x rows x cols of the window), b: channels, none with "nobias". A place is a
 * position of the window on the image. All three products read their image through lists of offsets (struct
 * gather): the image is copied onto a canvas with zeros around it, and the window at every place has the same
 * offsets from that place's corner.
 *
 *     product    rows of the product     terms of each sum                reads
 *     forward    places                  weights of a channel             a canvas with the image
 *     gradient   weights of a channel    places                           canvases with some images
 *     pull       places of the input     weights, rotated by 180 degrees  a canvas with delta, `stride` apart
 *
 * Sums over weights are in the order row of the window, channel, column; sums over places in the order row,
 * image, column. So the terms that would only multiply the zeros above or below an image are one contiguous
 * piece at either end of the list, and are left out.
 *
 * In bf16 the operands are pairs of bfloat16 (backend.h) along the dimension that is summed over, packed as
 * in float32:
 *
 *     forward, pull    pairs of channels: a canvas has half as many channels, each float holds two numbers
 *     gradient         pairs of examples: two images share a canvas
 *
 * An odd number of channels or examples is padded with zeros, so an image of one channel, or a batch of one
 * example, gains nothing there. Biases and their gradient stay in float32.
 *
 * Multiply-accumulates per example: channels x weights of a channel x places.
 */
#include "layer_table.h"
#include "panels.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* The number of terms of a gradient that are summed at a time, so that they and their panel stay in the
   second-level cache. */
enum { MOST_TERMS = 1024 };

static bl_status conv_parse(bl_context *ctx, struct layer *layer, struct slice arguments)
{
    struct slice rest, word = {"", 0};
    size_t channels = 0;
    layer->window = (struct window){.stride = 1};
    layer_parse_bias(layer, &arguments);
    rest = arguments;
    if (!slice_word(&rest, &word) || !text_to_size(word, &channels) || channels == 0 || channels > 1u << 20)
        BL_FAIL(ctx, BL_BAD_VALUE, "expected \"%s\" with 1 to 1048576 channels", layer->ops->usage);
    BL_TRY(window_parse(ctx, &layer->window, rest, layer->ops->usage));
    layer->channels = (int)channels;
    const struct window *w = &layer->window;
    snprintf(layer->text, sizeof layer->text, "conv %zu %dx%d", channels, w->rows, w->cols);
    if (w->stride != 1)
        text_append(layer->text, sizeof layer->text, " stride %d", w->stride);
    if (w->pad != 0)
        text_append(layer->text, sizeof layer->text, " pad %d", w->pad);
    if (!layer->has_bias)
        text_append(layer->text, sizeof layer->text, " nobias");
    return BL_OK;
}

static size_t places(const struct layer *layer)
{
    return (size_t)layer->out.rows * (size_t)layer->out.cols;
}

static size_t map_size(const struct layer *layer)
{
    return (size_t)layer->in.rows * (size_t)layer->in.cols;
}

static size_t window_size(const struct layer *layer)
{
    return (size_t)layer->window.rows * (size_t)layer->window.cols;
}

/* Checks that offsets on the canvas of a delta and on the canvases of the images of one gradient fit 32
   bits. */
static bl_status check_canvases(bl_context *ctx, const struct layer *layer)
{
    const struct window *w = &layer->window;
    const double input = (double)layer->in.channels * ((double)layer->in.rows + 2.0 * w->pad) *
                         ((double)layer->in.cols + 2.0 * w->pad);
    const double delta =
        (double)layer->channels * ((double)layer->in.rows + w->rows) * ((double)layer->in.cols + w->cols);
    if (input > (double)(INT_MAX / MOST_TERMS) * (double)larger(places(layer), 1) ||
        input > (double)INT_MAX || delta > (double)INT_MAX)
        BL_FAIL(ctx, BL_BAD_VALUE, "images of %d x %d with %d channels are too large for windows of %d x %d",
                layer->in.rows, layer->in.cols, layer->in.channels, w->rows, w->cols);
    return BL_OK;
}

static bl_status conv_fit(bl_context *ctx, struct layer *layer)
{
    const int channels = layer->channels;
    if (layer->in.rows == 1 && layer->in.cols > 1 && layer->in.channels == 1)
        BL_FAIL(ctx, BL_BAD_VALUE,
                "a convolution needs an image, but its input is a vector: the output of a dense layer or of "
                "flatten, or the columns of a table, which --shape CHANNELSxROWSxCOLS makes an image");
    BL_TRY(window_fit(ctx, &layer->window, layer->in, &layer->out));
    layer->out.channels = channels;
    layer->weight_rows = (size_t)channels;
    layer->fan_out = (size_t)channels * window_size(layer);
    layer->weight_cols = (size_t)layer->in.channels * window_size(layer);
    if ((double)layer->weight_cols * (double)channels > (double)(SIZE_MAX / 64) ||
        (double)channels * (double)places(layer) > (double)INT_MAX)
        BL_FAIL(ctx, BL_BAD_VALUE, "%d channels of %d x %d are too many numbers", channels, layer->out.rows,
                layer->out.cols);
    return check_canvases(ctx, layer);
}

/* ---- Canvases */

struct canvas {
    int channels, rows, cols;
};

static size_t canvas_size(struct canvas c)
{
    return (size_t)c.channels * (size_t)c.rows * (size_t)c.cols;
}

static struct canvas canvas_of_input(const struct layer *layer, int channels)
{
    const int pad = 2 * layer->window.pad;
    return (struct canvas){channels, layer->in.rows + pad, layer->in.cols + pad};
}

static struct canvas canvas_of_delta(const struct layer *layer, int channels)
{
    return (struct canvas){channels, layer->in.rows + layer->window.rows - 1,
                           layer->in.cols + layer->window.cols - 1};
}

static void wipe(struct canvas canvas, size_t n, float *to)
{
    memset(to, 0, n * canvas_size(canvas) * sizeof *to);
}

/* Copies the maps of one example onto a canvas, number (y, x) to (top + y step, left + x step). All other
   numbers of the canvas must already be 0: it was cleared, or holds another example at the same positions. */
static void draw(struct canvas canvas, const float *restrict from, bl_shape shape, int top, int left,
                 int step, float *to)
{
    for (int c = 0; c < shape.channels; c++, to += canvas.rows * canvas.cols)
        for (int y = 0; y < shape.rows; y++, from += shape.cols) {
            float *restrict row = to + (top + y * step) * canvas.cols + left;
            if (step == 1)
                for (int x = 0; x < shape.cols; x++)
                    row[x] = from[x];
            else
                for (int x = 0; x < shape.cols; x++)
                    row[x * step] = from[x];
        }
}

/* The offsets on a canvas of channels x rows x cols numbers that are `step` apart, in the order row, channel,
   column. */
static void list_offsets(struct canvas canvas, int channels, int rows, int cols, int step, int32_t *to)
{
    for (int y = 0; y < rows; y++)
        for (int c = 0; c < channels; c++)
            for (int x = 0; x < cols; x++)
                *to++ = (c * canvas.rows + y * step) * canvas.cols + x * step;
}

/* The rows first .. last - 1 of a window, or of the places. */
struct rows {
    int first, last;
};

static struct rows rows_within(int first, int last, int all)
{
    first = first < 0 ? 0 : first > all ? all : first;
    last = last > all ? all : last;
    return (struct rows){first, last < first ? first : last};
}

/* The rows of a window at canvas row `at` that overlap the canvas rows top .. top + height - 1. */
static struct rows rows_of_window(const struct window *w, int at, int top, int height)
{
    return rows_within(top - at, top + height - at, w->rows);
}

static int up(int a, int b) /* a / b, rounded up, or 0 */
{
    return a <= 0 ? 0 : (a + b - 1) / b;
}

/* The rows of places at which row ky of the window overlaps the image. */
static struct rows rows_of_places(const struct layer *layer, int ky)
{
    const struct window *w = &layer->window;
    return rows_within(up(w->pad - ky, w->stride), up(w->pad + layer->in.rows - ky, w->stride),
                       layer->out.rows);
}

/* ---- Pairs of bfloat16, for convolutions in that precision */

static bool takes_pairs(enum precision precision)
{
    return precision == PRECISION_BF16; /* PRECISION_BF16_DENSE is only for dense layers */
}

/* The number of terms of a sum over n numbers: pairs of them in bf16. */
static size_t terms_for(enum precision precision, size_t n)
{
    return takes_pairs(precision) ? (n + 1) / 2 : n;
}

/* x itself, or in bf16 the pairs of its rows, written to `room`: terms_for(rows) x cols floats. */
static struct matrix to_sum_rows(const struct worker *worker, struct matrix x, float *room)
{
    if (!takes_pairs(worker->precision))
        return x;
    worker->backend->pair_rows(x.x, x.stride, x.rows, x.cols, room);
    return matrix_of(room, terms_for(worker->precision, x.rows), x.cols);
}

/* The shape of an image whose channels are summed over: in bf16 two channels are one. */
static bl_shape to_sum_channels(const struct worker *worker, bl_shape image)
{
    image.channels = (int)terms_for(worker->precision, (size_t)image.channels);
    return image;
}

/* ---- Scratch: pieces of a worker's floats, each of which begins at a cache line */

/* Returns where the pieces begin. A matrix that the worker has packed there is overwritten. */
static float *begin_taking(struct worker *worker)
{
    worker->packed.x = NULL;
    return worker->floats;
}

static float *take_scratch(float **floats, size_t n)
{
    float *piece = *floats;
    *floats += panel_lines(n);
    return piece;
}

static int32_t *take_offsets(float **floats, size_t n)
{
    return (int32_t *)(void *)take_scratch(floats, n);
}

/* The number of canvases that a gradient reads at a time. Each holds an image, or in bf16 a pair of
   images. */
static size_t canvases(const struct layer *layer)
{
    return places(layer) < MOST_TERMS ? MOST_TERMS / places(layer) : 1;
}

static size_t turned_weights(const struct layer *layer)
{
    return layer->weight_rows * window_size(layer);
}

static size_t input_size(const struct layer *layer)
{
    return (size_t)layer->in.channels * map_size(layer);
}

/* In bf16 pieces have the same size as in float32, although pairs need only half of some, and there is
   additional memory for pairs that are not packed yet. */
static size_t conv_scratch(const struct layer *layer, size_t examples, enum precision precision)
{
    (void)examples;
    const bool pairs = takes_pairs(precision);
    const size_t weights = layer->weight_cols, turned = turned_weights(layer), n = canvases(layer);
    const size_t input = canvas_size(canvas_of_input(layer, layer->in.channels));
    const size_t delta = canvas_size(canvas_of_delta(layer, layer->out.channels));
    const size_t panel = panel_lines(n * places(layer) * GATHER_MOST_COLUMNS);
    const size_t forward = panel_lines(input) + 2 * panel_lines(weights * GATHER_MOST_COLUMNS) +
                           panel_lines(weights) + panel_lines(places(layer)) +
                           (pairs ? panel_lines(larger(weights, input_size(layer))) : 0);
    const size_t gradient = panel_lines(n * input) + panel + panel_lines(n * places(layer)) +
                            2 * panel_lines(weights) +
                            (pairs ? larger(panel, panel_lines(input_size(layer))) : 0);
    const size_t pull =
        panel_lines(delta) + 2 * panel_lines(turned * GATHER_MOST_COLUMNS) + panel_lines(turned) +
        panel_lines(map_size(layer)) +
        (pairs ? panel_lines(turned * GATHER_MOST_COLUMNS) + panel_lines(layer->weight_rows * places(layer))
               : 0);
    return larger(forward, larger(gradient, pull));
}

/* ---- The products */

/* Adds the biases. to: contiguous maps of `columns` channels. */
static void add_bias(const struct layer *layer, const float *b, size_t columns, float *to)
{
    const size_t area = places(layer);
    for (size_t c = 0; c < columns; c++, to += area) {
        const float bias = b[c];
        for (size_t i = 0; i < area; i++)
            to[i] += bias;
    }
}

/* Reorders weights from the order in which they are stored (channel, row, column) to the order of products
   (row, channel, column), or back. */
static void reorder(const struct window *window, size_t channels, const float *from, float *to, bool back)
{
    const size_t rows = (size_t)window->rows, cols = (size_t)window->cols;
    for (size_t c = 0; c < channels; c++)
        for (size_t y = 0; y < rows; y++) {
            const size_t kept = (c * rows + y) * cols, taken = (y * channels + c) * cols;
            for (size_t x = 0; x < cols; x++)
                to[(back ? kept : taken) + x] = from[(back ? taken : kept) + x];
        }
}

/* A product at all places of a canvas. */
struct sweep {
    const struct window *window;
    int rows, cols, stride;  /* of the output, whose numbers are the places */
    int top, height;         /* position and height of the image on the canvas */
    size_t row_terms, width; /* terms of a row of the window; floats of the panel for each term */
    struct gather g;         /* the product with all places and terms */
};

/* Computes the product. Rows of places at which the same rows of the window overlap the image are computed by
   one call of `gather`. */
static void sweep(const struct sweep *s, const struct worker *worker)
{
    for (int y = 0, end; y < s->rows; y = end) {
        const struct rows meets = rows_of_window(s->window, y * s->stride, s->top, s->height);
        for (end = y + 1; end < s->rows; end++) {
            const struct rows next = rows_of_window(s->window, end * s->stride, s->top, s->height);
            if (next.first != meets.first || next.last != meets.last)
                break;
        }
        const size_t before = (size_t)meets.first * s->row_terms, place = (size_t)y * (size_t)s->cols;
        struct gather g = s->g;
        g.m = (size_t)(end - y) * (size_t)s->cols;
        g.k = (size_t)(meets.last - meets.first) * s->row_terms;
        g.rows += place;
        g.c += place;
        g.terms += before;
        g.b += before * s->width;
        worker->backend->gather(&g);
    }
}

/* Packs the weights of `columns` channels from c on as a panel, in the order of products. */
static void pack_weights(const struct layer *layer, struct matrix M, size_t c, size_t columns, float *ordered,
                         float *room, float *panel, const struct worker *worker)
{
    const size_t channels = terms_for(worker->precision, (size_t)layer->in.channels);
    const size_t k = channels * window_size(layer);
    for (size_t i = 0; i < columns; i++) {
        const struct matrix kept =
            matrix_of(M.x + (c + i) * M.stride, (size_t)layer->in.channels, window_size(layer));
        reorder(&layer->window, channels, to_sum_rows(worker, kept, room).x, ordered + i * k, false);
    }
    worker->backend->panel(ordered, k, k, columns, panel);
}

/* Multiplies x by M at all places. b: the bias of each channel, or NULL. */
static void multiply(const struct layer *layer, struct matrix M, const float *b, struct matrix x,
                     struct matrix y, struct range range, struct worker *worker)
{
    const bl_shape in = to_sum_channels(worker, layer->in);
    const struct canvas canvas = canvas_of_input(layer, in.channels);
    const struct window *w = &layer->window;
    const size_t k = (size_t)in.channels * window_size(layer);
    const size_t size = panel_size(worker->backend, range_size(range));
    float *floats = begin_taking(worker), *image = take_scratch(&floats, canvas_size(canvas));
    float *panel = take_scratch(&floats, k * GATHER_MOST_COLUMNS),
          *ordered = take_scratch(&floats, k * GATHER_MOST_COLUMNS);
    int32_t *terms = take_offsets(&floats, k), *rows = take_offsets(&floats, places(layer));
    float *room = floats; /* for pairs */
    wipe(canvas, 1, image);
    list_offsets(canvas, in.channels, w->rows, w->cols, 1, terms);
    list_offsets(canvas, 1, layer->out.rows, layer->out.cols, w->stride, rows);
    for (size_t c = range.begin; c < range.end; c += size) {
        const size_t columns = range.end - c < size ? range.end - c : size;
        pack_weights(layer, M, c, columns, ordered, room, panel, worker);
        struct sweep s = {.window = w,
                          .rows = layer->out.rows,
                          .cols = layer->out.cols,
                          .stride = w->stride,
                          .top = w->pad,
                          .height = layer->in.rows,
                          .row_terms = (size_t)in.channels * (size_t)w->cols,
                          .width = worker->backend->panel_width(columns),
                          .g = {.n = columns,
                                .a = image,
                                .rows = rows,
                                .terms = terms,
                                .b = panel,
                                .ldc = places(layer),
                                .pairs = takes_pairs(worker->precision)}};
        for (size_t n = 0; n < x.rows; n++) {
            const struct matrix maps =
                matrix_of(matrix_row(&x, n), (size_t)layer->in.channels, map_size(layer));
            draw(canvas, to_sum_rows(worker, maps, room).x, in, w->pad, w->pad, 1, image);
            s.g.c = matrix_row(&y, n) + c * places(layer);
            sweep(&s, worker);
            if (b) /* while the maps are in the cache */
                add_bias(layer, b + c, columns, s.g.c);
        }
    }
}

static void conv_push(const struct layer *layer, struct matrix M, struct matrix x, struct matrix y,
                      struct range range, struct worker *worker)
{
    multiply(layer, M, NULL, x, y, range, worker);
}

static void conv_forward(const struct layer *layer, struct matrix x, struct matrix y, struct range range,
                         struct worker *worker)
{
    multiply(layer, layer->W, layer->b, x, y, range, worker);
}

/* The weights between `columns` input channels from i on and all outputs, each window rotated by 180 degrees:
   columns x (outputs x window). */
static void turn(const struct layer *layer, struct matrix M, size_t i, size_t columns, float *to)
{
    const size_t window = window_size(layer), cols = (size_t)layer->window.cols;
    for (size_t j = i; j < i + columns; j++)
        for (size_t w = 0; w < window; w += cols)
            for (size_t c = 0; c < M.rows; c++) {
                const float *from = matrix_row(&M, c) + j * window + window - 1 - w;
                for (size_t x = 0; x < cols; x++)
                    *to++ = *(from - x);
            }
}

/* As turn, in bf16 with pairs of outputs. */
static void turn_to_sum(const struct layer *layer, struct matrix M, size_t i, size_t columns, float *room,
                        float *to, const struct worker *worker)
{
    const size_t window = window_size(layer);
    const struct range range = {i * window, (i + columns) * window};
    turn(layer, to_sum_rows(worker, matrix_columns(M, range), room), 0, columns, to);
}

static void conv_pull(const struct layer *layer, struct matrix M, struct matrix delta, struct matrix signal,
                      struct range range, struct worker *worker)
{
    const bl_shape out = to_sum_channels(worker, layer->out);
    const struct canvas canvas = canvas_of_delta(layer, out.channels);
    const struct window *w = &layer->window;
    const size_t map = map_size(layer), k = (size_t)out.channels * window_size(layer), end = range.end / map;
    const size_t size = panel_size(worker->backend, range_size(range) / map);
    const int top = w->rows - 1 - w->pad, left = w->cols - 1 - w->pad;
    float *floats = begin_taking(worker), *drawn = take_scratch(&floats, canvas_size(canvas));
    float *turned = take_scratch(&floats, k * GATHER_MOST_COLUMNS),
          *panel = take_scratch(&floats, k * GATHER_MOST_COLUMNS);
    int32_t *terms = take_offsets(&floats, k), *rows = take_offsets(&floats, map);
    float *room = floats; /* for pairs */
    wipe(canvas, 1, drawn);
    list_offsets(canvas, out.channels, w->rows, w->cols, 1, terms);
    list_offsets(canvas, 1, layer->in.rows, layer->in.cols, 1, rows);
    for (size_t i = range.begin / map; i < end; i += size) {
        const size_t columns = end - i < size ? end - i : size;
        turn_to_sum(layer, M, i, columns, room, turned, worker);
        worker->backend->panel(turned, k, k, columns, panel);
        struct sweep s = {.window = w,
                          .rows = layer->in.rows,
                          .cols = layer->in.cols,
                          .stride = 1,
                          .top = top,
                          .height = (layer->out.rows - 1) * w->stride + 1,
                          .row_terms = (size_t)out.channels * (size_t)w->cols,
                          .width = worker->backend->panel_width(columns),
                          .g = {.n = columns,
                                .a = drawn,
                                .rows = rows,
                                .terms = terms,
                                .b = panel,
                                .ldc = map,
                                .pairs = takes_pairs(worker->precision)}};
        for (size_t n = 0; n < delta.rows; n++) {
            const struct matrix maps =
                matrix_of(matrix_row(&delta, n), (size_t)layer->out.channels, places(layer));
            draw(canvas, to_sum_rows(worker, maps, room).x, out, top, left, w->stride, drawn);
            s.g.c = matrix_row(&signal, n) + i * map;
            sweep(&s, worker);
        }
    }
}

/* Memory of a gradient: a panel of places; in bf16 also pairs of images or of places, before these are drawn
   or packed. */
struct gradient_room {
    float *panel, *pairs;
};

/* Packs delta of some images, `columns` channels from c on, as a panel of places in the order row, image,
   column. */
static void pack_places(const struct layer *layer, struct matrix delta, size_t c, size_t columns,
                        const struct gradient_room *room, const struct worker *worker)
{
    const size_t area = places(layer), cols = (size_t)layer->out.cols;
    const size_t width = worker->backend->panel_width(columns);
    const struct range range = {c * area, (c + columns) * area};
    const struct matrix from = to_sum_rows(worker, matrix_columns(delta, range), room->pairs);
    float *panel = room->panel;
    for (size_t y = 0; y < area; y += cols)
        for (size_t n = 0; n < from.rows; n++, panel += cols * width)
            worker->backend->panel(matrix_row(&from, n) + y, area, cols, columns, panel);
}

/* Adds the gradient of some images, whose canvases have been drawn, for all channels of the range. The
   weights of dW are in the order of products. */
static void add_gradient(const struct layer *layer, const struct gather *shared, struct matrix delta,
                         struct range range, struct matrix dW, const struct gradient_room *room,
                         struct worker *worker)
{
    const size_t size = panel_size(worker->backend, range_size(range));
    const size_t row_places = (size_t)layer->out.cols * terms_for(worker->precision, delta.rows);
    for (size_t c = range.begin; c < range.end; c += size) {
        struct gather g = *shared;
        g.n = range.end - c < size ? range.end - c : size;
        pack_places(layer, delta, c, g.n, room, worker);
        for (int ky = 0; ky < layer->window.rows; ky++) {
            const struct rows meets = rows_of_places(layer, ky);
            const size_t before = (size_t)meets.first * row_places, weight = (size_t)ky * shared->m;
            g.k = (size_t)(meets.last - meets.first) * row_places;
            g.rows = shared->rows + weight;
            g.terms = shared->terms + before;
            g.b = room->panel + before * worker->backend->panel_width(g.n);
            g.c = dW.x + (c - range.begin) * dW.stride + weight;
            worker->backend->gather(&g);
        }
    }
}

static void sum_delta(const struct layer *layer, struct matrix delta, struct range range, float *db,
                      const struct worker *worker)
{
    for (size_t c = range.begin; c < range.end; c++) {
        double sum = 0.0;
        for (size_t n = 0; n < delta.rows; n++)
            sum += (double)worker->backend->sum(matrix_row(&delta, n) + c * places(layer), places(layer));
        db[c - range.begin] = (float)sum;
    }
}

/* The offsets of the places of n canvases, in the order row, canvas, column. */
static void list_places(const struct layer *layer, struct canvas canvas, size_t n, int32_t *to)
{
    const int stride = layer->window.stride;
    for (int y = 0; y < layer->out.rows; y++)
        for (size_t i = 0; i < n; i++)
            for (int x = 0; x < layer->out.cols; x++)
                *to++ = (int32_t)(i * canvas_size(canvas)) + (y * canvas.cols + x) * stride;
}

/* Copies the channels `inputs` of some images onto canvases, and returns the number of canvases. */
static size_t draw_images(const struct layer *layer, struct canvas canvas, struct matrix input,
                          struct range inputs, float *room, float *drawn, const struct worker *worker)
{
    const size_t each = takes_pairs(worker->precision) ? 2 : 1, n = terms_for(worker->precision, input.rows);
    const struct range columns = {inputs.begin * map_size(layer), inputs.end * map_size(layer)};
    const bl_shape shape = {canvas.channels, layer->in.rows, layer->in.cols};
    const struct matrix from = matrix_columns(input, columns);
    const int pad = layer->window.pad;
    for (size_t i = 0; i < n; i++) {
        const size_t end = (i + 1) * each < input.rows ? (i + 1) * each : input.rows;
        const struct matrix image =
            to_sum_rows(worker, matrix_rows(from, (struct range){i * each, end}), room);
        draw(canvas, image.x, shape, pad, pad, 1, drawn + i * canvas_size(canvas));
    }
    return n;
}

/* Computes the gradient of the weights of the input channels `inputs`. Sums are over the examples in
   order. */
static void conv_gradient(const struct layer *layer, struct matrix input, struct matrix delta,
                          struct range range, struct range inputs, struct matrix dW, float *db,
                          struct worker *worker)
{
    const struct canvas canvas = canvas_of_input(layer, (int)range_size(inputs));
    const size_t n_canvases = canvases(layer), area = places(layer);
    const size_t k = range_size(inputs) * window_size(layer);
    const size_t most = takes_pairs(worker->precision) ? 2 * n_canvases : n_canvases;
    float *floats = begin_taking(worker), *drawn = take_scratch(&floats, n_canvases * canvas_size(canvas));
    struct gradient_room room = {.panel = take_scratch(&floats, n_canvases * area * GATHER_MOST_COLUMNS)};
    float *row = take_scratch(&floats, k);
    int32_t *terms = take_offsets(&floats, n_canvases * area), *rows = take_offsets(&floats, k);
    room.pairs = floats;
    wipe(canvas, n_canvases, drawn);
    list_offsets(canvas, canvas.channels, layer->window.rows, layer->window.cols, 1, rows);
    for (size_t n = 0; n < input.rows; n += most) {
        const struct range here = {n, input.rows - n < most ? input.rows : n + most};
        const size_t drawn_here =
            draw_images(layer, canvas, matrix_rows(input, here), inputs, room.pairs, drawn, worker);
        list_places(layer, canvas, drawn_here, terms);
        const struct gather shared = {.accumulate = n > 0,
                                      .m = k / (size_t)layer->window.rows,
                                      .a = drawn,
                                      .rows = rows,
                                      .terms = terms,
                                      .ldc = dW.stride,
                                      .pairs = takes_pairs(worker->precision)};
        add_gradient(layer, &shared, matrix_rows(delta, here), range, dW, &room, worker);
    }
    for (size_t c = 0; c < range_size(range); c++) {
        memcpy(row, matrix_row(&dW, c), k * sizeof *row);
        reorder(&layer->window, range_size(inputs), row, matrix_row(&dW, c), true);
    }
    if (db && layer->has_bias)
        sum_delta(layer, delta, range, db, worker);
}

const struct layer_ops layer_conv = {
    .name = "conv",
    .usage = "conv CHANNELS ROWSxCOLS [stride N] [pad N] [nobias]",
    .is_weighted = true,
    .parse = conv_parse,
    .fit = conv_fit,
    .forward = conv_forward,
    .pull = conv_pull,
    .push = conv_push,
    .gradient = conv_gradient,
    .scratch = conv_scratch,
};
