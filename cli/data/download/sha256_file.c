/*
 * sha256_file.c - the SHA-256 of a file's content, by libcrypto.
 */
#include "sha256_file.h"

#include "loaded_library.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <unistd.h>

enum { BLOCK = 1 << 16 };

static struct {
    __typeof__(EVP_MD_CTX_new) *create;
    __typeof__(EVP_sha256) *sha256;
    __typeof__(EVP_DigestInit_ex) *begin;
    __typeof__(EVP_DigestUpdate) *update;
    __typeof__(EVP_DigestFinal_ex) *end;
    __typeof__(EVP_MD_CTX_free) *release;
} crypto;

const char *sha256_load(void)
{
    static const struct loaded_function functions[] = {
        {"EVP_MD_CTX_new", &crypto.create},   {"EVP_sha256", &crypto.sha256},
        {"EVP_DigestInit_ex", &crypto.begin}, {"EVP_DigestUpdate", &crypto.update},
        {"EVP_DigestFinal_ex", &crypto.end},  {"EVP_MD_CTX_free", &crypto.release},
    };
    if (crypto.release)
        return NULL;
    return load_library(CLI_CRYPTO_FILE, functions, sizeof functions / sizeof *functions);
}

static bool add_file(EVP_MD_CTX *digest, int fd)
{
    unsigned char block[BLOCK];
    for (off_t at = 0;;) {
        const ssize_t n = pread(fd, block, sizeof block, at);
        if (n == 0)
            return true;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || crypto.update(digest, block, (size_t)n) != 1)
            return false;
        at += n;
    }
}

bool sha256_of_fd(int fd, char hex[SHA256_ROOM])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    errno = ENOMEM; /* the only reason for which libcrypto fails here */
    EVP_MD_CTX *digest = crypto.create();
    const bool is_done = digest && crypto.begin(digest, crypto.sha256(), NULL) == 1 && add_file(digest, fd) &&
                         crypto.end(digest, bytes, &n) == 1;
    crypto.release(digest);
    for (unsigned i = 0; is_done && i < n; i++)
        snprintf(hex + 2 * i, SHA256_ROOM - 2 * i, "%02x", bytes[i]);
    return is_done;
}
