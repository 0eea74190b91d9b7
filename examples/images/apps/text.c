#define _GNU_SOURCE
#include "app.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void append(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *piece;
    int length = vasprintf(&piece, format, arguments);
    va_end(arguments);

    text->start = realloc(text->start, text->length + length + 1);
    memcpy(text->start + text->length, piece, length + 1);
    text->length += length;
    free(piece);
}
