/*
 * trainer_note.c - the notes of a trainer: sentences about what cannot learn, or hardly.
 */
#include "trainer.h"

#include "../base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bl_status trainer_note(bl_trainer *t, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t room = t->n_notes;
    BL_TRY(MEM_GROW(t->ctx, &t->notes, &room, t->n_notes, "a note"));
    BL_TRY(mem_text(t->ctx, &t->notes[t->n_notes], text, strlen(text)));
    t->n_notes++;
    return BL_OK;
}
