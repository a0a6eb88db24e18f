/*
 * data_place.c - the destination of a download: the file that a symbolic link points to; or a temporary
 * folder, from which the file is copied to a pipe or a device, because the digest must be checked before any
 * byte is passed on.
 */
#include "data_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int io_error(const char *path)
{
    fprintf(stderr, "backless: %s: %s\n", path, strerror(errno));
    return EXIT_IO;
}

static int write_bytes(const struct session *s, const char *to, const void *bytes, size_t n)
{
    const bl_status status = bl_file_write(s->ctx, to, bytes, n);
    return status == BL_OK ? EXIT_DONE : fail_with(s, status);
}

static int write_open_file(const struct session *s, int fd, const char *from, const char *to)
{
    struct stat about;
    if (fstat(fd, &about) != 0)
        return io_error(from);
    if (about.st_size == 0)
        return write_bytes(s, to, "", 0);
    const size_t n = (size_t)about.st_size;
    void *bytes = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return io_error(from);
    const int code = write_bytes(s, to, bytes, n);
    munmap(bytes, n);
    return code;
}

static int give_away(const struct session *s, const char *from, const char *to)
{
    const int fd = open(from, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return io_error(from);
    const int code = write_open_file(s, fd, from, to);
    close(fd);
    return code;
}

static int fetch_for_stream(const struct session *s, const struct download *download, const char *to)
{
    char folder[BL_PATH_ROOM], file[BL_PATH_ROOM + 8], part[BL_PATH_ROOM + 16];
    const char *base = getenv("TMPDIR");
    if (snprintf(folder, sizeof folder, "%s/backless-XXXXXX", base && base[0] ? base : "/tmp") >=
            (int)sizeof folder ||
        !mkdtemp(folder))
        return io_error(folder);
    snprintf(file, sizeof file, "%s/file", folder);
    snprintf(part, sizeof part, "%s.part", file);
    struct download d = *download;
    d.to = file;
    d.is_temporary = true;
    int code = download_file(s, &d);
    if (code == EXIT_DONE)
        code = give_away(s, file, to);
    unlink(file);
    unlink(part);
    rmdir(folder);
    return code;
}

int data_place(const struct session *session, const struct download *download, const char *to)
{
    struct download d = *download;
    char target[BL_PATH_ROOM];
    struct stat there;
    d.to = to;
    if (lstat(to, &there) != 0) /* `to` does not exist, and its folders may be missing */
        return download_file(session, &d);
    const bl_status status = bl_file_target(session->ctx, to, target, sizeof target);
    if (status != BL_OK)
        return fail_with(session, status);
    if (!target[0])
        return fetch_for_stream(session, &d, to);
    d.to = target;
    return download_file(session, &d);
}
