/*
 * io.c - read and write, repeated after interruption by a signal.
 */
#include "io.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

ssize_t io_read(int file, void *bytes, size_t n)
{
    ssize_t got;
    do
        got = read(file, bytes, n);
    while (got < 0 && errno == EINTR);
    return got;
}

ssize_t io_read_all(int file, void *bytes, size_t n)
{
    size_t done = 0;
    while (done < n) {
        const ssize_t got = io_read(file, (char *)bytes + done, n - done);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

static bool may_go_on(int file)
{
    struct pollfd ready = {.fd = file, .events = POLLOUT};
    if (errno == EAGAIN)
        return poll(&ready, 1, -1) >= 0 || errno == EINTR;
    return errno == EINTR;
}

bool io_write_all(int file, const void *bytes, size_t n)
{
    for (size_t done = 0; done < n;) {
        const ssize_t put = write(file, (const char *)bytes + done, n - done);
        if (put < 0 && !may_go_on(file))
            return false;
        done += put > 0 ? (size_t)put : 0;
    }
    return true;
}
