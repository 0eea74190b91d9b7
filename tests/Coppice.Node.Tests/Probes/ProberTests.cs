using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Coppice.Node.Probes;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Simulated;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Testing;

namespace Coppice.Node.Tests.Probes;

public sealed partial class ProberTests
{
    private readonly Prober _prober = new(
        new SimulatedRuntime(new SimulatedImages(SimulatedOptions.Instant, TimeProvider.System, new Random(1)), SimulatedOptions.Instant, TimeProvider.System, new Random(1)), TimeProvider.System);

    [Theory]
    [InlineData("200 OK", true, "")]
    [InlineData("302 Found\r\nLocation: http://elsewhere.example/", true, "Probe terminated redirects, Response body: ")]
    [InlineData("304 Not Modified", true, "Probe terminated redirects, Response body: ")]
    [InlineData("500 Internal Server Error", false, "HTTP probe failed with statuscode: 500")]
    [InlineData("302 Found\r\nLocation: ftp://127.0.0.1/", false, "Get \"ftp://127.0.0.1/\": unsupported protocol scheme \"ftp\"")]
    [InlineData("404 Not Found", false, "HTTP probe failed with statuscode: 404")]
    public async Task The_status_decides(string answer, bool succeeded, string message)
    {
        using var server = new OneAnswer($"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n");
        var outcome = await AskAsync(new Probe { HttpGet = new HTTPGetAction { Port = new IntOrString("web"), Path = "/health" } }, server.Port);
        Assert.Equal(new ProbeOutcome(succeeded, message), outcome);
        Assert.StartsWith("GET /health HTTP/1.1\r\n", server.Request);
        Assert.Contains("User-Agent: kube-probe/1.36\r\n", server.Request);
    }

    [Fact]
    public async Task A_redirect_that_is_not_followed_is_told_with_its_body()
    {
        using var server = new OneAnswer("HTTP/1.1 302 Found\r\nLocation: http://0.0.0.0/\r\nContent-Length: 10\r\n\r\n<a>Moved.\n");
        var outcome = await AskAsync(new Probe { HttpGet = new HTTPGetAction { Port = server.Port } }, server.Port);
        Assert.Equal(ProbeOutcome.Warning("Probe terminated redirects, Response body: <a>Moved.\n"), outcome);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_and_a_port_nobody_listens_on_are_told_as_the_kubelet_does()
    {
        using var silent = new OneAnswer(null);
        var late = await AskAsync(new Probe { HttpGet = new HTTPGetAction { Port = silent.Port } }, silent.Port);
        Assert.Equal($"Get \"http://127.0.0.1:{silent.Port}/\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)", late.Message);

        var free = FreePort();
        var refused = await AskAsync(new Probe { HttpGet = new HTTPGetAction { Port = free } }, free);
        Assert.Equal($"Get \"http://127.0.0.1:{free}/\": dial tcp 127.0.0.1:{free}: connect: connection refused", refused.Message);
        var tcp = await AskAsync(new Probe { TcpSocket = new TCPSocketAction { Port = free } }, free);
        Assert.Equal($"dial tcp 127.0.0.1:{free}: connect: connection refused", tcp.Message);
        Assert.True((await AskAsync(new Probe { TcpSocket = new TCPSocketAction { Port = silent.Port } }, silent.Port)).Succeeded);
    }

    [Theory]
    [InlineData("\x15\x03\x01\0\x02\x02\n", "http", @"net/http: HTTP/1.x transport connection broken: malformed HTTP response ""\x15\x03\x01\x00\x02\x02""")]
    [InlineData("who is it?\r\nme\r\n", "http", @"net/http: HTTP/1.x transport connection broken: malformed HTTP response ""who is it?""")]
    [InlineData("HTTP/1.1 200 OK\r\nno header\r\n\r\n", "http", "net/http: HTTP/1.x transport connection broken: Received an invalid header line: 'no header'.")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "https", "http: server gave HTTP response to HTTPS client")]
    [InlineData("\x15\x03\x03\0\x02\x02\x28", "https", "remote error: tls: handshake failure")]
    [InlineData("\x15\x03\x03\0\x02\x02\x46", "https", "remote error: tls: protocol version not supported")]
    [InlineData("", "http", "EOF")]
    [InlineData("", "https", "EOF")]
    public async Task Who_speaks_something_else_or_hangs_up_is_told_so(string answer, string scheme, string message)
    {
        using var server = new OneAnswer(answer);
        var outcome = await AskAsync(new Probe { HttpGet = new HTTPGetAction { Scheme = scheme.ToUpperInvariant(), Port = server.Port } }, server.Port);
        Assert.Equal(ProbeOutcome.Failure($"Get \"{scheme}://127.0.0.1:{server.Port}/\": {message}"), outcome);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task A_connection_that_is_broken_off_is_told_with_its_ends(string scheme)
    {
        using var server = new OneAnswer("") { Resets = true };
        var outcome = await AskAsync(new Probe { HttpGet = new HTTPGetAction { Scheme = scheme.ToUpperInvariant(), Port = server.Port } }, server.Port);
        Assert.Equal($"Get \"{scheme}://127.0.0.1:{server.Port}/\": read tcp 127.0.0.1:N->127.0.0.1:{server.Port}: read: connection reset by peer", OwnPort().Replace(outcome.Message, "N->"));
    }

    /// <summary>A listener takes no more than it has room for, and says nothing to the rest.</summary>
    [Fact]
    public async Task Who_is_not_even_reached_in_time_is_told_apart()
    {
        using var full = new Socket(SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback.MapToIPv6(), 0));
        full.Listen(0);
        var port = ((IPEndPoint)full.LocalEndPoint!).Port;
        using var first = new TcpClient();
        await first.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);

        var outcome = await AskAsync(new Probe { HttpGet = new HTTPGetAction { Port = port } }, port);
        Assert.Equal(ProbeOutcome.Failure($"Get \"http://127.0.0.1:{port}/\": dial tcp 127.0.0.1:{port}: i/o timeout (Client.Timeout exceeded while awaiting headers)"), outcome);
        outcome = await AskAsync(new Probe { TcpSocket = new TCPSocketAction { Port = port } }, port);
        Assert.Equal(ProbeOutcome.Failure($"dial tcp 127.0.0.1:{port}: i/o timeout"), outcome);
    }

    [Fact]
    public async Task A_gRPC_server_that_nobody_reaches_is_told_when_the_time_is_over()
    {
        var free = FreePort();
        var outcome = await AskAsync(new Probe { Grpc = new GRPCAction { Port = free } }, free);
        Assert.Equal($"timeout: failed to connect service \"127.0.0.1:{free}\" within 1s: context deadline exceeded", outcome.Message);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData(null)]
    public async Task Neither_is_one_reached_that_does_not_speak_it(string? answer)
    {
        using var server = new OneAnswer(answer);
        var outcome = await AskAsync(new Probe { Grpc = new GRPCAction { Port = server.Port } }, server.Port);
        Assert.Equal($"timeout: failed to connect service \"127.0.0.1:{server.Port}\" within 1s: context deadline exceeded", outcome.Message);
    }

    [Theory]
    [InlineData(1, "")]
    [InlineData(2, "service unhealthy (responded with \"NOT_SERVING\")")]
    public async Task A_gRPC_server_says_whether_it_serves(byte status, string message)
    {
        using var server = new HealthServer { Body = [0, 0, 0, 0, 2, 8, status], Trailers = [("grpc-status", "0")] };
        Assert.Equal((status == 1, message), await GrpcAsync(server));
    }

    [Theory]
    [InlineData("5", "unknown%20service", "error: health rpc probe failed: rpc error: code = NotFound desc = unknown service")]
    [InlineData("12", "unknown service grpc.health.v1.Health", "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown service grpc.health.v1.Health")]
    [InlineData("4", "too slow", "timeout: health rpc did not complete within 1s")]
    public async Task A_gRPC_server_that_refuses_to_say_it_is_quoted(string code, string words, string message)
    {
        using var server = new HealthServer { Trailers = [("grpc-status", code), ("grpc-message", words)] };
        Assert.Equal((false, message), await GrpcAsync(server));
    }

    [Theory]
    [InlineData("404", "text/plain", "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unexpected HTTP status code received from server: 404 (Not Found); transport: received unexpected content-type \"text/plain\"")]
    [InlineData("503", "application/grpc", "error: health rpc probe failed: rpc error: code = Unavailable desc = unexpected HTTP status code received from server: 503 (Service Unavailable)")]
    [InlineData("200", "text/html", "error: health rpc probe failed: rpc error: code = Unknown desc = transport: received unexpected content-type \"text/html\"")]
    public async Task An_HTTP_2_server_that_knows_no_gRPC_is_told_apart(string status, string type, string message)
    {
        using var server = new HealthServer { Headers = [(":status", status), ("content-type", type)] };
        Assert.Equal((false, message), await GrpcAsync(server));
    }

    [Fact]
    public async Task A_gRPC_server_that_is_reached_and_does_not_answer_is_told_apart()
    {
        using var server = new HealthServer { IsSilent = true };
        Assert.Equal((false, "timeout: health rpc did not complete within 1s"), await GrpcAsync(server));
    }

    [Fact]
    public async Task A_gRPC_server_that_hangs_up_is_told()
    {
        using var server = new HealthServer { HangsUp = true };
        Assert.Equal((false, "error: health rpc probe failed: rpc error: code = Unavailable desc = error reading from server: EOF"), await GrpcAsync(server));
    }

    [Fact]
    public async Task A_gRPC_server_that_breaks_off_is_told()
    {
        using var server = new HealthServer { Resets = true };
        var (healthy, message) = await GrpcAsync(server);
        Assert.False(healthy);
        Assert.Equal(
            $"error: health rpc probe failed: rpc error: code = Unavailable desc = error reading from server: read tcp 127.0.0.1:N->127.0.0.1:{server.Port}: read: connection reset by peer", OwnPort().Replace(message, "N->"));
    }

    [Theory]
    [InlineData(2, "Internal desc = stream terminated by RST_STREAM with error code: INTERNAL_ERROR")]
    [InlineData(7, "Unavailable desc = stream terminated by RST_STREAM with error code: REFUSED_STREAM")]
    [InlineData(8, "Canceled desc = stream terminated by RST_STREAM with error code: CANCEL")]
    [InlineData(11, "ResourceExhausted desc = stream terminated by RST_STREAM with error code: ENHANCE_YOUR_CALM")]
    [InlineData(99, "Unknown desc = stream terminated by RST_STREAM with error code: unknown error code 0x63")]
    public async Task A_gRPC_server_that_ends_the_call_is_told(uint error, string end)
    {
        using var server = new HealthServer { Error = error };
        Assert.Equal((false, $"error: health rpc probe failed: rpc error: code = {end}"), await GrpcAsync(server));
    }

    private async Task<(bool IsHealthy, string Message)> GrpcAsync(HealthServer server)
    {
        var outcome = await AskAsync(new Probe { Grpc = new GRPCAction { Port = server.Port } }, server.Port);
        return (outcome == ProbeOutcome.Success, outcome.Message);
    }

    [Fact]
    public async Task A_certificate_makes_nobody_look_up_its_issuer()
    {
        using var trap = new LookupTrap();
        var port = trap.Serve();
        Assert.Equal(ProbeOutcome.Success, await AskAsync(new Probe { HttpGet = new HTTPGetAction { Scheme = "HTTPS", Port = port } }, port));
        Assert.Equal(0, trap.Visits);
    }

    [Fact]
    public async Task A_port_name_that_the_container_does_not_have_is_an_error() =>
        Assert.True((await AskAsync(new Probe { TcpSocket = new TCPSocketAction { Port = new IntOrString("none") } }, 1)).IsError);

    [Fact]
    public async Task A_host_header_is_sent_as_it_stands()
    {
        using var server = new OneAnswer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        var outcome = await AskAsync(new Probe { HttpGet = new HTTPGetAction { Port = server.Port, HttpHeaders = [new HTTPHeader { Name = "Host", Value = "shop one" }] } }, server.Port);

        Assert.Equal(ProbeOutcome.Success, outcome);
        Assert.Contains("Host: shop one\r\n", server.Request);
    }

    [Fact]
    public async Task What_cannot_even_be_asked_is_an_error_of_this_attempt()
    {
        var nowhere = new ProbeRequest(ProbeType.Liveness, new Probe { Grpc = new GRPCAction { Port = 80 } }, new Container { Name = "main" }, "c1", "");

        Assert.True((await _prober.ProbeAsync(nowhere, TestContext.Current.CancellationToken)).IsError);
    }

    private async Task<ProbeOutcome> AskAsync(Probe probe, int port) => await _prober.ProbeAsync(
        new ProbeRequest(ProbeType.Readiness, probe, new Container { Name = "main", Ports = [new ContainerPort { Name = "web", ContainerPortValue = port }] }, "c1", "127.0.0.1"),
        TestContext.Current.CancellationToken);

    /// <summary>Of a connection's two ends, the port of that which asked.</summary>
    [GeneratedRegex(@"\d+->")]
    private static partial Regex OwnPort();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A server that gives one answer to whatever comes, or none.</summary>
    private sealed class OneAnswer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly ConcurrentBag<TcpClient> _clients = [];

        public OneAnswer(string? answer)
        {
            _listener.Start();
            _ = ServeAsync(answer);
        }

        /// <summary>It breaks the connection off.</summary>
        public bool Resets { get; init; }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public string Request { get; private set; } = "";

        public void Dispose()
        {
            _listener.Dispose();
            foreach (var one in _clients)
            {
                one.Dispose();
            }
        }

        private async Task ServeAsync(string? answer)
        {
            try
            {
                while (true)
                {
                    var client = await _listener.AcceptTcpClientAsync();
                    _clients.Add(client);
                    if (answer is null)
                    {
                        continue;
                    }

                    var buffer = new byte[4096];
                    var count = await client.GetStream().ReadAsync(buffer);
                    Request = Encoding.ASCII.GetString(buffer, 0, count);
                    await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
                    client.LingerState = new LingerOption(Resets, 0);
                    client.Client.Close();
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
            {
                // The test is over.
            }
        }
    }
}
