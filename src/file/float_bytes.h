/*
 * float_bytes.h - converts numbers from and to bytes of a given order, independent of this machine's order.
 * Each function compiles to one instruction.
 */
#ifndef BL_FILE_FLOAT_BYTES_H
#define BL_FILE_FLOAT_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint64_t bytes_to_u64(const unsigned char *b, int n) /* little-endian, n <= 8 bytes */
{
    uint64_t value = 0;
    for (int i = 0; i < n; i++)
        value |= (uint64_t)b[i] << (8 * i);
    return value;
}

static inline uint64_t big_bytes_to_u64(const unsigned char *b, int n)
{
    uint64_t value = 0;
    for (int i = 0; i < n; i++)
        value = value << 8 | b[i];
    return value;
}

static inline void bytes_from_u64(unsigned char *b, uint64_t value, int n) /* little-endian */
{
    for (int i = 0; i < n; i++)
        b[i] = (unsigned char)(value >> (8 * i));
}

static inline float float_of_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline double double_of_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint32_t bits_of_float(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline uint64_t bits_of_double(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

#endif
