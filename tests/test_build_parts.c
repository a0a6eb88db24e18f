/*
 * test_build_parts.c - bl_build_part describes this build: its backends, threads and libraries.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "backless.h"

#include "../src/base/parallel.h"

#include <archive.h>
#include <ctype.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

static bool find(const char *name, bl_part *out)
{
    for (int i = 0; bl_build_part(i, out); i++)
        if (strcmp(out->name, name) == 0)
            return true;
    return false;
}

static void test_every_part_is_described(void **state)
{
    (void)state;
    bl_part part = {.size = sizeof part}, same = {.size = sizeof same};
    int n = 0;
    for (; bl_build_part(n, &part); n++) {
        assert_true(part.name[0] && part.purpose[0]);
        assert_non_null(part.package);
        assert_true(!part.version || part.version[0]);
        assert_true(find(part.name, &same)); /* names are unique */
        assert_ptr_equal(same.purpose, part.purpose);
    }
    assert_int_equal(n, 5);
    part.name = "untouched";
    assert_int_equal(bl_build_part(-1, &part), 0);
    assert_int_equal(bl_build_part(n, &part), 0);
    assert_string_equal(part.name, "untouched");
}

static void test_required_libraries_are_listed(void **state)
{
    (void)state;
    bl_part part = {.size = sizeof part};
    assert_true(find("libarchive", &part));
    assert_non_null(strstr(archive_version_string(), part.version));
    assert_true(isdigit((unsigned char)part.version[0]));
    assert_true(find("Jansson", &part));
    assert_string_equal(part.version, JANSSON_VERSION);
    assert_true(find("compiler", &part));
    assert_non_null(strstr(part.version, __VERSION__));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_part_is_described),
                                       cmocka_unit_test(test_required_libraries_are_listed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
