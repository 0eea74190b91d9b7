#define _GNU_SOURCE
#include "app.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* The first IPv4 address of a name. Asks the resolver itself, with the search list of /etc/resolv.conf: getaddrinfo
 * needs shared libraries, which a static program does not have. */
static bool resolve(const char *name, struct in_addr *address)
{
    if (inet_pton(AF_INET, name, address) == 1)
        return true;
    unsigned char reply[4096];
    int length = res_search(name, ns_c_in, ns_t_a, reply, sizeof reply);
    ns_msg message;
    if (length < 0 || ns_initparse(reply, length, &message) < 0)
        return false;
    for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
        ns_rr record;
        if (ns_parserr(&message, ns_s_an, i, &record) == 0 && ns_rr_type(record) == ns_t_a) {
            memcpy(address, ns_rr_rdata(record), sizeof *address);
            return true;
        }
    }
    return false;
}

static int connect_to(const char *host, int port, char *error, size_t error_size)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (!resolve(host, &to.sin_addr)) {
        snprintf(error, error_size, "cannot find %s in DNS", host);
        return -1;
    }
    int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval patience = {.tv_sec = 5};
    setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(made, (struct sockaddr *)&to, sizeof to) < 0) {
        snprintf(error, error_size, "cannot connect to %s:%d: %s", host, port, strerror(errno));
        close(made);
        return -1;
    }
    return made;
}

char *http_fetch(const char *host, int port, const char *method, const char *path, const char *body, char *error, size_t error_size)
{
    int made = connect_to(host, port, error, error_size);
    if (made < 0)
        return NULL;
    dprintf(made, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
        method, path, host, strlen(body), body);

    struct text answer = {0};
    char piece[4097];
    for (ssize_t got; (got = recv(made, piece, sizeof piece - 1, 0)) > 0;) {
        piece[got] = '\0';
        append(&answer, "%s", piece);
    }
    close(made);

    int status = 0;
    char *content = answer.start ? strstr(answer.start, "\r\n\r\n") : NULL;
    if (!content || sscanf(answer.start, "HTTP/1.%*d %d", &status) != 1 || status / 100 != 2) {
        snprintf(error, error_size, "%s %s on %s:%d answered with status %d", method, path, host, port, status);
        free(answer.start);
        return NULL;
    }
    char *copy = strdup(content + 4);
    free(answer.start);
    return copy;
}
