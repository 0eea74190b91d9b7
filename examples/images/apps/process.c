#define _GNU_SOURCE
#include "app.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

void sleep_ms(long long ms)
{
    struct timespec left = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&left, &left) == -1 && errno == EINTR)
        ;
}

long long parse_duration(const char *text)
{
    char *unit;
    double value = strtod(text, &unit);
    if (unit != text && value >= 0) {
        if (strcmp(unit, "ms") == 0)
            return (long long)value;
        if (*unit == '\0' || strcmp(unit, "s") == 0)
            return (long long)(value * 1000);
        if (strcmp(unit, "m") == 0)
            return (long long)(value * 60000);
    }
    fprintf(stderr, "%s: not a duration; write 250ms, 5s, 2m or seconds\n", text);
    exit(2);
}

const char *option(int argc, char **argv, const char *name, const char *fallback)
{
    size_t length = strlen(name);
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], name, length) != 0)
            continue;
        if (argv[i][length] == '=')
            return argv[i] + length + 1;
        if (argv[i][length] == '\0' && i + 1 < argc)
            return argv[i + 1];
    }
    return fallback;
}

bool has_flag(int argc, char **argv, const char *name)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return false;
}

static sigset_t stop_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGQUIT);
    return signals;
}

void hold_stop_signals(void)
{
    /* Blocked in every thread, so that they stay pending until sigwait takes them; a pending signal is not thrown away,
     * which an unblocked one with its default action is, for the first process of a container. */
    sigset_t signals = stop_signals();
    sigprocmask(SIG_BLOCK, &signals, NULL);
}

int wait_for_stop(void)
{
    sigset_t signals = stop_signals();
    int signal = 0;
    while (sigwait(&signals, &signal) != 0)
        ;
    return signal;
}

const char *hostname(void)
{
    static char name[256];
    gethostname(name, sizeof name - 1);
    return name;
}

void *take_memory(size_t bytes)
{
    void *block = malloc(bytes);
    if (!block) {
        fprintf(stderr, "cannot have %zu bytes of memory\n", bytes);
        exit(1);
    }
    return memset(block, 1, bytes);
}
