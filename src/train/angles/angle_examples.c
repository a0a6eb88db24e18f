/*
 * angle_examples.c - draws the examples for angles.
 */
#include "angle_examples.h"

#include "../../base/mem.h"
#include "../../base/rng.h"
#include "../../base/text.h"

#include <stdlib.h>
#include <string.h>

static int by_row(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

bl_status angle_examples_draw(struct angle_examples *out, bl_context *ctx, uint64_t seed, size_t n)
{
    const struct rng rng = {.seed = seed, .stream = RNG_ANGLES};
    struct angle_examples drawn = {.count = n < ANGLE_EXAMPLES ? n : ANGLE_EXAMPLES, .of = n, .seed = seed};
    uint32_t *order = NULL;
    if (out->rows && out->of == n && out->seed == seed)
        return BL_OK;
    BL_TRY(MEM_ARRAY(ctx, &drawn.rows, drawn.count, "the examples for angles"));
    const bl_status status = MEM_ARRAY(ctx, &order, n, "the draw of the examples for angles");
    if (status != BL_OK) {
        mem_free(ctx, drawn.rows);
        return status;
    }
    rng_permutation(&rng, n, order);
    memcpy(drawn.rows, order, drawn.count * sizeof *order);
    qsort(drawn.rows, drawn.count, sizeof *drawn.rows, by_row);
    mem_free(ctx, order);
    mem_free(ctx, out->rows);
    *out = drawn;
    return BL_OK;
}

void angle_examples_free(struct angle_examples *examples, bl_context *ctx)
{
    mem_free(ctx, examples->rows);
    *examples = (struct angle_examples){.rows = NULL};
}

json_t *angle_examples_to_json(const struct angle_examples *examples)
{
    char seed[24] = "";
    if (!examples->rows)
        return json_null();
    text_append(seed, sizeof seed, "%llu", (unsigned long long)examples->seed);
    json_t *object = json_object();
    json_object_set_new(object, "count", json_integer((json_int_t)examples->count));
    json_object_set_new(object, "of", json_integer((json_int_t)examples->of));
    json_object_set_new(object, "seed", json_string(seed));
    json_object_set_new(object, "drawn",
                        json_string(examples->count == examples->of
                                        ? "all examples of the training set"
                                        : "the first of a permutation of the training set, stream 7"));
    return object;
}
