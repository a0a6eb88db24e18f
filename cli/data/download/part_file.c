/*
 * part_file.c - FILE.part: opened, locked, and renamed when it is whole.
 *
 * The lock is one of fcntl, which other machines on a shared disk see too. A process loses it when it closes
 * any descriptor of the file; the file is therefore accessed through this descriptor only.
 */
#include "part_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(const char *path)
{
    fprintf(stderr, "backless: %s: %s\n", path, strerror(errno));
    return false;
}

bool part_make_folders(struct part_file *part, const char *to)
{
    char path[BL_PATH_ROOM];
    snprintf(path, sizeof path, "%s", to);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(path, 0777) == 0)
            part->made = part->made ? part->made : strlen(path);
        else if (errno != EEXIST)
            return fail(path);
        *slash = '/';
    }
    return true;
}

static bool name_holder(const struct part_file *part)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    const bool is_known = fcntl(part->fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK && lock.l_pid > 0;
    fprintf(stderr, "backless: %s: another process", part->path);
    if (is_known)
        fprintf(stderr, " (%ld)", (long)lock.l_pid);
    fputs(" is fetching this file; try again when it has ended\n", stderr);
    return false;
}

static bool take_lock(const struct part_file *part)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(part->fd, F_SETLK, &lock) == 0)
        return true;
    return errno == EACCES || errno == EAGAIN ? name_holder(part) : fail(part->path);
}

/* Returns whether the file still has its name. The process that held the lock may have renamed or removed it
   between our opening and locking. */
static bool still_has_its_name(const struct part_file *part)
{
    struct stat opened, named;
    return fstat(part->fd, &opened) == 0 && stat(part->path, &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

bool part_open(struct part_file *part, const char *to)
{
    part->fd = -1;
    if (snprintf(part->path, sizeof part->path, "%s.part", to) >= (int)sizeof part->path) {
        errno = ENAMETOOLONG;
        return fail(to);
    }
    do {
        if (part->fd >= 0)
            close(part->fd);
        part->fd = open(part->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (part->fd < 0)
            return fail(part->path);
        if (!take_lock(part)) {
            close(part->fd);
            return false;
        }
    } while (!still_has_its_name(part));
    return true;
}

bool part_size(const struct part_file *part, long long *size)
{
    struct stat found;
    if (fstat(part->fd, &found) != 0)
        return fail(part->path);
    *size = (long long)found.st_size;
    return true;
}

bool part_empty(const struct part_file *part)
{
    return ftruncate(part->fd, 0) == 0 || fail(part->path);
}

/* Writes the folder to the disk, so that the new name survives a crash. Errors are ignored, because some file
   systems cannot do this. */
static void sync_folder_of(const char *path)
{
    char folder[BL_PATH_ROOM];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = 0;
    const int fd = open(slash ? folder : ".", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)fsync(fd);
    close(fd);
}

/* Copies the permission bits of the file that is replaced. */
static bool keep_permissions(const struct part_file *part, const char *to)
{
    struct stat old;
    return stat(to, &old) != 0 || fchmod(part->fd, old.st_mode & 0777) == 0 || fail(part->path);
}

bool part_finish(const struct part_file *part, const char *to)
{
    if (!keep_permissions(part, to))
        return false;
    if (fsync(part->fd) != 0)
        return fail(part->path);
    if (rename(part->path, to) != 0)
        return fail(to);
    sync_folder_of(to);
    return true;
}

/* Removes the folders that were made, from the innermost on, as far as they are empty. */
static void remove_made_folders(const struct part_file *part)
{
    char path[BL_PATH_ROOM];
    memcpy(path, part->path, sizeof path);
    for (char *slash = strrchr(path, '/'); slash; slash = strrchr(path, '/')) {
        *slash = 0;
        if (part->made == 0 || strlen(path) < part->made || rmdir(path) != 0)
            return;
    }
}

void part_close(struct part_file *part)
{
    struct stat found;
    if (fstat(part->fd, &found) == 0 && found.st_size == 0 && still_has_its_name(part) &&
        unlink(part->path) == 0)
        remove_made_folders(part);
    close(part->fd);
    part->fd = -1;
}
