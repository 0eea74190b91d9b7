/* The example applications in one program. The name it is called by chooses: the images hold one link an application. */
#include "app.h"

#include <libgen.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    application run;
} applications[] = {
    {"nginx", nginx},
    {"echo-hname", echo_hname},
    {"kubia", kubia},
    {"kubia-unhealthy", kubia_unhealthy},
    {"grade-submission-api", grade_api},
    {"grade-submission-portal", grade_portal},
    {"numbers-api", numbers_api},
    {"agnhost", agnhost},
    {"goproxy", goproxy},
    {"testapp", testapp},
};

static application find(const char *name)
{
    for (size_t i = 0; i < sizeof applications / sizeof *applications; i++)
        if (strcmp(applications[i].name, name) == 0)
            return applications[i].run;
    return NULL;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    /* One arena: a thread a connection would otherwise bring an arena each, and the memory figures would lie. */
    mallopt(M_ARENA_MAX, 1);

    application run = find(basename(argv[0]));
    if (run)
        return run(argc, argv);
    if (argc > 1 && (run = find(argv[1])))
        return run(argc - 1, argv + 1);

    fprintf(stderr, "usage: %s APPLICATION [ARGUMENT...], with one of:", argv[0]);
    for (size_t i = 0; i < sizeof applications / sizeof *applications; i++)
        fprintf(stderr, " %s", applications[i].name);
    fputc('\n', stderr);
    return 2;
}
