/* A program for tests: it does one thing that an application may do, well or badly. Without arguments it says what. */
#define _GNU_SOURCE
#include "app.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

extern char **environ;

static int usage(void)
{
    fputs(
        "usage: testapp COMMAND, with one of:\n"
        "  exit CODE [AFTER]                    ends with the code, after a time\n"
        "  sleep [--ignore-term] [--term-code=N] [--term-delay=T]\n"
        "                                       waits until SIGTERM; ignores it, or ends with the code after the delay\n"
        "  serve [--port=8080] [--start-delay=T] [--healthy-requests=N] [--version=V]\n"
        "                                       HTTP; the paths are listed in the README\n"
        "  listen PORT [--start-delay=T]        accepts TCP connections and echoes what they send\n"
        "  grpc [--port=50051] [--status=SERVING|NOT_SERVING]\n"
        "                                       the gRPC health service; SIGUSR1 turns the status over\n"
        "  allocate MIB [--step=1] [--every=100ms]\n"
        "                                       takes and touches memory, MIB in all, then waits\n"
        "  burn [SECONDS]                       keeps one processor busy\n"
        "  pi DIGITS                            prints so many decimal places\n"
        "  write LINES_A_SECOND [--bytes=80]    writes numbered lines to standard output\n"
        "  fill PATH MIB                        writes a file of that size, then waits\n"
        "  env | hostname                       prints it\n"
        "Durations are written 250ms, 5s, 2m or in seconds.\n", stderr);
    return 2;
}

static int wait_forever(void)
{
    hold_stop_signals();
    return 128 + wait_for_stop();
}

/* --- decimal places of pi: Rabinowitz and Wagon's spigot, four digits a round, time grows with the square ------- */

static char *pi_digits(long places)
{
    enum { BASE = 10000, START = 2000 };
    size_t rounds = places / 4 + 2, length = rounds * 14, out = 0;
    int *remainders = malloc(length * sizeof *remainders);
    char *digits = malloc(rounds * 4 + 2);
    for (size_t i = 0; i < length; i++)
        remainders[i] = START;

    long carried = 0;
    for (size_t left = length - 1; out < rounds * 4 && left >= 14; left -= 14) {
        long sum = 0;
        for (size_t i = left; i > 0; i--) {
            long divisor = 2 * i - 1;
            sum = sum * i + (long)remainders[i] * BASE;
            remainders[i] = sum % divisor;
            sum /= divisor;
        }
        out += sprintf(digits + out, "%04ld", carried + sum / BASE);
        carried = sum % BASE;
    }
    free(remainders);
    memmove(digits + 2, digits + 1, out);
    digits[1] = '.';
    digits[places + 2] = '\0';
    return digits;
}

/* --- serve ----------------------------------------------------------------------------------------------------- */

/* One switchable check; every field may be changed while requests are answered. */
struct check {
    atomic_bool failing;
    atomic_long slow_ms;
};

static struct check health, readiness;
static atomic_bool hanging;
static atomic_long answered, healthy_requests = -1;
static const char *version = "1";

static void answer_check(struct check *check, struct response *response)
{
    sleep_ms(atomic_load(&check->slow_ms));
    if (atomic_load(&check->failing))
        respond(response, 503, "failing\n");
    else
        respond(response, 200, "ok\n");
}

/* /healthz, /healthz/fail, /healthz/recover and /healthz/slow?ms=N, and the same under /readyz. */
static bool answer_checks(const char *root, struct check *check, const struct request *request, struct response *response)
{
    size_t length = strlen(root);
    if (strncmp(request->path, root, length) != 0)
        return false;
    const char *action = request->path + length;
    if (*action == '\0') {
        answer_check(check, response);
        return true;
    }
    if (strcmp(action, "/fail") == 0)
        atomic_store(&check->failing, true);
    else if (strcmp(action, "/recover") == 0)
        atomic_store(&check->failing, false), atomic_store(&check->slow_ms, 0);
    else if (strcmp(action, "/slow") == 0)
        atomic_store(&check->slow_ms, query_number(request, "ms", 5000));
    else
        return false;
    respond(response, 200, "done\n");
    return true;
}

static void list_environment(struct response *response)
{
    struct text all = {0};
    for (char **variable = environ; *variable; variable++)
        append(&all, "%s\n", *variable);
    response->body = all.start;
    response->length = all.length;
}

static void redirect(const struct request *request, struct response *response)
{
    const char *to = strstr(request->query, "to=");
    add_header(response, "Location", to ? to + 3 : "/");
    respond(response, 302, "moved\n");
}

static void compute_pi(const struct request *request, struct response *response)
{
    long long start = now_ms();
    char *digits = pi_digits(query_number(request, "dp", 1000));
    char took[32];
    snprintf(took, sizeof took, "%lld", now_ms() - start);
    add_header(response, "X-Milliseconds", took);
    respond(response, 200, "%s\n", digits);
    free(digits);
}

static void serve(const struct request *request, struct response *response)
{
    while (atomic_load(&hanging))
        sleep_ms(1000);
    if (answer_checks("/healthz", &health, request, response) || answer_checks("/readyz", &readiness, request, response))
        return;

    if (is(request, "/")) {
        long good = atomic_load(&healthy_requests);
        bool worn_out = atomic_fetch_add(&answered, 1) >= good && good >= 0;
        atomic_store(&health.failing, atomic_load(&health.failing) || worn_out);
        respond(response, worn_out ? 500 : 200, "testapp %s on %s\n", version, hostname());
    } else if (is(request, "/hostname"))
        respond(response, 200, "%s\n", hostname());
    else if (is(request, "/version"))
        respond(response, 200, "%s\n", version);
    else if (is(request, "/clientip"))
        respond(response, 200, "%s\n", request->peer);
    else if (is(request, "/headers"))
        respond(response, 200, "%s\n", request->headers);
    else if (is(request, "/env"))
        list_environment(response);
    else if (is(request, "/echo"))
        respond(response, 200, "%s", request->body);
    else if (is(request, "/status"))
        respond(response, query_number(request, "code", 200), "as you wish\n");
    else if (is(request, "/redirect"))
        redirect(request, response);
    else if (is(request, "/slow"))
        sleep_ms(query_number(request, "ms", 1000)), respond(response, 200, "at last\n");
    else if (is(request, "/pi"))
        compute_pi(request, response);
    else if (is(request, "/allocate"))
        take_memory(query_number(request, "mib", 1) << 20), respond(response, 200, "taken\n");
    else if (is(request, "/hang"))
        atomic_store(&hanging, true), respond(response, 200, "no later request is answered\n");
    else if (is(request, "/exit"))
        _exit(query_number(request, "code", 0));
    else
        respond(response, 404, "there is no %s here\n", request->path);
}

static int run_server(int argc, char **argv)
{
    hold_stop_signals();
    version = option(argc, argv, "--version", "1");
    atomic_store(&healthy_requests, atol(option(argc, argv, "--healthy-requests", "-1")));
    sleep_ms(parse_duration(option(argc, argv, "--start-delay", "0")));
    int port = atoi(option(argc, argv, "--port", "8080"));
    printf("testapp %s is listening on port %d\n", version, port);
    return http_serve(port, serve);
}

/* --- the other commands ----------------------------------------------------------------------------------------- */

static int end(int argc, char **argv)
{
    if (argc < 2)
        return usage();
    hold_stop_signals();
    sleep_ms(argc > 2 ? parse_duration(argv[2]) : 0);
    printf("ending with code %s\n", argv[1]);
    return atoi(argv[1]);
}

static int sleep_until_told(int argc, char **argv)
{
    hold_stop_signals();
    puts("sleeping");
    int got;
    do {
        got = wait_for_stop();
        printf("got signal %d\n", got);
    } while (has_flag(argc, argv, "--ignore-term"));
    sleep_ms(parse_duration(option(argc, argv, "--term-delay", "0")));
    return atoi(option(argc, argv, "--term-code", "0"));
}

static void *echo_back(void *argument)
{
    int socket = (int)(long)argument;
    char bytes[4096];
    for (ssize_t got; (got = recv(socket, bytes, sizeof bytes, 0)) > 0;)
        send(socket, bytes, got, MSG_NOSIGNAL);
    close(socket);
    return NULL;
}

static void *accept_echoes(void *argument)
{
    for (;;) {
        int socket = accept((int)(long)argument, NULL, NULL);
        pthread_t thread;
        if (socket >= 0 && pthread_create(&thread, NULL, echo_back, (void *)(long)socket) == 0)
            pthread_detach(thread);
    }
    return NULL;
}

static int listen_tcp(int argc, char **argv)
{
    if (argc < 2)
        return usage();
    hold_stop_signals();
    sleep_ms(parse_duration(option(argc, argv, "--start-delay", "0")));
    pthread_t thread;
    pthread_create(&thread, NULL, accept_echoes, (void *)(long)listen_on(atoi(argv[1])));
    printf("listening on port %s\n", argv[1]);
    wait_for_stop();
    return 0;
}

static int allocate(int argc, char **argv)
{
    if (argc < 2)
        return usage();
    long wanted = atol(argv[1]), step = atol(option(argc, argv, "--step", "1"));
    long long pause = parse_duration(option(argc, argv, "--every", "100ms"));
    for (long taken = 0; step > 0 && taken < wanted;) {
        take_memory(step << 20);
        taken += step;
        printf("Allocated %ldMiB\n", taken);
        sleep_ms(pause);
    }
    return wait_forever();
}

static int burn(int argc, char **argv)
{
    long long until = argc > 1 ? now_ms() + parse_duration(argv[1]) : 0;
    while (until == 0 || now_ms() < until)
        ;
    return 0;
}

static int print_pi(int argc, char **argv)
{
    if (argc < 2)
        return usage();
    puts(pi_digits(atol(argv[1])));
    return 0;
}

static int write_lines(int argc, char **argv)
{
    long rate = argc > 1 ? atol(argv[1]) : 0;
    if (rate <= 0)
        return usage();
    int bytes = atoi(option(argc, argv, "--bytes", "80"));
    long long start = now_ms();
    for (long line = 1;; line++) {
        int used = printf("line %ld ", line);
        printf("%*s\n", bytes > used + 1 ? bytes - used - 1 : 1, ".");
        long long due = start + line * 1000LL / rate;
        if (due > now_ms())
            sleep_ms(due - now_ms());
    }
}

static int fill(int argc, char **argv)
{
    if (argc < 3)
        return usage();
    int file = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    static char block[1 << 20];
    memset(block, 'x', sizeof block);
    for (long mib = atol(argv[2]); mib > 0; mib--)
        if (write(file, block, sizeof block) != sizeof block) {
            perror(argv[1]);
            return 1;
        }
    printf("wrote %s MiB to %s\n", argv[2], argv[1]);
    return wait_forever();
}

static int print_environment(int argc, char **argv)
{
    (void)argc, (void)argv;
    for (char **variable = environ; *variable; variable++)
        puts(*variable);
    return 0;
}

static int print_hostname(int argc, char **argv)
{
    (void)argc, (void)argv;
    puts(hostname());
    return 0;
}

int testapp(int argc, char **argv)
{
    static const struct {
        const char *name;
        application run;
    } commands[] = {
        {"exit", end}, {"sleep", sleep_until_told}, {"serve", run_server}, {"listen", listen_tcp}, {"grpc", grpc_health},
        {"allocate", allocate}, {"burn", burn}, {"pi", print_pi}, {"write", write_lines}, {"fill", fill},
        {"env", print_environment}, {"hostname", print_hostname},
    };
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].name, argv[1]) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return usage();
}
