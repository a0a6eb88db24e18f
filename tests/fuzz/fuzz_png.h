/*
 * fuzz_png.h - corrects the checksums of a PNG, so that a changed byte is decoded and not only rejected.
 */
#ifndef TESTS_FUZZ_PNG_H
#define TESTS_FUZZ_PNG_H

#include <stddef.h>
#include <stdint.h>

/* Returns a copy, to be freed by free(), in which every complete chunk has its correct checksum. Other bytes
   than a PNG are copied unchanged. */
uint8_t *fuzz_mend_png(const uint8_t *bytes, size_t n);

#endif
