/*
 * fuzz_png.c - corrects the checksums of a PNG. A chunk is length, kind, content, and the CRC-32 of kind and
 * content, all big-endian.
 */
#include "fuzz_png.h"

#include "fuzz_target.h"

#include <string.h>

enum { SIGNATURE = 8, CHUNK_EXTRA = 12 };

static uint32_t crc_of(const uint8_t *at, size_t n)
{
    uint32_t crc = ~0u;
    for (size_t i = 0; i < n; i++) {
        crc ^= at[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

uint8_t *fuzz_mend_png(const uint8_t *bytes, size_t n)
{
    uint8_t *copy = (uint8_t *)fuzz_text(bytes, n);
    const bool is_png = n >= SIGNATURE && memcmp(bytes, "\x89PNG\r\n\x1a\n", SIGNATURE) == 0;
    for (size_t at = is_png ? SIGNATURE : n; n - at >= CHUNK_EXTRA;) {
        const uint8_t *l = copy + at;
        const size_t length = (size_t)l[0] << 24 | (size_t)l[1] << 16 | (size_t)l[2] << 8 | (size_t)l[3];
        if (length > n - at - CHUNK_EXTRA)
            break;
        const uint32_t crc = crc_of(copy + at + 4, length + 4);
        at += CHUNK_EXTRA + length;
        for (size_t i = 0; i < 4; i++)
            copy[at - 4 + i] = (uint8_t)(crc >> (24 - 8 * i));
    }
    return copy;
}
