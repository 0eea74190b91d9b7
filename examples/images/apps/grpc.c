/* The gRPC health service (grpc.health.v1.Health/Check) over HTTP/2 without TLS, as far as a prober needs it: every
 * request stream is answered with the same status. What the client's header block says is not looked at, so its
 * compression need not be understood; the answers' header blocks use only literals and the static table (RFC 7541). */
#define _GNU_SOURCE
#include "app.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum frame_type { DATA = 0, HEADERS = 1, SETTINGS = 4, PING = 6 };

enum frame_flag { END_STREAM = 1, ACK = 1, END_HEADERS = 4 };

enum serving_status { SERVING = 1, NOT_SERVING = 2 };

enum { PREFACE_LENGTH = 24, FRAME_HEAD = 9, FRAME_LIMIT = 16384 };

static atomic_int status = SERVING;

static void turn_over(int signal)
{
    (void)signal;
    atomic_store(&status, atomic_load(&status) == SERVING ? NOT_SERVING : SERVING);
}

static bool receive(int socket, unsigned char *into, size_t length)
{
    return length == 0 || recv(socket, into, length, MSG_WAITALL) == (ssize_t)length;
}

static bool send_frame(int socket, enum frame_type type, int flags, unsigned stream, const void *payload, size_t length)
{
    unsigned char frame[FRAME_HEAD + 128] = {
        length >> 16, length >> 8, length, type, flags, stream >> 24, stream >> 16, stream >> 8, stream,
    };
    if (length > sizeof frame - FRAME_HEAD)
        return false;
    memcpy(frame + FRAME_HEAD, payload, length);
    return send(socket, frame, FRAME_HEAD + length, MSG_NOSIGNAL) == (ssize_t)(FRAME_HEAD + length);
}

static bool answer_check(int socket, unsigned stream)
{
    /* ":status: 200" is entry 8 of the static table; a literal without indexing starts with 0 and two lengths. */
    static const char head[] = "\x88\x00\x0c" "content-type" "\x10" "application/grpc";
    static const char trailer[] = "\x00\x0b" "grpc-status" "\x01" "0";
    /* A gRPC message: not compressed, two bytes long: field 1, a varint. */
    char message[] = {0, 0, 0, 0, 2, 0x08, (char)atomic_load(&status)};
    return send_frame(socket, HEADERS, END_HEADERS, stream, head, sizeof head - 1)
        && send_frame(socket, DATA, 0, stream, message, sizeof message)
        && send_frame(socket, HEADERS, END_HEADERS | END_STREAM, stream, trailer, sizeof trailer - 1);
}

static bool answer_frame(int socket)
{
    unsigned char head[FRAME_HEAD], payload[FRAME_LIMIT];
    if (!receive(socket, head, sizeof head))
        return false;
    size_t length = head[0] << 16 | head[1] << 8 | head[2];
    unsigned stream = (head[5] & 0x7fu) << 24 | head[6] << 16 | head[7] << 8 | head[8];
    if (length > FRAME_LIMIT || !receive(socket, payload, length))
        return false;

    int type = head[3], flags = head[4];
    if (type == SETTINGS && !(flags & ACK))
        return send_frame(socket, SETTINGS, ACK, 0, "", 0);
    if (type == PING && !(flags & ACK))
        return send_frame(socket, PING, ACK, 0, payload, 8);
    if ((type == DATA || type == HEADERS) && flags & END_STREAM)
        return answer_check(socket, stream);
    return true;
}

static void *serve_connection(void *argument)
{
    int socket = (int)(long)argument;
    unsigned char preface[PREFACE_LENGTH];
    if (receive(socket, preface, sizeof preface) && send_frame(socket, SETTINGS, 0, 0, "", 0))
        while (answer_frame(socket))
            ;
    close(socket);
    return NULL;
}

static void *accept_connections(void *argument)
{
    for (;;) {
        int socket = accept((int)(long)argument, NULL, NULL);
        pthread_t thread;
        if (socket >= 0 && pthread_create(&thread, NULL, serve_connection, (void *)(long)socket) == 0)
            pthread_detach(thread);
    }
    return NULL;
}

int grpc_health(int argc, char **argv)
{
    hold_stop_signals();
    signal(SIGUSR1, turn_over);
    if (strcmp(option(argc, argv, "--status", "SERVING"), "NOT_SERVING") == 0)
        atomic_store(&status, NOT_SERVING);
    int port = atoi(option(argc, argv, "--port", "50051"));
    pthread_t thread;
    pthread_create(&thread, NULL, accept_connections, (void *)(long)listen_on(port));
    printf("gRPC health service is listening on port %d\n", port);
    wait_for_stop();
    return 0;
}
