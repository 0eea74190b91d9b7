using Coppice.ApiServer;
using Coppice.ApiServer.InProcess;
using Coppice.Client;
using Coppice.Client.Heartbeats;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Meta;

namespace Coppice.Simulation.World;

/// <summary>What happens to a request on its way to the API, or to its answer.</summary>
internal enum RequestFault
{
    None,

    /// <summary>The server says that something is wrong with it. Nothing was done.</summary>
    Refused,

    /// <summary>Somebody else was quicker, it says. Nothing was done.</summary>
    Conflict,

    /// <summary>It was done, and the answer never came.</summary>
    AnswerLost,
}

/// <summary>
/// One component's way to the API, over the restarts of its server: requests fail as they do over a network while the server is away
/// or the way is cut, and watches break off.
/// </summary>
/// <param name="line">What lies between the component and the server.</param>
internal sealed class Door(SimulatedApi api, UserInfo user, Line line) : IApiClient
{
    private ApiVerbs? _verbs;
    private InProcessClient? _client;

    public ValueTask<KubernetesObject?> FindAsync(Kind kind, ObjectKey key, string? subresource, CancellationToken stop) =>
        AskAsync("get", api => api.FindAsync(kind, key, subresource, stop), stop);

    public ValueTask<ObjectList<KubernetesObject>> ListAsync(Kind kind, ListQuery query, CancellationToken stop) =>
        AskAsync("list", api => api.ListAsync(kind, query, stop), stop);

    public IObjectWatch<KubernetesObject> Watch(Kind kind, ListQuery query, string afterRevision) =>
        new BreakableWatch(Reach().Watch(kind, query, afterRevision), line);

    public ValueTask<KubernetesObject> WriteAsync(Kind kind, ObjectWrite write, CancellationToken stop)
    {
        api.Asked?.Invoke(write);
        return AskAsync(VerbOf(write), Repeatedly(reached => reached.WriteAsync(kind, write, stop)), stop);
    }

    public async ValueTask DeleteAsync(Kind kind, ObjectKey key, DeleteOptions? options, CancellationToken stop) => await AskAsync(
        "delete",
        Repeatedly(async reached =>
        {
            await reached.DeleteAsync(kind, key, options, stop);
            return true;
        }),
        stop);

    private static string VerbOf(ObjectWrite write) => write switch
    {
        { Subresource: "binding" } => "bind",
        ObjectWrite.Create => "create",
        _ => "update",
    };

    /// <summary>What arrives twice is done twice, if it can be; the second answer is the one that comes back.</summary>
    private Func<IApiClient, ValueTask<T>> Repeatedly<T>(Func<IApiClient, ValueTask<T>> request) => async reached =>
    {
        var answer = await request(reached);
        return line.IsRepeated() ? await request(reached) : answer;
    };

    private async ValueTask<T> AskAsync<T>(string verb, Func<IApiClient, ValueTask<T>> request, CancellationToken stop)
    {
        if (line.IsCut)
        {
            throw new HttpRequestException("connection refused");
        }

        await line.SendAsync(stop);
        var reached = Reach();
        var fault = api.Fault?.Invoke(verb, user.Username!) ?? RequestFault.None;
        if (fault is RequestFault.Refused)
        {
            throw Refusal(500, "InternalError", "Internal error occurred: injected fault");
        }

        if (fault is RequestFault.Conflict)
        {
            throw Refusal(409, "Conflict", "Operation cannot be fulfilled: the object has been modified (injected fault)");
        }

        var answer = await request(reached);
        await line.ReturnAsync(stop);
        return fault is RequestFault.AnswerLost ? throw new IOException("the answer was lost (injected fault)") : answer;
    }

    private InProcessClient Reach()
    {
        if (line.IsCut || api.Verbs is not { } verbs)
        {
            throw new HttpRequestException("connection refused");
        }

        if (!ReferenceEquals(verbs, _verbs))
        {
            (_verbs, _client) = (verbs, new InProcessClient(verbs, user));
        }

        return _client!;
    }

    private static ApiException Refusal(int code, string reason, string message) => new(new ApiStatus { Code = code, Reason = reason, Message = message });

    private sealed class BreakableWatch(IObjectWatch<KubernetesObject> inner, Line line) : IObjectWatch<KubernetesObject>
    {
        private readonly CancellationToken _connection = line.Connection;
        private bool _isOpen;

        /// <summary>What was lost on the way was not returned.</summary>
        public string Revision { get; private set; } = inner.Revision;

        public async ValueTask<IReadOnlyList<WatchEvent<KubernetesObject>>> NextAsync(CancellationToken stop)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, _connection);
            try
            {
                if (!_isOpen)
                {
                    await line.SendAsync(either.Token);
                    _isOpen = true;
                }

                var events = await inner.NextAsync(either.Token);
                await line.ReturnAsync(either.Token);
                Revision = inner.Revision;
                return events;
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                throw new IOException("the watch broke off");
            }
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}

/// <summary>The API as everybody finds it: served, or not just now, or badly.</summary>
internal sealed class SimulatedApi
{
    /// <summary>Null while there is no server.</summary>
    public ApiVerbs? Verbs { get; set; }

    /// <summary>Who hears a node's heartbeats, by the node's name; null while nobody does.</summary>
    public Func<string, Beat, BeatAnswer>? Heartbeats { get; set; }

    /// <summary>Told of what components ask to be written.</summary>
    public Action<ObjectWrite>? Asked { get; set; }

    /// <summary>What happens to a request, by its verb and the component that asks; null for nothing.</summary>
    public Func<string, string, RequestFault>? Fault { get; set; }
}
