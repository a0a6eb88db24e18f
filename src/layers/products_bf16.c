/*
 * products_bf16.c - products in bfloat16. Two bfloat16 numbers, a pair, occupy the memory of one float
 * (backend.h). Pairs are along the dimension that is summed over: inputs for x M^T, units for d M, examples
 * for d^T x.
 *
 * The operand that all ranges of a layer share (x, or all of d) is packed in pairs once by each worker, which
 * remembers it in worker->packed. The operand of the range itself is packed when it is needed, at most
 * OPERAND_LINES rows or columns at a time.
 */
#include "panels.h"
#include "products.h"

enum { OPERAND_LINES = 128 };

static size_t half(size_t n)
{
    return (n + 1) / 2;
}

/* Pieces of a worker's floats: the shared operand, the range's operand, two lists of offsets for `out`, and
   pairs that are not yet packed as a panel. */
struct room {
    float *shared, *operand;
    int32_t *terms, *rows;
    float *unturned;
};

static size_t shared_size(size_t units, size_t inputs, size_t examples)
{
    const size_t wide = half(larger(units, inputs)), panels = panel_lines(examples) * wide;
    return panel_lines(larger(panels, half(examples) * inputs));
}

static size_t operand_size(size_t units, size_t inputs, size_t examples)
{
    return OPERAND_LINES * larger(half(larger(units, inputs)), half(examples));
}

static size_t scratch(size_t units, size_t inputs, size_t examples)
{
    const size_t wide = half(larger(units, inputs));
    return shared_size(units, inputs, examples) + operand_size(units, inputs, examples) + panel_lines(wide) +
           OPERAND_LINES + panel_lines(GATHER_MOST_COLUMNS * wide);
}

static struct room room_of(const struct worker *worker, size_t units, size_t inputs, size_t examples)
{
    struct room room = {.shared = worker->floats};
    room.operand = room.shared + shared_size(units, inputs, examples);
    room.terms = (int32_t *)(void *)(room.operand + operand_size(units, inputs, examples));
    room.rows = room.terms + panel_lines(half(larger(units, inputs)));
    room.unturned = (float *)(void *)(room.rows + OPERAND_LINES);
    return room;
}

/* Whether x must be packed; false if the worker has already packed it in this form. */
static bool begin_packing(struct worker *worker, const float *x, enum packing as)
{
    if (worker->packed.x == x && worker->packed.as == as)
        return false;
    worker->packed = (struct packed){x, as};
    return true;
}

static void pack_panels(struct matrix x, const struct room *room, const struct worker *worker)
{
    const struct backend *backend = worker->backend;
    const size_t k = half(x.cols);
    for (size_t n = 0, columns; n < x.rows; n += columns) {
        columns = panel_next(backend, x.rows - n);
        backend->pair_columns(matrix_row(&x, n), x.stride, columns, x.cols, room->unturned);
        backend->panel(room->unturned, k, k, columns, room->shared + n * k);
    }
}

/* y = x M^T for at most OPERAND_LINES rows of M. */
static void out_some(struct matrix M, struct matrix x, struct matrix y, const struct room *room,
                     const struct worker *worker)
{
    const size_t k = half(x.cols);
    worker->backend->pair_columns(M.x, M.stride, M.rows, M.cols, room->operand);
    for (size_t i = 0; i < k; i++)
        room->terms[i] = (int32_t)i;
    for (size_t i = 0; i < M.rows; i++)
        room->rows[i] = (int32_t)(i * k);
    for (size_t n = 0, columns; n < x.rows; n += columns) {
        columns = panel_next(worker->backend, x.rows - n);
        worker->backend->gather(&(struct gather){.m = M.rows,
                                                 .n = columns,
                                                 .k = k,
                                                 .a = room->operand,
                                                 .rows = room->rows,
                                                 .terms = room->terms,
                                                 .b = room->shared + n * k,
                                                 .c = matrix_row(&y, n),
                                                 .ldc = y.stride,
                                                 .pairs = true});
    }
}

static struct range some(size_t begin, size_t all)
{
    return (struct range){begin, all - begin < OPERAND_LINES ? all : begin + OPERAND_LINES};
}

static void out(struct matrix M, struct matrix x, struct matrix y, struct worker *worker)
{
    const struct room room = room_of(worker, M.rows, x.cols, x.rows);
    if (begin_packing(worker, x.x, PACKED_BF16_PANELS))
        pack_panels(x, &room, worker);
    for (size_t i = 0; i < M.rows; i += OPERAND_LINES)
        out_some(matrix_rows(M, some(i, M.rows)), x, matrix_columns(y, some(i, M.rows)), &room, worker);
}

static void multiply(const struct gemm *g, struct worker *worker)
{
    worker->backend->gemm(g, worker->scratch);
}

static void back(struct matrix M, struct matrix d, struct matrix to, struct worker *worker)
{
    const size_t k = half(d.cols);
    const struct room room = room_of(worker, d.cols, M.cols, d.rows);
    if (begin_packing(worker, d.x, PACKED_BF16_COLUMNS))
        worker->backend->pair_columns(d.x, d.stride, d.rows, d.cols, room.shared);
    for (size_t j = 0; j < M.cols; j += OPERAND_LINES) {
        const struct matrix from = matrix_columns(M, some(j, M.cols));
        worker->backend->pair_rows(from.x, from.stride, from.rows, from.cols, room.operand);
        multiply(&(struct gemm){.m = d.rows,
                                .n = from.cols,
                                .k = k,
                                .a = room.shared,
                                .lda = k,
                                .b = room.operand,
                                .ldb = from.cols,
                                .c = to.x + j,
                                .ldc = to.stride,
                                .pairs = true},
                 worker);
    }
}

static void pack_examples(struct matrix x, const struct room *room, struct worker *worker)
{
    if (begin_packing(worker, x.x, PACKED_BF16_ROWS))
        worker->backend->pair_rows(x.x, x.stride, x.rows, x.cols, room->shared);
}

static void gradient(struct matrix d, struct matrix x, struct matrix dW, struct worker *worker)
{
    const struct room room = room_of(worker, d.cols, x.cols, x.rows);
    pack_examples(x, &room, worker);
    for (size_t i = 0; i < d.cols; i += OPERAND_LINES) {
        const struct matrix from = matrix_columns(d, some(i, d.cols));
        worker->backend->pair_rows(from.x, from.stride, from.rows, from.cols, room.operand);
        multiply(&(struct gemm){.transpose_a = true,
                                .m = from.cols,
                                .n = x.cols,
                                .k = half(x.rows),
                                .a = room.operand,
                                .lda = from.cols,
                                .b = room.shared,
                                .ldb = x.cols,
                                .c = dW.x + i * dW.stride,
                                .ldc = dW.stride,
                                .pairs = true},
                 worker);
    }
}

static void update_fused(struct matrix d, struct matrix x, struct matrix W, const struct update *by,
                         float *const slots[2], struct worker *worker)
{
    const struct room room = room_of(worker, d.cols, x.cols, x.rows);
    pack_examples(x, &room, worker);
    for (size_t i = 0; i < d.cols; i += OPERAND_LINES) {
        const struct matrix from = matrix_columns(d, some(i, d.cols));
        worker->backend->pair_rows(from.x, from.stride, from.rows, from.cols, room.operand);
        worker->backend->update_fused(
            &(struct fused_update){.pairs = true,
                                   .m = from.cols,
                                   .n = x.cols,
                                   .k = half(x.rows),
                                   .delta = room.operand,
                                   .ldd = from.cols,
                                   .x = room.shared,
                                   .ldx = x.cols,
                                   .w = W.x + i * W.stride,
                                   .slots = {slots[0] ? slots[0] + i * W.stride : NULL,
                                             slots[1] ? slots[1] + i * W.stride : NULL},
                                   .ldw = W.stride,
                                   .by = *by},
            worker->scratch);
    }
}

const struct products products_bf16 = {scratch, out, back, gradient, update_fused};
