#define _GNU_SOURCE
#include "app.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    HEAD_LIMIT = 16 * 1024,     /* bytes of a request's head; a longer one is refused with 431 */
    BODY_LIMIT = 1024 * 1024,   /* bytes of a request's body; a longer one is refused with 413 */
    STACK_SIZE = 128 * 1024,    /* bytes a thread; the handlers need a few KiB */
};

static http_handler handle;
static int listener = -1;
static atomic_int answering;
static atomic_bool draining;

struct connection {
    int socket;
    char peer[64];
    char buffer[HEAD_LIMIT + 1];
    size_t held;                /* bytes in the buffer that no request has used yet */
};

static const char *reason(int status)
{
    switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 204: return "No Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Content Too Large";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    default: return status < 400 ? "OK" : "Error";
    }
}

void respond(struct response *response, int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    free(response->body);
    int length = vasprintf(&response->body, format, arguments);
    va_end(arguments);
    response->status = status;
    response->length = length < 0 ? 0 : length;
}

void add_header(struct response *response, const char *name, const char *value)
{
    size_t used = strlen(response->headers);
    snprintf(response->headers + used, sizeof response->headers - used, "%s: %s\r\n", name, value);
}

bool is(const struct request *request, const char *path)
{
    return strcmp(request->path, path) == 0;
}

long query_number(const struct request *request, const char *name, long fallback)
{
    size_t length = strlen(name);
    for (const char *at = request->query; at; at = strchr(at, '&')) {
        at += *at == '&';
        if (strncmp(at, name, length) == 0 && at[length] == '=')
            return strtol(at + length + 1, NULL, 10);
    }
    return fallback;
}

static bool send_all(int socket, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(socket, data, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        data += sent;
        length -= sent;
    }
    return true;
}

static bool send_response(int socket, const struct response *response, bool with_body, bool keep)
{
    char date[40];
    time_t now = time(NULL);
    struct tm parts;
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &parts));

    char *head;
    int length = asprintf(&head, "HTTP/1.1 %d %s\r\n%sDate: %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: %s\r\n\r\n",
        response->status, reason(response->status), response->headers, date, response->content_type, response->length,
        keep ? "keep-alive" : "close");
    size_t body = with_body ? response->length : 0;
    head = realloc(head, length + body + 1);
    memcpy(head + length, response->body ? response->body : "", body);
    bool sent = send_all(socket, head, length + body);
    free(head);
    return sent;
}

/* The value of a header among the head's lines, or null. */
static const char *header(const char *headers, const char *name)
{
    size_t length = strlen(name);
    for (const char *line = headers; *line; line++) {
        if (strncasecmp(line, name, length) == 0 && line[length] == ':')
            return line + length + 1 + strspn(line + length + 1, " ");
        line = strchr(line, '\n');
        if (!line)
            break;
    }
    return NULL;
}

/* Reads until the empty line; returns the head's length with that line, 0 at the end of the stream, -1 if it is too long. */
static int read_head(struct connection *connection)
{
    for (;;) {
        connection->buffer[connection->held] = '\0';
        char *end = strstr(connection->buffer, "\r\n\r\n");
        if (end)
            return end + 4 - connection->buffer;
        if (connection->held == HEAD_LIMIT)
            return -1;
        ssize_t got = recv(connection->socket, connection->buffer + connection->held, HEAD_LIMIT - connection->held, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return 0;
        connection->held += got;
    }
}

/* The body after a head of this length, and what follows it moved to the buffer's start; null if the client went away. */
static char *read_body(struct connection *connection, int head, size_t length)
{
    char *body = malloc(length + 1);
    size_t have = connection->held - head < length ? connection->held - head : length;
    memcpy(body, connection->buffer + head, have);
    connection->held -= head + have;
    memmove(connection->buffer, connection->buffer + head + have, connection->held);
    while (have < length) {
        ssize_t got = recv(connection->socket, body + have, length - have, 0);
        if (got <= 0) {
            free(body);
            return NULL;
        }
        have += got;
    }
    body[length] = '\0';
    return body;
}

static bool refuse(struct connection *connection, int status)
{
    struct response response = {.status = status, .content_type = "text/plain"};
    send_response(connection->socket, &response, true, false);
    return false;
}

static bool answer(struct connection *connection)
{
    int head = read_head(connection);
    if (head <= 0)
        return head == 0 ? false : refuse(connection, 431);

    char first[1200];
    size_t line = strcspn(connection->buffer, "\r");
    snprintf(first, sizeof first, "%.*s", (int)line, connection->buffer);
    char *headers = strndup(connection->buffer + line + 2, head - line - 4);

    struct request request = {.headers = headers};
    char target[1024];
    const char *length_text = header(headers, "Content-Length"), *wish = header(headers, "Connection");
    size_t length = length_text ? strtoul(length_text, NULL, 10) : 0;
    if (sscanf(first, "%7s %1023s", request.method, target) != 2 || length > BODY_LIMIT) {
        free(headers);
        return refuse(connection, length > BODY_LIMIT ? 413 : 400);
    }
    snprintf(request.path, sizeof request.path, "%.*s", (int)strcspn(target, "?"), target);
    snprintf(request.query, sizeof request.query, "%s", strchr(target, '?') ? strchr(target, '?') + 1 : "");
    snprintf(request.peer, sizeof request.peer, "%s", connection->peer);

    char *body = read_body(connection, head, length);
    bool keep = body != NULL;
    if (body) {
        request.body = body;
        atomic_fetch_add(&answering, 1);
        struct response response = {.status = 200, .content_type = "text/plain"};
        handle(&request, &response);
        keep = !atomic_load(&draining) && !(wish && strncasecmp(wish, "close", 5) == 0) && !strstr(first, "HTTP/1.0");
        keep = send_response(connection->socket, &response, strcmp(request.method, "HEAD") != 0, keep) && keep;
        atomic_fetch_sub(&answering, 1);
        free(response.body);
        free(body);
    }
    free(headers);
    return keep;
}

static void *serve_connection(void *argument)
{
    struct connection *connection = argument;
    while (answer(connection))
        ;
    close(connection->socket);
    free(connection);
    return NULL;
}

static void *accept_connections(void *argument)
{
    (void)argument;
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK_SIZE);
    pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
    while (!atomic_load(&draining)) {
        struct sockaddr_in6 from;
        socklen_t size = sizeof from;
        int socket = accept4(listener, (struct sockaddr *)&from, &size, SOCK_CLOEXEC);
        if (socket < 0)
            continue;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        struct connection *connection = calloc(1, sizeof *connection);
        connection->socket = socket;
        if (from.sin6_family == AF_INET6)
            inet_ntop(AF_INET6, &from.sin6_addr, connection->peer, sizeof connection->peer);
        else
            inet_ntop(AF_INET, &((struct sockaddr_in *)&from)->sin_addr, connection->peer, sizeof connection->peer);
        pthread_t thread;
        if (pthread_create(&thread, &small, serve_connection, connection) != 0) {
            close(socket);
            free(connection);
        }
    }
    return NULL;
}

int listen_on(int port)
{
    struct sockaddr_in6 any6 = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_any};
    struct sockaddr_in any4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    int made = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool dual = made >= 0;
    if (!dual)
        made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (dual)
        setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, &(int){0}, sizeof(int));
    const struct sockaddr *address = dual ? (struct sockaddr *)&any6 : (struct sockaddr *)&any4;
    if (bind(made, address, dual ? sizeof any6 : sizeof any4) < 0 || listen(made, 1024) < 0) {
        fprintf(stderr, "cannot listen on port %d: %s\n", port, strerror(errno));
        exit(1);
    }
    return made;
}

void http_listen(int port, http_handler handler)
{
    handle = handler;
    listener = listen_on(port);
    pthread_t thread;
    if (pthread_create(&thread, NULL, accept_connections, NULL) != 0) {
        fprintf(stderr, "cannot start a thread: %s\n", strerror(errno));
        exit(1);
    }
}

void http_drain(long long at_most_ms)
{
    atomic_store(&draining, true);
    shutdown(listener, SHUT_RDWR);
    for (long long until = now_ms() + at_most_ms; atomic_load(&answering) > 0 && now_ms() < until;)
        sleep_ms(5);
}

int http_serve(int port, http_handler handler)
{
    hold_stop_signals();
    http_listen(port, handler);
    wait_for_stop();
    http_drain(10000);
    return 0;
}
