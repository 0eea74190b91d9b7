/* A server that says which pod answered. The unhealthy one answers five requests well and every later one with 500.
 * Neither hears SIGTERM, like most programs that are the first process of a container and never thought of it: they
 * are ended with SIGKILL after the grace period, and the exit code is 137. */
#include "app.h"

#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

enum { GOOD_ANSWERS = 5 };

static bool wears_out;
static atomic_int requests;

static void serve(const struct request *request, struct response *response)
{
    printf("Received request from %s\n", request->peer);
    if (wears_out && atomic_fetch_add(&requests, 1) >= GOOD_ANSWERS)
        respond(response, 500, "I'm not well. Please restart me!");
    else
        respond(response, 200, "You've hit %s\n", hostname());
}

static _Noreturn void run_forever(void)
{
    puts("Kubia server starting...");
    http_listen(8080, serve);
    for (;;)
        pause();
}

int kubia(int argc, char **argv)
{
    (void)argc, (void)argv;
    run_forever();
}

int kubia_unhealthy(int argc, char **argv)
{
    (void)argc, (void)argv;
    wears_out = true;
    run_forever();
}
