/*
 * sized.h - structs of the caller's that may be of an older or a newer header: their first member is their
 * size in bytes.
 */
#ifndef BL_BASE_SIZED_H
#define BL_BASE_SIZED_H

#include <string.h>

/* from: a whole struct of `size` bytes, whose member `size` is that of `to`. Members that the caller does not
   know are left out.
   0 where the caller's size is too small for any member behind it, else 1. */
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
