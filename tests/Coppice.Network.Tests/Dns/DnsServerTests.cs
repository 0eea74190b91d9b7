using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Coppice.Client.Metrics;
using Coppice.Network.Dns;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Network.Tests.Dns;

public sealed class DnsServerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly DnsShares Few = new(10, 10);
    private readonly string _directory = Directory.CreateTempSubdirectory("coppice-dns-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task An_answer_too_long_for_udp_is_cut_and_whole_by_tcp()
    {
        await using var server = Start("");
        server.Zone = ManyEndpoints(200);

        var udp = await ByUdpAsync(server.Port, Message("db.default.svc.cluster.local", DnsType.A));
        Assert.True((udp[2] & 2) != 0 && udp.Length <= 512);
        var edns = await ByUdpAsync(server.Port, [.. Message("db.default.svc.cluster.local", DnsType.A, additional: 1), 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]);
        Assert.InRange(edns.Length, 513, 1232);
        Assert.Equal(1, BinaryPrimitives.ReadUInt16BigEndian(edns.AsSpan(10)));

        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, server.Port);
        for (var i = 0; i < 2; i++)
        {
            await DnsFrames.WriteAsync(tcp.GetStream(), Message("DB.default.svc.cluster.local", DnsType.A), default);
            var whole = (await DnsFrames.ReadAsync(tcp.GetStream(), default))!;
            Assert.Equal(200, BinaryPrimitives.ReadUInt16BigEndian(whole.AsSpan(6)));
            Assert.Equal((byte)'D', whole[13]);
        }
    }

    [Fact]
    public async Task The_bytes_of_a_simple_answer_are_as_the_standard_says()
    {
        await using var server = Start("");
        server.Zone = ManyEndpoints(1);

        var question = Message("db.default.svc.cluster.local", DnsType.A);
        var answer = await ByUdpAsync(server.Port, question);

        var text = new MetricsText();
        server.WriteTo(text);
        var figures = Encoding.UTF8.GetString(text.ToBytes().Span);
        Assert.Contains("coredns_dns_requests_total{family=\"1\",proto=\"udp\",server=\"dns://:53\",type=\"A\",view=\"\",zone=\".\"} 1\n", figures);
        Assert.Contains("coredns_dns_responses_total{plugin=\"\",rcode=\"NOERROR\",server=\"dns://:53\",view=\"\",zone=\".\"} 1\n", figures);
        Assert.Contains("coredns_dns_request_duration_seconds_count{server=\"dns://:53\",view=\"\",zone=\".\"} 1\n", figures);

        Assert.Equal([question[0], question[1], 0x85, 0x80, 0, 1, 0, 1, 0, 0, 0, 0], answer[..12]);
        Assert.Equal(question[12..], answer[12..question.Length]);
        Assert.Equal([0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 10, 244, 0, 0], answer[question.Length..]);
    }

    [Fact]
    public async Task Nobody_to_ask_and_asking_ourselves_are_failures_at_once()
    {
        await using var server = Start("nameserver 10.96.0.10\n");

        Assert.Equal(DnsCode.ServerFailure, (DnsCode)((await ByUdpAsync(server.Port, Message("www.example.org", DnsType.A)))[3] & 15));
    }

    [Fact]
    public async Task Other_names_are_asked_of_the_next_server_when_the_first_is_silent()
    {
        using var silent = Listen();
        using var other = Listen();
        var answering = AnswerOnceAsync(other, "192.0.2.80");
        var servers = new[] { silent, other }.Select(s => (IPEndPoint)s.LocalEndPoint!).ToList();
        var resolver = new DnsResolver(() => ManyEndpoints(1), new DnsForwarder(() => servers, TimeSpan.FromSeconds(1), Few, TimeProvider.System));

        var question = Message("www.example.org", DnsType.A);
        var answer = (await resolver.AnswerAsync(question, IPAddress.Loopback, byTcp: false, default))!;
        Assert.Equal(question[..2], answer[..2]);
        Assert.Equal([192, 0, 2, 80], answer[^4..]);
        await answering;
    }

    [Fact]
    public async Task A_server_that_hangs_up_in_the_middle_is_passed_over_for_the_next()
    {
        using var rude = new TcpListener(IPAddress.Loopback, 0);
        using var polite = new TcpListener(IPAddress.Loopback, 0);
        rude.Start();
        polite.Start();
        var hangingUp = HangUpAsync();
        var answering = AnswerAsync();
        var forwarder = new DnsForwarder(() => [(IPEndPoint)rude.LocalEndpoint, (IPEndPoint)polite.LocalEndpoint], Patience, Few, TimeProvider.System);

        var answer = await forwarder.AskAsync(Message("www.example.org", DnsType.A), IPAddress.Loopback, byTcp: true, TestContext.Current.CancellationToken);

        Assert.Equal([192, 0, 2, 80], answer![^4..]);
        await hangingUp;
        await answering;

        async Task HangUpAsync()
        {
            using var client = await rude.AcceptSocketAsync();
            await client.ReceiveAsync(new byte[2]);
            // Without lingering the connection is reset, not closed.
            client.LingerState = new LingerOption(true, 0);
        }

        async Task AnswerAsync()
        {
            using var client = await polite.AcceptTcpClientAsync();
            var stream = client.GetStream();
            var question = new byte[BinaryPrimitives.ReadUInt16BigEndian(await ReadAsync(2))];
            question = await ReadAsync(question.Length);
            byte[] answer = [.. question, 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 80];
            answer[2] |= 0x80;
            answer[7] = 1;
            await stream.WriteAsync((byte[])[(byte)(answer.Length >> 8), (byte)answer.Length, .. answer]);

            async Task<byte[]> ReadAsync(int count)
            {
                var bytes = new byte[count];
                await stream.ReadExactlyAsync(bytes);
                return bytes;
            }
        }
    }

    [Fact]
    public async Task The_addresses_of_an_external_name_come_with_its_alias()
    {
        using var other = Listen();
        var answering = AnswerOnceAsync(other, "192.0.2.80");
        var zone = new DnsZone("cluster.local", [], [new("default", "outside", [], "www.example.org", [], [])], []);
        var resolver = new DnsResolver(() => zone, new DnsForwarder(() => [(IPEndPoint)other.LocalEndPoint!], Patience, Few, TimeProvider.System));

        var answer = (await resolver.AnswerAsync(Message("outside.default.svc.cluster.local", DnsType.A), IPAddress.Loopback, byTcp: false, default))!;
        Assert.Equal(2, BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(6)));
        Assert.Equal([192, 0, 2, 80], answer[^4..]);
        await answering;
    }

    [Fact]
    public async Task More_questions_than_may_be_under_way_fail_at_once()
    {
        using var silent = Listen();
        var forwarder = new DnsForwarder(() => [(IPEndPoint)silent.LocalEndPoint!], Patience, new DnsShares(2, 1), TimeProvider.System);
        using var stop = new CancellationTokenSource();

        var first = forwarder.AskAsync(Message("a.example.org", DnsType.A), IPAddress.Loopback, byTcp: false, stop.Token);
        Assert.Null(await forwarder.AskAsync(Message("b.example.org", DnsType.A), IPAddress.Loopback, byTcp: false, stop.Token));
        // Another client still has its share, until all together have theirs.
        var other = forwarder.AskAsync(Message("c.example.org", DnsType.A), IPAddress.Parse("10.244.0.7"), byTcp: false, stop.Token);
        Assert.False(other.IsCompleted);
        Assert.Null(await forwarder.AskAsync(Message("d.example.org", DnsType.A), IPAddress.Parse("10.244.0.8"), byTcp: false, stop.Token));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other);
    }

    [Fact]
    public async Task One_client_cannot_take_the_connections_of_all()
    {
        await using var server = Start("");
        server.Zone = ManyEndpoints(1);
        var greedy = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 300; i++)
            {
                greedy.Add(await ConnectAsync("127.0.0.1"));
            }

            // The first ones are served, the last ones were closed; somebody else gets one of his own.
            Assert.NotNull(await AskAsync(greedy[0]));
            Assert.Null(await AskAsync(greedy[^1]));
            using var other = await ConnectAsync("127.0.0.2");
            Assert.NotNull(await AskAsync(other));

            // Who closes one may open another.
            greedy[0].Dispose();
            await Eventually.TrueAsync("a connection in the place of one that was closed", Patience, async () =>
            {
                using var again = await ConnectAsync("127.0.0.1");
                return await AskAsync(again) is not null;
            });
        }
        finally
        {
            greedy.ForEach(one => one.Dispose());
        }

        async Task<TcpClient> ConnectAsync(string from)
        {
            var client = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
            await client.ConnectAsync(IPAddress.Loopback, server.Port);
            return client;
        }

        static async Task<byte[]?> AskAsync(TcpClient client)
        {
            try
            {
                await DnsFrames.WriteAsync(client.GetStream(), Message("db.default.svc.cluster.local", DnsType.A), default);
                return await DnsFrames.ReadAsync(client.GetStream(), default);
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    [Fact]
    public async Task No_bytes_make_it_fall_over()
    {
        var random = new Random(20);
        var resolver = new DnsResolver(() => ManyEndpoints(3), new DnsForwarder(() => [], Patience, Few, TimeProvider.System));
        var good = Message("_sql._tcp.db.default.svc.cluster.local", DnsType.Srv, additional: 1);
        for (var i = 0; i < 50_000; i++)
        {
            var message = i % 2 == 0 ? new byte[random.Next(60)] : good[..random.Next(good.Length + 1)];
            if (i % 2 == 0)
            {
                random.NextBytes(message);
            }

            for (var flips = random.Next(4); flips > 0 && message.Length > 0; flips--)
            {
                message[random.Next(message.Length)] = (byte)random.Next(256);
            }

            var answer = await resolver.AnswerAsync(message, IPAddress.Loopback, byTcp: i % 3 == 0, default);
            if (answer is not null)
            {
                Assert.Equal(message[..2], answer[..2]);
            }
        }
    }

    [Fact]
    public void Name_servers_are_read_as_resolvers_read_them()
    {
        Assert.Equal(
            [new IPEndPoint(IPAddress.Parse("192.0.2.1"), 53), new IPEndPoint(IPAddress.Parse("2001:db8::1"), 53)],
            NameServers.Read(
                ["# nameserver 192.0.2.9", "search example.org", "nameserver 192.0.2.1", "\tnameserver\t2001:db8::1 # office", "nameserver 10.96.0.10", "nameserver x"],
                address => address.Equals(IPAddress.Parse("10.96.0.10"))));
    }

    private DnsServer Start(string resolver)
    {
        var file = Path.Combine(_directory, "resolv.conf");
        File.WriteAllText(file, resolver);
        var options = new NetworkOptions { NodeName = "node", CniConfigurationDirectory = "", CniDataDirectory = "", ResolverFile = file };
        return DnsServer.Start([IPAddress.Loopback], options, TimeProvider.System, NullLogger.Instance);
    }

    private static DnsZone ManyEndpoints(int count) => new(
        "cluster.local", ["default"],
        [new("default", "db", [], null, [new("sql", "tcp", 5432)],
            [.. Enumerable.Range(0, count).Select(i => new DnsEndpoint(IPAddress.Parse($"10.244.0.{i}"), null, [new("sql", "tcp", 5432)]))])],
        []);

    private static byte[] Message(string name, DnsType type, byte additional = 0) =>
    [
        0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, additional,
        .. name.Split('.').SelectMany(label => new[] { (byte)label.Length }.Concat(Encoding.ASCII.GetBytes(label))),
        0, 0, (byte)type, 0, 1,
    ];

    private static Socket Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static async Task AnswerOnceAsync(Socket socket, string address)
    {
        var buffer = new byte[512];
        var from = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
        byte[] answer = [.. buffer[..from.ReceivedBytes], 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, .. IPAddress.Parse(address).GetAddressBytes()];
        answer[2] |= 0x80;
        answer[7] = 1;
        await socket.SendToAsync(answer, from.RemoteEndPoint);
    }

    private static async Task<byte[]> ByUdpAsync(int port, byte[] question)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var socket = new UdpClient();
        socket.Connect(IPAddress.Loopback, port);
        await socket.SendAsync(question, patience.Token);
        return (await socket.ReceiveAsync(patience.Token)).Buffer;
    }
}
