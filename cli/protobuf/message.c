/*
 * message.c - grows and reads messages.
 *
 * A field is its number and wire type in one varint, and its value: a varint (VARINT), 8 or 4 little-endian
 * bytes (FIXED64, FIXED32), or a length and as many bytes (BYTES: texts, messages, packed numbers).
 */
#include "message.h"

#include <stdlib.h>
#include <string.h>

static void put(struct message *m, const void *bytes, size_t n)
{
    if (m->n + n > m->room && !m->has_failed) {
        const size_t room = 2 * (m->n + n) + 64;
        unsigned char *more = realloc(m->bytes, room);
        if (more) {
            m->bytes = more;
            m->room = room;
        } else
            m->has_failed = true;
    }
    if (m->has_failed || n == 0)
        return;
    memcpy(m->bytes + m->n, bytes, n);
    m->n += n;
}

static void put_varint(struct message *m, uint64_t x)
{
    unsigned char byte;
    for (; x >= 128; x >>= 7) {
        byte = (unsigned char)(x | 128);
        put(m, &byte, 1);
    }
    byte = (unsigned char)x;
    put(m, &byte, 1);
}

static void put_key(struct message *m, unsigned field, enum wire_type type)
{
    put_varint(m, (uint64_t)field << 3 | (uint64_t)type);
}

void message_put_number(struct message *m, unsigned field, uint64_t x)
{
    put_key(m, field, VARINT);
    put_varint(m, x);
}

static void put_eight_bytes(struct message *m, uint64_t bits)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(bits >> (8 * i));
    put(m, bytes, sizeof bytes);
}

void message_put_raw_int64(struct message *m, int64_t x)
{
    put_eight_bytes(m, (uint64_t)x);
}

void message_put_raw_double(struct message *m, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    put_eight_bytes(m, bits);
}

void message_put_raw_float(struct message *m, float x)
{
    uint32_t bits;
    unsigned char bytes[4];
    memcpy(&bits, &x, sizeof bits);
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(bits >> (8 * i));
    put(m, bytes, sizeof bytes);
}

void message_put_double(struct message *m, unsigned field, double x)
{
    put_key(m, field, FIXED64);
    message_put_raw_double(m, x);
}

void message_put_float(struct message *m, unsigned field, float x)
{
    put_key(m, field, FIXED32);
    message_put_raw_float(m, x);
}

void message_put_bytes(struct message *m, unsigned field, const void *bytes, size_t n)
{
    put_key(m, field, BYTES);
    put_varint(m, n);
    put(m, bytes, n);
}

void message_put_text(struct message *m, unsigned field, const char *text)
{
    message_put_bytes(m, field, text, strlen(text));
}

void message_put_message(struct message *m, unsigned field, struct message *part)
{
    m->has_failed |= part->has_failed;
    if (!part->has_failed)
        message_put_bytes(m, field, part->bytes, part->n);
    free(part->bytes);
    *part = (struct message){NULL, 0, 0, false};
}

uint64_t message_read_varint(const unsigned char *bytes, size_t n, size_t *at)
{
    uint64_t x = 0;
    for (int shift = 0; *at < n && shift < 64; shift += 7) {
        const unsigned char byte = bytes[(*at)++];
        x |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return x;
    }
    *at = n;
    return 0;
}
