using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Coppice.Testing.Devices;

/// <param name="Names">The names in specifications that stand for the device.</param>
/// <param name="Request">Of the claim; null for all.</param>
public sealed record FakeDevice(string Pool, string Device, IReadOnlyList<string> Names, string? Request = null);

/// <summary>
/// A driver of devices as node agents know it: gRPC over sockets, with messages that are put together here from the protocol's numbers.
/// </summary>
public sealed class FakeDriver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _service;
    private readonly string _registration;
    private readonly string _unseen;
    private readonly string _endpoint;
    private readonly ConcurrentQueue<string> _calls = new();

    private FakeDriver(string name, string registry, string directory, string service)
    {
        (Name, _service) = (name, service);
        (_registration, _endpoint) = (Path.Combine(registry, $"{name}-reg.sock"), Path.Combine(directory, $"{name}.sock"));
        _unseen = Path.Combine(registry, $".{name}-reg.sock");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.ListenUnixSocket(_endpoint, listen => listen.Protocols = HttpProtocols.Http2);
            options.ListenUnixSocket(_unseen, listen => listen.Protocols = HttpProtocols.Http2);
        });
        _app = builder.Build();
        _app.Run(ServeAsync);
    }

    public string Name { get; }

    public string Type { get; init; } = "DRAPlugin";

    /// <summary>Given the name of a claim, the devices that it gets; a text is an error instead.</summary>
    public Func<string, (IReadOnlyList<FakeDevice> Devices, string Error)> Prepare { get; set; } = _ => ([], "");

    /// <summary>Why nothing is let go of; empty for no reason.</summary>
    public string UnprepareError { get; set; } = "";

    /// <summary>It does not take being told that it is registered.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>What was asked for, in order: "prepare claim", "unprepare claim", "registered", "refused why", "unheard".</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    /// <param name="registry">Where node agents look for drivers.</param>
    /// <param name="directory">The driver's own.</param>
    public static async Task<FakeDriver> StartAsync(string name, string registry, string directory, string service = "v1.DRAPlugin", string type = "DRAPlugin", bool isDeaf = false)
    {
        var driver = new FakeDriver(name, registry, directory, service) { Type = type, IsDeaf = isDeaf };
        await driver._app.StartAsync();

        // A socket is there before somebody answers: agents see it when somebody does, and need not try again.
        File.Move(driver._unseen, driver._registration);
        return driver;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        File.Delete(_registration);
        File.Delete(_endpoint);
    }

    private async Task ServeAsync(HttpContext context)
    {
        var request = await ReadAsync(context.Request.Body);
        var answer = context.Request.Path.Value switch
        {
            "/pluginregistration.Registration/GetInfo" => [.. Text(1, Type), .. Text(2, Name), .. Text(3, _endpoint), .. Text(4, _service)],
            "/pluginregistration.Registration/NotifyRegistrationStatus" => Registered(request),
            var path when path == $"/k8s.io.kubelet.pkg.apis.dra.{_service}/NodePrepareResources" => Answer("prepare", request, claim => Prepared(Prepare(claim))),
            var path when path == $"/k8s.io.kubelet.pkg.apis.dra.{_service}/NodeUnprepareResources" => Answer("unprepare", request, _ => Text(1, UnprepareError)),
            _ => null,
        };
        context.Response.ContentType = "application/grpc";
        if (answer is not null)
        {
            await context.Response.Body.WriteAsync((byte[])[0, .. BitConverter.GetBytes(answer.Length).Reverse(), .. answer]);
        }

        context.Response.AppendTrailer("grpc-status", answer is null ? "12" : "0");
    }

    private byte[]? Registered(byte[] request)
    {
        if (IsDeaf)
        {
            _calls.Enqueue("unheard");
            return null;
        }

        var error = Fields(request).Where(field => field.Number == 2).Select(field => Encoding.UTF8.GetString(field.Value)).LastOrDefault();
        _calls.Enqueue(string.IsNullOrEmpty(error) ? "registered" : $"refused {error}");
        return [];
    }

    /// <summary>An entry for each claim, by its uid.</summary>
    private byte[] Answer(string verb, byte[] request, Func<string, byte[]> make)
    {
        List<byte> answer = [];
        foreach (var claim in Fields(request).Where(field => field.Number == 1).Select(field => Fields(field.Value).ToDictionary(one => one.Number, one => Encoding.UTF8.GetString(one.Value))))
        {
            _calls.Enqueue($"{verb} {claim[3]}");
            answer.AddRange(Bytes(1, [.. Text(1, claim[2]), .. Bytes(2, make(claim[3]))]));
        }

        return [.. answer];
    }

    private static byte[] Prepared((IReadOnlyList<FakeDevice> Devices, string Error) given) =>
    [
        .. given.Devices.SelectMany(device => Bytes(1,
        [
            .. device.Request is { } request ? Text(1, request) : [], .. Text(2, device.Pool), .. Text(3, device.Device), .. device.Names.SelectMany(name => Text(4, name)),
        ])),
        .. Text(2, given.Error),
    ];

    private static async Task<byte[]> ReadAsync(Stream body)
    {
        using var all = new MemoryStream();
        await body.CopyToAsync(all);
        return all.ToArray()[5..];
    }

    private static byte[] Text(int number, string value) => value.Length == 0 ? [] : Bytes(number, Encoding.UTF8.GetBytes(value));

    private static byte[] Bytes(int number, byte[] value) => [(byte)((number << 3) | 2), .. Number(value.Length), .. value];

    private static IEnumerable<byte> Number(int value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            yield return (byte)(value | 0x80);
        }

        yield return (byte)value;
    }

    private static List<(int Number, byte[] Value)> Fields(byte[] message)
    {
        List<(int, byte[])> fields = [];
        for (var at = 0; at < message.Length;)
        {
            var tag = Read(message, ref at);
            var length = Read(message, ref at);
            if ((tag & 7) == 2)
            {
                fields.Add((tag >> 3, message[at..(at + length)]));
                at += length;
            }
        }

        return fields;
    }

    private static int Read(byte[] message, ref int at)
    {
        for (int value = 0, shift = 0; ; shift += 7)
        {
            value |= (message[at] & 0x7F) << shift;
            if (message[at++] < 0x80)
            {
                return value;
            }
        }
    }
}
