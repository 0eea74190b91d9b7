/* The parts of Kubernetes' test image that its documentation's examples use: liveness, netexec, pause; and goproxy. */
#define _GNU_SOURCE
#include "app.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEALTHY_MS = 10000 };

static long long started;

/* The originals are Go programs, which end with code 2 on a SIGTERM that they don't handle. */
static int run_until_told(void)
{
    wait_for_stop();
    return 2;
}

static void serve_liveness(const struct request *request, struct response *response)
{
    long long age = now_ms() - started;
    if (is(request, "/healthz") && age > HEALTHY_MS)
        respond(response, 500, "error: %.6f", age / 1000.0);
    else if (is(request, "/healthz"))
        respond(response, 200, "ok");
    else if (is(request, "/started"))
        respond(response, 200, "%.3fs", age / 1000.0);
    else
        respond(response, 404, "404 page not found\n");
}

static const char *query_text(const struct request *request, const char *name)
{
    const char *at = strstr(request->query, name);
    return at ? at + strlen(name) : "";
}

static void serve_netexec(const struct request *request, struct response *response)
{
    if (is(request, "/"))
        respond(response, 200, "NOW: %lld ms since start", now_ms() - started);
    else if (is(request, "/hostname") || is(request, "/hostName"))
        respond(response, 200, "%s", hostname());
    else if (is(request, "/echo"))
        respond(response, 200, "%s", query_text(request, "msg="));
    else if (is(request, "/clientip"))
        respond(response, 200, "%s", request->peer);
    else if (is(request, "/header"))
        respond(response, 200, "%s", request->headers);
    else if (is(request, "/healthz"))
        respond(response, 200, "ok");
    else if (is(request, "/exit"))
        exit(query_number(request, "code", 0));
    else
        respond(response, 404, "404 page not found\n");
}

int agnhost(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "pause";
    started = now_ms();
    hold_stop_signals();
    if (strcmp(command, "pause") == 0) {
        puts("Paused");
        return run_until_told();
    }
    if (strcmp(command, "liveness") == 0) {
        http_listen(8080, serve_liveness);
        return run_until_told();
    }
    if (strcmp(command, "netexec") == 0) {
        http_listen(atoi(option(argc, argv, "--http-port", "8080")), serve_netexec);
        return run_until_told();
    }
    fprintf(stderr, "agnhost: there is no %s here, only liveness, netexec and pause\n", command);
    return 1;
}

static void refuse_proxying(const struct request *request, struct response *response)
{
    respond(response, 404, "%s: nothing is proxied here\n", request->path);
}

int goproxy(int argc, char **argv)
{
    (void)argc, (void)argv;
    hold_stop_signals();
    http_listen(8080, refuse_proxying);
    return run_until_told();
}
