/*
 * record_file.c - reads, cuts and appends records.
 *
 * CRC-32C: the Castagnoli polynomial of RFC 3720, reflected, 0x82F63B78. The mask is TensorFlow's (its file
 * tensorflow/core/lib/hash/crc32c.h): a rotation by 15 bits and a constant.
 */
#define _POSIX_C_SOURCE 200809L
#include "record_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LENGTH_BYTES = 8, CRC_BYTES = 4, MOST_BYTES = 1 << 30 }; /* a longer record is taken as damaged */

static uint32_t masked_crc(const unsigned char *bytes, size_t n)
{
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1u ? 0x82F63B78u : 0u);
    }
    crc = ~crc;
    return (crc >> 15 | crc << 17) + 0xA282EAD8u;
}

static void put_number(unsigned char *at, uint64_t x, int n_bytes)
{
    for (int i = 0; i < n_bytes; i++)
        at[i] = (unsigned char)(x >> (8 * i));
}

static uint64_t number_at(const unsigned char *at, int n_bytes)
{
    uint64_t x = 0;
    for (int i = n_bytes; i-- > 0;)
        x = x << 8 | at[i];
    return x;
}

/* Returns the bytes of the next record with their CRC after them; the caller frees them. NULL: the file ends,
   the record is damaged, or there is no memory. */
static unsigned char *read_record(FILE *from, size_t *n)
{
    unsigned char head[LENGTH_BYTES + CRC_BYTES];
    if (fread(head, 1, sizeof head, from) != sizeof head ||
        masked_crc(head, LENGTH_BYTES) != number_at(head + LENGTH_BYTES, CRC_BYTES) ||
        number_at(head, LENGTH_BYTES) > MOST_BYTES)
        return NULL;
    *n = (size_t)number_at(head, LENGTH_BYTES);
    unsigned char *bytes = malloc(*n + CRC_BYTES);
    if (bytes && fread(bytes, 1, *n + CRC_BYTES, from) == *n + CRC_BYTES &&
        masked_crc(bytes, *n) == number_at(bytes + *n, CRC_BYTES))
        return bytes;
    free(bytes);
    return NULL;
}

/* Returns the size in bytes of the records that are kept. */
static long size_of_kept(FILE *from, record_is_kept *is_kept, const void *what)
{
    long size = 0;
    size_t n = 0;
    bool goes_on = true;
    for (unsigned char *bytes; goes_on && (bytes = read_record(from, &n)); free(bytes)) {
        goes_on = is_kept(bytes, n, what);
        if (goes_on)
            size = ftell(from);
    }
    return size;
}

FILE *record_file_open(const char *path, record_is_kept *is_kept, const void *what)
{
    FILE *file = fopen(path, "r+b");
    if (!file && errno == ENOENT)
        return fopen(path, "wb");
    if (!file)
        return NULL;
    const long size = size_of_kept(file, is_kept, what);
    if (!ferror(file) && ftruncate(fileno(file), size) == 0 && fseek(file, size, SEEK_SET) == 0)
        return file;
    const int why = errno;
    fclose(file);
    errno = why;
    return NULL;
}

bool record_file_append(FILE *to, const unsigned char *bytes, size_t n)
{
    unsigned char head[LENGTH_BYTES + CRC_BYTES], tail[CRC_BYTES];
    put_number(head, n, LENGTH_BYTES);
    put_number(head + LENGTH_BYTES, masked_crc(head, LENGTH_BYTES), CRC_BYTES);
    put_number(tail, masked_crc(bytes, n), CRC_BYTES);
    return fwrite(head, 1, sizeof head, to) == sizeof head && fwrite(bytes, 1, n, to) == n &&
           fwrite(tail, 1, sizeof tail, to) == sizeof tail && fflush(to) == 0;
}
