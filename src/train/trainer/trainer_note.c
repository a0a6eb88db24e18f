/*
 * trainer_note.c - adds notes to a trainer: sentences about parts that cannot learn, or hardly.
 */
#include "trainer.h"

#include "../../base/mem.h"

#include <stdarg.h>

bl_status trainer_note(bl_trainer *t, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const bl_status status = mem_add_sentence(t->ctx, &t->notes, &t->n_notes, format, arguments);
    va_end(arguments);
    return status;
}
