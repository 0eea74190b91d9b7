/* An API that gives random numbers and breaks after so many calls as FailAfterCallCount says: from then on /rng and /healthz answer
 * 500, until /reset. An instance without that variable never breaks. */
#include "app.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/random.h>

static atomic_long calls;
static long good_calls = -1;

static bool is_broken(void)
{
    return good_calls >= 0 && atomic_load(&calls) >= good_calls;
}

static void serve(const struct request *request, struct response *response)
{
    if (is(request, "/rng")) {
        unsigned number = 0;
        if (is_broken()) {
            respond(response, 500, "this instance gives no numbers any more\n");
            return;
        }
        atomic_fetch_add(&calls, 1);
        getrandom(&number, sizeof number, 0);
        respond(response, 200, "%u\n", number % 100);
    } else if (is(request, "/healthz"))
        respond(response, is_broken() ? 500 : 200, is_broken() ? "broken\n" : "ok\n");
    else if (is(request, "/reset"))
        atomic_store(&calls, 0), respond(response, 200, "as new\n");
    else
        respond(response, 404, "there is no %s here\n", request->path);
}

int numbers_api(int argc, char **argv)
{
    (void)argc, (void)argv;
    const char *limit = getenv("FailAfterCallCount");
    if (limit)
        good_calls = atol(limit);
    hold_stop_signals();
    return http_serve(80, serve);
}
