/* The two halves of the grade-submission application: an API that keeps grades, and a portal that shows them.
 *
 * The API uses memory the way a collected runtime does: a floor that is there from the start, and for every request
 * some garbage that is only given back after a while. A request takes a tenth of a second, so
 *
 *     25 users:  250 requests a second * 5 s * 16 KiB = 20 MiB above the floor, which a limit of 64Mi holds;
 *     80 users:  800 requests a second * 5 s * 16 KiB = 62 MiB above the floor, which neither 48Mi nor 64Mi hold;
 *     35Mi:      less than the floor, so it does not even come up. */
#define _GNU_SOURCE
#include "app.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FLOOR_BYTES = 36 * 1024 * 1024,
    GARBAGE_BYTES = 16 * 1024,
    GARBAGE_AGE_MS = 5000,
    REQUEST_MS = 100,
    GRADES_KEPT = 100,
};

struct garbage {
    struct garbage *next;
    long long since;
    char bytes[GARBAGE_BYTES];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct garbage *oldest, *newest;
static char *grades[GRADES_KEPT];
static size_t submitted;

static void leave_garbage(void)
{
    struct garbage *mine = take_memory(sizeof *mine);
    mine->next = NULL;
    mine->since = now_ms();
    pthread_mutex_lock(&lock);
    if (newest)
        newest->next = mine;
    else
        oldest = mine;
    newest = mine;
    pthread_mutex_unlock(&lock);
}

static void collect_garbage(void)
{
    pthread_mutex_lock(&lock);
    while (oldest && now_ms() - oldest->since > GARBAGE_AGE_MS) {
        struct garbage *gone = oldest;
        oldest = gone->next;
        if (!oldest)
            newest = NULL;
        free(gone);
    }
    pthread_mutex_unlock(&lock);
}

static void list(struct response *response)
{
    struct text all = {0};
    append(&all, "[");
    pthread_mutex_lock(&lock);
    size_t first = submitted > GRADES_KEPT ? submitted - GRADES_KEPT : 0;
    for (size_t i = first; i < submitted; i++)
        append(&all, "%s%s", i > first ? "," : "", grades[i % GRADES_KEPT]);
    pthread_mutex_unlock(&lock);
    append(&all, "]");
    response->body = all.start;
    response->length = all.length;
}

static void submit(const struct request *request, struct response *response)
{
    const char *start = request->body + strspn(request->body, " \t\r\n");
    if (*start != '{') {
        respond(response, 400, "{\"error\":\"send a JSON object, such as {\\\"name\\\":\\\"Kim\\\",\\\"subject\\\":\\\"Math\\\",\\\"score\\\":90}\"}");
        return;
    }
    pthread_mutex_lock(&lock);
    char **place = &grades[submitted++ % GRADES_KEPT];
    free(*place);
    *place = strdup(start);
    pthread_mutex_unlock(&lock);
    respond(response, 201, "%s", start);
}

static void serve_api(const struct request *request, struct response *response)
{
    response->content_type = "application/json";
    if (is(request, "/healthz") || is(request, "/readyz")) {
        respond(response, 200, "{\"status\":\"OK\"}");
        return;
    }
    if (!is(request, "/grade") && !is(request, "/grades")) {
        respond(response, 404, "{\"error\":\"no such path; try /grade\"}");
        return;
    }
    leave_garbage();
    sleep_ms(REQUEST_MS);
    collect_garbage();
    if (strcmp(request->method, "POST") == 0)
        submit(request, response);
    else
        list(response);
}

int grade_api(int argc, char **argv)
{
    (void)argc, (void)argv;
    take_memory(FLOOR_BYTES);
    puts("Grade submission API is listening on port 3000");
    return http_serve(3000, serve_api);
}

static const char *api_host(void)
{
    const char *host = getenv("GRADE_SERVICE_HOST");
    return host ? host : "grade-submission-api";
}

static const char *field(const char *form, const char *name, char *value, size_t size)
{
    const char *at = strstr(form, name);
    at = at ? at + strlen(name) : "";
    size_t out = 0;
    for (; *at && *at != '&' && out + 1 < size; at++)
        if (*at != '"' && *at != '\\' && *at >= ' ')
            value[out++] = *at == '+' ? ' ' : *at;
    value[out] = '\0';
    return value;
}

static void serve_portal(const struct request *request, struct response *response)
{
    if (is(request, "/healthz")) {
        respond(response, 200, "ok\n");
        return;
    }
    char error[256], name[64], subject[64], score[16], grade[256];
    char *answer;
    if (strcmp(request->method, "POST") == 0) {
        snprintf(grade, sizeof grade, "{\"name\":\"%s\",\"subject\":\"%s\",\"score\":%d}", field(request->body, "name=", name, sizeof name),
            field(request->body, "subject=", subject, sizeof subject), atoi(field(request->body, "score=", score, sizeof score)));
        answer = http_fetch(api_host(), 3000, "POST", "/grade", grade, error, sizeof error);
    } else {
        answer = http_fetch(api_host(), 3000, "GET", "/grade", "", error, sizeof error);
    }
    if (!answer) {
        respond(response, 502, "The grades cannot be had: %s\n", error);
        return;
    }
    response->content_type = "text/html";
    respond(response, 200,
        "<!DOCTYPE html>\n<html>\n<head><title>Grade Submission Portal</title></head>\n<body>\n<h1>Grade submission</h1>\n"
        "<form method=\"post\"><input name=\"name\"><input name=\"subject\"><input name=\"score\"><button>Submit</button></form>\n"
        "<pre>%s</pre>\n</body>\n</html>\n", answer);
    free(answer);
}

int grade_portal(int argc, char **argv)
{
    (void)argc, (void)argv;
    puts("Grade submission portal is listening on port 5001");
    return http_serve(5001, serve_portal);
}
