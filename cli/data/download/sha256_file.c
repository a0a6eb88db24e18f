/*
 * sha256_file.c - the SHA-256 of a file's content, by libcrypto.
 */
#include "sha256_file.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <unistd.h>

enum { BLOCK = 1 << 16 };

static bool add_file(EVP_MD_CTX *digest, int fd)
{
    unsigned char block[BLOCK];
    for (off_t at = 0;;) {
        const ssize_t n = pread(fd, block, sizeof block, at);
        if (n == 0)
            return true;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || EVP_DigestUpdate(digest, block, (size_t)n) != 1)
            return false;
        at += n;
    }
}

bool sha256_of_fd(int fd, char hex[SHA256_ROOM])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    errno = ENOMEM; /* the only reason for which libcrypto fails here */
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    const bool is_done = digest && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1 &&
                         add_file(digest, fd) && EVP_DigestFinal_ex(digest, bytes, &n) == 1;
    EVP_MD_CTX_free(digest);
    for (unsigned i = 0; is_done && i < n; i++)
        snprintf(hex + 2 * i, SHA256_ROOM - 2 * i, "%02x", bytes[i]);
    return is_done;
}
