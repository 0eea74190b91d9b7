using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Coppice.Streaming.WebSockets;

/// <summary>
/// An answer that a client wants as messages of a WebSocket instead of a body. Who answers writes to the response as always: the upgrade
/// is made when it starts, and what goes wrong before is an ordinary refusal. The client has nothing to say, but can end it.
/// </summary>
public sealed class WebSocketAnswer(TimeProvider time, StreamingOptions options)
{
    private const string Binary = "binary.k8s.io", Base64 = "base64.binary.k8s.io";

    /// <summary>Bytes as they come, such as a log: in binary messages, or in base64. An empty one is sent first, as a sign of life.</summary>
    public Task BytesAsync(HttpContext http, Func<Task> answer) => RunAsync(
        http,
        answer,
        ["", Binary, Base64],
        (socket, protocol) => protocol == Base64 ? new Base64Messages(socket) : new BinaryMessages(socket));

    /// <summary>Lines, such as the events of a watch: each is a text message.</summary>
    public Task LinesAsync(HttpContext http, Func<Task> answer) => RunAsync(http, answer, null, (socket, _) => new TextLines(socket));

    private async Task RunAsync(
        HttpContext http, Func<Task> answer, IReadOnlyList<string>? spoken, Func<Func<ValueTask<WebSocket>>, string, MessageStream> open)
    {
        if (!Upgrade.IsTo(Upgrade.WebSocket, http.Request))
        {
            await answer();
            return;
        }

        if (await WebSocketUpgrade.NegotiateAsync(http, spoken) is { } protocol)
        {
            await AnswerAsync(http, answer, protocol, open);
        }
    }

    private async Task AnswerAsync(
        HttpContext http, Func<Task> answer, string protocol, Func<Func<ValueTask<WebSocket>>, string, MessageStream> open)
    {
        var (body, aborted) = (http.Features.GetRequiredFeature<IHttpResponseBodyFeature>(), http.RequestAborted);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        WebSocket? socket = null;
        var listening = Task.CompletedTask;
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(open(StartAsync, protocol)));
        http.RequestAborted = gone.Token;
        try
        {
            await answer();
            await http.Response.Body.FlushAsync(gone.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && gone.IsCancellationRequested)
        {
            // The client has gone: there is nobody to answer.
        }
        finally
        {
            http.RequestAborted = aborted;
            http.Features.Set(body);
            if (socket is not null)
            {
                await WebSocketUpgrade.CloseAsync(socket, WebSocketCloseStatus.NormalClosure, listening, options, time);
                await listening;
            }
        }

        async ValueTask<WebSocket> StartAsync()
        {
            if (socket is null)
            {
                socket = await WebSocketUpgrade.AcceptAsync(http, protocol, options);
                listening = ListenAsync(socket, gone);
            }

            return socket;
        }
    }

    /// <summary>What a client says is read, since its close is among it, and dropped.</summary>
    private static async Task ListenAsync(WebSocket socket, CancellationTokenSource gone)
    {
        var dropped = new byte[256];
        try
        {
            while ((await socket.ReceiveAsync(dropped.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
                // Nothing to it.
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // Gone without a word.
        }

        await gone.CancelAsync();
    }
}
