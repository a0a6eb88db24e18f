/*
 * test_default_allocator.c - blocks of any size have the alignment that was asked for, large ones that of a
 * huge page, and can be written from end to end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/base/default_allocator.h"

#include <string.h>

enum { ALIGNMENT = 64, HUGE_PAGE = 2 << 20 };

static void test_blocks(void **state)
{
    static const size_t sizes[] = {
        1, 63, 64, 65, 4096, HUGE_PAGE - 1, HUGE_PAGE, HUGE_PAGE + 1, 5 * HUGE_PAGE, 5 * HUGE_PAGE + 100};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *block = default_allocator.allocate(default_allocator.user, sizes[i], ALIGNMENT);
        assert_non_null(block);
        assert_true((uintptr_t)block % ALIGNMENT == 0);
        assert_true(sizes[i] < HUGE_PAGE || (uintptr_t)block % HUGE_PAGE == 0);
        memset(block, 7, sizes[i]);
        assert_true(block[0] == 7 && block[sizes[i] - 1] == 7);
        default_allocator.release(default_allocator.user, block);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_blocks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
