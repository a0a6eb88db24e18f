/*
 * resize.c - resizes images. Rows and columns are resampled separately: an output pixel is the weighted mean
 * of the input pixels that it covers, or, if it covers less than one, of the two nearest. Weights are
 * integers.
 */
#include "picture.h"

#include "../../base/mem.h"

/* Resampling along one side: `count` lines of `from` pixels become lines of `to` pixels. Pixel i of a line is
   at line * line_step + i * step. */
struct side {
    size_t from, to, count, step, line_step, to_step, to_line_step;
};

/* The mean of the pixels of a line from begin to end, in units of 1 / to pixels; pixels at both ends are
   weighted by their part in it. */
static uint8_t mean_over(const struct side *s, const uint8_t *line, size_t begin, size_t end)
{
    uint64_t sum = 0;
    for (size_t i = begin / s->to; i * s->to < end; i++) {
        const size_t low = i * s->to > begin ? i * s->to : begin,
                     high = (i + 1) * s->to < end ? (i + 1) * s->to : end;
        sum += (uint64_t)line[i * s->step] * (high - low);
    }
    return (uint8_t)((sum + (end - begin) / 2) / (end - begin));
}

/* Interpolates between the two pixels whose middles enclose that of output pixel o, in units of 1 / (2 to)
   pixels. */
static uint8_t between(const struct side *s, const uint8_t *line, size_t o)
{
    const size_t middle = (2 * o + 1) * s->from, unit = 2 * s->to;
    if (middle <= s->to)
        return line[0];
    const size_t first = (middle - s->to) / unit, part = (middle - s->to) % unit;
    if (first + 1 >= s->from)
        return line[(s->from - 1) * s->step];
    const uint64_t sum =
        (uint64_t)line[first * s->step] * (unit - part) + (uint64_t)line[(first + 1) * s->step] * part;
    return (uint8_t)((sum + unit / 2) / unit);
}

static void resample(const struct side *s, const uint8_t *from, uint8_t *to)
{
    for (size_t n = 0; n < s->count; n++)
        for (size_t o = 0; o < s->to; o++) {
            const uint8_t *line = from + n * s->line_step;
            to[n * s->to_line_step + o * s->to_step] =
                s->to < s->from ? mean_over(s, line, o * s->from, (o + 1) * s->from) : between(s, line, o);
        }
}

/* Resizes one channel: first along the rows, then along the columns. */
static void resize_channel(const struct picture *p, size_t channel, int rows, int cols, uint8_t *half,
                           uint8_t *out)
{
    const size_t c = (size_t)p->channels, r = (size_t)p->rows, k = (size_t)p->cols, to_cols = (size_t)cols;
    const struct side across = {.from = k,
                                .to = to_cols,
                                .count = r,
                                .step = c,
                                .line_step = k * c,
                                .to_step = 1,
                                .to_line_step = to_cols};
    const struct side down = {.from = r,
                              .to = (size_t)rows,
                              .count = to_cols,
                              .step = to_cols,
                              .line_step = 1,
                              .to_step = to_cols * c,
                              .to_line_step = c};
    resample(&across, p->pixels + channel, half);
    resample(&down, half, out + channel);
}

bl_status picture_resize(struct picture *picture, bl_context *ctx, int rows, int cols)
{
    uint8_t *half = NULL, *out = NULL;
    if (picture->rows == rows && picture->cols == cols)
        return BL_OK;
    BL_TRY(MEM_ARRAY(ctx, &half, (size_t)picture->rows * (size_t)cols, "an image"));
    const bl_status status =
        MEM_ARRAY(ctx, &out, (size_t)rows * (size_t)cols * (size_t)picture->channels, "an image");
    for (int c = 0; status == BL_OK && c < picture->channels; c++)
        resize_channel(picture, (size_t)c, rows, cols, half, out);
    mem_free(ctx, half);
    if (status != BL_OK)
        return status;
    mem_free(ctx, picture->pixels);
    picture->rows = rows;
    picture->cols = cols;
    picture->pixels = out;
    return BL_OK;
}
