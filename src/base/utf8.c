/*
 * utf8.c - validates UTF-8 by table 3-7 of the Unicode standard: shortest forms only, no surrogates, at most
 * U+10FFFF.
 */
#include "utf8.h"

#include <stdint.h>
#include <string.h>

size_t utf8_character(const unsigned char *at, size_t n)
{
    const unsigned char first = at[0], second = n > 1 ? at[1] : 0;
    const size_t length = first < 0x80   ? 1
                          : first < 0xC2 ? 0
                          : first < 0xE0 ? 2
                          : first < 0xF0 ? 3
                          : first < 0xF5 ? 4
                                         : 0;
    const unsigned char least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned char most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (length > n || (length > 1 && (second < least || second > most)))
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

/* Tests eight bytes at once as long as all are ASCII, which is the usual case. */
size_t utf8_valid(const unsigned char *at, size_t n)
{
    size_t i = 0;
    while (i < n) {
        uint64_t word = 0x80;
        if (n - i >= sizeof word)
            memcpy(&word, at + i, sizeof word);
        const size_t length = word & 0x8080808080808080u ? utf8_character(at + i, n - i) : sizeof word;
        if (length == 0)
            return i;
        i += length;
    }
    return n;
}
