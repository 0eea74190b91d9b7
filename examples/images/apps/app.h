/* What the example applications share. Each application is a function in a file of its own; main.c lists them. */
#ifndef APP_H
#define APP_H

#include <stdbool.h>
#include <stddef.h>

typedef int (*application)(int argc, char **argv);

int nginx(int argc, char **argv);
int echo_hname(int argc, char **argv);
int kubia(int argc, char **argv);
int kubia_unhealthy(int argc, char **argv);
int grade_api(int argc, char **argv);
int grade_portal(int argc, char **argv);
int numbers_api(int argc, char **argv);
int agnhost(int argc, char **argv);
int goproxy(int argc, char **argv);
int testapp(int argc, char **argv);
int grpc_health(int argc, char **argv);

/* --- process.c: time, signals, arguments, memory ----------------------------------------------------------- */

/* Milliseconds of a clock that never jumps. */
long long now_ms(void);
void sleep_ms(long long ms);

/* "250ms", "5s", "2m" or bare seconds, in milliseconds; ends the program with code 2 on anything else. */
long long parse_duration(const char *text);

/* The value after NAME among the arguments ("--port 80" or "--port=80"), or the fallback. */
const char *option(int argc, char **argv, const char *name, const char *fallback);
bool has_flag(int argc, char **argv, const char *name);

/* Makes SIGTERM, SIGINT and SIGQUIT wait for wait_for_stop. Call it before any thread is started, in processes that
 * are to end well when asked: the first process of a container gets no default action from the kernel, so without
 * this it goes on until SIGKILL (exit code 137). */
void hold_stop_signals(void);

/* Returns the number of the first of those signals that arrives. */
int wait_for_stop(void);

const char *hostname(void);

/* Memory that is really used: allocated and written to. In a file of its own, so that no compiler leaves it out because
 * nothing reads it; ends the program with code 1 if there is none. */
void *take_memory(size_t bytes);

/* --- http.c: a small HTTP/1.1 server, a thread a connection ------------------------------------------------ */

struct request {
    char method[8];
    char path[512];             /* without the query */
    char query[512];            /* without the question mark; not percent-decoded */
    const char *headers;        /* the head's lines after the first, as received */
    const char *body;           /* ended with a zero */
    char peer[64];              /* the client's address; an IPv4 client is ::ffff:a.b.c.d, as on any dual socket */
};

struct response {
    int status;
    const char *content_type;
    char headers[512];          /* further header lines, each ended with \r\n */
    char *body;                 /* allocated; freed by the server */
    size_t length;
};

typedef void (*http_handler)(const struct request *request, struct response *response);

/* Listens on all addresses, IPv6 and IPv4, and answers in threads of its own; returns at once. Ends the program with
 * code 1 if the port is taken. */
void http_listen(int port, http_handler handler);

/* Closes the listening sockets and waits until no request is being answered, at most this long. */
void http_drain(long long at_most_ms);

/* The usual main loop: listen, wait for a stop signal, drain, and return 0. */
int http_serve(int port, http_handler handler);

void respond(struct response *response, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));
void add_header(struct response *response, const char *name, const char *value);
bool is(const struct request *request, const char *path);

/* The number behind NAME= in the query, or the fallback. */
long query_number(const struct request *request, const char *name, long fallback);

/* A listening TCP socket on all addresses; ends the program with code 1 if the port is taken. */
int listen_on(int port);

/* --- fetch.c: a small HTTP client --------------------------------------------------------------------------- */

/* Sends one request to a host found by DNS and returns the body of a 2xx answer (allocated), or null; then error says why. */
char *http_fetch(const char *host, int port, const char *method, const char *path, const char *body, char *error, size_t error_size);

/* --- text.c: growing text ------------------------------------------------------------------------------------ */

struct text {
    char *start;
    size_t length;
};

void append(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
