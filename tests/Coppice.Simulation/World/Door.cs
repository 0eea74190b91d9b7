using Coppice.ApiServer;
using Coppice.ApiServer.InProcess;
using Coppice.Client;
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
internal sealed class Door(SimulatedApi api, UserInfo user) : IApiClient
{
    private CancellationTokenSource _line = new();
    private ApiVerbs? _verbs;
    private InProcessClient? _client;

    /// <summary>While true, nothing gets through in either direction.</summary>
    public bool IsCut { get; private set; }

    public void Cut()
    {
        IsCut = true;
        DropWatches();
    }

    public void Mend() => IsCut = false;

    /// <summary>Every watch that goes through here breaks off.</summary>
    public void DropWatches()
    {
        var old = _line;
        _line = new CancellationTokenSource();
        old.Cancel();
    }

    public ValueTask<KubernetesObject?> FindAsync(Kind kind, ObjectKey key, string? subresource, CancellationToken stop) =>
        AskAsync("get", api => api.FindAsync(kind, key, subresource, stop));

    public ValueTask<ObjectList<KubernetesObject>> ListAsync(Kind kind, ListQuery query, CancellationToken stop) =>
        AskAsync("list", api => api.ListAsync(kind, query, stop));

    public IObjectWatch<KubernetesObject> Watch(Kind kind, ListQuery query, string afterRevision) =>
        new BreakableWatch(Reach().Watch(kind, query, afterRevision), _line.Token);

    public ValueTask<KubernetesObject> WriteAsync(Kind kind, ObjectWrite write, CancellationToken stop)
    {
        api.Asked?.Invoke(write);
        return AskAsync(VerbOf(write), reached => reached.WriteAsync(kind, write, stop));
    }

    public async ValueTask DeleteAsync(Kind kind, ObjectKey key, DeleteOptions? options, CancellationToken stop) => await AskAsync(
        "delete",
        async api =>
        {
            await api.DeleteAsync(kind, key, options, stop);
            return true;
        });

    private static string VerbOf(ObjectWrite write) => write switch
    {
        { Subresource: "binding" } => "bind",
        ObjectWrite.Create => "create",
        _ => "update",
    };

    private async ValueTask<T> AskAsync<T>(string verb, Func<IApiClient, ValueTask<T>> request)
    {
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
        return fault is RequestFault.AnswerLost || IsCut ? throw new IOException("the answer was lost (injected fault)") : answer;
    }

    private InProcessClient Reach()
    {
        if (IsCut || api.Verbs is not { } verbs)
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

    private sealed class BreakableWatch(IObjectWatch<KubernetesObject> inner, CancellationToken line) : IObjectWatch<KubernetesObject>
    {
        public string Revision => inner.Revision;

        public async ValueTask<IReadOnlyList<WatchEvent<KubernetesObject>>> NextAsync(CancellationToken stop)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, line);
            try
            {
                return await inner.NextAsync(either.Token);
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

    /// <summary>Told of what components ask to be written.</summary>
    public Action<ObjectWrite>? Asked { get; set; }

    /// <summary>What happens to a request, by its verb and the component that asks; null for nothing.</summary>
    public Func<string, string, RequestFault>? Fault { get; set; }
}
