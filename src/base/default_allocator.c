/*
 * default_allocator.c - the C library's memory, in huge pages where the system has them.
 *
 * A product of a large batch reads hundreds of rows that lie in as many pages of 4 KiB, more than a processor
 * keeps the addresses of. Of pages of 2 MiB there are few. Where /sys/kernel/mm/transparent_hugepage/enabled
 * says "madvise", Linux uses them only for memory that a program asks for.
 */
#if defined(__linux__) && !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE /* madvise */
#endif
#include "default_allocator.h"

#include <stdbool.h>
#include <stdlib.h>

#ifdef __linux__
#include <sys/mman.h>
#endif

/* Large blocks begin at a huge page. The memory after the last whole huge page stays in small pages. */
enum { HUGE_PAGE = 2 << 20 };

static void ask_for_huge_pages(void *block, size_t size)
{
#ifdef MADV_HUGEPAGE
    (void)madvise(block, size / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE); /* failure changes only the speed */
#else
    (void)block, (void)size;
#endif
}

static void *allocate(void *user, size_t size, size_t alignment)
{
    const bool is_large = size >= HUGE_PAGE;
    void *block = NULL;
    (void)user;
    if (posix_memalign(&block, is_large ? HUGE_PAGE : alignment, size) != 0)
        return NULL;
    if (is_large)
        ask_for_huge_pages(block, size);
    return block;
}

static void release(void *user, void *block)
{
    (void)user;
    free(block);
}

const bl_allocator default_allocator = {NULL, allocate, release};
