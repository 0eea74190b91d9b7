using System.Net.WebSockets;
using System.Text;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>What a <see cref="ProxyBackend"/> does with connections, seen through whoever carries them.</summary>
internal static class CarriedStreams
{
    /// <summary>Says something to the backend's socket, hears it back, and is told goodbye.</summary>
    public static async Task AssertWebSocketAsync(ServedApi api, string path)
    {
        using var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        socket.Options.ClientCertificates.Add(api.AdminCertificate);
        await socket.ConnectAsync(new Uri($"wss://{api.Address.Authority}{path}"), default);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, default);
        var buffer = new byte[16];
        var read = await socket.ReceiveAsync(buffer, default);
        Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, read.Count));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", default);
        Assert.Equal("bye", socket.CloseStatusDescription);
    }

    /// <summary>The backend breaks off in the middle of its answer, and whoever asked can tell.</summary>
    public static async Task AssertCutAsync(ServedApi api, ProxyBackend backend, string path)
    {
        using var answer = await api.Admin.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        backend.GoOn();
        var broken = await Assert.ThrowsAnyAsync<Exception>(() => answer.Content.ReadAsStringAsync());
        Assert.True(broken is HttpRequestException or IOException, $"{broken}");
    }
}
