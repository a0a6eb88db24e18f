/*
 * default_allocator.h - the allocator of a context that was created without one.
 */
#ifndef BL_BASE_DEFAULT_ALLOCATOR_H
#define BL_BASE_DEFAULT_ALLOCATOR_H

#include "backless_types.h"

extern const bl_allocator default_allocator;

#endif
