/*
 * fuzz_png.h - corrects the checksums of a PNG, so that a changed byte is decoded and not only rejected.
 */
#ifndef TESTS_FUZZ_PNG_H
#define TESTS_FUZZ_PNG_H

#include <stddef.h>
#include <stdint.h>

/* A copy, for free(), in which every chunk that is whole has its checksum. What is no PNG is copied as it
   is. */
uint8_t *fuzz_mend_png(const uint8_t *bytes, size_t n);

#endif
