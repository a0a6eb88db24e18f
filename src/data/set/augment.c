/*
 * augment.c - moves the pixels of training images by random draws.
 *
 * The terms act on rows and columns separately. So a transformed image is two lists: for each of its rows the
 * row of the image that it comes from, and the same for the columns.
 */
#include "augment.h"

#include "../../base/mem.h"
#include "../../base/rng.h"
#include "data_internal.h"

#include <string.h>

/* MOVED: examples that are scaled together, which is faster where a scaling reads a large matrix. */
enum { OUTSIDE = -1, MOST_PIXELS = 4096, MOVED = 32 };

struct term {
    enum augment_kind kind;
    int most; /* N; 0 of a flip */
};

struct terms {
    struct term items[AUGMENT_KINDS];
    size_t n;
};

struct augment {
    bl_context *ctx;
    struct terms terms;
    bl_shape shape;
    uint64_t seed;
    int *rows, *cols; /* for each row and column of the result: that of the image, or OUTSIDE */
    double *moved;    /* memory for MOVED transformed examples of bytes, floats or doubles */
};

static const char *const words[AUGMENT_KINDS] = {"pad-crop", "flip", "translate"};

static bool read_number(struct slice *rest, int *out)
{
    struct slice word;
    size_t n = 0;
    if (!slice_word(rest, &word) || !text_to_size(word, &n) || n < 1 || n > MOST_PIXELS)
        return false;
    *out = (int)n;
    return true;
}

static bool read_term(struct slice text, struct terms *terms)
{
    struct slice word, more;
    if (!slice_word(&text, &word))
        return false;
    for (int kind = 0; kind < AUGMENT_KINDS; kind++) {
        if (!slice_is(word, words[kind]))
            continue;
        for (size_t i = 0; i < terms->n; i++)
            if ((int)terms->items[i].kind == kind)
                return false;
        struct term *term = &terms->items[terms->n++];
        *term = (struct term){(enum augment_kind)kind, 0};
        return (kind == AUGMENT_FLIP || read_number(&text, &term->most)) && !slice_word(&text, &more);
    }
    return false;
}

static bl_status parse(bl_context *ctx, struct terms *out, const char *text)
{
    struct slice rest = slice_of(text), term;
    *out = (struct terms){.n = 0};
    if (slice_is(slice_trim(rest), "none"))
        return BL_OK;
    bool is_read = strlen(text) > 0 && text[strlen(text) - 1] != ',';
    while (is_read && slice_next(&rest, ',', &term))
        is_read = read_term(term, out);
    if (!is_read)
        BL_FAIL(ctx, BL_BAD_VALUE,
                "augment is \"%s\", expected none, or terms separated by commas, each once: \"pad-crop N\", "
                "flip, \"translate N\", with N pixels from 1 to %d",
                text, MOST_PIXELS);
    return BL_OK;
}

bl_status augment_check_text(bl_context *ctx, const char *text)
{
    struct terms terms;
    return parse(ctx, &terms, text);
}

static bl_status check_images(bl_context *ctx, const char *text, const struct terms *terms,
                              const bl_data *schema)
{
    const bl_shape s = schema->shape;
    if (shape_is_vector(s))
        BL_FAIL(ctx, BL_BAD_VALUE,
                "augment is \"%s\", which is for images, and the examples of %s are rows of %zu numbers "
                "(--shape takes such rows as images)",
                text, schema->source, schema->features);
    for (size_t i = 0; i < terms->n; i++)
        if (terms->items[i].most >= s.rows || terms->items[i].most >= s.cols)
            BL_FAIL(ctx, BL_BAD_VALUE,
                    "augment is \"%s\", but the images of %s have %d x %d pixels; expected less than that",
                    text, schema->source, s.rows, s.cols);
    return BL_OK;
}

static bl_status make(struct augment *a, const bl_data *schema)
{
    BL_TRY(MEM_ARRAY(a->ctx, &a->rows, (size_t)a->shape.rows, "augmentation"));
    BL_TRY(MEM_ARRAY(a->ctx, &a->cols, (size_t)a->shape.cols, "augmentation"));
    return MEM_ARRAY(a->ctx, &a->moved, MOVED * schema->features, "augmentation");
}

bl_status augment_create(struct augment **out, bl_context *ctx, const char *text, const bl_data *schema,
                         uint64_t seed)
{
    struct terms terms;
    struct augment *a = NULL;
    BL_TRY(parse(ctx, &terms, text));
    if (terms.n == 0)
        return BL_OK;
    BL_TRY(check_images(ctx, text, &terms, schema));
    BL_TRY(MEM_ONE(ctx, &a, "augmentation"));
    *a = (struct augment){.ctx = ctx, .terms = terms, .shape = schema->shape, .seed = seed};
    const bl_status status = make(a, schema);
    if (status == BL_OK)
        *out = a;
    else
        augment_free(a);
    return status;
}

void augment_free(struct augment *a)
{
    if (!a)
        return;
    mem_free(a->ctx, a->rows);
    mem_free(a->ctx, a->cols);
    mem_free(a->ctx, a->moved);
    mem_free(a->ctx, a);
}

/* ---- Draws */

/* What one term does: row r and column c of its result are row r + rows and column c + cols of its image,
   whose columns are mirrored first where is_flipped. */
struct pixel_move {
    int rows, cols;
    bool is_flipped;
};

/* Uniform in -most .. most. */
static int offset_of(uint32_t word, int most)
{
    return (int)(((uint64_t)word * (uint64_t)(2 * most + 1)) >> 32) - most;
}

static struct pixel_move draw_move(const struct augment *a, const struct term *term, size_t epoch,
                                   uint32_t example)
{
    uint32_t w[4];
    rng_block(
        &(struct rng){
            .seed = a->seed, .stream = RNG_AUGMENT, .layer = (uint32_t)term->kind, .step = (uint32_t)epoch},
        example, w);
    if (term->kind == AUGMENT_FLIP)
        return (struct pixel_move){.is_flipped = (w[0] >> 31) != 0};
    return (struct pixel_move){.rows = offset_of(w[0], term->most), .cols = offset_of(w[1], term->most)};
}

/* Once a pixel comes from outside, it does so for all terms before. */
static int moved_by(int at, int offset, int n)
{
    return at == OUTSIDE || at + offset < 0 || at + offset >= n ? OUTSIDE : at + offset;
}

/* Sets a->rows and a->cols. The last term made the result, so the way back to the image begins with it. */
static void trace(struct augment *a, size_t epoch, uint32_t example)
{
    const int n_rows = a->shape.rows, n_cols = a->shape.cols;
    for (int r = 0; r < n_rows; r++)
        a->rows[r] = r;
    for (int c = 0; c < n_cols; c++)
        a->cols[c] = c;
    for (size_t i = a->terms.n; i-- > 0;) {
        const struct pixel_move move = draw_move(a, &a->terms.items[i], epoch, example);
        for (int r = 0; r < n_rows; r++)
            a->rows[r] = moved_by(a->rows[r], move.rows, n_rows);
        for (int c = 0; c < n_cols; c++) {
            const int at = moved_by(a->cols[c], move.cols, n_cols);
            a->cols[c] = move.is_flipped && at != OUTSIDE ? n_cols - 1 - at : at;
        }
    }
}

/* ---- Pixels */

/* Rows and columns of one example, `from`, to `to`, for one type of numbers. */
#define MOVE_PIXELS(name, type)                                                                              \
    static void name(const struct augment *a, const type *from, type *to)                                    \
    {                                                                                                        \
        const size_t n_rows = (size_t)a->shape.rows, n_cols = (size_t)a->shape.cols;                         \
        for (size_t map = 0; map < (size_t)a->shape.channels; map++)                                         \
            for (size_t r = 0; r < n_rows; r++)                                                              \
                for (size_t c = 0; c < n_cols; c++, to++) {                                                  \
                    const bool is_inside = a->rows[r] != OUTSIDE && a->cols[c] != OUTSIDE;                   \
                    *to = is_inside                                                                          \
                              ? from[(map * n_rows + (size_t)a->rows[r]) * n_cols + (size_t)a->cols[c]]      \
                              : (type)0;                                                                     \
                }                                                                                            \
    }
MOVE_PIXELS(move_bytes, uint8_t)
MOVE_PIXELS(move_floats, float)
MOVE_PIXELS(move_doubles, double)

static void move_example(struct augment *a, const bl_data *data, size_t epoch, uint32_t example, size_t to)
{
    const size_t from = example * data->features, at = to * data->features;
    trace(a, epoch, example);
    if (data->bytes)
        move_bytes(a, data->bytes + from, (uint8_t *)a->moved + at);
    else if (data->floats)
        move_floats(a, data->floats + from, (float *)a->moved + at);
    else
        move_doubles(a, data->doubles + from, a->moved + at);
}

void augment_gather(struct augment *a, const bl_data *data, size_t epoch, const uint32_t *order, size_t n,
                    float *x)
{
    bl_data moved = *data; /* a view of the examples in a->moved */
    moved.whitened = NULL;
    moved.bytes = data->bytes ? (const uint8_t *)a->moved : NULL;
    moved.floats = data->floats ? (const float *)a->moved : NULL;
    moved.doubles = data->doubles ? a->moved : NULL;
    for (size_t first = 0; first < n; first += MOVED) {
        moved.n = n - first < MOVED ? n - first : MOVED;
        for (size_t i = 0; i < moved.n; i++)
            move_example(a, data, epoch, order[first + i], i);
        if (data_gathers_slowly(&moved))
            data_gather_parallel(&moved, a->ctx, NULL, 0, moved.n, x + first * data->features);
        else
            data_gather(&moved, a->ctx->backend, NULL, 0, moved.n, x + first * data->features);
    }
}
