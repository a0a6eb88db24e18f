/*
 * sized.h - fills structs of a caller that may have been compiled with an older or newer header. The first
 * member of such a struct is its size in bytes.
 */
#ifndef BL_BASE_SIZED_H
#define BL_BASE_SIZED_H

#include <string.h>

/* Copies `from`, a complete struct of `size` bytes, into the caller's `to`, as far as `to` reaches; from's
   first member must equal that of `to`. Returns 0 if the caller's size is too small for any member after the
   first, else 1. */
static inline int sized_copy(void *to, const void *from, size_t size)
{
    size_t room;
    memcpy(&room, to, sizeof room);
    if (room <= sizeof room)
        return 0;
    memcpy(to, from, room < size ? room : size);
    return 1;
}

#endif
