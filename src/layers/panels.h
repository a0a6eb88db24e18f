/*
 * panels.h - the sizes of the panels that layers pack for `gather` (backend.h).
 */
#ifndef BL_LAYERS_PANELS_H
#define BL_LAYERS_PANELS_H

#include "../backend/backend.h"
#include "../base/mem.h"

/* n rounded up to a number of floats that fills whole cache lines. */
static inline size_t panel_lines(size_t n)
{
    return mem_whole_lines(n);
}

static inline size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* The number of columns of a panel if `columns` are packed in as few panels as possible, all of about the
   same size, so that none is narrow. */
static inline size_t panel_size(const struct backend *backend, size_t columns)
{
    const size_t most = backend->panel_columns, panels = (columns + most - 1) / most;
    const size_t size = panel_lines((columns + panels - 1) / panels);
    return size < most ? size : most;
}

/* The number of columns of the next panel if `left` columns remain and panels may differ in size: 256 columns
   become 48, 48, 48, 48, 32, 32. With panels of 48 the last one would have 16 columns, and it would read as
   much of the other matrix as a wide panel. */
static inline size_t panel_next(const struct backend *backend, size_t left)
{
    const size_t size = panel_size(backend, left);
    return size < left ? size : left;
}

#endif
