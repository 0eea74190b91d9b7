/* A web server that looks like nginx to the notes: version in the Server header (NGINX_VERSION of the image), files
 * under /usr/share/nginx/html, its process number in /run/nginx.pid, an access log in the combined format on stdout. */
#define _GNU_SOURCE
#include "app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *const document_root = "/usr/share/nginx/html";
static char server[64];

static const char *type_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    if (dot && (strcmp(dot, ".html") == 0 || strcmp(dot, ".htm") == 0)) return "text/html";
    if (dot && strcmp(dot, ".css") == 0) return "text/css";
    if (dot && strcmp(dot, ".json") == 0) return "application/json";
    if (dot && strcmp(dot, ".txt") == 0) return "text/plain";
    return "application/octet-stream";
}

static void error_page(struct response *response, int status, const char *title)
{
    response->content_type = "text/html";
    respond(response, status, "<html>\n<head><title>%s</title></head>\n<body>\n<h1>%s</h1>\n<hr>%s\n</body>\n</html>\n", title, title, server);
}

static void send_file(const char *path, struct response *response)
{
    struct stat about;
    FILE *file = stat(path, &about) == 0 && S_ISREG(about.st_mode) ? fopen(path, "r") : NULL;
    if (!file) {
        error_page(response, 404, "404 Not Found");
        return;
    }
    response->body = malloc(about.st_size + 1);
    response->length = fread(response->body, 1, about.st_size, file);
    fclose(file);

    char modified[40];
    struct tm parts;
    strftime(modified, sizeof modified, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&about.st_mtime, &parts));
    add_header(response, "Last-Modified", modified);
    add_header(response, "Accept-Ranges", "bytes");
    response->content_type = type_of(path);
}

static void log_access(const struct request *request, const struct response *response)
{
    char when[40];
    time_t now = time(NULL);
    struct tm parts;
    strftime(when, sizeof when, "%d/%b/%Y:%H:%M:%S +0000", gmtime_r(&now, &parts));
    const char *peer = strncmp(request->peer, "::ffff:", 7) == 0 ? request->peer + 7 : request->peer;
    printf("%s - - [%s] \"%s %s HTTP/1.1\" %d %zu\n", peer, when, request->method, request->path, response->status, response->length);
}

static void serve(const struct request *request, struct response *response)
{
    add_header(response, "Server", server);
    char path[1100];
    bool folder = request->path[strlen(request->path) - 1] == '/';
    snprintf(path, sizeof path, "%s%s%s", document_root, request->path, folder ? "index.html" : "");
    if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0)
        error_page(response, 405, "405 Not Allowed");
    else if (strstr(request->path, ".."))
        error_page(response, 403, "403 Forbidden");
    else
        send_file(path, response);
    log_access(request, response);
}

int nginx(int argc, char **argv)
{
    (void)argc, (void)argv;
    const char *version = getenv("NGINX_VERSION");
    snprintf(server, sizeof server, "nginx/%s", version ? version : "0.0.0");

    hold_stop_signals();
    http_listen(80, serve);
    FILE *file = fopen("/run/nginx.pid", "w");
    if (file) {
        fprintf(file, "%d\n", getpid());
        fclose(file);
    }
    wait_for_stop();
    http_drain(10000);
    unlink("/run/nginx.pid");
    return 0;
}

static void say_hostname(const struct request *request, struct response *response)
{
    (void)request;
    respond(response, 200, "%s\n", hostname());
}

int echo_hname(int argc, char **argv)
{
    (void)argc, (void)argv;
    return http_serve(80, say_hostname);
}
